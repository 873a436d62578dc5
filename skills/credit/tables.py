"""Finds the tables of a sheet: heads with periods, the column of names, unit, scope and date from the titles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from skills.credit.grid import Cell, Grid, ref_of
from skills.credit.line_names import line_of
from skills.credit.periods import Head, is_subhead, latest_date, read_head, resolved, unit_in
from skills.credit.statement import LineItem, Period, StatementKind, Unit

_PARENT_TITLE = re.compile(r"母公司|parent company|company only")
_COMPANY = re.compile(
    r"(?:编制单位|编报单位|单位名称|企业名称|公司名称|纳税人名称)(?:名称)?\s*[:：]\s*(\S.*?)(?=\s{2,}|\s+\S{0,6}[:：]|\d{4}\s*年|$)"
)
_COMPANY_ALONE = re.compile(
    r"^(.{2,40}?(?:公司|集团|厂|合作社|Co\.?,? Ltd\.?|Limited|Inc\.?))(?:\s|$|\d{4}|合并|资产负债表|利润表|现金流量表)"
)
_BARE_YEAR = re.compile(r"(?:199|20\d)\d(?:(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))?")
_HEAD_WORD = re.compile(
    r"项\s*目|科\s*目|指\s*标|名\s*称|资\s*产|负\s*债|报\s*表|单\s*位|行\s*次|附\s*注|备\s*注|item|description|account|note|line|unit|rmb|'000",
    re.IGNORECASE,
)
_TITLE_ROWS = 8  # rows above a head that can be its title


@dataclass(frozen=True, slots=True)
class Column:
    """A column of figures of one period."""

    index: int
    period: Period
    parent: bool
    cumulative: bool
    unit: Unit | None

    def ref(self, row: int) -> str:
        """The address of its cell in that row."""
        return ref_of(row, self.index)


@dataclass(frozen=True, slots=True)
class Line:
    """A known line in one row, and the columns its figures stand in."""

    row: int
    item: LineItem
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One statement, or a part of one."""

    grid: Grid
    kind: StatementKind
    lines: tuple[Line, ...]
    unit: Unit | None
    parent: bool
    """The parent company's own statement, beside a consolidated one."""
    borrowed: bool
    """Its 期末 or 本期 was read with the date of another sheet, or with none."""


@dataclass(frozen=True, slots=True)
class _Heads:
    """A head of one or two rows."""

    first: int
    last: int
    columns: dict[int, Head]
    texts: dict[int, str]


def tables_of(grid: Grid, date: Period | None = None) -> list[Table]:
    """The tables of a sheet, from the top. `date` is the workbook's, for heads like 期末 in a sheet that names none."""
    named = {(cell.row, cell.column): item for row in grid.rows for cell in row if (item := _named(cell))}
    known_rows = sorted({row for row, _ in named})
    heads = [head for head, until in _with_end(_heads(grid, named), len(grid.rows)) if _any_in(known_rows, head, until)]
    tables = []
    unit: Unit | None = None
    for head, until in _with_end(heads, len(grid.rows)):
        above = max((row + 1 for row in known_rows if row < head.first), default=0)
        titles = [*_texts(grid, max(above, head.first - _TITLE_ROWS), head.last + 1), grid.sheet]
        items = {place: item for place, item in named.items() if head.last < place[0] < until}
        kind = Counter(item.statement for item in items.values()).most_common(1)[0][0]
        own_date = latest_date(titles)
        columns = _columns(head, own_date or date, kind)
        lines = _lines(items, columns)
        unit = unit_in(titles) or unit
        if lines:
            own = [*_texts(grid, max(above, head.first - _TITLE_ROWS), head.first), grid.sheet]
            parent = any(_PARENT_TITLE.search(text.lower()) for text in own)
            relative = any(one.date is None for one in head.columns.values() if one.wanted)
            tables.append(Table(grid, kind, lines, unit, parent, borrowed=relative and own_date is None))
    return tables


def date_in(grid: Grid) -> Period | None:
    """The latest period that the sheet's name or the rows above its figures name."""
    return latest_date([*_texts(grid, 0, _TITLE_ROWS), grid.sheet])


def company_in(grid: Grid) -> str:
    """The company's name where a sheet gives it: 编制单位：…, or a title that is a company's name."""
    texts = _texts(grid, 0, min(len(grid.rows), 12))
    for pattern in (_COMPANY, _COMPANY_ALONE):
        for text in texts:
            if found := pattern.search(text):
                return found[1].strip()
    return ""


def _named(cell: Cell) -> LineItem | None:
    return line_of(cell.value) if isinstance(cell.value, str) and not cell.error else None


def _heads(grid: Grid, named: dict[tuple[int, int], LineItem]) -> list[_Heads]:
    heads: list[_Heads] = []
    row = 0
    while row < len(grid.rows):
        cells = grid.rows[row]
        columns = _head_row(cells) if not any((row, cell.column) in named for cell in cells) else {}
        if not columns:
            row += 1
            continue
        last = row
        texts = {cell.column: cell.text for cell in cells}
        following = grid.rows[row + 1] if row + 1 < len(grid.rows) else []
        if _is_second_head(following, named):
            columns, texts = _stacked(cells, following), texts | {cell.column: cell.text for cell in following}
            last = row + 1
        heads.append(_Heads(row, last, columns, texts))
        row = last + 1
    return heads


