"""Forward points from interest rates: textbooks, QuantLib's own instruments, figures by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import QuantLib
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.core.errors import SkillFailed
from skills.fx.curves import Curves, Schedule, growth
from skills.fx.market import Market, market_of, read_market
from skills.fx.price import indicative, swap_points
from skills.fx.value_dates import value_date
from tests.skills.context import CONTENT

TODAY = date(2026, 11, 23)
"""A Monday; EUR/USD settles on Wednesday, over Thanksgiving's eve."""
SPOT = date(2027, 1, 4)
EURO: dict[str, Any] = {
    "basis": "act/360",
    "rates": {"ON": [1.90, 1.95], "TN": [1.90, 1.95], "1W": [1.91, 1.97], "1M": [1.93, 1.99]},
}
DOLLAR: dict[str, Any] = {
    "basis": "act/360",
    "rates": {"ON": [3.60, 3.68], "TN": [3.60, 3.68], "1W": [3.62, 3.70], "1M": [3.64, 3.72]},
}
for _curve, _more in (
    (EURO, {"3M": [1.97, 2.03], "1Y": [2.05, 2.12]}),
    (DOLLAR, {"3M": [3.66, 3.74], "1Y": [3.5, 3.6]}),
):
    _curve["rates"] |= _more


def years(count: float, day_count: int = 365) -> Schedule:
    """A spot day, and one tenor that ends so many years of `day_count` days later."""
    end = SPOT + timedelta(days=round(count * day_count))
    return Schedule(SPOT - timedelta(days=2), SPOT - timedelta(days=1), SPOT, lambda tenor: end)


def flat(percent: float, compounding: str, tenor: str = "1Y", basis: str = "act/365") -> dict[str, Any]:
    return {"basis": basis, "compounding": compounding, "rates": {tenor: [percent, percent]}}


def forward(spot: str, base: dict[str, Any], quote: dict[str, Any], days: Schedule) -> Decimal:
    grown = growth(Curves.model_validate({"base": base, "quote": quote}), days, days.ends("1Y"))
    assert grown is not None and grown[0] == grown[1]
    return Decimal(spot) * grown[0]


def euro_market(base: Any = EURO, quote: Any = DOLLAR, spot: tuple[str, str] = ("1.16820", "1.16860")) -> Market:
    pair = {"spot": spot, "decimals": 5, "pip": "0.0001", "curves": {"base": base, "quote": quote}}
    return market_of(
        {"as_of": "2026-11-23T10:00:00+08:00", "source": "x", "stale_after_minutes": 15, "pairs": {"EUR/USD": pair}}
    )


def test_hull_two_year_forward_of_the_australian_dollar() -> None:
    """J. C. Hull, Options, Futures, and Other Derivatives, 8th ed., section 5.10, example 5.6: 0.62 USD per AUD, two
    years at 5 % (AUD) and 7 % (USD), continuous: 0.6453."""
    price = forward("0.6200", flat(5, "continuous"), flat(7, "continuous"), years(2))
    assert round(price, 4) == Decimal("0.6453")


def test_eun_and_resnick_one_year_forward_of_the_pound() -> None:
    """C. S. Eun, B. G. Resnick, International Financial Management, 6th ed., chapter 6, example 6.1: 1.50 USD per GBP,
    one year at 8 % (GBP) and 5 % (USD), a year's interest paid once: 1.4583 (the book rounds to 1.458)."""
    for compounding in ("simple", "annual"):
        price = forward("1.50", flat(8, compounding), flat(5, compounding), years(1))
        assert round(price, 4) == Decimal("1.4583")


def test_each_currency_has_its_own_year() -> None:
    """By hand, 92 days, GBP 4 % of 365, USD 5 % of 360: 1.3421 x (1 + .05*92/360) / (1 + .04*92/365) = 1.345681…"""
    days = years(92 / 365)
    price = forward("1.3421", flat(4, "simple"), flat(5, "simple", basis="act/360"), days)
    assert price == pytest.approx(
        Decimal("1.3421") * (1 + Decimal(46) / 3600) / (1 + Decimal(368) / 36500), abs=Decimal("1e-12")
    )
    assert round(price, 5) == Decimal("1.34568")


def test_both_sides_of_a_three_months_forward_by_hand() -> None:
    """EUR/USD dealt on 23 November 2026: spot 25 November, three months 25 February 2027, 92 days.

    Bid: 1.16820 x (1 + .0366*92/360) / (1 + .0203*92/360) = 1.173043…; offer: 1.16860 x (1 + .0374*92/360) /
    (1 + .0197*92/360) = 1.173859…
    """
    day = value_date("EUR", "USD", "3M", TODAY).day
    assert day == date(2027, 2, 25)
    price = indicative(euro_market(), "EUR", "USD", day, TODAY)
    assert (price.bid, price.offer) == (Decimal("1.17304"), Decimal("1.17386"))
    assert price.points is not None
    assert price.points[0] == pytest.approx(Decimal("48.4109"), abs=Decimal("0.001"))
    assert price.points[1] == pytest.approx(Decimal("52.5949"), abs=Decimal("0.001"))


