"""Value dates: from a dealing day and a tenor to the day on which both currencies are paid.

Sources of the rules:
- Pairs with CNY: CFETS, rules of the interbank RMB/FX market: spot is T+2, and only days on which China and the other
  currency's centre both work are counted.
- Other pairs: ACI Model Code and the usual spot convention. Days are counted on which the currencies other than the
  dollar work (a US holiday on T+1 does not move spot); the value date itself must be good for both currencies and for
  the dollar.
- Spot is T+1 for USD against CAD, TRY, RUB, PHP.
- Forwards: spot plus the period, modified following; if spot is the last business day of its month, months and years
  end on the last business day of theirs (end-of-month rule). ISDA 2006 Definitions, section 4.12; ACI Model Code.
- ON runs from today to tomorrow, TN from tomorrow to spot, SN from spot to the next day; the date given is the far one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from app.core.errors import BadInput
from skills.fx.calendars import FIRST_YEAR, LAST_YEAR, Centre, centre, quantlib
from skills.fx.currencies import in_market_order
from skills.fx.words import say

_NEXT_DAY = frozenset({frozenset({"USD", other}) for other in ("CAD", "TRY", "RUB", "PHP")})
_PERIOD = re.compile(r"(\d{1,3})([WMY])")
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Closed:
    """A holiday that moved a value date."""

    day: date
    currencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ValueDate:
    """Where a tenor ends."""

    day: date
    spot: date
    moved_by: tuple[Closed, ...]
    """Holidays (not weekends) on the way that moved it."""
    provisional: tuple[str, ...]
    """Currencies whose holidays in that year are not published yet."""


@lru_cache(maxsize=4096)
def value_date(base: str, quote: str, tenor: str, today: date) -> ValueDate:
    """The value date of `tenor` dealt `today`; a dealing day on which the pair is closed counts as the next open one.

    `tenor` ∈ TOD, TOM, SPOT, ON, TN, SN, nW, nM, nY. Raises `BadInput` for another, or a year out of reach.
    """
    if not FIRST_YEAR <= today.year <= LAST_YEAR - 31:
        raise BadInput("FX_DATE", say("date_out_of_reach", first=FIRST_YEAR, last=LAST_YEAR - 31))
    days = _Days(base, quote)
    deal_day = days.good_from(today)
    if tenor == "TOD":
        return ValueDate(deal_day, _Days(base, quote).spot_from(deal_day), days.moved_by(), days.unannounced(deal_day))
    if tenor in ("TOM", "ON"):
        tomorrow = days.good_from(deal_day + _ONE_DAY)
        return ValueDate(tomorrow, _Days(base, quote).spot_from(deal_day), days.moved_by(), days.unannounced(tomorrow))
    spot = days.spot_from(deal_day)
    if tenor in ("SPOT", "TN"):
        day = spot
    elif tenor == "SN":
        day = days.good_from(spot + _ONE_DAY)
    elif period := _PERIOD.fullmatch(tenor):
        day = days.after(spot, int(period[1]), period[2])
    else:
        raise BadInput("FX_TENOR", say("tenor_unknown", tenor=tenor[:20]))
    return ValueDate(day, spot, days.moved_by(), days.unannounced(day))


def last_business_day(base: str, quote: str, month_end: date) -> date:
    """The last day up to `month_end` that is good for both currencies."""
    return _Days(base, quote).good_until(month_end)


def closed_on(base: str, quote: str, day: date) -> tuple[str, ...]:
    """The currencies that do not settle on `day` (weekends too); empty when it is a good value date."""
    return _Days(base, quote).closed_on(day)


def unannounced(base: str, quote: str, day: date) -> tuple[str, ...]:
    """Currencies whose holidays in the year of `day` are not published yet."""
    return _Days(base, quote).unannounced(day)


def next_good(base: str, quote: str, day: date) -> date:
    """The first good value date from `day` on."""
    return _Days(base, quote).good_from(day)


class _Days:
    """The days of one pair, and which holidays were met on the way."""

    def __init__(self, base: str, quote: str) -> None:
        pair = in_market_order(base, quote)
        self._pair = pair
        self._counting = [centre(code) for code in pair if code != "USD" or "CNY" in pair]
        with_dollar = pair if "CNY" in pair or "USD" in pair else (*pair, "USD")
        self._good: list[Centre] = [centre(code) for code in with_dollar]
        self._met: dict[date, tuple[str, ...]] = {}

    def spot_from(self, deal_day: date) -> date:
        day = deal_day
        for _ in range(1 if frozenset(self._pair) in _NEXT_DAY else 2):
            day = self._from(day + _ONE_DAY, self._counting)
        return self.good_from(day)

    def good_from(self, day: date) -> date:
        return self._from(day, self._good)

    def good_until(self, day: date) -> date:
        while self.closed_on(day):
            day -= _ONE_DAY
        return day

    def after(self, spot: date, count: int, unit: str) -> date:
        """`spot` plus `count` weeks, months or years: modified following, end-of-month rule."""
        library = quantlib()
        period = library.Period(count, {"W": library.Weeks, "M": library.Months, "Y": library.Years}[unit])
        moved = library.Date(spot.day, spot.month, spot.year) + period
        target = date(moved.year(), moved.month(), moved.dayOfMonth())
        if unit != "W" and next_good(*self._pair, spot + _ONE_DAY).month != spot.month:
            last = library.Date.endOfMonth(moved)
            return self.good_until(date(last.year(), last.month(), last.dayOfMonth()))
        day = self.good_from(target)
        return day if day.month == target.month else self.good_until(target)

    def closed_on(self, day: date) -> tuple[str, ...]:
        return tuple(one.currency for one in self._good if not one.is_open(day))

    def moved_by(self) -> tuple[Closed, ...]:
        return tuple(Closed(day, currencies) for day, currencies in sorted(self._met.items()))

    def unannounced(self, day: date) -> tuple[str, ...]:
        return tuple(one.currency for one in self._good if not one.is_announced(day))

    def _from(self, day: date, centres: list[Centre]) -> date:
        while shut := [one for one in centres if not one.is_open(day)]:
            holidays = tuple(one.currency for one in shut if not one.is_weekend(day))
            if holidays:
                self._met[day] = holidays
            day += _ONE_DAY
        return day
