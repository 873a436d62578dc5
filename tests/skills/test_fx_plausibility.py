"""Which pairs of a market are believed: wrong decimal points, crossed, missing, halted, vouched for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import SkillFailed
from app.core.skill import Result
from skills.fx import market_source
from skills.fx.board import rates
from skills.fx.market import market_of
from skills.fx.market_source import current_market
from skills.fx.plausibility import judged
from skills.fx.price import indicative
from skills.fx.source_rules import SourceRules
from tests.skills.context import FakeDatabase
from tests.skills.data_system import (
    NOW,
    DataSystem,
    as_json,
    asking,
    dollar,
    figures,
    market,
)

WORTH = {"CNY": Decimal(1), "USD": Decimal("6.85"), "JPY": Decimal("0.043"), "EUR": Decimal(8)}


@pytest.fixture
async def system() -> AsyncIterator[DataSystem]:
    async with DataSystem().running() as running:
        yield running


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[FakeDatabase]:
    made = await FakeDatabase(tmp_path / "fx.db").open()
    yield made
    await made.close()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every turn asks anew, and everything is written at once; two tests put the seconds back."""
    for name in ("_FRESH", "_REST", "_KEPT_EVERY"):
        monkeypatch.setattr(market_source, name, 0.0)


async def test_one_pair_with_a_wrong_decimal_point_is_refused_and_the_others_are_used(
    tmp_path: Path, database: FakeDatabase, system: DataSystem
) -> None:
    ctx = asking(tmp_path, database, system.port)
    system.answer = as_json(figures(NOW - timedelta(minutes=1)))
    await current_market(ctx)
    system.answer = as_json(figures(USD_CNY=dollar(68.305, 68.335)))
    market = await current_market(ctx)
    assert set(market.pairs) == {"USD/JPY", "EUR/USD"} and market.refused["USD/CNY"].why == "moved"
    with pytest.raises(SkillFailed) as raised:
        indicative(market, "CNY", "USD", None, NOW.date())
    for part in ("USD/CNY", "68.305/68.335", "6.8305/6.8335", "900.0%", "小数点"):
        assert part in raised.value.message
    with pytest.raises(SkillFailed, match="USD/CNY 的行情不可用"):
        indicative(market, "EUR", "CNY", None, NOW.date())
    assert indicative(market, "EUR", "JPY", None, NOW.date()).legs == ("EUR/USD", "USD/JPY")
    system.answer = as_json(figures(USD_CNY=dollar(6.8405, 6.8435)))
    assert not (await current_market(ctx)).refused


@pytest.mark.parametrize(
    ("pair", "why"),
    [
        (dollar(6.8335, 6.8305), "crossed"),
        (dollar(0, 6.8), "not_positive"),
        (dollar(-6.9, -6.8), "not_positive"),
        (dollar(6.8305, 6.8335, points={"3M": [-90000, -80000]}), "not_positive"),
        (dollar(6.8305, 68.335), "moved"),
        (dollar(6.62, 6.623), "moved"),
        (dollar(6.75, 6.9), "wide"),
        (dollar(6.8305, 6.8335, points={"3M": [-3450, -3350]}), "points"),
        (dollar(6.8305, 6.8335, points={"3M": [-335, -345]}), "crossed"),
        (dollar(6.8305, 6.8335, points={"4M": [-1, 1]}), "unreadable"),
        (dollar(1e300, 1e301), "unreadable"),
        (dollar(6.8305, 6.8335, per=100), "moved"),
        ({"spot": ["6.83"], "decimals": 4, "pip": 0.0001}, "unreadable"),
        ({"spot": "6.8305 6.8335", "decimals": 4, "pip": 0.0001}, "unreadable"),
        (7, "unreadable"),
        (None, "missing"),
    ],
)
async def test_what_is_wrong_with_a_pair_is_named(
    pair: Any, why: str, tmp_path: Path, database: FakeDatabase, system: DataSystem
) -> None:
    ctx = asking(tmp_path, database, system.port)
    system.answer = as_json(figures(NOW - timedelta(minutes=1)))
    await current_market(ctx)
    system.answer = as_json(figures(USD_CNY=pair))
    market = await current_market(ctx)
    assert market.refused["USD/CNY"].why == why and set(market.pairs) == {"USD/JPY", "EUR/USD"}
    shown = await rates.function(ctx, "")
    assert isinstance(shown, Result) and "USD/CNY 的行情不可用" in shown.text and "| EUR/USD" in shown.text


