"""Forward points from the interest rates of both currencies: covered interest parity.

Formula: with S the spot price and (1 + r·t) the growth of a currency from spot to the day, written here for simple
interest, `F = S · (1 + r_quote·t) / (1 + r_base·t)`; points = (F − S) / pip. Source: J. C. Hull, Options, Futures, and
Other Derivatives, ch. 5, "Forward and futures contracts on currencies"; C. S. Eun and B. G. Resnick, International
Financial Management, ch. 6, "International parity relationships".

Sides. The bank bids for the base forward by borrowing it (at its offer), selling it spot (at the bid) and lending the
quote (at its bid):
- `F_bid   = S_bid   · growth_quote(bid)   / growth_base(offer)`
- `F_offer = S_offer · growth_quote(offer) / growth_base(bid)`
Before spot the loans run the other way round, from the day until spot: `P_bid = S_bid · growth_base(bid) /
growth_quote(offer)`, and the offer accordingly.

Between tenors the logarithm of the discount factor is linear in days: the forward interest is constant (QuantLib's
`DiscountCurve`). Behind the last tenor there is nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field, field_validator

from skills.fx.calendars import quantlib
from skills.fx.quotation import BEFORE_SPOT, ByTenor, Strict


class Curve(Strict):
    """What one currency costs: zero rates in percent a year, from spot; of ON and TN, for that night."""

    basis: Literal["act/360", "act/365"]
    compounding: Literal["simple", "annual", "continuous"] = "simple"
    rates: ByTenor = Field(min_length=1)
    """Tenor -> what the bank pays and what it lends at."""

    @field_validator("rates")
    @classmethod
    def _possible(cls, rates: ByTenor) -> ByTenor:
        if any(not -10 <= side <= 300 for sides in rates.values() for side in sides):
            raise ValueError("no interest rate: percent a year are meant")
        return rates


class Curves(Strict):
    """The two curves of a pair."""

    base: Curve
    quote: Curve


@dataclass(frozen=True, slots=True)
class Schedule:
    """The days of a pair, dealt on one day."""

    today: date
    """The first day on which the pair can settle."""
    tomorrow: date
    spot: date
    ends: Callable[[str], date]
    """Where a tenor ends."""


def growth(curves: Curves, days: Schedule, day: date) -> tuple[Decimal, Decimal] | None:
    """What spot is multiplied with for `day`, on the bid and on the offer; None where the curves do not reach it."""
    # Before spot it is a loan that ends there, not one that begins: who lends and who borrows change places.
    ahead = day >= days.spot
    grown, lent, borrowed = (
        (_from_spot, curves.quote, curves.base) if ahead else (_until_spot, curves.base, curves.quote)
    )
    found = []
    for side in (0, 1):
        gained, paid = grown(lent, side, days, day), grown(borrowed, 1 - side, days, day)
        if gained is None or paid is None:
            return None
        found.append(Decimal(repr(gained / paid)))
    return found[0], found[1]


def last_day(curves: Curves, days: Schedule) -> date:
    """The last day that both curves reach."""
    return min(max((days.ends(tenor) for tenor in one.rates), default=days.spot) for one in (curves.base, curves.quote))


def _from_spot(curve: Curve, side: int, days: Schedule, day: date) -> float | None:
    """One unit lent from spot until `day`."""
    if day == days.spot:
        return 1.0
    known = {days.spot: 1.0}
    for tenor, rate in curve.rates.items():
        if tenor not in BEFORE_SPOT and (end := days.ends(tenor)) > days.spot:
            known[end] = 1 / _grown(curve, rate[side], days.spot, end)
    if day > max(known):
        return None
    library, ordered = quantlib(), sorted(known)
    made = library.DiscountCurve([_day(one) for one in ordered], [known[one] for one in ordered], _counter(curve))
    return 1 / float(made.discount(_day(day)))


def _until_spot(curve: Curve, side: int, days: Schedule, day: date) -> float | None:
    """One unit lent from `day` until spot, night by night."""
    nights: Mapping[str, tuple[date, date]] = {"TN": (days.tomorrow, days.spot), "ON": (days.today, days.tomorrow)}
    grown = 1.0
    for tenor, (start, end) in nights.items():
        if day < end and start < end:
            if tenor not in curve.rates:
                return None
            grown *= _grown(curve, curve.rates[tenor][side], start, end)
    return grown


def _grown(curve: Curve, percent: Decimal, start: date, end: date) -> float:
    """One unit lent from `start` until `end` at `percent` a year."""
    library = quantlib()
    kinds = {"simple": library.Simple, "annual": library.Compounded, "continuous": library.Continuous}
    rate = library.InterestRate(float(percent) / 100, _counter(curve), kinds[curve.compounding], library.Annual)
    return float(rate.compoundFactor(_day(start), _day(end)))


def _counter(curve: Curve) -> Any:
    library = quantlib()
    return library.Actual360() if curve.basis == "act/360" else library.Actual365Fixed()


def _day(day: date) -> Any:
    return quantlib().Date(day.day, day.month, day.year)
