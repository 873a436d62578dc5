"""Running heads, running feet and page numbers: what stands at the edge of page after page and says nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from app.engines.library.reading.layout.page import Piece, Sheet
from app.engines.library.reading.layout.pieces import rows_of

_EDGE = 0.12
"""Share of the page's height, above and below, in which they stand."""
_OUTERMOST = 3
"""Rows from the edge that are looked at."""
_PAGE_NUMBER = re.compile(
    r"(?:[-–—·~\s]*(?:\d{1,4}|[ivxlc]{1,6})[-–—·~\s]*"
    r"|第?\s*\d{1,4}\s*页?\s*[,，/／]?\s*(?:共|总)?\s*\d{0,4}\s*页?"
    r"|第\s*[一二三四五六七八九十百]+\s*页"
    r"|(?:page|p\.)\s*\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?"
    r"|[A-Z]{1,2}-\d{1,3})$",
    re.IGNORECASE,
)
_CHANGING = re.compile(r"\d+|\b[ivxlc]+\b|[一二三四五六七八九十百]+(?=页)")


def without_repeated(sheets: Sequence[Sheet]) -> list[Sheet]:
    """The sheets without what is repeated at their edges. On a single page nothing is: its number may be a card's."""
    if len(sheets) < 2:
        return list(sheets)
    seen: Counter[tuple[str, bool, int]] = Counter()
    for sheet in sheets:
        seen.update({_key(row, top, sheet) for row, top in _edge_rows(sheet)})
    needed = 2 if len(sheets) <= 4 else 3
    # Pages printed from a browser end anywhere: their numbers stand last, not low.
    numbered = sum(bool(_last_number(sheet)) for sheet in sheets)
    kept = []
    for sheet in sheets:
        gone = {id(piece) for piece in _last_number(sheet)} if numbered >= max(3, len(sheets) // 3) else set()
        for row, top in _edge_rows(sheet):
            few = len(row) <= (2 if top else 3)
            if (few and seen[_key(row, top, sheet)] >= needed) or (len(row) == 1 and _PAGE_NUMBER.match(row[0].text)):
                gone.update(id(piece) for piece in row)
        kept.append(sheet.with_pieces(piece for piece in sheet.pieces if id(piece) not in gone))
    return kept


def _last_number(sheet: Sheet) -> list[Piece]:
    """The last row where it is a page number."""
    last = max(sheet.pieces, key=lambda piece: piece.middle, default=None)
    return [last] if last and _PAGE_NUMBER.match(last.text) else []


def _edge_rows(sheet: Sheet) -> Iterator[tuple[list[Piece], bool]]:
    """The outermost rows within the edges; True for those above."""
    rows = rows_of(sheet.pieces)
    for row in rows[:_OUTERMOST]:
        if max(piece.bottom for piece in row) < _EDGE * sheet.height:
            yield row, True
    for row in rows[-_OUTERMOST:]:
        if min(piece.top for piece in row) > (1 - _EDGE) * sheet.height:
            yield row, False


def _key(row: Sequence[Piece], top: bool, sheet: Sheet) -> tuple[str, bool, int]:
    """The row without what changes from page to page. A title that is the running head later is set larger."""
    text = "".join(piece.text for piece in row)
    return _CHANGING.sub("#", re.sub(r"\s+", "", text).casefold()), top, 0 if sheet.scanned else round(row[0].size)
