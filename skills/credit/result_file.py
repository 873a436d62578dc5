"""The working paper: figures, ratios and signs as .xlsx, each ratio with a live formula to check it by."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from openpyxl import Workbook
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

from skills.credit import figures as written
from skills.credit.catalogue import period_in_words, say, title_of
from skills.credit.line_names import lines
from skills.credit.report import Analysis, signal_in_words
from skills.credit.statement import Figure

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMATS = {"times": "0.00", "percent": "0.00%", "days": "0.0"}
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def result_file(analysis: Analysis) -> bytes:
    """The workbook's bytes. Text out of the file is stored as text, whatever it begins with."""
    book = Workbook()
    del book[book.sheetnames[0]]
    places = _figures(book, analysis)
    _ratios(book, analysis, places)
    _signals(book, analysis)
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        _InMemory(book, archive).save()
    return buffer.getvalue()


class _InMemory(ExcelWriter):
    """openpyxl writes each sheet into a plain temporary file first: figures of a customer do not belong there."""

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


def _figures(book: Workbook, analysis: Analysis) -> dict[Figure, str]:
    """The sheet of figures; returns where each one stands in it."""
    statement = analysis.statement
    unit = written.unit_of(statement)
    head = ("column_item", "column_period", "column_statement_value", "column_cell", "column_shown")
    sheet = _sheet(book, say("sheet_figures"), [say(key, unit=unit) for key in head], (44, 14, 20, 26, 20))
    places: dict[Figure, str] = {}
    order = list(lines())
    ordered = sorted(statement.figures.values(), key=lambda figure: (order.index(figure.item), figure.period))
    for row, figure in enumerate(ordered, start=2):
        _text(sheet, row, 1, title_of(lines()[figure.item]))
        _text(sheet, row, 2, period_in_words(figure.period))
        value = sheet.cell(row, 3, figure.value / statement.unit.scale)
        value.number_format = "#,##0.00;[Red]-#,##0.00"
        _text(sheet, row, 4, figure.cell)
        _text(sheet, row, 5, figure.text)
        places[figure] = f"'{sheet.title}'!$C${row}"
    return places


def _ratios(book: Workbook, analysis: Analysis, places: dict[Figure, str]) -> None:
    head = (
        "column_ratio",
        "column_period",
        "column_value",
        "column_check",
        "column_formula",
        "column_cell",
        "column_text",
    )
    sheet = _sheet(book, say("sheet_ratios"), [say(key) for key in head], (24, 14, 14, 14, 48, 60, 40))
    row = 1
    for readings in (*analysis.readings.values(), analysis.dupont[2]):
        for reading in readings:
            row += 1
            _text(sheet, row, 1, written.ratio_title(reading.ratio.key))
            _text(sheet, row, 2, period_in_words(reading.period))
            _text(sheet, row, 5, say(f"formula_{reading.ratio.key}"))
            if reading.term is None:
                _text(sheet, row, 7, written.why_not(reading))
                continue
            sheet.cell(row, 3, reading.term.value).number_format = _FORMATS[reading.ratio.measure]
            # The only formulas in the file: made of our operators and our own cells' addresses.
            check = sheet.cell(row, 4, "=" + reading.term.written(places.__getitem__))
            check.number_format = _FORMATS[reading.ratio.measure]
            _text(sheet, row, 6, ", ".join(figure.cell for figure in reading.term.figures))
            _text(sheet, row, 7, "; ".join(say(key) for key in reading.term.substitutions))


def _signals(book: Workbook, analysis: Analysis) -> None:
    head = ("column_weight", "column_period", "column_text", "column_cell")
    sheet = _sheet(book, say("sheet_signals"), [say(key) for key in head], (8, 14, 90, 60))
    for row, sign in enumerate(analysis.signals, start=2):
        _text(sheet, row, 1, say(f"weight_{sign.weight}"))
        _text(sheet, row, 2, period_in_words(sign.period))
        _text(sheet, row, 3, signal_in_words(sign, analysis.statement))
        _text(sheet, row, 4, ", ".join(figure.cell for figure in sign.figures))


def _sheet(book: Workbook, title: str, head: Sequence[str], widths: Sequence[int]) -> Any:
    sheet = book.create_sheet(title)
    for column, (words, width) in enumerate(zip(head, widths, strict=True), start=1):
        _text(sheet, 1, column, words)
        cell = sheet.cell(1, column)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E3EEF3")
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    return sheet


def _text(sheet: Any, row: int, column: int, words: str) -> None:
    """Text as text: `=1+1`, `+A1`, `-1`, `@SUM` from an uploaded file must not come to life here or in a copy."""
    if not words:
        return
    cell = sheet.cell(row, column)
    cell.value = _ILLEGAL.sub("", words)
    cell.data_type = "s"
    if words[0] in "=+-@\t\r":
        cell.quotePrefix = True