def test_a_pair_that_is_turned_round_is_refused_by_its_right_name() -> None:
    turned = market_of(figures(CNY_USD=dollar(0.1463, 0.1464), USD_CNY=None, XAU_USD=dollar(4100, 4101)))
    assert {name: one.why for name, one in turned.refused.items()} == {"USD/CNY": "not_a_pair", "XAU/USD": "not_a_pair"}
    with pytest.raises(SkillFailed, match="不是约定写法"):
        indicative(turned, "USD", "CNY", None, NOW.date())
    assert "USD/CNY" in market_of(figures(CNY_USD=dollar(0.1463, 0.1464))).pairs


async def test_without_a_last_good_price_the_banks_fixed_rates_are_the_measure(
    tmp_path: Path, database: FakeDatabase, system: DataSystem
) -> None:
    system.answer = as_json(figures(USD_CNY=dollar(0.68305, 0.68335), USD_JPY=dollar(15980, 15986)))
    market = await current_market(asking(tmp_path, database, system.port))
    assert {name: one.why for name, one in market.refused.items()} == {"USD/CNY": "off_level", "USD/JPY": "off_level"}
    assert set(market.pairs) == {"EUR/USD"}


async def test_a_halted_pair_is_not_dealt(tmp_path: Path, database: FakeDatabase, system: DataSystem) -> None:
    system.answer = as_json({**figures(), "refused": {"EUR/USD": {"why": "halted"}}})
    market = await current_market(asking(tmp_path, database, system.port))
    assert "EUR/USD" not in market.pairs
    with pytest.raises(SkillFailed, match="暂停"):
        indicative(market, "EUR", "USD", None, NOW.date())


async def test_a_real_jump_is_believed_where_the_department_vouches_for_it(
    tmp_path: Path, database: FakeDatabase, system: DataSystem
) -> None:
    ctx = asking(tmp_path, database, system.port)
    system.answer = as_json(figures(NOW - timedelta(minutes=1)))
    await current_market(ctx)
    system.answer = as_json(figures(USD_CNY=dollar(7.5, 7.503)))
    assert "USD/CNY" in (await current_market(ctx)).refused
    asking(tmp_path, database, system.port, vouched={"USD/CNY": {"mid": 7.5, "at": NOW}})
    assert (await current_market(ctx)).pairs["USD/CNY"].spot[0] == Decimal("7.5")


@settings(deadline=None)
@given(
    bid=st.decimals(min_value="0.5", max_value="500", places=4),
    shift=st.sampled_from([-3, -2, -1, 1, 2, 3]),
    days=st.integers(min_value=0, max_value=3650),
)
def test_a_wrong_decimal_point_is_never_let_through(bid: Decimal, shift: int, days: int) -> None:
    offer = bid + Decimal("0.003")
    before = market(NOW - timedelta(days=days), bid, offer)
    factor = Decimal(10) ** shift
    for now in (market(NOW, bid * factor, offer * factor), market(NOW, *sorted((bid * factor, offer)))):
        if now.pairs:
            found = judged(now, {"USD/CNY": before}, SourceRules(), WORTH)
            assert not found.pairs and found.refused["USD/CNY"].why == "moved"


@settings(deadline=None)
@given(bid=st.decimals(min_value="0.5", max_value="500", places=4), moved=st.floats(min_value=-2.9, max_value=2.9))
def test_what_a_market_moves_in_a_day_is_let_through(bid: Decimal, moved: float) -> None:
    factor = 1 + Decimal(repr(moved)) / 100
    spread = Decimal("1.0005")
    before = market(NOW - timedelta(minutes=1), bid, bid * spread)
    assert judged(market(NOW, bid * factor, bid * factor * spread), {"USD/CNY": before}, SourceRules(), WORTH).pairs


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just("6.8305"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["spot", "points", "pip", "x"]), inner),
    max_leaves=8,
)


@settings(deadline=None, max_examples=200)
@given(pair=VALUES, spot=st.lists(VALUES, min_size=2, max_size=2), points=VALUES)
def test_whatever_a_source_says_of_one_pair_the_others_stay_usable(pair: Any, spot: list[Any], points: Any) -> None:
    for strange in (pair, {"spot": spot, "decimals": 4, "pip": 0.0001, "points": points}):
        made = market_of(figures(USD_CNY=strange if strange is not None else 0))
        assert {"USD/JPY", "EUR/USD"} <= set(made.pairs)
        assert ("USD/CNY" in made.pairs) != ("USD/CNY" in made.refused)
        found = judged(made, {}, SourceRules(), WORTH)
        assert all(0 < known.spot[0] <= known.spot[1] for known in found.pairs.values())
