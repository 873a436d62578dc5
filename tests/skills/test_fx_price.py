"""The market file and the indicative prices made from it."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.assistant import ContentError
from app.core.errors import SkillFailed
from skills.fx.market import Market, read_market
from skills.fx.price import indicative, swap_points
from skills.fx.value_dates import value_date
from tests.skills.context import CONTENT, ZONE

TODAY = date(2026, 11, 23)
MARKET = read_market(CONTENT)
CURRENCIES = sorted({code for name in MARKET.pairs for code in (name[:3], name[4:])})
PAIR = "  USD/CNY: {spot: [6.8, 6.9], decimals: 4, pip: 0.0001}\n"
HEAD = "as_of: 2026-11-20T16:30:00+08:00\nsource: x\nstale_after_minutes: 15\npairs:\n"


def market_file(folder: Path, text: str) -> Path:
    (folder / "config").mkdir(exist_ok=True)
    (folder / "config" / "market.yaml").write_text(text, encoding="utf-8")
    return folder


def test_the_shipped_market_is_wide_enough_and_says_what_it_is() -> None:
    assert len(MARKET.pairs) >= 12
    assert "示例数据" in MARKET.source
    assert "欧洲中央银行" in MARKET.source


def test_direct_markets_agree_with_their_crosses() -> None:
    """Nobody could earn a tenth of a percent by going round through the dollar."""
    without = {name: pair for name, pair in MARKET.pairs.items() if not name.endswith("/CNY") or name == "USD/CNY"}
    crosses = MARKET.model_copy(update={"pairs": without})
    for code in ("EUR", "GBP", "HKD", "JPY"):
        for tenor in ("SPOT", "3M", "1Y"):
            day = value_date(code, "CNY", tenor, TODAY).day
            direct, cross = (indicative(market, code, "CNY", day, TODAY) for market in (MARKET, crosses))
            assert cross.legs
            assert abs(direct.mid / cross.mid - 1) < Decimal("0.002"), (code, tenor)


def test_an_outright_is_spot_plus_points() -> None:
    price = indicative(MARKET, "USD", "CNY", value_date("USD", "CNY", "3M", TODAY).day, TODAY)
    assert (price.bid, price.offer) == (Decimal("6.7960"), Decimal("6.8000"))
    assert price.points == (Decimal(-345), Decimal(-335))
    spot = indicative(MARKET, "CNY", "USD", None, TODAY)
    assert (spot.base, spot.quote, spot.bid, spot.offer) == ("USD", "CNY", Decimal("6.8305"), Decimal("6.8335"))


def test_between_tenors_points_are_linear_in_days() -> None:
    one, two = (value_date("USD", "CNY", tenor, TODAY).day for tenor in ("1M", "2M"))
    day = one + (two - one) // 2
    price = indicative(MARKET, "USD", "CNY", day, TODAY)
    share = Decimal((day - one).days) / Decimal((two - one).days)
    assert price.points is not None
    assert price.points[0] == -118 + (-232 + 118) * share


def test_a_broken_date_by_hand() -> None:
    """USD/CNY 11 January, halfway (14 of 28 days) from 28 December (1M) to 25 January (2M): points -175 / -168."""
    price = indicative(MARKET, "USD", "CNY", date(2027, 1, 11), TODAY)
    assert price.points == (-175, -168)
    assert (price.bid, price.offer) == (Decimal("6.8130"), Decimal("6.8167"))
    swap = swap_points(MARKET, "USD", "CNY", None, date(2027, 1, 11), TODAY)
    assert swap == (-175, -168)


def test_tomorrow_and_today_by_hand() -> None:
    """TOM: 6.8305 + 3.8 pips = 6.83088, 6.8335 + 4.2 pips = 6.83392; TOD twice that; rounded outwards."""
    tomorrow, today = (indicative(MARKET, "USD", "CNY", date(2026, 11, day), TODAY) for day in (24, 23))
    assert (tomorrow.bid, tomorrow.offer) == (Decimal("6.8308"), Decimal("6.8340"))
    assert (today.bid, today.offer) == (Decimal("6.8312"), Decimal("6.8344"))


def test_tomorrow_needs_the_night_after_it_alone() -> None:
    pair = MARKET.pairs["USD/CNY"]
    without = MARKET.model_copy(update={"pairs": {"USD/CNY": pair.model_copy(update={"points": {"TN": (-4, -3)}})}})
    assert indicative(without, "USD", "CNY", date(2026, 11, 24), TODAY).points == (3, 4)
    with pytest.raises(SkillFailed, match="TOM"):
        indicative(without, "USD", "CNY", date(2026, 11, 23), TODAY)
    with pytest.raises(SkillFailed, match="已经过去"):
        indicative(MARKET, "USD", "CNY", date(2026, 11, 20), TODAY)


QUIET = date(2026, 12, 1)
"""A Tuesday without a holiday near: spot is the third of December, for the Canadian dollar the second."""


@pytest.mark.parametrize(
    ("pair", "day", "bid", "offer"),
    [
        # 1.16820 x 159.800 = 186.67836; 1.16860 x 159.860 = 186.812396
        ("EUR/JPY", "2026-12-03", "186.678", "186.813"),
        # 3M: 1.17278 x 158.715 = 186.13777…; 1.17332 x 158.795 = 186.31734…
        ("EUR/JPY", "2027-03-03", "186.137", "186.318"),
        # TOM: 1.168146 x 159.8116 = 186.68328…; 1.168552 x 159.8722 = 186.81897…
        ("EUR/JPY", "2026-12-02", "186.683", "186.819"),
        # 1.34180 / 0.70365 = 1.906913…; 1.34240 / 0.70315 = 1.909123…
        ("GBP/AUD", "2026-12-03", "1.90691", "1.90913"),
        # USD/CAD a day behind its own spot: a seventh of its week's points, 1.3841486 / 1.3847529;
        # 6.8305 / 1.3847529 = 4.932649…; 6.8335 / 1.3841486 = 4.936970…
        ("CAD/CNY", "2026-12-03", "4.9326", "4.9370"),
    ],
)
def test_crosses_through_the_dollar_by_hand(pair: str, day: str, bid: str, offer: str) -> None:
    price = indicative(MARKET, pair[:3], pair[4:], date.fromisoformat(day), QUIET)
    assert len(price.legs) == 2
    assert (price.bid, price.offer) == (Decimal(bid), Decimal(offer))
    assert price.spot == indicative(MARKET, pair[:3], pair[4:], None, QUIET).spot


def test_before_spot_the_points_are_taken_back() -> None:
    tomorrow, today = (value_date("USD", "CNY", tenor, TODAY).day for tenor in ("TOM", "TOD"))
    assert indicative(MARKET, "USD", "CNY", tomorrow, TODAY).points == (Decimal("3.8"), Decimal("4.2"))
    assert indicative(MARKET, "USD", "CNY", today, TODAY).points == (Decimal("7.6"), Decimal("8.4"))


def test_yen_in_yuan_is_quoted_per_hundred() -> None:
    price = indicative(MARKET, "JPY", "CNY", None, TODAY)
    assert price.per == 100
    assert price.customer_price("JPY", "sell") == price.bid
    assert price.customer_price("CNY", "sell") == price.offer


def test_swap_points_of_one_night_are_as_quoted() -> None:
    tomorrow = value_date("USD", "CNY", "TOM", TODAY).day
    assert swap_points(MARKET, "USD", "CNY", "ON", tomorrow, TODAY) == (Decimal("-4.2"), Decimal("-3.8"))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(CURRENCIES), min_size=2, max_size=2, unique=True),
    st.integers(min_value=0, max_value=360),
)
def test_the_bid_is_below_the_offer_on_any_day(pair: list[str], days: int) -> None:
    spot = value_date(pair[0], pair[1], "SPOT", TODAY).day
    price = indicative(MARKET, pair[0], pair[1], spot + timedelta(days=days), TODAY)
    assert 0 < price.bid < price.offer
    assert price.bid <= price.mid <= price.offer
    assert price.offer / price.bid < Decimal("1.02")


@pytest.mark.parametrize(
    ("one", "other", "tenor"), [("GBP", "USD", "5Y"), ("BRL", "CNY", "SPOT"), ("USD", "BRL", "1M")]
)
def test_where_there_is_no_market_there_is_no_price(one: str, other: str, tenor: str) -> None:
    day = value_date(one, other, tenor, TODAY).day
    with pytest.raises(SkillFailed):
        indicative(MARKET, one, other, day, TODAY)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (HEAD + PAIR.replace("[6.8, 6.9]", "[6.9, 6.8]"), 5, "above the offer"),
        (HEAD + PAIR.replace("USD/CNY", "CNY/USD"), 5, "the market quotes USD/CNY"),
        (HEAD + PAIR.replace("USD/CNY", "USD/XXX"), 5, "no pair"),
        (HEAD + PAIR.replace("6.8,", "-6.8,"), 5, "not positive"),
        (HEAD + PAIR.replace("}", ", points: {4M: [1, 2]}}"), 5, "unknown tenor"),
        (HEAD.replace("+08:00", "") + PAIR, 1, "offset"),
        (HEAD.replace("source: x\n", "") + PAIR, 1, "source"),
        (HEAD + PAIR + "more: 1\n", 6, "more"),
        (HEAD + PAIR + "  ][\n", 6, ""),
    ],
)
def test_a_wrong_market_file_is_named_with_its_line(tmp_path: Path, text: str, line: int, problem: str) -> None:
    with pytest.raises(ContentError) as caught:
        read_market(market_file(tmp_path, text))
    assert caught.value.line == line
    assert problem in caught.value.problem


def test_a_missing_market_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"market\.yaml"):
        read_market(tmp_path)


def test_the_market_is_read_again_when_the_file_changes(tmp_path: Path) -> None:
    before = read_market(market_file(tmp_path, HEAD + PAIR))
    path = market_file(tmp_path, HEAD + PAIR.replace("6.9", "7.0")) / "config" / "market.yaml"
    changed = path.stat().st_mtime_ns + 1_000_000
    os.utime(path, ns=(changed, changed))
    assert read_market(tmp_path) != before


def test_the_time_of_the_market_knows_its_zone() -> None:
    assert isinstance(MARKET, Market)
    assert MARKET.as_of == datetime(2026, 11, 20, 16, 30, tzinfo=ZONE)
