"""A table once, as Markdown for the talk and as a sheet of a workbook: figures stay figures, text stays text."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cell = str | Decimal | int
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def markdown(self, most: int = 50) -> str:
        """The first `most` rows; figures to the right, negative ones with their sign."""
        figures = [bool(self.rows) and all(isinstance(row[at], (Decimal, int)) for row in self.rows) for at in self._at]
        lines = [f"| {' | '.join(self.head)} |", f"|{'|'.join('---:' if one else '---' for one in figures)}|"]
        lines += [f"| {' | '.join(_shown(cell) for cell in row)} |" for row in self.rows[:most]]
        return "\n".join(lines)

    @property
    def _at(self) -> range:
        return range(len(self.head))


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """The sheets as an .xlsx file's bytes."""
    book = Workbook()
    del book[book.sheetnames[0]]
    for one in sheets:
        sheet = book.create_sheet(re.sub(r"[\\/*?:\[\]]", " ", one.title)[:31])
        for column, words in enumerate(one.head, start=1):
            _write(sheet, 1, column, words)
            sheet.cell(1, column).font, sheet.cell(1, column).fill = (
                Font(bold=True),
                PatternFill("solid", fgColor="E3EEF3"),
            )
            width = max([len(words), *(len(_shown(row[column - 1])) for row in one.rows)])
            sheet.column_dimensions[get_column_letter(column)].width = min(max(10, width * 1.6), 60)
        for number, row in enumerate(one.rows, start=2):
            for column, cell in enumerate(row, start=1):
                _write(sheet, number, column, cell)
        sheet.freeze_panes = "A2"
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        _InMemory(book, archive).save()
    return buffer.getvalue()


class _InMemory(ExcelWriter):
    """openpyxl writes each sheet into a plain temporary file first: clients' deals do not belong there."""

    def write_worksheet(self, ws: Any) -> None:
        """As the vendor's own, for sheets without drawings."""
        ws._drawing = SpreadsheetDrawing()
        content = io.BytesIO()
        writer = WorksheetWriter(ws, out=content)
        writer.write()
        ws._rels = writer._rels  # type: ignore[attr-defined]
        self._archive.writestr(  # type: ignore[attr-defined]
            ws.path[1:], content.getvalue()
        )
        self.manifest.append(ws)


def _write(sheet: Any, row: int, column: int, value: Cell) -> None:
    cell = sheet.cell(row, column)
    if isinstance(value, (Decimal, int)):
        cell.value = value
        places = max(0, -int(value.as_tuple().exponent)) if isinstance(value, Decimal) else 0
        figures = f"#,##0{'.' + '0' * places if places else ''}"
        cell.number_format = f"{figures};[Red]-{figures}"
        return
    cell.value = _ILLEGAL.sub("", value)
    cell.data_type = "s"
    if value[:1] in tuple("=+-@\t\r"):
        cell.quotePrefix = True


def _shown(cell: Cell) -> str:
    if isinstance(cell, (Decimal, int)):
        return f"{cell:,}"
    return cell.replace("|", "\\|").replace("\n", " ")
