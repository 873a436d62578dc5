"""XLSX and XLSM: every table of every visible sheet, as displayed. Only `reading/` knows openpyxl among the engines.

Macros and links are not opened, formulas count with the result that is stored with them.
"""

from __future__ import annotations

import io
import warnings
from contextlib import closing
from typing import Any

from app.core.errors import BadInput
from app.core.texts import Texts
from app.engines.library.document import Reading
from app.engines.library.reading.office_file import check_office_file
from app.engines.library.reading.pages import Pages
from app.engines.library.reading.sheet_grid import MOST_CELLS, SheetGrid, grid_of
from app.engines.library.reading.sheet_tables import SheetLine, SheetTable, found_on
from app.engines.library.reading.written import Written, row_groups

MOST_SHEETS = 300
_LONGEST_TITLE = 40


def read(content: bytes, say: Texts, pages: Pages) -> Reading:
    """Each table is a block with its cells as place, `Sheet1!A1:F20`; what stands alone is a paragraph or a heading.

    Hidden sheets, rows and columns are left out and told. Raises `BadInput`: another kind of file, a password,
    damaged, too many sheets or cells.
    """
    check_office_file(content, "xl", say)
    written = Written()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions that reading cells does not need
        with closing(_opened(content, say)) as book:
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            hidden = [str(sheet.title) for sheet in book.worksheets if sheet.sheet_state != "visible"]
            if len(sheets) > MOST_SHEETS:
                raise BadInput("DOCUMENT_TOO_LONG", say("workbook_too_many", sheets=len(sheets), limit=MOST_SHEETS))
            if hidden:
                written.left_out.append(say("left_out_sheets", names="、".join(hidden)))
            left = MOST_CELLS
            for number, sheet in enumerate(sheets, start=1):
                pages(number, len(sheets))
                grid = grid_of(sheet, left, say)
                left -= grid.count
                _write(written, str(sheet.title), grid, say)
    return written.reading()


def _opened(content: bytes, say: Texts) -> Any:
    from openpyxl import load_workbook

    try:
        return load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False, keep_vba=False)
    except Exception:  # openpyxl and the XML parser break in many ways on files that are not what they say
        raise BadInput("DOCUMENT_BROKEN", say("document_broken")) from None


def _write(written: Written, name: str, grid: SheetGrid, say: Texts) -> None:
    """Writes what stands on a sheet: its name as a heading, the title above a table as one below it."""
    if grid.unseen:
        written.left_out.append(say("left_out_cells", sheet=name))
    if grid.uncounted:
        written.left_out.append(say("left_out_formulas", sheet=name))
    if not grid.cells:
        return
    written.heading(name, 1, name)
    captions: list[str] = []
    titled = False
    for found in found_on(grid.cells, grid.merged):
        if isinstance(found, SheetTable):
            _write_table(written, name, grid, found, tuple(captions))
            captions, titled = [], False
        elif found.text == name or (_may_be_title(found) and not titled):
            titled = titled or found.title
            if found.text != name:
                written.heading(found.text, 2, _line_place(name, grid, found))
        else:
            written.block("paragraph", found.text, _line_place(name, grid, found))
            captions = [*captions, found.text] if _may_be_title(found) else []


def _may_be_title(line: SheetLine) -> bool:
    return line.title and len(line.text) <= _LONGEST_TITLE


def _line_place(sheet: str, grid: SheetGrid, line: SheetLine) -> str:
    return f"{sheet}!{grid.ref((line.column, line.row, line.column, line.row))}"


def _write_table(written: Written, sheet: str, grid: SheetGrid, table: SheetTable, captions: tuple[str, ...]) -> None:
    left, top, right, _ = table.area
    for start, stop in row_groups(table.rows, table.header):
        place = f"{sheet}!{grid.ref((left, top + start, right, top + stop - 1))}"
        written.table_part(table.rows, table.header, start, stop, place, captions)
