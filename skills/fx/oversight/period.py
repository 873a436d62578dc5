"""Which days a question about past dealing means: 今天, 昨天, 本周, 上月, 近7天, 11月20日, 2026-11-20, this week …"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

_DAY = timedelta(days=1)
_ISO = re.compile(r"(?<!\d)(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?!\d)")
_MONTH_DAY = re.compile(r"(?<!\d)(\d{1,2})月(\d{1,2})[日号]")
_LAST_DAYS = re.compile(r"(?:近|最近|过去|last|past)\s*(\d{1,3})\s*(?:天|日|days?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both in it."""

    first: date
    last: date

    def __str__(self) -> str:
        return self.first.isoformat() if self.first == self.last else f"{self.first} – {self.last}"


def _month(day: date) -> Period:
    first = day.replace(day=1)
    return Period(first, (first + 32 * _DAY).replace(day=1) - _DAY)


def _week(day: date) -> Period:
    monday = day - day.weekday() * _DAY
    return Period(monday, monday + 6 * _DAY)


_WORDS: tuple[tuple[str, Callable[[date], Period]], ...] = (
    (r"前天|day before yesterday", lambda today: Period(today - 2 * _DAY, today - 2 * _DAY)),
    (r"昨天|昨日|yesterday", lambda today: Period(today - _DAY, today - _DAY)),
    (r"上周|上星期|last week", lambda today: _week(today - 7 * _DAY)),
    (r"本周|这周|这星期|this week", _week),
    (r"上个?月|last month", lambda today: _month(today.replace(day=1) - _DAY)),
    (r"本月|这个?月|this month", _month),
    (r"今年|this year", lambda today: Period(date(today.year, 1, 1), date(today.year, 12, 31))),
)


def period_in(text: str, today: date) -> Period:
    """The days that `text` names, up to today at most; today where it names none. Impossible days are not named."""
    if found := _LAST_DAYS.search(text):
        return Period(today - (max(int(found[1]), 1) - 1) * _DAY, today)
    if days := _days(text, today):
        return Period(min(days), max(days))
    for words, of in _WORDS:
        if re.search(words, text, re.IGNORECASE):
            whole = of(today)
            return Period(whole.first, min(whole.last, today))
    return Period(today, today)


def _days(text: str, today: date) -> list[date]:
    said = [(int(year), int(month), int(day)) for year, month, day in _ISO.findall(text)]
    if not said:
        said = [(today.year, int(month), int(day)) for month, day in _MONTH_DAY.findall(text)]
    found = []
    for year, month, day in said:
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    return found