def test_tomorrow_and_today_are_taken_back_from_spot_by_hand() -> None:
    """TOM is 24, TOD 23 November: one night each.

    TOM bid 1.16820 x (1 + .0190/360) / (1 + .0368/360); the offer 1.16860 x (1 + .0195/360) / (1 + .0360/360).
    """
    market = euro_market()
    tomorrow = indicative(market, "EUR", "USD", date(2026, 11, 24), TODAY)
    today = indicative(market, "EUR", "USD", TODAY, TODAY)
    night = [(1 + Decimal("0.0190") / 360) / (1 + Decimal("0.0368") / 360)]
    night += [(1 + Decimal("0.0195") / 360) / (1 + Decimal("0.0360") / 360)]
    assert tomorrow.points is not None and today.points is not None
    for side, spot in enumerate((Decimal("1.16820"), Decimal("1.16860"))):
        assert tomorrow.points[side] == pytest.approx((spot * night[side] - spot) * 10_000, abs=Decimal("1e-5"))
        assert today.points[side] == pytest.approx((spot * night[side] ** 2 - spot) * 10_000, abs=Decimal("1e-5"))
    # A night's own points: what the far day costs more than the near one, on the middle of the spot:
    # 11684 x (1 - 1 / ((1 + .0360/360) / (1 + .0195/360))) = 0.5355, the offer with .0368 and .0190: 0.5776.
    bid, offer = swap_points(market, "EUR", "USD", "TN", date(2026, 11, 25), TODAY)
    assert (round(bid, 3), round(offer, 3)) == (Decimal("0.535"), Decimal("0.578"))
    over_night = swap_points(market, "EUR", "USD", "ON", date(2026, 11, 24), TODAY)
    assert over_night == pytest.approx((bid, offer), abs=Decimal("0.001"))


def test_a_broken_date_follows_the_forward_interest_between_its_tenors() -> None:
    """A third of the way (20 of 62 days) from 28 December (33 days) to 25 February (92 days; 59 between): the discount
    factors' logarithms are linear. QuantLib is asked for the same curve only after it is written out here."""
    day = date(2027, 1, 14)
    one, three = value_date("EUR", "USD", "1M", TODAY).day, value_date("EUR", "USD", "3M", TODAY).day
    spot = date(2026, 11, 25)
    share = (day - one).days / (three - one).days

    def grown(near: float, far: float) -> float:
        to_one, to_three = 1 + near * (one - spot).days / 36000, 1 + far * (three - spot).days / 36000
        return float(to_one ** (1 - share) * to_three**share)

    price = indicative(euro_market(), "EUR", "USD", day, TODAY)
    bid = 1.16820 * grown(3.64, 3.66) / grown(1.99, 2.03)
    offer = 1.16860 * grown(3.72, 3.74) / grown(1.93, 1.97)
    assert price.points is not None
    assert float(price.points[0]) == pytest.approx((bid - 1.16820) * 10_000, abs=1e-5)
    assert float(price.points[1]) == pytest.approx((offer - 1.16860) * 10_000, abs=1e-5)


def ql_day(day: date) -> Any:
    return QuantLib.Date(day.day, day.month, day.year)


def handle(rates: dict[str, Any], side: int) -> Any:
    """QuantLib's own curve from spot, through the discount factors that simple interest gives."""
    spot = value_date("EUR", "USD", "SPOT", TODAY).day
    days, factors = [spot], [1.0]
    for tenor, sides in rates["rates"].items():
        if tenor not in ("ON", "TN"):
            days.append(value_date("EUR", "USD", tenor, TODAY).day)
            factors.append(1 / (1 + sides[side] / 100 * (days[-1] - spot).days / 360))
    curve = QuantLib.DiscountCurve([ql_day(one) for one in days], factors, QuantLib.Actual360())
    return QuantLib.YieldTermStructureHandle(curve)


@settings(max_examples=60, deadline=None)
@given(days=st.integers(min_value=1, max_value=360))
def test_quantlibs_fx_forward_gives_the_same_price(days: int) -> None:
    """`FxForward` with `DiscountingFxForwardEngine`, on each side."""
    day = value_date("EUR", "USD", "SPOT", TODAY).day + timedelta(days=days)
    QuantLib.Settings.instance().evaluationDate = ql_day(TODAY)
    made = indicative(euro_market(), "EUR", "USD", day, TODAY)
    assert made.points is not None
    for side, spot in enumerate((1.16820, 1.16860)):
        quote = QuantLib.QuoteHandle(QuantLib.SimpleQuote(spot))
        engine = QuantLib.DiscountingFxForwardEngine(handle(EURO, 1 - side), handle(DOLLAR, side), quote)
        helper = QuantLib.FxForward(1e6, QuantLib.EURCurrency(), 1.17e6, QuantLib.USDCurrency(), ql_day(day), True)
        helper.setPricingEngine(engine)
        ours = spot + float(made.points[side]) / 10_000
        assert ours == pytest.approx(helper.fairForwardRate(), abs=1e-9)


