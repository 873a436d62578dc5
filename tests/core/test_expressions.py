"""What a workflow computes: exactly, over its own values, and nothing else."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.expressions import Uncomputable, computed, filled, names_in, value_of

VALUES: dict[str, Any] = {
    "days_away": Decimal(3),
    "start": date(2026, 11, 30),
    "today": date(2026, 11, 23),
    "now": datetime(2026, 11, 23, 10, tzinfo=UTC),
    "advance": {"amount": Decimal("5000.50"), "currency": "CNY"},
    "quote": {"mid": "7.0512", "lines": [1, 2]},
    "city": "上海",
}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0.1 + 0.2", Decimal("0.3")),
        ("days_away * 350 <= 1050", True),
        ("start >= today + days(3) and start <= today + days(60)", True),
        ("start + days(days_away)", date(2026, 12, 3)),
        ("now + minutes(30)", datetime(2026, 11, 23, 10, 30, tzinfo=UTC)),
        ("advance['amount'] > 5000", True),
        ("number(quote['mid']) * 2", Decimal("14.1024")),
        ("quote['lines'][1]", Decimal(2)),
        ("quote['lines'][9] == none", True),
        ("quote['nothing']['more'] == none", True),
        ("city in ['上海', '北京']", True),
        ("weekday(start)", Decimal(1)),
        ("'高' if advance['amount'] > 100 else '低'", "高"),
        ("date('2026-12-01') - today", timedelta(days=8)),
    ],
)
def test_it_computes(expression: str, expected: Any) -> None:
    assert computed(expression, VALUES) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "unknown + 1",
        "city.upper()",
        "city.__class__",
        "advance['amount'].real",
        "__import__('os')",
        "open('x')",
        "(lambda: 1)()",
        "[one for one in quote]",
        "f'{city}'",
        "city + 1",
        "1 / 0",
        "9 ** 9 ** 9",
        "date('yesterday')",
        "1 +",
        "x := 1",
        "'a' * 10000000",
        "",
        "1 " * 600,
    ],
)
def test_what_it_cannot_is_refused(expression: str) -> None:
    with pytest.raises(Uncomputable):
        computed(expression, VALUES)


def test_the_values_it_rests_on_are_known_before() -> None:
    assert names_in("start >= today + days(3) and quote['mid'] != none") == {"start", "today", "quote"}


def test_texts_are_filled_and_single_values_keep_their_type() -> None:
    assert filled("去{city}，{start} 起 {days_away} 天，预借 {advance}", VALUES) == (
        "去上海，2026-11-30 起 3 天，预借 CNY 5,000.5"
    )
    assert value_of("{days_away}", VALUES) == Decimal(3)
    assert value_of(["as", "it", "is"], VALUES) == ["as", "it", "is"]


def test_an_error_tells_no_value() -> None:
    with pytest.raises(Uncomputable) as error:
        computed("date(city)", {"city": "6222020200112233445"})
    assert "6222" not in str(error.value)


@given(st.text(max_size=60))
def test_whatever_stands_there_gives_a_value_or_is_refused(expression: str) -> None:
    with suppress(Uncomputable):
        computed(expression, VALUES)
