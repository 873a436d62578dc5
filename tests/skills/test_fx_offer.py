"""The price for a client: the right side, his spread, rounded against him; nothing on old data."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import QuantLib
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import SkillFailed
from skills.fx.clients import read_clients
from skills.fx.dealing_rules import read_dealing_rules
from skills.fx.deals.deal import Deal, ElementName, Offered, Said
from skills.fx.market import Market, PairMarket, read_market
from skills.fx.offer import offered
from tests.skills.context import CONTENT

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
MARKET = read_market(CONTENT).model_copy(update={"as_of": NOW - timedelta(minutes=1)})
CLIENTS = {client.tier: client for client in read_clients(CONTENT)}
RULES = read_dealing_rules(CONTENT)
RATES = {"base": ["1.97", "2.03"], "quote": ["3.66", "3.74"]}


def deal(side: str = "buy", base: str = "USD", quote: str = "CNY", product: str = "spot", **more: str) -> Deal:
    values: dict[str, str] = {"side": side, "base": base, "quote": quote, "product": product, **more}
    elements: dict[ElementName, Said] = {name: Said(one, "E1002", "t1", NOW) for name, one in values.items()}  # type: ignore[misc]
    return Deal("FX20261123-0001", "r1", "checked", 3, "E1002", "城东支行", NOW, NOW, elements)


def price(made: Deal, tier: str = "A", market: Market = MARKET) -> Offered:
    return offered(market, made, CLIENTS[tier], RULES, now=NOW, by="fx")


def test_who_buys_pays_the_offer_and_the_spread_rounded_up() -> None:
    # 6.8335 x 1.0003 = 6.83555005
    assert price(deal("buy")).price == Decimal("6.8356")
    # 6.8305 x 0.9997 = 6.82845085
    assert price(deal("sell")).price == Decimal("6.8284")


def test_a_lower_tier_pays_more() -> None:
    buying = [price(deal("buy"), tier).price for tier in "ABC"]
    selling = [price(deal("sell"), tier).price for tier in "ABC"]
    assert buying == sorted(set(buying)) and selling == sorted(set(selling), reverse=True)


def test_a_currency_named_against_the_markets_order_keeps_its_side() -> None:
    assert price(deal("buy", "JPY", "USD")).price == price(deal("sell", "USD", "JPY")).price
    assert price(deal("buy", "JPY", "CNY")).per == 100


def test_a_forward_agrees_with_covered_interest_parity() -> None:
    """QuantLib's discount factors of the two curves that the points imply give the same forward."""
    made = price(deal("buy", "EUR", "USD", "forward", value_date="2027-02-25"))
    pair = MARKET.direct("EUR", "USD")
    assert pair is not None and made.offer is not None
    start, end = QuantLib.Date(25, 11, 2026), QuantLib.Date(25, 2, 2027)
    euro = QuantLib.FlatForward(start, 0.02, QuantLib.Actual365Fixed())
    forward = float(pair.spot[1] + pair.points["3M"][1] * pair.pip)
    dollars = euro.discount(end) * float(pair.spot[1]) / forward
    assert float(made.offer) == pytest.approx(float(pair.spot[1]) * euro.discount(end) / dollars, abs=5e-5)


def test_a_swap_rests_on_one_near_rate_and_its_points() -> None:
    made = price(deal("buy", product="swap", near_date="2026-11-25", value_date="2027-02-25", tenor="3M"))
    pair = MARKET.direct("USD", "CNY")
    assert pair is not None and made.near_price == made.mid
    # He buys near and sells far: at the bank's bid for far, less the spread of tier A.
    expected = made.mid + pair.points["3M"][0] * pair.pip - made.mid * Decimal("0.0004")
    assert abs(made.price - expected) <= Decimal("0.0001")
    other = price(deal("sell", product="swap", near_date="2026-11-25", value_date="2027-02-25", tenor="3M"))
    assert other.price > made.price


def test_a_swap_whose_points_come_from_interest_rates() -> None:
    """EUR/USD, spot against three months (92 days), tier A 4 bp: he sells far at the bank's bid.

    Points 11684 x ((1 + .0366*92/360) / (1 + .0203*92/360) - 1) = 48.4192; 1.1684 + 0.00484192 - 0.00046736 =
    1.17277456, rounded down.
    """
    rates = {side: {"basis": "act/360", "rates": {"3M": two}} for side, two in RATES.items()}
    pair = {"spot": ["1.16820", "1.16860"], "decimals": 5, "pip": "0.0001", "curves": rates}
    market = MARKET.model_copy(update={"pairs": {"EUR/USD": PairMarket.model_validate(pair)}})
    swap = deal("buy", "EUR", "USD", "swap", near_date="2026-11-25", value_date="2027-02-25", tenor="3M")
    made = price(swap, market=market)
    assert (made.near_price, made.price) == (Decimal("1.16840"), Decimal("1.17277"))


def test_it_holds_for_its_seconds_and_says_from_when_the_market_is() -> None:
    made = price(deal())
    assert made.until - made.at == timedelta(seconds=RULES.quote_seconds)
    assert (made.market_at, made.source) == (MARKET.as_of, MARKET.source)


@pytest.mark.parametrize("age", [timedelta(minutes=15, seconds=1), timedelta(days=3), -timedelta(seconds=1)])
def test_nothing_is_quoted_on_old_data_or_on_data_of_tomorrow(age: timedelta) -> None:
    with pytest.raises(SkillFailed) as raised:
        price(deal(), market=MARKET.model_copy(update={"as_of": NOW - age}))
    assert raised.value.code == "FX_STALE"


def test_a_swap_without_a_far_day_or_points_is_not_quoted() -> None:
    with pytest.raises(SkillFailed):
        price(deal(product="swap"))
    with pytest.raises(SkillFailed):
        price(deal("buy", "EUR", "GBP", "swap", value_date="2027-02-25"))


@given(
    base=st.sampled_from(["USD", "EUR", "GBP", "JPY", "HKD"]),
    tier=st.sampled_from("ABC"),
    days=st.integers(min_value=0, max_value=300),
)
def test_the_bank_never_loses_on_the_two_sides_of_one_price(base: str, tier: str, days: int) -> None:
    day = (NOW + timedelta(days=2 + days)).date().isoformat()
    bought, sold = (price(deal(side, base, "CNY", "forward", value_date=day), tier) for side in ("buy", "sell"))
    assert bought.price > bought.mid > sold.price
    assert replace(bought, price=sold.price) != bought
