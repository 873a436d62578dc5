"""The tables on a sheet: blocks of cells that empty rows and columns keep apart, their titles and header rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.engines.library.reading.written import check_area

Grid = Mapping[int, Mapping[int, str]]
"""Row -> column -> text of the cells with something in them, both from 1."""
Area = tuple[int, int, int, int]
"""First column, first row, last column, last row, all included and from 1."""

_FIGURE = re.compile(
    r"[-+(（¥$￥€]?\s*[\d.][\d,.]*\s*[)%‰）]?(?:元|万元|亿元|万|亿|%)?|[-–—]|#\S+[!?]?|\d{4}[-/.年]\d.*"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_CAPTION = re.compile(r"^(?:编制单位|填报单位|单位|金额单位|货币单位|币种|Unit|Currency)\s*[：:]", re.IGNORECASE)
_MOST_HEADER_ROWS = 4


@dataclass(frozen=True, slots=True)
class SheetTable:
    """A block of cells. Words that stand alone above or below a table are `lines`, not rows."""

    area: Area
    rows: tuple[tuple[str, ...], ...]
    header: int
    """How many of the rows name the columns."""


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A row with one cell: a title, a unit, a note."""

    row: int
    column: int
    text: str
    title: bool
    """It stands above a table that follows without an empty row."""


def found_on(grid: Grid, merged: Sequence[Area]) -> Iterator[SheetTable | SheetLine]:
    """Tables and single lines in reading order: down, and from left to right.

    Raises `TooWide` for a block that is mostly empty and immense: a full row over a full column.
    """
    filled = _filled(grid, merged)
    merged_at: dict[int, list[Area]] = {}
    for one in merged:
        for row in range(one[1], one[3] + 1):
            merged_at.setdefault(row, []).append(one)
    for area in _areas(filled):
        left, top, right, bottom = area
        check_area(right - left + 1, bottom - top + 1)
        inside = dict.fromkeys(one for row in range(top, bottom + 1) for one in merged_at.get(row, ()))
        yield from _in_area(filled, grid, [one for one in inside if one[0] <= right and one[2] >= left], area)


def _filled(grid: Grid, merged: Sequence[Area]) -> dict[int, dict[int, str]]:
    """The cells, and every cell of a merged area that has a text: the first one's. None is lost between empty ones."""
    filled = {row: dict(cells) for row, cells in grid.items()}
    for left, top, right, bottom in merged:
        text = grid.get(top, {}).get(left, "")
        if text:
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    filled.setdefault(row, {}).setdefault(column, text)
    return filled


def _areas(cells: Grid) -> Iterator[Area]:
    """Rows without a gap, cut at columns that are empty in all of them; such a part is cut at its own empty rows."""
    for rows in _runs(sorted(row for row, line in cells.items() if line)):
        columns = _runs(sorted({column for row in rows for column in cells[row]}))
        part_of = {column: number for number, part in enumerate(columns) for column in part}
        parts: list[dict[int, dict[int, str]]] = [{} for _ in columns]
        for row in rows:
            for column, text in cells[row].items():
                parts[part_of[column]].setdefault(row, {})[column] = text
        for part, inside in zip(columns, parts, strict=True):
            if len(columns) > 1 and len(inside) < len(rows):
                yield from _areas(inside)
            else:
                yield part[0], rows[0], part[-1], rows[-1]


def _runs(numbers: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _in_area(cells: Grid, grid: Grid, merged: Sequence[Area], area: Area) -> Iterator[SheetTable | SheetLine]:
    """Rows with one cell at the top and at the bottom are lines; between them stands the table."""
    left, top, right, bottom = area
    single = [len(_own(cells, grid, row, left, right)) == 1 for row in range(top, bottom + 1)]
    begin, end = 0, len(single)
    # One column is no table but a list of lines.
    while begin < end and (single[begin] or left == right):
        begin += 1
    while end > begin and single[end - 1] and _is_note(_own(cells, grid, top + end - 1, left, right)):
        end -= 1
    while begin < end - 2 and _is_caption(_own(cells, grid, top + begin, left, right)):
        begin += 1
    for row in range(top, top + begin):
        yield from _line(cells, grid, row, left, right, title=begin < end)
    if begin < end:
        rows = tuple(
            tuple(cells.get(row, {}).get(column, "") for column in range(left, right + 1))
            for row in range(top + begin, top + end)
        )
        header = header_rows(rows, merged, top + begin)
        yield SheetTable(
            (left, top + begin, right, top + end - 1), _once(rows, header, merged, left, top + begin), header
        )
    for row in range(top + end, bottom + 1):
        yield from _line(cells, grid, row, left, right, title=False)


def _own(cells: Grid, grid: Grid, row: int, left: int, right: int) -> dict[int, str]:
    """The row's cells within the columns; of a merged stretch only the first."""
    found: dict[int, str] = {}
    for column in range(left, right + 1):
        text = cells.get(row, {}).get(column, "")
        if text and (column in grid.get(row, {}) or column == left or cells[row].get(column - 1) != text):
            found[column] = text
    return found


def _is_note(own: Mapping[int, str]) -> bool:
    """A line of words below a table; a single figure belongs to it."""
    return any(not _FIGURE.fullmatch(text) and len(text) > 6 for text in own.values())


def _is_caption(own: Mapping[int, str]) -> bool:
    """`编制单位：…  2023年度  单位：万元` stands over a table and names no column."""
    return any(_CAPTION.search(text) for text in own.values())


def _line(cells: Grid, grid: Grid, row: int, left: int, right: int, *, title: bool) -> Iterator[SheetLine]:
    for column, text in _own(cells, grid, row, left, right).items():
        yield SheetLine(row, column, text, title)


def header_rows(rows: Sequence[Sequence[str]], merged: Sequence[Area] = (), first: int = 1) -> int:
    """How many rows of words stand over rows with figures; a merged cell among them takes the row below in.

    `first` is the number of the first row on the sheet.
    """
    header = 0
    while header < min(_MOST_HEADER_ROWS, len(rows) - 1) and _names_columns(rows[header]):
        at = first + header
        header += 1
        if not any(top <= at <= bottom and (bottom > at or right > left) for left, top, right, bottom in merged):
            break
    return header


def _names_columns(row: Sequence[str]) -> bool:
    """Words, or years: no figures."""
    texts = [text for text in row if text]
    return bool(texts) and not any(_FIGURE.fullmatch(text) and not _YEAR.fullmatch(text[:4]) for text in texts)


def _once(
    rows: Sequence[Sequence[str]], header: int, merged: Sequence[Area], left: int, top: int
) -> tuple[tuple[str, ...], ...]:
    """Below the header a cell that is merged sideways stands once; one merged downwards stands in each row."""
    cells = [list(row) for row in rows]
    for first, upper, last, lower in merged:
        for row in range(max(upper, top + header), lower + 1):
            for column in range(first + 1, last + 1):
                if 0 <= row - top < len(cells) and 0 <= column - left < len(cells[0]):
                    cells[row - top][column - left] = ""
    return tuple(map(tuple, cells))
