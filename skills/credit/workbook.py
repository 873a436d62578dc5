"""Reads a company's statements out of a workbook: balance sheet, income statement, cash flow, in any layout.

Tables may stand in one sheet or several, one below the other or side by side (assets left, liabilities right); years in
columns. A line counts only where its name is known, a column only where its head names a period.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from app.core.errors import BadInput
from skills.credit.catalogue import listed, period_in_words, plain, say
from skills.credit.grid import Cell, Grid, formulas_at, read_grids
from skills.credit.line_names import lines
from skills.credit.numbers import read_amount
from skills.credit.statement import Figure, LineItem, Period, Remark, Statement, Unit
from skills.credit.tables import Table, company_in, date_in, tables_of

LISTED = 8
_SIGN_TELLERS = ("cost_of_sales", "operating_outflow", "capital_expenditure")
"""Lines that are payments beyond doubt: their sign tells how a table writes all of its costs."""
_NOT_GIVEN = frozenset({"/", "n/a", "na", "不适用", "无", "n.a.", "*", "\\"})


class _Read(NamedTuple):
    """A figure, and how much its table and column are to be believed against others for the same line and period."""

    rank: tuple[int, ...]
    figure: Figure


@dataclass
class _Reading:
    """What is found while the tables are gone through."""

    found: dict[tuple[str, Period], list[_Read]] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    """`利润表!C5 约三百`."""
    empty: list[tuple[str, str]] = field(default_factory=list)
    """Sheet and cell where a figure was looked for in vain: blank, or a formula without its result."""


def read_statement(content: bytes, name: str) -> Statement:
    """The statements in the workbook `content`; `name` is what people call the file.

    Raises `BadInput`: no workbook, broken, hostile, too large; or no statement in it that can be read.
    """
    grids = read_grids(content, name)
    date = max((found for grid in grids if (found := date_in(grid))), default=None)
    tables = [table for grid in grids for table in tables_of(grid, date)]
    units = Counter(table.unit for table in tables if table.unit)
    if len({unit.currency for unit in units}) > 1:
        raise BadInput("WORKBOOK_CURRENCIES", say("several_currencies", name=name))
    usual = units.most_common(1)[0][0] if units else Unit(1)
    reading = _Reading()
    for order, table in enumerate(tables):
        _read_table(table, table.unit or usual, order, reading)
    figures, disputed = _chosen(reading)
    uncomputed = formulas_at(content, name, reading.empty) if reading.empty else []
    if not figures:
        raise BadInput("WORKBOOK_UNCOMPUTED", say("uncomputed", name=name)) if uncomputed else _nothing(grids, name)
    return Statement(
        file=name,
        company=next((company for grid in grids if (company := company_in(grid))), ""),
        unit=usual,
        unit_stated=bool(units),
        periods=tuple(sorted({period for _, period in figures})),
        figures=figures,
        remarks=(*_remarks_on_tables(tables, date), *_remarks_on_cells(reading, uncomputed), *disputed, *_cut(grids)),
    )


def _read_table(table: Table, unit: Unit, order: int, reading: _Reading) -> None:
    """Every figure of the table; costs as positive amounts where the table writes them with a minus."""
    read: list[_Read] = []
    for line in table.lines:
        foreign = line.item.statement != table.kind
        for column in line.columns:
            cell = table.grid.at(line.row, column.index)
            if cell is None:
                reading.empty.append((table.grid.sheet, column.ref(line.row)))
            elif figure := _figure(line.item, column.period, cell, table.grid.sheet, column.unit or unit):
                rank = (int(table.parent or column.parent), int(foreign), int(not column.cumulative), order, line.row)
                read.append(_Read(rank, figure))
            elif cell.error or cell.text.lower() not in _NOT_GIVEN:
                reading.unreadable.append(f"{plain(table.grid.sheet)}!{cell.ref} {plain(cell.text, 20)}")
    signs = [one.figure.value for one in read if one.figure.item in _SIGN_TELLERS]
    negative = any(signs) and all(value <= 0 for value in signs)
    for one in read:
        figure = one.figure
        turned = negative and lines()[figure.item].is_outflow
        kept = replace(figure, value=-figure.value) if turned else figure
        reading.found.setdefault((figure.item, figure.period), []).append(_Read(one.rank, kept))


def _figure(item: LineItem, period: Period, cell: Cell, sheet: str, unit: Unit) -> Figure | None:
    """The amount in `cell`; None where no number can be read."""
    if isinstance(cell.value, str):
        amount = None if cell.error else read_amount(cell.value)
        if amount is None:
            return None
        number, own_scale = amount
        unit = Unit(own_scale, unit.currency) if own_scale else unit
    elif isinstance(cell.value, Decimal):
        number = cell.value
    else:
        return None
    return Figure(item.key, period, number * unit.scale, sheet, cell.ref, cell.text, unit)


def _chosen(reading: _Reading) -> tuple[dict[tuple[str, Period], Figure], list[Remark]]:
    """One figure per line and period: consolidated before the parent's own, the line's own statement before others."""
    figures: dict[tuple[str, Period], Figure] = {}
    disputed = []
    for place, reads in reading.found.items():
        best = min(reads, key=lambda one: one.rank)
        figures[place] = best.figure
        rivals = [
            one.figure for one in reads if one.rank[:3] == best.rank[:3] and one.figure.value != best.figure.value
        ]
        if rivals:
            disputed.append(Remark("disputed", {"used": best.figure.cell, "other": rivals[0].cell}))
    return figures, disputed[:LISTED]


def _remarks_on_tables(tables: Sequence[Table], date: Period | None) -> Iterator[Remark]:
    """Where unit or date had to come from another sheet."""
    silent = sorted({table.grid.sheet for table in tables if table.unit is None})
    if silent and any(table.unit for table in tables):
        yield Remark("unit_assumed", {"sheets": listed([plain(one) for one in silent])})
    elif silent:
        yield Remark("unit_unknown", {})
    dateless = sorted({table.grid.sheet for table in tables if table.borrowed})
    if dateless and date:
        values = {"sheets": listed([plain(one) for one in dateless]), "period": period_in_words(date)}
        yield Remark("date_assumed", values)


def _remarks_on_cells(reading: _Reading, uncomputed: Sequence[tuple[str, str]]) -> Iterator[Remark]:
    """Cells that should hold a figure and do not."""
    if reading.unreadable:
        yield Remark("unreadable", {"cells": listed(reading.unreadable[:LISTED])})
    if uncomputed:
        cells = [f"{plain(sheet)}!{ref}" for sheet, ref in uncomputed[:LISTED]]
        yield Remark("uncomputed_cells", {"cells": listed(cells)})


def _cut(grids: Sequence[Grid]) -> Iterator[Remark]:
    return (Remark("sheet_cut", {"sheet": plain(grid.sheet)}) for grid in grids if grid.cut)


def _nothing(grids: Sequence[Grid], name: str) -> BadInput:
    """Why no statement could be read, as exactly as can be told."""
    texts = [cell.text for grid in grids for row in grid.rows for cell in row if isinstance(cell.value, str)]
    if _garbled(texts):
        return BadInput("WORKBOOK_ENCODING", say("garbled", name=name))
    return BadInput("WORKBOOK_NO_STATEMENT", say("no_statement", name=name))


def _garbled(texts: Iterable[str]) -> bool:
    """Whether the words are Chinese that was read in a wrong encoding (`èµ„äº§`, `锟斤拷`, `�`)."""
    sample = "".join(texts)[:4000]
    if sample.count("\ufffd") + 3 * sample.count("锟斤拷") > len(sample) / 20:
        return True
    for wrong in ("cp1252", "latin-1"):
        for right in ("utf-8", "gb18030"):
            try:
                mended = sample.encode(wrong, errors="ignore").decode(right, errors="ignore")
            except UnicodeError:
                continue
            han = sum("\u4e00" <= char <= "\u9fff" for char in mended)
            if han > len(sample) / 6 and not any("\u4e00" <= char <= "\u9fff" for char in sample):
                return True
    return False
