"""Where figures stand: cells in words, and citations that open them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from openpyxl.utils.cell import column_index_from_string, coordinate_from_string, get_column_letter

from app.core.turn import Attachment, Citation
from skills.credit.catalogue import plain
from skills.credit.statement import Figure


def cells_in_words(figures: Iterable[Figure]) -> str:
    """`资产负债表!B7:D7, B9; 利润表!B3`: each sheet once, neighbouring cells of a row as a range."""
    sheets: dict[str, dict[int, set[int]]] = {}
    for figure in figures:
        letters, row = coordinate_from_string(figure.ref)
        sheets.setdefault(figure.sheet, {}).setdefault(row, set()).add(column_index_from_string(letters))
    return "; ".join(f"{plain(sheet)}!{_ranges(rows)}" for sheet, rows in sheets.items())


def citation_of(figure: Figure, file: Attachment) -> Citation:
    """The figure's cell, with its text as displayed."""
    return Citation(file.name, figure.cell, figure.text, file_url(file, figure.cell))


def file_url(file: Attachment, locator: str) -> str:
    """Where the uploaded file opens at that cell."""
    return f"/files/{file.id}?at={quote(locator, safe='')}"


def _ranges(rows: Mapping[int, set[int]]) -> str:
    words = []
    for row, columns in rows.items():
        for first, last in _runs(sorted(columns)):
            start, end = f"{get_column_letter(first)}{row}", f"{get_column_letter(last)}{row}"
            words.append(start if first == last else f"{start}:{end}")
    return ", ".join(words)


def _runs(columns: list[int]) -> list[tuple[int, int]]:
    """Consecutive numbers as first and last."""
    runs: list[tuple[int, int]] = []
    for column in columns:
        if runs and column == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], column)
        else:
            runs.append((column, column))
    return runs
