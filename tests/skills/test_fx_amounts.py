"""An amount comes back from any spelling of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import cn2an
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.fx.numbers import chinese, english
from skills.fx.parse import parse

TODAY = date(2026, 3, 10)
WHOLE = st.integers(min_value=1, max_value=999_999_999_999)


def amount_of(text: str) -> Decimal | None:
    found = parse(text, TODAY)
    assert found.amount is None or found.amount_ccy == "USD"
    return found.amount


@settings(max_examples=200, deadline=None)
@given(WHOLE)
def test_whole_figures_in_any_spelling(value: int) -> None:
    spellings = (f"{value}", f"{value:,}", f"{value:,}.00", cn2an.an2cn(value, "low"), cn2an.an2cn(value, "up"))
    full_width = f"{value}".translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)})
    for spelling in (*spellings, full_width):
        assert amount_of(f"买{spelling}美元") == value, spelling
    assert amount_of(f"buy USD {value:,}") == value
    assert amount_of(f"buy {value:,} dollars") == value


@settings(max_examples=100, deadline=None)
@given(st.integers(min_value=1, max_value=99_999))
def test_counted_in_units(count: int) -> None:
    units = {"万": 10**4, "亿": 10**8, "mio": 10**6, "k": 10**3, "bio": 10**9, "yard": 10**9, " million": 10**6}
    for unit, size in units.items():
        for figure in (Decimal(count), Decimal(count) / 10, Decimal(count) / 100):
            value = figure * size
            if value <= 10**13:
                assert amount_of(f"卖 {figure:f}{unit} 美元") == value, (figure, unit)


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("三百五十万", 3_500_000),
        ("三点五亿", 350_000_000),
        ("零点五亿", 50_000_000),
        ("一点二亿", 120_000_000),
        ("2千5百万", 25_000_000),
        ("1亿2千万", 120_000_000),
        ("一亿二", 120_000_000),
        ("三万五", 35_000),
        ("一百零二万", 1_020_000),
        ("百万", 1_000_000),
        ("半个亿", 50_000_000),
        ("壹佰贰拾万", 1_200_000),
        ("两千三百五十万", 23_500_000),
        ("3万亿", 3_000_000_000_000),
    ],
)
def test_chinese_numerals(said: str, value: int) -> None:
    assert chinese(said) == value


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("twenty five", 25),
        ("half a", Decimal("0.5")),
        ("one and a half", Decimal("1.5")),
        ("two hundred", 200),
        ("a", 1),
    ],
)
def test_english_number_words(said: str, value: Decimal) -> None:
    assert english(said) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3个美元", 3_000_000),
        ("一点二亿美元", 120_000_000),
        ("两个半美元", 2_500_000),
        ("3个亿美元", 300_000_000),
        ("半个yard的USD", 500_000_000),
        ("half a yard of USD", 500_000_000),
        ("USD 2m", 2_000_000),
        ("2.5m usd", 2_500_000),
        ("500w美元", 5_000_000),
        ("$500,000", 500_000),
        ("USD 1'000'000", 1_000_000),
        ("1 000 000 usd", 1_000_000),
        ("5 mln usd", 5_000_000),
        ("一个1000万美元的远期", 10_000_000),
    ],
)
def test_dealers_short_forms(text: str, value: int) -> None:
    assert amount_of(f"buy {text}") == value


def test_a_tenor_beside_an_amount_is_no_amount() -> None:
    assert amount_of("sell 10 mm usd 3M") == 10_000_000
    assert amount_of("buy usd 1m 1m") == 1_000_000
    assert parse("buy usd 1m 1m", TODAY).tenor == "1M"
    assert amount_of("卖美元3个月") is None
