"""One period of a statement, as formulas ask for it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from skills.credit.computation import Missing, Term, Undefined, constant
from skills.credit.line_names import lines
from skills.credit.statement import Period, Statement


@dataclass(frozen=True, slots=True)
class Year:
    """A statement seen from one period. Every method raises `Missing` for a figure the workbook does not give."""

    statement: Statement
    period: Period

    def __call__(self, item: str) -> Term:
        """The line's figure of this period; for balances, at its end."""
        return self._at(item, self.period)

    def before(self, item: str) -> Term:
        """What it is compared with: a flow of the same months a year earlier, a balance when the period began."""
        balance = lines()[item].statement == "balance"
        return self._at(item, self.period.opening if balance else self.period.year_earlier)

    def first(self, *items: str, substitution: str = "") -> Term:
        """The first of `items` that is given; another than the first carries `substitution`."""
        for number, item in enumerate(items):
            if self.gives(item):
                return replace(self(item), substitution=substitution) if number else self(item)
        raise Missing(items[0], self.period)

    def first_before(self, *items: str) -> Term:
        """`before` of the line that `first` takes, so that like is compared with like."""
        return self.before(next((item for item in items if self.gives(item)), items[0]))

    def average(self, *items: str) -> Term:
        """Mean of the balances at beginning and end; the first period of a workbook has its end alone, and says so."""
        item = next((one for one in items if self.gives(one)), items[0])
        closing = self(item)
        try:
            return (self.before(item) + closing) / constant(2)
        except Missing:
            return replace(closing, substitution="closing_for_average")

    def sum(self, *items: str) -> Term:
        """Those of `items` that the statement shows; who has no bonds has no line for them. One must be there."""
        given = [self(item) for item in items if self.gives(item)]
        if not given:
            raise Missing(items[0], self.period)
        total = given[0]
        for term in given[1:]:
            total = total + term
        return total

    def gives(self, item: str) -> bool:
        """Whether the workbook has the line's figure of this period."""
        return self.statement.find(item, self.period) is not None

    def _at(self, item: str, period: Period) -> Term:
        figure = self.statement.find(item, period)
        if figure is None:
            raise Missing(item, period)
        return Term(figure.value, figure)


def positive(term: Term, reason: str) -> Term:
    """`term`, if above zero. Raises `Undefined` otherwise: as a base it would turn the ratio's meaning round."""
    if term.value <= 0:
        raise Undefined(reason)
    return term