def _with_end(heads: Sequence[_Heads], end: int) -> list[tuple[_Heads, int]]:
    """Each head with the row at which the next one begins."""
    return [(head, following) for head, following in zip(heads, [*(one.first for one in heads[1:]), end], strict=False)]


def _any_in(rows: Sequence[int], head: _Heads, until: int) -> bool:
    """A head with no known line below it is a title's date: it heads nothing."""
    return any(head.last < row < until for row in rows)


def _head_row(cells: Sequence[Cell]) -> dict[int, Head]:
    """The period heads in one row. Bare years could be figures: they count where the row reads like a head."""
    values = {cell.column: _head_value(cell) for cell in cells}
    years = [value for value in values.values() if isinstance(value, str) and _BARE_YEAR.fullmatch(value)]
    numbers = sum(isinstance(cell.value, Decimal) for cell in cells)
    words = [cell.text for cell in cells if isinstance(cell.value, str) and not read_head([cell.text])]
    if numbers > len(years) or (years and any(not _HEAD_WORD.search(word) for word in words)):
        return {}
    if years not in (sorted(set(years)), sorted(set(years), reverse=True)):
        return {}
    heads = {column: head for column, value in values.items() if (head := read_head([value]))}
    return heads if any(head.wanted for head in heads.values()) else {}


def _head_value(cell: Cell) -> object:
    """A head as text or date; a whole number as its digits."""
    if isinstance(cell.value, Decimal):
        return f"{cell.value:f}" if cell.value == cell.value.to_integral_value() else ""
    return cell.text if isinstance(cell.value, str) else cell.value


def _is_second_head(cells: Sequence[Cell], named: dict[tuple[int, int], LineItem]) -> bool:
    """Whether a row under a head tells its columns further apart: 期末 | 期初, 合并 | 母公司, 金额 | 占比."""
    if not cells or any((cell.row, cell.column) in named for cell in cells):
        return False
    if any(not isinstance(cell.value, str) for cell in cells):
        return False
    return any(is_subhead(cell.text) or ((head := read_head([cell.text])) and head.date is None) for cell in cells)


def _stacked(upper: Sequence[Cell], lower: Sequence[Cell]) -> dict[int, Head]:
    """Heads of two rows: a merged upper cell holds for the columns right of it, up to the next one."""
    by_column = {cell.column: _head_value(cell) for cell in upper}
    columns: dict[int, Head] = {}
    held: object = None
    below = {cell.column: cell.text for cell in lower}
    for column in sorted({*by_column, *below}):
        if column in by_column:
            held = by_column[column] if read_head([by_column[column]]) else None
        head = read_head([held, below.get(column)])
        if head is None and column not in below:
            head = read_head([held])
        if head:
            columns[column] = head
    return columns


def _columns(head: _Heads, context: Period | None, kind: StatementKind) -> list[Column]:
    return [
        Column(
            index,
            resolved(one, context, balance=kind == "balance"),
            one.parent,
            one.cumulative,
            unit_in([head.texts[index]]) if index in head.texts else None,
        )
        for index, one in sorted(head.columns.items())
        if one.wanted
    ]


def _lines(places: Mapping[tuple[int, int], LineItem], columns: Sequence[Column]) -> tuple[Line, ...]:
    """Each line with the columns right of its name, up to where another list of names begins."""
    figures = {column.index for column in columns}
    lists = _lists_of_names(places, figures)
    lines = []
    taken: set[tuple[int, int]] = set()
    for (row, name), item in sorted(places.items(), key=lambda place: place[0]):
        if name in figures:
            continue
        end = next((first for first in lists if first > name), None)
        group = tuple(one for one in columns if one.index > name and (end is None or one.index < end))
        # A line named twice in its row, in Chinese and in English, counts once.
        if group and (row, group[0].index) not in taken:
            taken.add((row, group[0].index))
            lines.append(Line(row, item, group))
    return tuple(lines)


def _lists_of_names(places: Mapping[tuple[int, int], LineItem], figures: set[int]) -> list[int]:
    """The first column of each list of names.

    A column begins a list of its own when figures stand between it and the one before, or when both name different
    lines in one row: assets left, liabilities right. Else it is the same list, indented or in another language.
    """
    names = sorted({column for _, column in places if column not in figures})
    lists = names[:1]
    for before, column in pairwise(names):
        rows = {row for row, at in places if at == column}
        differ = any((row, before) in places and places[row, before] != places[row, column] for row in rows)
        if differ or any(before < index < column for index in figures):
            lists.append(column)
    return lists


def _texts(grid: Grid, start: int, stop: int) -> list[str]:
    return [cell.text for row in grid.rows[start:stop] for cell in row]
