"""Whether two figures are the same: 一天 and 24小时, 三倍 and 300%, 近两成 and 19.6%; and which need no twin."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from app.gateway.clauses import Clause
from app.gateway.figures import Figure

ROUGHLY = 8
"""Part of a figure by which what is said roughly (近两成) may differ."""
_SAME_UNIT = {
    "permille": ("percent", Decimal("0.1")),
    "bp": ("percent", Decimal("0.01")),
    "week": ("second", Decimal(604800)),
    "year": ("month", Decimal(12)),
    "minute": ("second", Decimal(60)),
    "hour": ("second", Decimal(3600)),
    "day": ("second", Decimal(86400)),
    "times": ("percent", Decimal(100)),
}
WORKING = re.compile(r"工作日|交易日|营业日|working|business")
_EACH = re.compile(
    r"一\s?个?(?:天|年|月|晚|周|小时)(?![内以之前后])|(?:比|较)一年前|(?<!within )\bone (?:day|month|year)\b"
)
_ROUGHLY = re.compile(
    r"(?:[近快约]|不到|不足|差不多|\b(?:nearly|almost|about|around) )(?=[\d一二两三四五六七八九十百])|(?P<near>左右)"
)


def is_each(figure: Figure, text: str) -> bool:
    """一天一百元, 每人一年: a period that something is counted by."""
    return figure.value == 1 and _EACH.search(text) is not None


def rounds(figure: Figure, other: Figure, text: str) -> bool:
    """近两成 of 19.6%, 不到两天 of 1.8天: said roughly, and the other has more places."""
    if (
        not isinstance(figure.value, Decimal)
        or not isinstance(other.value, Decimal)
        or not (said := _ROUGHLY.search(text))
    ):
        return False
    if figure.unit != other.unit and not {figure.unit, other.unit} <= {"month", "year"}:
        return False
    own, meant = _amount(figure), _amount(other)
    return bool(said["near"] or _places(figure.value) < _places(other.value)) and 0 < abs(own - meant) <= own / ROUGHLY


def _places(value: Decimal) -> int:
    return len(value.normalize().as_tuple().digits)


def is_part_of_date(figure: Figure, there: Sequence[Clause]) -> bool:
    """九月 of 2026年9月8日, 26日 of a span, a bare 2026."""
    if not isinstance(figure.value, Decimal) or figure.unit not in ("", "day", "month", "year"):
        return False
    place = {"": 0, "year": 0, "month": 1, "day": 2}[figure.unit]
    dates = (other.value for one in there for other in one.figures if other.kind == "date")
    return any(isinstance(parts, tuple) and parts[place] == figure.value for parts in dates)


def comparable(figure: Figure, other: Figure) -> bool:
    """Whether two figures are of the same kind and of units that can be held against each other."""
    if figure.kind != other.kind:
        return False
    if not isinstance(figure.value, Decimal):
        return True
    unit, other_unit = _SAME_UNIT.get(figure.unit, (figure.unit, 0))[0], _SAME_UNIT.get(other.unit, (other.unit, 0))[0]
    return unit == other_unit or not unit or not other_unit or {figure.unit, other.unit} == {"day", "month"}


def same_figure(figure: Figure, other: Figure) -> bool:
    """Whether two figures say the same amount, date or time."""
    if not comparable(figure, other):
        return False
    if isinstance(figure.value, Decimal) and isinstance(other.value, Decimal):
        if figure.unit == other.unit == "day" and is_working(figure) != is_working(other):
            return False
        if figure.unit != other.unit and (is_working(figure) or is_working(other)):
            return not figure.unit or not other.unit
        if {figure.unit, other.unit} == {"day", "month"}:
            return figure.value * (30 if figure.unit == "month" else 1) == other.value * (
                30 if other.unit == "month" else 1
            )
        if not figure.unit or not other.unit:
            # A bare figure may be of any unit; a count (一次) is not.
            one = other if figure.unit else figure
            return figure.value == other.value and (figure.unit == other.unit or not one.said)
        return _amount(figure) == _amount(other) or (figure.value == other.value and figure.unit == other.unit)
    if isinstance(figure.value, tuple) and isinstance(other.value, tuple):
        if figure.kind == "time" and "点" in (figure.said, other.said):  # 五点半 of an afternoon
            (hour, minute), (other_hour, other_minute) = figure.value, other.value
            return (hour or 0) % 12 == (other_hour or 0) % 12 and minute == other_minute
        said = zip(figure.value, other.value, strict=False)
        return all(one is None or two is None or one == two for one, two in said) and _overlap(figure, other)
    return figure.value == other.value


def is_working(figure: Figure) -> bool:
    """Whether it counts working days."""
    return WORKING.search(figure.said) is not None


def _overlap(figure: Figure, other: Figure) -> bool:
    """Two dates say something of the same part."""
    assert isinstance(figure.value, tuple) and isinstance(other.value, tuple)
    return any(one is not None and one == two for one, two in zip(figure.value, other.value, strict=False))


def _amount(figure: Figure) -> Decimal:
    assert isinstance(figure.value, Decimal)
    return figure.value * _SAME_UNIT.get(figure.unit, ("", Decimal(1)))[1]
