"""Arithmetic that remembers where it came from: every result knows its figures, its formula and its substitutions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from skills.credit.statement import Figure, Period

Operator = Literal["+", "-", "*", "/"]
_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2}


class Missing(Exception):
    """A figure that a formula needs is not in the workbook."""

    def __init__(self, item: str, period: Period) -> None:
        super().__init__(item)
        self.item, self.period = item, period


class Undefined(Exception):
    """The formula has no meaning for these figures; `reason` is a key of the catalogue."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Term:
    """A figure, a constant, or two terms joined by an operator. `value` is exact to 28 digits."""

    value: Decimal
    figure: Figure | None = None
    operator: Operator | None = None
    parts: tuple[Term, ...] = ()
    substitution: str = ""
    """Key of the catalogue where something stands in for what the formula asks for."""

    def __add__(self, other: Term) -> Term:
        return Term(self.value + other.value, operator="+", parts=(self, other))

    def __sub__(self, other: Term) -> Term:
        return Term(self.value - other.value, operator="-", parts=(self, other))

    def __mul__(self, other: Term) -> Term:
        return Term(self.value * other.value, operator="*", parts=(self, other))

    def __truediv__(self, other: Term) -> Term:
        """Raises `Undefined` when `other` is zero."""
        if not other.value:
            raise Undefined("zero_denominator")
        return Term(self.value / other.value, operator="/", parts=(self, other))

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure in it, once, in the order of the formula."""
        return tuple(dict.fromkeys(term.figure for term in self._walk() if term.figure))

    @property
    def substitutions(self) -> tuple[str, ...]:
        """What stood in for something else, once each."""
        return tuple(dict.fromkeys(term.substitution for term in self._walk() if term.substitution))

    def written(self, figure: Callable[[Figure], str], symbols: dict[str, str] | None = None) -> str:
        """The computation in one line, figures as `figure` writes them, with no needless brackets."""
        if self.figure:
            return figure(self.figure)
        if self.operator is None:
            return f"{self.value.normalize():f}"
        left, right = self.parts
        own = _PRECEDENCE[self.operator]
        first = left.written(figure, symbols)
        second = right.written(figure, symbols)
        if left.operator and _PRECEDENCE[left.operator] < own:
            first = f"({first})"
        if right.operator and _PRECEDENCE[right.operator] < own + (self.operator in ("-", "/")):
            second = f"({second})"
        return f"{first}{(symbols or {}).get(self.operator, self.operator)}{second}"

    def _walk(self) -> Iterator[Term]:
        yield self
        for part in self.parts:
            yield from part._walk()


def constant(value: int | str) -> Term:
    """A number that stands in no workbook."""
    return Term(Decimal(value))
