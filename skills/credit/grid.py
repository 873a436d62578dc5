"""Sheets as grids of cells: what is stored, and what is displayed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl.utils import get_column_letter

from app.core.errors import BadInput
from skills.credit.catalogue import say
from skills.credit.numbers import displayed, from_float
from skills.credit.upload import opened

MOST_SHEETS = 40
MOST_ROWS = 3_000  # of one sheet; a statement with all its notes has a few hundred
MOST_COLUMNS = 100
LONGEST_TEXT = 400  # characters of a cell that are looked at

Value = str | Decimal | date


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell with something in it. `row` and `column` count from 0."""

    row: int
    column: int
    value: Value
    text: str
    """As displayed."""
    error: bool = False
    """`#REF!` and its like."""

    @property
    def ref(self) -> str:
        """`B7`."""
        return ref_of(self.row, self.column)


@dataclass(frozen=True, slots=True)
class Grid:
    """One visible sheet."""

    sheet: str
    rows: Sequence[Sequence[Cell]]
    """Row by row the cells with content, left to right; a row's index is its number less one."""
    cut: bool
    """True when the sheet goes on beyond what is read."""

    def at(self, row: int, column: int) -> Cell | None:
        """The cell there, if it has content."""
        if row >= len(self.rows):
            return None
        return next((cell for cell in self.rows[row] if cell.column == column), None)


def ref_of(row: int, column: int) -> str:
    """`B7` for row 6, column 1."""
    return f"{get_column_letter(column + 1)}{row + 1}"


def read_grids(content: bytes, name: str) -> list[Grid]:
    """The visible sheets of the workbook. Raises `BadInput` for what cannot be read, and where nothing is in it."""
    with opened(content, name) as book:
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        grids = [_grid(sheet) for sheet in sheets[:MOST_SHEETS]]
    if not any(row for grid in grids for row in grid.rows):
        raise BadInput("WORKBOOK_EMPTY", say("workbook_empty", name=name))
    return grids


def formulas_at(content: bytes, name: str, places: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those of `places` (sheet, cell) that hold a formula: asked where no result is stored with it."""
    wanted: dict[str, set[str]] = {}
    for sheet, ref in places:
        wanted.setdefault(sheet, set()).add(ref)
    found = []
    with opened(content, name, formulas=True) as book:
        for sheet in book.worksheets:
            if sheet.title not in wanted:
                continue
            for row in sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS):
                for cell in row:
                    if cell.value is not None and cell.data_type == "f" and cell.coordinate in wanted[sheet.title]:
                        found.append((sheet.title, cell.coordinate))
    return found


def _grid(sheet: Any) -> Grid:
    rows: list[list[Cell]] = []
    # What a file says of its own size is not believed: rows are read as they are found.
    sheet.reset_dimensions()
    cut = False
    for index, row in enumerate(sheet.iter_rows(max_row=MOST_ROWS + 1, max_col=MOST_COLUMNS)):
        if index >= MOST_ROWS:
            cut = True
            break
        rows.append([made for column, cell in enumerate(row) if (made := _cell(cell, index, column))])
    return Grid(str(sheet.title), rows, cut)


def _cell(cell: Any, row: int, column: int) -> Cell | None:
    value = cell.value
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        number = from_float(value)
        shown = displayed(number, str(cell.number_format)) if number is not None else ""
        return Cell(row, column, number, shown) if number is not None else None
    if isinstance(value, datetime):
        return Cell(row, column, value.date(), value.date().isoformat())
    if isinstance(value, date):
        return Cell(row, column, value, value.isoformat())
    if not isinstance(value, str) or not value.strip():
        return None
    text = value[:LONGEST_TEXT]
    return Cell(row, column, text, text.strip(), error=cell.data_type == "e")
