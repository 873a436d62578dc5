"""What a workflow's YAML computes: conditions and the texts with `{…}` in them, over the values of a run.

An expression is a small part of Python's: comparisons, arithmetic, `and` / `or` / `not` / `in`, subscripts, and the
functions below. Numbers are exact (Decimal). There are no attributes, no loops, no calls to anything else: it comes
from a file that people edit, and it meets values that people say.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, DecimalException
from functools import lru_cache
from typing import Any

import simpleeval

_LONGEST = 500  # characters
_HOLE = re.compile(r"\{([^{}]+)\}")


class Uncomputable(Exception):
    """An expression cannot be read, or not be computed over these values. Its text holds no value."""


def _day(value: Any) -> date:
    """`date('2026-11-23')`; the day of a time."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _moment(value: Any) -> datetime:
    """`time('2026-11-23T10:00:00+08:00')`."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def _number(value: Any) -> Decimal:
    """`number('1.5')`: results of skills give figures as text."""
    return value if isinstance(value, Decimal) else Decimal(str(value).replace(",", ""))


def _span(unit: str) -> Callable[[Any], timedelta]:
    return lambda count: timedelta(**{unit: float(count)})


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "date": _day,
    "time": _moment,
    "number": _number,
    "text": str,
    "days": _span("days"),
    "hours": _span("hours"),
    "minutes": _span("minutes"),
    "seconds": _span("seconds"),
    "weekday": lambda day: Decimal(_day(day).isoweekday()),
    "length": lambda value: Decimal(len(value)),
    "min": min,
    "max": max,
    "abs": abs,
    "round": round,
}
_CONSTANTS = {"true": True, "false": False, "none": None}


def names_in(expression: str) -> frozenset[str]:
    """The values that `expression` rests on. Raises `Uncomputable` for what is no expression."""
    tree = _parsed(expression)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            raise Uncomputable(f"{expression!r}: no attributes, write name['part']")
        if isinstance(node, ast.Call) and not (isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS):
            raise Uncomputable(f"{expression!r}: there is no such function")
    return frozenset(node.id for node in names if id(node) not in called and node.id not in _CONSTANTS)


def computed(expression: str, values: Mapping[str, Any]) -> Any:
    """What `expression` gives over `values`. Raises `Uncomputable`."""
    names_in(expression)
    known = {**_CONSTANTS, **{name: _exact(value) for name, value in values.items()}}
    evaluator = simpleeval.EvalWithCompoundTypes(functions=dict(FUNCTIONS), names=known)
    evaluator.nodes = {
        **evaluator.nodes,
        ast.Constant: lambda node: _exact(node.value),
        ast.Subscript: lambda node: _part(evaluator, node),
    }
    for node in (ast.Attribute, ast.ListComp, ast.GeneratorExp, ast.JoinedStr, ast.FormattedValue):
        evaluator.nodes.pop(node, None)
    try:
        return evaluator.eval(expression, previously_parsed=_parsed(expression))
    except (simpleeval.InvalidExpression, ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise Uncomputable(f"{expression!r}: {type(error).__name__}") from None


def holes_of(template: str) -> tuple[str, ...]:
    """The expressions in the braces of a text."""
    return tuple(_HOLE.findall(template))


def filled(template: str, values: Mapping[str, Any]) -> str:
    """`template` with its `{…}` computed. Raises `Uncomputable`."""
    return _HOLE.sub(lambda hole: in_words(computed(hole[1], values)), template)


def value_of(template: Any, values: Mapping[str, Any]) -> Any:
    """As `filled`; what is one `{…}` and nothing else keeps its type, what is no text stays as it is."""
    if not isinstance(template, str):
        return template
    whole = _HOLE.fullmatch(template.strip())
    return computed(whole[1], values) if whole else filled(template, values)


def in_words(value: Any) -> str:
    """A value as people read it."""
    if isinstance(value, Mapping) and {"amount", "currency"} <= set(value):
        return f"{value['currency']} {in_words(_exact(value['amount']))}"
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value()
        return f"{value.to_integral_value() if whole else value.normalize():,f}"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    return "" if value is None else str(value)


@lru_cache(maxsize=1024)
def _parsed(expression: str) -> ast.expr:
    if len(expression) > _LONGEST:
        raise Uncomputable(f"longer than {_LONGEST} characters")
    try:
        return ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        raise Uncomputable(f"{expression!r} is no expression") from None


def _part(evaluator: simpleeval.SimpleEval, node: ast.Subscript) -> Any:
    """`name['part']`; a part that is not there is none, so that a condition can ask for it."""
    whole = evaluator._eval(node.value)
    key = evaluator._eval(node.slice)
    if isinstance(whole, Mapping):
        return _exact(whole.get(key))
    if isinstance(whole, list | tuple | str):
        at = int(key)
        return _exact(whole[at]) if -len(whole) <= at < len(whole) else None
    if whole is None:
        return None
    raise TypeError


def _exact(value: Any) -> Any:
    """Numbers as Decimal; 0.1 is what was written."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    try:
        return Decimal(str(value))
    except DecimalException:
        raise Uncomputable("no number") from None
