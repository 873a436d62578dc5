"""What a company's statements say: figures, each with the cell it stands in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

StatementKind = Literal["balance", "income", "cash"]
"""资产负债表, 利润表, 现金流量表."""


class Period(NamedTuple):
    """A period by its last month. Where a workbook nowhere says the year, `year` is 0 (this) or -1 (the one before)."""

    year: int
    month: int = 12

    @property
    def is_full_year(self) -> bool:
        """False for interim statements: their flows cover less than twelve months."""
        return self.month == 12

    @property
    def year_earlier(self) -> Period:
        """The period that flows are compared with."""
        return Period(self.year - 1, self.month)

    @property
    def opening(self) -> Period:
        """The period at whose end the balances stood when this one began."""
        return Period(self.year - 1)


class Unit(NamedTuple):
    """What one unit of a table is worth."""

    scale: int
    """In whole currency units: 10000 for 万元."""
    currency: str = "CNY"


@dataclass(frozen=True, slots=True)
class LineItem:
    """A line of a statement, as the catalogue knows it."""

    key: str
    statement: StatementKind
    title: str
    title_en: str
    is_outflow: bool
    """Costs and payments: given as positive amounts here, whatever sign the file writes them with."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One amount of one line in one period."""

    item: str
    """Key of the line item."""
    period: Period
    value: Decimal
    """In whole currency units, whatever the table's unit."""
    sheet: str
    ref: str
    """The cell's address within its sheet, e.g. `B7`."""
    text: str
    """The cell as it is displayed."""
    unit: Unit

    @property
    def cell(self) -> str:
        """`资产负债表!B7`."""
        return f"{self.sheet}!{self.ref}"

    @property
    def year(self) -> int:
        """The year of its period."""
        return self.period.year


class Remark(NamedTuple):
    """Something that a reader of the figures should know: a key of the catalogue and its values."""

    key: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Statement:
    """Everything read from one workbook."""

    file: str
    company: str
    """As the file names it; empty where it does not."""
    unit: Unit
    """The unit most of its tables are in; results are shown in it."""
    unit_stated: bool
    periods: tuple[Period, ...]
    """The earliest first."""
    figures: Mapping[tuple[str, Period], Figure]
    remarks: tuple[Remark, ...] = ()

    def find(self, item: str, period: Period) -> Figure | None:
        """The figure of a line in a period, where the workbook gives it."""
        return self.figures.get((item, period))
