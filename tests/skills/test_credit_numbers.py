"""Amounts: what people type, what Excel shows."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills.credit.numbers import displayed, from_float, read_amount


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.5", "1234.5"),
        ("（123）", "-123"),
        ("(1,234.50)", "-1234.5"),
        ("-", "0"),
        ("——", "0"),
        ("－88", "-88"),
        ("−88", "-88"),
        ("１，２３４．５", "1234.5"),
        ("￥1,000", "1000"),
        ("-￥12", "-12"),
        ("123-", "-123"),
        ("1 234 567", "1234567"),
        (" 0.00 ", "0"),
        ("+5", "5"),
        ("▲3", "-3"),
    ],
)
def test_amounts_are_read_as_accountants_write_them(text: str, number: str) -> None:
    assert read_amount(text) == (Decimal(number), None)


def test_a_unit_behind_an_amount_is_its_own() -> None:
    assert read_amount("12.5万元") == (Decimal("12.5"), 10_000)
    assert read_amount("3 亿元") == (Decimal(3), 10**8)


@pytest.mark.parametrize("text", ["", "约三百", "12.5%", "1,23", "1.2.3", "2023-05-01", "五、1", "N/A", "9" * 40])
def test_what_is_no_amount_is_none(text: str) -> None:
    assert read_amount(text) is None


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2), st.booleans())
def test_an_amount_written_with_separators_is_read_back(number: Decimal, bracketed: bool) -> None:
    text = f"({-number:,})" if bracketed and number < 0 else f"{number:,}"
    assert read_amount(text) == (number, None)


@pytest.mark.parametrize(
    ("number", "number_format", "shown"),
    [
        ("1234.5", "#,##0.00", "1,234.50"),
        ("1234.5", "General", "1234.5"),
        ("-1234.5", "#,##0.00_);(#,##0.00)", "(1,234.50)"),
        ("-1234.5", "#,##0.00;[Red]-#,##0.00", "-1,234.50"),
        ("-1234.5", "#,##0", "-1,235"),
        ("0.1234", "0.00%", "12.34%"),
        ("0", '_ * #,##0.00_ ;_ * -#,##0.00_ ;_ * "-"??_ ;_ @_ ', "0.00"),
        ("12", "@", "12"),
        ("1.5", "0.0##", "1.5"),
        ("100000000", "General", "100000000"),
    ],
)
def test_a_number_is_shown_as_its_cell_shows_it(number: str, number_format: str, shown: str) -> None:
    assert displayed(Decimal(number), number_format) == shown


def test_stored_numbers_have_fifteen_digits_as_in_excel() -> None:
    assert from_float(0.1 + 0.2) == Decimal("0.3")
    assert from_float(float("nan")) is None
    assert from_float(1e300) is None
