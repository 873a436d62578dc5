"""What is to be seen on a sheet: its cells as displayed, without hidden rows and columns, and its merged areas."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.errors import BadInput
from app.core.texts import Texts
from app.engines.library.reading.cells import shown
from app.engines.library.reading.sheet_tables import Area

MOST_CELLS = 1_000_000
"""With something in them, of the whole workbook; they take about twenty seconds."""
_MOST_LOOKED_AT = 20_000_000
"""Cells with nothing in them cost time too: one in the last column of each row is a bomb of its own."""
_MOST_MERGED = 500_000
"""Cells of a sheet that merged areas fill; areas beyond are left as their first cell."""
_LAST_COLUMN = 16_384

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]{0,200}?\bref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
_HIDDEN_ROW = re.compile(rb'<(?:\w+:)?row\b(?=[^>]{0,400}\bhidden="(?:1|true)")[^>]{0,400}?\br="(\d{1,7})"')
_HIDDEN_COLUMNS = re.compile(rb'<(?:\w+:)?col\b(?=[^>]{0,400}\bhidden="(?:1|true)")[^>]{0,400}>')
_COLUMN_RANGE = re.compile(rb'\b(min|max)="(\d{1,5})"')
_UNCOUNTED = re.compile(rb"</(?:\w+:)?f>\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>")


@dataclass(frozen=True, slots=True)
class SheetGrid:
    """The visible cells of a sheet. Rows and columns count from 1 over what is to be seen."""

    cells: dict[int, dict[int, str]]
    """Row -> column -> text."""
    merged: Sequence[Area]
    count: int
    unseen: bool
    """Whether a hidden row or column holds something."""
    uncounted: bool
    """Whether a formula has no stored result: the program that wrote the file does not calculate."""
    _hidden_rows: Sequence[int]
    _hidden_columns: Sequence[int]

    def ref(self, area: Area) -> str:
        """`A3:F20`, or `A3`, as the sheet counts."""
        from openpyxl.utils.cell import get_column_letter

        left, top, right, bottom = area
        columns = [get_column_letter(_counted_back(one, self._hidden_columns)) for one in (left, right)]
        rows = [_counted_back(one, self._hidden_rows) for one in (top, bottom)]
        first, last = (f"{column}{row}" for column, row in zip(columns, rows, strict=True))
        return first if first == last else f"{first}:{last}"


def grid_of(sheet: Any, most: int, say: Texts) -> SheetGrid:
    """The sheet of a workbook that openpyxl reads row by row, `most` cells at the most. Raises `BadInput`."""
    source = _source(sheet, say)
    hidden_rows = sorted({int(found[1]) for found in _HIDDEN_ROW.finditer(source)})
    hidden_columns = sorted(_columns(source))
    rows, columns = frozenset(hidden_rows), frozenset(hidden_columns)
    cells: dict[int, dict[int, str]] = {}
    count, looked_at, unseen = 0, 0, False
    for number, row in enumerate(_rows(sheet, say), start=1):
        line: dict[int, str] = {}
        looked_at += len(row) + 1
        for column, cell in enumerate(row, start=1):
            value = cell.value
            text = "" if value is None else shown(value, "" if isinstance(value, str) else str(cell.number_format))
            if text and (number in rows or column in columns):
                unseen = True
            elif text:
                line[column - bisect_left(hidden_columns, column)] = text
        count += len(line)
        if count > most or looked_at > _MOST_LOOKED_AT:
            raise BadInput("DOCUMENT_TOO_LONG", say("workbook_too_long", limit=MOST_CELLS // 10_000))
        if line:
            cells[number - bisect_left(hidden_rows, number)] = line
    merged = list(_merged(source, hidden_rows, hidden_columns))
    return SheetGrid(cells, merged, count, unseen, bool(_UNCOUNTED.search(source)), hidden_rows, hidden_columns)


def _rows(sheet: Any, say: Texts) -> Iterator[Sequence[Any]]:
    """The sheet's rows from the first; an empty one has no cells. Raises `BadInput` where its XML breaks off."""
    # What a file says of its own size is not believed: rows are read as they are found.
    sheet.reset_dimensions()
    rows = sheet.iter_rows()
    while True:
        try:
            row = next(rows, None)
        except Exception:  # of the XML parser, or a value that is none of its type
            raise BadInput("DOCUMENT_BROKEN", say("document_broken")) from None
        if row is None:
            return
        yield row


def _source(sheet: Any, say: Texts) -> bytes:
    """The sheet's XML: openpyxl does not tell merged and hidden cells while it reads row by row."""
    try:
        with sheet._get_source() as part:
            return bytes(part.read())
    except Exception:
        raise BadInput("DOCUMENT_BROKEN", say("document_broken")) from None


def _columns(source: bytes) -> set[int]:
    hidden: set[int] = set()
    for one in _HIDDEN_COLUMNS.finditer(source):
        about = {key: int(number) for key, number in _COLUMN_RANGE.findall(one[0])}
        hidden.update(range(about.get(b"min", 1), min(about.get(b"max", 0), _LAST_COLUMN) + 1))
    return hidden


def _merged(source: bytes, hidden_rows: Sequence[int], hidden_columns: Sequence[int]) -> Iterator[Area]:
    """Merged areas as far as they are to be seen."""
    from openpyxl.utils.cell import range_boundaries

    filled = 0
    for one in _MERGED.finditer(source):
        left, top, right, bottom = (side or 1 for side in range_boundaries(one[1].decode()))
        left, right = left - bisect_left(hidden_columns, left), right - bisect_right(hidden_columns, right)
        top, bottom = top - bisect_left(hidden_rows, top), bottom - bisect_right(hidden_rows, bottom)
        size = (right - left + 1) * (bottom - top + 1)
        if left <= right and top <= bottom and filled + size <= _MOST_MERGED:
            filled += size
            yield left, top, right, bottom


def _counted_back(number: int, hidden: Sequence[int]) -> int:
    """The number on the sheet of what is the `number`th to be seen."""
    for one in hidden:
        if one > number:
            break
        number += 1
    return number