def test_quantlibs_swap_helpers_lead_back_to_the_curve() -> None:
    """Points of ours, bootstrapped with `FxSwapRateHelper`, give the dollar curve that they were made from."""
    both = {name: {**one, "rates": {tenor: [sum(two) / 2] * 2 for tenor, two in one["rates"].items()}}
            for name, one in (("base", EURO), ("quote", DOLLAR))}  # fmt: skip
    market = euro_market(both["base"], both["quote"], ("1.1684", "1.1684"))
    QuantLib.Settings.instance().evaluationDate = ql_day(TODAY)
    calendar = QuantLib.JointCalendar(QuantLib.TARGET(), QuantLib.UnitedStates(QuantLib.UnitedStates.FederalReserve))
    spot = QuantLib.QuoteHandle(QuantLib.SimpleQuote(1.1684))
    helpers = []
    for tenor in ("1W", "1M", "3M", "1Y"):
        points = swap_points(market, "EUR", "USD", tenor, value_date("EUR", "USD", tenor, TODAY).day, TODAY)[0]
        helpers.append(
            QuantLib.FxSwapRateHelper(
                QuantLib.QuoteHandle(QuantLib.SimpleQuote(float(points) / 10_000)), spot, QuantLib.Period(tenor), 2,
                calendar, QuantLib.ModifiedFollowing, True, True, handle(both["base"], 0),
            )
        )  # fmt: skip
        assert helpers[-1].latestDate() == ql_day(value_date("EUR", "USD", tenor, TODAY).day)
    dollars = QuantLib.PiecewiseLogLinearDiscount(ql_day(date(2026, 11, 25)), helpers, QuantLib.Actual360())
    for tenor in ("1W", "1M", "3M", "1Y"):
        day = ql_day(value_date("EUR", "USD", tenor, TODAY).day)
        assert dollars.discount(day) == pytest.approx(handle(both["quote"], 0).discount(day), abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(
    base=st.decimals(min_value=-1, max_value=60, places=4),
    quote=st.decimals(min_value=-1, max_value=60, places=4),
    width=st.decimals(min_value=0, max_value=1, places=4),
    days=st.integers(min_value=-2, max_value=360),
)
def test_the_bid_is_never_above_the_offer(base: Decimal, quote: Decimal, width: Decimal, days: int) -> None:
    one, other = ({**EURO, "rates": {tenor: [rate, rate + width] for tenor in EURO["rates"]}} for rate in (base, quote))
    market, spot = euro_market(one, other), value_date("EUR", "USD", "SPOT", TODAY).day
    price = indicative(market, "EUR", "USD", spot + timedelta(days=days), TODAY)
    assert 0 < price.bid <= price.offer
    points = swap_points(market, "EUR", "USD", None, spot + timedelta(days=days), TODAY)
    assert points[0] <= points[1]


def test_behind_the_last_tenor_and_without_its_nights_there_is_no_price() -> None:
    with pytest.raises(SkillFailed, match="2027-11-26"):
        indicative(euro_market(), "EUR", "USD", date(2027, 12, 1), TODAY)
    later = {**EURO, "rates": {tenor: rate for tenor, rate in EURO["rates"].items() if tenor not in ("ON", "TN")}}
    with pytest.raises(SkillFailed, match="SPOT"):
        indicative(euro_market(later), "EUR", "USD", TODAY, TODAY)
    with pytest.raises(SkillFailed):
        swap_points(euro_market(later), "EUR", "USD", "TN", date(2026, 11, 25), TODAY)


@pytest.mark.parametrize(
    "change",
    [
        {"rates": {}},
        {"rates": {"3M": [500, 510]}},
        {"rates": {"3M": [-11, -10]}},
        {"rates": {"3M": [2.1, 2.0]}},
        {"rates": {"4M": [2.0, 2.1]}},
        {"basis": "30/360"},
        {"compounding": "weekly"},
    ],
)
def test_rates_that_cannot_be_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Curves.model_validate({"base": {**EURO, **change}, "quote": DOLLAR})
    assert "EUR/USD" in euro_market({**EURO, **change}).refused


def test_points_and_rates_are_not_given_both() -> None:
    pair = read_market(CONTENT).pairs["EUR/USD"].model_dump()
    curves = {"base": EURO, "quote": DOLLAR}
    said = {"as_of": "2026-11-23T10:00:00+08:00", "source": "x", "stale_after_minutes": 15}
    assert market_of({**said, "pairs": {"EUR/USD": {**pair, "curves": curves}}}).refused["EUR/USD"].why == "unreadable"
