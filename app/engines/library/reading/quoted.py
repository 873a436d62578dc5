"""Where a quote stands on a page: blanks, line breaks, hyphens and the bars of our tables do not count."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Protocol

from app.engines.library.reading.layout.page import Boxed, overlap

_NOT_COMPARED = re.compile(r"[\s|\-\u00ad\u2010-\u2013]+")
_FEWEST = 6
"""Characters of a quote's part that still name a place."""


class Written(Boxed, Protocol):
    """A word or a line with its place."""

    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in fractions (0 to 1) of its width and height from the top left corner."""

    left: float
    top: float
    right: float
    bottom: float


def boxes_of(quote: str, words: Sequence[Written], width: float, height: float) -> tuple[Box, ...]:
    """A box for each line of the quote on a page of these words, `width` x `height`. Empty where it is not there.

    A quote that goes on over a page is marked as far as it stands on this one; a table's row is marked cell by cell.
    """
    page = _Page(words)
    spans = list(page.spans(quote))
    marked = [box for first, last in spans for box in page.marked(first, last)]
    return tuple(
        Box(
            max(0.0, box.left / width),
            max(0.0, box.top / height),
            min(1.0, box.right / width),
            min(1.0, box.bottom / height),
        )
        for box in _lines(marked)
    )


class _Page:
    """The page's characters that are compared, each with its word."""

    def __init__(self, words: Sequence[Written]) -> None:
        self._words = words
        self._starts: list[int] = []
        self._owners: list[int] = []
        pieces = []
        for number, word in enumerate(words):
            piece = _compared(word.text)
            self._starts.append(len(self._owners))
            self._owners += [number] * len(piece)
            pieces.append(piece)
        self._starts.append(len(self._owners))
        self._text = "".join(pieces)

    def spans(self, quote: str) -> Iterator[tuple[int, int]]:
        """First and last character (exclusive) of each part that is found."""
        whole = _compared(quote)
        at = self._text.find(whole) if whole else -1
        if at >= 0:
            yield at, at + len(whole)
            return
        for line in quote.splitlines():
            yield from self._row(line) if line.lstrip().startswith("|") else self._part(_compared(line))

    def _part(self, line: str) -> Iterator[tuple[int, int]]:
        """The line, or its beginning and its end as far as they are on the page."""
        if len(line) < 2:
            return
        at = self._text.find(line)
        if at >= 0:
            yield at, at + len(line)
            return
        begins = _longest(len(line), lambda size: line[:size] in self._text)
        ends = _longest(len(line) - begins, lambda size: line[len(line) - size :] in self._text)
        if begins >= _FEWEST:
            at = self._text.find(line[:begins])
            yield at, at + begins
        if ends >= _FEWEST:
            at = self._text.rfind(line[len(line) - ends :])
            yield at, at + ends

    def _row(self, line: str) -> Iterator[tuple[int, int]]:
        """A table's row: its longest cell, and the other cells beside it."""
        cells = [cell for cell in (_compared(cell) for cell in line.split("|")) if cell]
        if not cells:
            return
        label = max(cells, key=len)
        for found in re.finditer(re.escape(label), self._text):
            beside = self._beside(*found.span())
            spans = [self._cell(cell, beside) for cell in cells if cell != label]
            if all(spans):
                yield found.span()
                yield from (span for span in spans if span)
                return
        at = self._text.find(label)
        if at >= 0 and len(label) >= _FEWEST:
            yield at, at + len(label)

    def _beside(self, first: int, last: int) -> set[int]:
        """Words on the height of those that hold these characters."""
        around = _around([self._words[number] for number in {*self._owners[first:last]}])
        return {number for number, word in enumerate(self._words) if overlap(word, around) > 0.4}

    def _cell(self, cell: str, beside: set[int]) -> tuple[int, int] | None:
        for found in re.finditer(re.escape(cell), self._text):
            if {*self._owners[found.start() : found.end()]} <= beside:
                return found.span()
        return None

    def marked(self, first: int, last: int) -> Iterator[Box]:
        """Boxes of the words, or of the part of a word that is meant: characters are taken to be of one width."""
        for number, owned in groupby(range(first, last), key=lambda at: self._owners[at]):
            places = list(owned)
            word, start = self._words[number], self._starts[number]
            letters = self._starts[number + 1] - start
            each = (word.right - word.left) / letters
            yield Box(
                word.left + each * (places[0] - start),
                word.top,
                word.left + each * (places[-1] + 1 - start),
                word.bottom,
            )


def _longest(most: int, holds: Callable[[int], bool]) -> int:
    """The largest size up to `most` for which it holds; what holds for a size holds for every smaller one."""
    least, most = 0, max(0, most)
    while least < most:
        middle = (least + most + 1) // 2
        if holds(middle):
            least = middle
        else:
            most = middle - 1
    return least


def _compared(text: str) -> str:
    return _NOT_COMPARED.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _around(words: Iterable[Written]) -> Box:
    words = list(words)
    return Box(
        min(word.left for word in words),
        min(word.top for word in words),
        max(word.right for word in words),
        max(word.bottom for word in words),
    )


def _lines(boxes: Sequence[Box]) -> list[Box]:
    """Boxes that follow each other on a line as one."""
    found: list[Box] = []
    for box in boxes:
        before = found[-1] if found else None
        if before and overlap(before, box) > 0.5 and -1 <= box.left - before.right < 1.5 * (box.bottom - box.top):
            found[-1] = replace(
                before,
                top=min(before.top, box.top),
                right=max(before.right, box.right),
                bottom=max(before.bottom, box.bottom),
            )
        else:
            found.append(box)
    return found
