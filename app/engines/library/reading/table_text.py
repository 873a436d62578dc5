"""CSV and TSV: rows with their column names."""

from __future__ import annotations

import csv
import io
from collections import Counter

from app.core.errors import BadInput
from app.core.texts import Texts
from app.engines.library.document import Reading
from app.engines.library.reading.decoding import decoded
from app.engines.library.reading.pages import Pages
from app.engines.library.reading.sheet_tables import header_rows
from app.engines.library.reading.written import Written, padded, row_groups

MOST_ROWS = 200_000
_DELIMITERS = ",\t;|"
_SAMPLE_LINES = 50
_LONGEST_TITLE = 40


def read(content: bytes, say: Texts, pages: Pages) -> Reading:
    """Each part of the table is a block with its rows as place, `rows 2–40`, counted from 1 over the whole file.

    Of the lines with one cell above the table the first is its title. Raises `BadInput`: no text, too many rows.
    """
    text = decoded(content, say)
    rows = _rows(text, say)
    written = Written()
    first = _first_row(rows)
    captions: list[str] = []
    for number, row in enumerate(rows[:first], start=1):
        line = " ".join(cell for cell in row if cell)
        if not written.blocks and len(line) <= _LONGEST_TITLE:
            written.heading(line, 1, _place(number, number))
        else:
            written.block("paragraph", line, _place(number, number))
            captions.extend([line] if 0 < len(line) <= _LONGEST_TITLE else [])
    table = padded(rows[first:])
    header = header_rows(table)
    for start, stop in row_groups(table, header):
        written.table_part(table, header, start, stop, _place(first + start + 1, first + stop), tuple(captions))
    return written.reading()


def _rows(text: str, say: Texts) -> list[list[str]]:
    """The cells of every row; rows without any at the end are left out, an empty one between keeps its number."""
    text = text.replace("\0", "")
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)):
            rows.append([cell.strip() for cell in row])
            if len(rows) > MOST_ROWS:
                raise BadInput("DOCUMENT_TOO_LONG", say("table_too_long", limit=MOST_ROWS // 10_000))
    except csv.Error:  # a quotation mark that is never closed
        raise BadInput("DOCUMENT_BROKEN", say("document_broken")) from None
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def _delimiter(text: str) -> str:
    """The character that cuts most of the first lines into the same number of cells, the more the better."""
    lines = [line for line in text.split("\n", _SAMPLE_LINES * 4)[: _SAMPLE_LINES * 4] if line.strip()][:_SAMPLE_LINES]

    def agreeing(delimiter: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if len(row) > 1)
        width, times = widths.most_common(1)[0] if widths else (0, 0)
        return times, width

    try:
        return max(_DELIMITERS, key=agreeing)
    except csv.Error:
        return ","


def _first_row(rows: list[list[str]]) -> int:
    """Index of the first row with two cells: a title, a unit and empty lines may stand above it."""
    return next((at for at, row in enumerate(rows) if sum(map(bool, row)) > 1), 0)


def _place(first: int, last: int) -> str:
    return f"rows {first}–{last}" if last > first else f"row {first}"
