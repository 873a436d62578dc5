"""A document's passages as HTML: headings, paragraphs, tables; the cited passage and the quoted words marked in it.

A document's text is data: every character of it is escaped, whatever it looks like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from urllib.parse import quote as address_part

from app.channels.browser_cards import say
from app.channels.browser_document_table import Span, is_row, table_html
from app.core.ports import PlacedText

_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_SLIDE = re.compile(r"slide (\d+)( notes)?")
_LOWEST = 6
_REMEMBERED = 120
"""Characters of a passage that may come back as a title above a table: a unit, a caption."""


def anchor_of(locator: str) -> str:
    """The id of a passage in its page."""
    return re.sub(r"\s+", "-", locator)


@dataclass(slots=True)
class DocumentText:
    """Writes passages one after the other."""

    title: str
    """Of the document."""
    markup: bool
    """Whether `**` means bold in this document."""
    here: str
    """Address of this page up to the locator, for links to a place."""
    anchored: bool = True
    """Whether the quote here is what the page opens at."""
    _pieces: list[str] = field(default_factory=list)
    _above: tuple[str, ...] = ()
    _slide: str = ""
    _said: set[str] = field(default_factory=set)

    def add(self, passage: PlacedText, quote: Span | None, *, cited: bool) -> None:
        """The next passage; `quote` are offsets in its text."""
        notes = self._begin_slide(passage.locator)
        self._headings(self._titles(passage))
        header = next((one for one in reversed(passage.headings) if is_row(one)), "")
        marks = _Marks(quote, self.anchored and cited)
        body = "".join(self._blocks(passage, header, marks))
        if cited and self.anchored and not marks.used:
            body = f'<div id="at" tabindex="-1" autofocus>{body}</div>'
        label = f'<p class="notes-label">{escape(say("document_notes"))}</p>' if notes else ""
        kinds = " ".join(["passage"] + ["cited"] * cited + ["notes"] * notes)
        self._pieces.append(
            f'<section class="{kinds}" id="{escape(anchor_of(passage.locator))}">{label}{body}'
            f'<a class="place" href="{escape(self.here + address_part(passage.locator, safe=""))}" rel="bookmark" '
            f'title="{escape(say("document_link"))}">{escape(passage.locator)}</a></section>'
        )
        if len(passage.text) <= _REMEMBERED:
            self._said.add(passage.text)

    def html(self) -> str:
        """All of it."""
        return "".join(self._pieces) + ("</article>" if self._slide else "")

    def _begin_slide(self, locator: str) -> bool:
        """A slide is a card of its own; true for its notes."""
        found = _SLIDE.match(locator)
        number = found[1] if found else ""
        if number != self._slide:
            self._pieces.append("</article>" if self._slide else "")
            if number:
                label = escape(say("document_slide", number=number))
                self._pieces.append(f'<article class="slide"><p class="slide-label">{label}</p>')
            self._slide, self._above = number, ()
        return bool(found and found[2])

    def _titles(self, passage: PlacedText) -> list[str]:
        """Without header rows; a slide without one has the document's: it is left out of what stands above."""
        titles = [one for one in passage.headings if not is_row(one)]
        if not self._slide:
            return titles
        return [one for one in titles if not _SLIDE.fullmatch(one)] if titles else [self.title]

    def _headings(self, titles: Sequence[str]) -> None:
        """What stands newly above. A caption that was read as a paragraph before is no title again."""
        common = 0
        while common < min(len(titles), len(self._above)) and titles[common] == self._above[common]:
            common += 1
        for depth, title in enumerate(titles[common:], start=common):
            if title not in self._said:
                level = min(_LOWEST, depth + 2)
                self._pieces.append(f"<h{level}>{escape(title)}</h{level}>")
        self._above = tuple(titles)

    def _blocks(self, passage: PlacedText, header: str, marks: _Marks) -> Iterator[str]:
        for start, end, is_table in _parts(passage.text):
            if is_table:
                yield table_html(passage.text, start, end, header, passage.locator, marks.span, marks.anchor)
            else:
                yield f"<p>{self._inline(passage.text, start, end, marks)}</p>"

    def _inline(self, text: str, start: int, end: int, marks: _Marks) -> str:
        bold = [(one.start(1), one.end(1)) for one in _BOLD.finditer(text, start, end)] if self.markup else []
        signs = [sign for first, last in bold for sign in ((first - 2, first), (last, last + 2))]
        first, last = marks.span or (end, end)
        cuts = {start, end, *(min(max(at, start), end) for at in (first, last)), *(at for sign in signs for at in sign)}
        borders = sorted(cuts)
        said = []
        for at, to in pairwise(borders):
            if any(left <= at and to <= right for left, right in signs):
                continue
            piece = escape(text[at:to])
            if any(left <= at < right for left, right in bold):
                piece = f"<strong>{piece}</strong>"
            said.append(f"<mark{marks.anchor()}>{piece}</mark>" if first <= at < last else piece)
        return "".join(said)


@dataclass(slots=True)
class _Marks:
    """The quoted words; the first mark of them is where the page opens."""

    span: Span | None
    anchored: bool
    used: bool = False

    def anchor(self) -> str:
        """Attributes of the next thing that is marked."""
        first = self.anchored and not self.used
        self.used = True
        return ' id="at" tabindex="-1" autofocus' if first else ""


def _parts(text: str) -> Iterator[tuple[int, int, bool]]:
    """Paragraphs and tables: start, end, and whether it is a table. Empty lines end both."""
    start, end, table = -1, -1, False
    at = 0
    for line in text.split("\n"):
        bare = line.strip()
        row = is_row(bare)
        if start >= 0 and (not bare or row != table):
            yield start, end, table
            start = -1
        if bare:
            if start < 0:
                start, table = at, row
            end = at + len(line)
        at += len(line) + 1
    if start >= 0:
        yield start, end, table
