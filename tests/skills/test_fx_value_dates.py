"""Value dates: by both currencies' calendars, never on a holiday of either."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.assistant import ContentError
from app.core.errors import BadInput
from skills.fx.calendars import centre, read_holidays
from skills.fx.currencies import NAMES
from skills.fx.value_dates import closed_on, last_business_day, next_good, value_date
from tests.skills.context import CONTENT

TENORS = ("TOD", "TOM", "SPOT", "ON", "TN", "SN", "1W", "2W", "1M", "2M", "3M", "6M", "9M", "1Y", "18M", "2Y")


@pytest.mark.parametrize(
    ("pair", "tenor", "today", "day"),
    [
        ("USD/CNY", "SPOT", "2026-03-10", "2026-03-12"),
        ("USD/CNY", "SPOT", "2026-09-30", "2026-10-09"),  # the golden week
        ("USD/CNY", "3M", "2026-11-23", "2027-02-25"),
        ("USD/CNY", "SPOT", "2026-11-25", "2026-11-30"),  # CFETS counts days on which both work: Thanksgiving is none
        ("EUR/USD", "SPOT", "2026-11-25", "2026-11-27"),  # elsewhere a US holiday on T+1 does not move spot
        ("EUR/USD", "SPOT", "2026-11-24", "2026-11-27"),  # but nothing is paid on it
        ("EUR/JPY", "SPOT", "2026-11-24", "2026-11-27"),  # nor a cross
        ("USD/CAD", "SPOT", "2026-03-10", "2026-03-11"),  # T+1
        ("USD/CNY", "SPOT", "2026-11-21", "2026-11-25"),  # a Saturday deals as Monday
        ("EUR/USD", "1M", "2026-02-25", "2026-03-31"),  # spot is February's last day: end of month
        ("EUR/USD", "1M", "2026-04-28", "2026-05-29"),  # modified following: not into the next month
        ("USD/CNY", "TOD", "2026-03-10", "2026-03-10"),
        ("USD/CNY", "TOM", "2026-03-13", "2026-03-16"),
        ("USD/CNY", "SN", "2026-03-10", "2026-03-13"),
        ("USD/CNY", "TN", "2026-03-10", "2026-03-12"),
    ],
)
def test_known_dates(pair: str, tenor: str, today: str, day: str) -> None:
    assert value_date(pair[:3], pair[4:], tenor, date.fromisoformat(today)).day == date.fromisoformat(day)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(sorted(NAMES)), min_size=2, max_size=2, unique=True),
    st.sampled_from(TENORS),
    st.dates(date(2010, 1, 1), date(2035, 12, 31)),
)
def test_never_a_holiday_in_either_centre(pair: list[str], tenor: str, today: date) -> None:
    found = value_date(pair[0], pair[1], tenor, today)
    assert all(centre(code).is_open(found.day) for code in pair)
    assert closed_on(pair[0], pair[1], found.day) == ()
    assert found.day >= today
    assert found == value_date(pair[1], pair[0], tenor, today)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["USD", "EUR", "JPY", "HKD"]), st.dates(date(2015, 1, 1), date(2030, 12, 31)))
def test_longer_tenors_end_later(code: str, today: date) -> None:
    ends = [value_date(code, "CNY", tenor, today).day for tenor in ("TOD", "TOM", "SPOT", "1M", "3M", "6M", "1Y")]
    assert ends == sorted(ends)


def test_the_holidays_that_moved_it_are_named_and_no_others() -> None:
    moved = value_date("USD", "CNY", "SPOT", date(2026, 11, 25)).moved_by
    assert [(one.day, one.currencies) for one in moved] == [(date(2026, 11, 26), ("USD",))]
    assert value_date("USD", "CNY", "SPOT", date(2026, 3, 10)).moved_by == ()


def test_a_year_without_published_holidays_is_provisional_but_keeps_the_days_of_the_law() -> None:
    assert value_date("USD", "CNY", "3M", date(2026, 11, 23)).provisional == ("CNY",)
    assert value_date("USD", "CNY", "1M", date(2026, 3, 10)).provisional == ()
    assert value_date("EUR", "USD", "1Y", date(2026, 11, 23)).provisional == ()
    assert closed_on("USD", "CNY", date(2027, 2, 8)) == ("CNY",)  # Spring Festival
    assert closed_on("USD", "CNY", date(2027, 10, 1)) == ("CNY",)


def test_make_up_saturdays_are_no_value_dates() -> None:
    working_saturday = date(2026, 2, 14)
    assert centre("CNY").is_open(working_saturday)
    assert "USD" in closed_on("USD", "CNY", working_saturday)
    assert next_good("USD", "CNY", working_saturday) == date(2026, 2, 24)


def test_the_end_of_a_month_is_its_last_business_day() -> None:
    assert last_business_day("USD", "CNY", date(2026, 5, 31)) == date(2026, 5, 29)


@pytest.mark.parametrize("tenor", ["", "3", "M3", "1D", "1000M", "XX"])
def test_an_unknown_tenor_is_told(tenor: str) -> None:
    with pytest.raises(BadInput):
        value_date("USD", "CNY", tenor, date(2026, 3, 10))


def test_every_currency_has_a_centre_that_sleeps_at_weekends() -> None:
    monday = date(2026, 3, 9)
    for code in NAMES:
        week = [centre(code).is_open(monday + timedelta(days=day)) for day in range(7)]
        assert sum(week) <= 5, code


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ("source: x\ncurrencies:\n  XXX: {announced_through: 2026}\n", "XXX"),
        ("source: x\ncurrencies:\n  CNY: {announced_through: 2026, days: {2027: ['02-30']}}\n", "CNY"),
        ("source: x\ncurrencies:\n  CNY: {announced_through: 2026, same_as: CNY}\n", "CNY"),
        ("source: x\ncurencies: {}\n", "holidays.yaml:"),
        ("source: [\n", "holidays.yaml:"),
    ],
)
def test_a_wrong_holiday_file_is_named_with_its_line(tmp_path: Path, written: str, named: str) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "holidays.yaml").write_text(written, encoding="utf-8")
    with pytest.raises(ContentError, match=named):
        read_holidays(tmp_path)


def test_the_shipped_holidays_are_sound() -> None:
    assert read_holidays(CONTENT).currencies["CNY"].announced_through >= 2026
