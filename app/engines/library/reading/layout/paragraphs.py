"""Lines of a column joined to paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from app.engines.library.document import begins_clause, plain_heading_level
from app.engines.library.reading.layout.page import Piece

_ITEM = re.compile(
    r"[(（][一二三四五六七八九十]{1,3}[)）]|[①-⑳•·●○◦▪■□◆◇▶►➢✓]|第[一二三四五六七八九十百]+[编章节款项]\s"
)
_NUMBER = re.compile(
    r"\d{1,2}(?:\.\d{1,2}){1,3}[.、．]?\s|\d{1,2}[.、．]\s*(?=[^\d\s])|[一二三四五六七八九十]{1,3}、"
    r"|[(（](?:\d{1,2}|[a-z]|[ivx]{1,4})[)）]|[-–—*]\s"
)
_ENDED = re.compile(r"[。！？；：.!?;:][”’」』\"')）\]】]*$")
_NOTE_MARK = re.compile(
    r"(?:[*†‡]|[①-⑳]|[\[［(（]?\d{1,2}[\]］)）]?\s*(?=[^\d\s.,、．%％])|注\s*\d{0,2}\s*[:：]|[(（][a-z][)）])"
)


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together, on one page and in one column."""

    lines: list[Piece]
    page: int
    left: float
    """Of the column."""
    right: float
    scanned: bool = False
    note: bool = False
    """A footnote: what stands over it goes on after it, on the next page."""

    @property
    def size(self) -> float:
        return float(median(line.size for line in self.lines))

    @property
    def bold(self) -> bool:
        return all(line.bold for line in self.lines)

    @property
    def ended(self) -> bool:
        """False where the last line runs to the border of the column in the middle of a sentence."""
        last = self.lines[-1]
        return bool(_ENDED.search(last.text)) or self.right - last.right > 3 * last.size


def paragraphs_of(lines: Sequence[Piece], page: int, right: float, scanned: bool) -> Iterator[Paragraph]:
    """Paragraphs of consecutive lines of a column whose right border is `right`."""
    if not lines:
        return
    left = min(line.left for line in lines)
    usual = _line_height(lines)
    current = Paragraph([lines[0]], page, left, right, scanned)
    for line in lines[1:]:
        if _begins(current, line, usual):
            yield current
            current = Paragraph([line], page, left, right, scanned)
        else:
            current.lines.append(line)
    yield current


def begins_item(text: str) -> bool:
    """True for a line that begins something of its own wherever it stands: a clause, an item of a list, a chapter."""
    return begins_clause(text) or bool(_ITEM.match(text))


def begins_note(text: str) -> bool:
    """True for what begins like a footnote."""
    return bool(_NOTE_MARK.match(text))


def _line_height(lines: Sequence[Piece]) -> float:
    """The usual distance from line to line, in sizes of the font."""
    steps = [
        (line.middle - above.middle) / max(line.size, 1.0)
        for above, line in pairwise(lines)
        if line.middle > above.middle
    ]
    close = sorted(step for step in steps if 0.9 < step < 2.6)
    # Near the closest: steps to headings and between paragraphs are wider, and on some pages more frequent.
    return close[len(close) // 4] if close else 1.4


def _begins(paragraph: Paragraph, line: Piece, usual: float) -> bool:
    """True where `line` begins a new paragraph."""
    before = paragraph.lines[-1]
    size = max(line.size, before.size)
    alike = 1.35 if paragraph.scanned else 1.12
    if max(line.size, before.size) > alike * min(line.size, before.size) or line.bold != before.bold:
        return True
    if (line.middle - before.middle) / size > usual * 1.25 + 0.15:
        return True
    if begins_item(line.text):
        return True
    short = paragraph.right - before.right > 3 * before.size
    ended = bool(_ENDED.search(before.text))
    if _NUMBER.match(line.text) and (ended or short):
        return True
    if ended and short:
        return True
    centred = abs((before.left - paragraph.left) - (paragraph.right - before.right)) < 2 * size
    if short and not centred and before.right - before.left < 0.55 * (paragraph.right - paragraph.left):
        return True
    if plain_heading_level(before.text) and short:
        return True
    first = len(paragraph.lines) == 1
    inward = line.left - before.left
    if inward > 0.8 * size:
        # A list's lines hang under its bullet; anything else that moves inward is a first line.
        return not (first and (begins_item(before.text) or _NUMBER.match(before.text))) and not (
            centred and _centred(line, paragraph)
        )
    return inward < -0.8 * size and not first and not (centred and _centred(line, paragraph))


def _centred(line: Piece, paragraph: Paragraph) -> bool:
    return abs((line.left - paragraph.left) - (paragraph.right - line.right)) < 2 * line.size
