"""Heads of columns, dates in titles, units."""

from __future__ import annotations

from datetime import date

import pytest

from skills.credit.periods import is_subhead, latest_date, read_head, resolved, unit_in
from skills.credit.statement import Period, Unit


@pytest.mark.parametrize(
    ("head", "period"),
    [
        ("2022年", Period(2022)),
        ("2022年度", Period(2022)),
        ("2022", Period(2022)),
        ("2022-12-31", Period(2022)),
        ("2022.12.31", Period(2022)),
        ("2022年12月31日余额", Period(2022)),
        ("20221231", Period(2022)),
        ("FY2022", Period(2022)),
        ("FY22", Period(2022)),
        ("2022A", Period(2022)),
        ("二〇二二年", Period(2022)),
        ("31 December 2022", Period(2022)),
        ("Year ended 31 December 2022", Period(2022)),
        ("Dec-22 2022", None),
        ("12/31/2022", Period(2022)),
        ("2022年末（经审计）", Period(2022)),
        ("2023年1月1日", Period(2022)),
        ("2023年1-6月", Period(2023, 6)),
        ("2023年6月30日", Period(2023, 6)),
        ("2023年三季度", Period(2023, 9)),
        ("2023Q1", Period(2023, 3)),
        ("2023年上半年", Period(2023, 6)),
        ("项目", None),
        ("行次", None),
        ("货币资金", None),
        ("2023年公司收入增长情况", None),
    ],
)
def test_heads_with_a_date(head: str, period: Period | None) -> None:
    found = read_head([head])
    assert (found.date if found else None) == period


@pytest.mark.parametrize(
    ("head", "balance", "flow"),
    [
        ("期末余额", Period(2023), Period(2023)),
        ("年初余额", Period(2022), Period(2022)),
        ("上年年末余额", Period(2022), Period(2022)),
        ("本期金额", Period(2023), Period(2023)),
        ("本年累计金额", Period(2023), Period(2023)),
        ("上期金额", Period(2022), Period(2022)),
    ],
)
def test_relative_heads_take_the_titles_date(head: str, balance: Period, flow: Period) -> None:
    found = read_head([head])
    assert found
    assert resolved(found, Period(2023), balance=True) == balance
    assert resolved(found, Period(2023), balance=False) == flow


def test_in_an_interim_report_opening_is_the_year_end_and_prior_the_same_months() -> None:
    opening, prior = read_head(["年初余额"]), read_head(["上年同期累计数"])
    assert opening and prior
    assert resolved(opening, Period(2023, 6), balance=True) == Period(2022)
    assert resolved(prior, Period(2023, 6), balance=False) == Period(2022, 6)


def test_without_any_date_periods_stay_relative() -> None:
    closing, opening = read_head(["期末数"]), read_head(["期初数"])
    assert closing and opening
    assert resolved(closing, None, balance=True) > resolved(opening, None, balance=True)
    assert resolved(closing, None, balance=True).year == 0


@pytest.mark.parametrize("head", ["2023年占比", "2023年增减", "2023年预算", "2023年12月本月数", "期末比期初增减%"])
def test_shares_changes_and_single_months_are_not_wanted(head: str) -> None:
    found = read_head([head])
    assert found is None or not found.wanted


def test_stacked_heads() -> None:
    found = read_head([date(2023, 12, 31), "母公司"])
    assert found and found.parent and found.date == Period(2023)
    assert is_subhead("合并") and is_subhead("母公司") and not is_subhead("货币资金")


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("单位：万元", Unit(10_000)),
        ("金额单位:人民币元", Unit(1)),
        ("单位：千元  币种：人民币", Unit(1000)),
        ("（百万元）", Unit(10**6)),
        ("RMB'000", Unit(1000)),
        ("in thousands of RMB", Unit(1000)),
        ("USD million", Unit(10**6, "USD")),
        ("单位：万美元", Unit(10_000, "USD")),
        ("编制单位：华星科技有限公司 2023年12月31日 单位：元", Unit(1)),
        ("编制单位：华星科技有限公司", None),
        ("编制单位：百万元店", None),
        ("期末余额（万元）", Unit(10_000)),
        ("2023年度", None),
    ],
)
def test_units(text: str, unit: Unit | None) -> None:
    assert unit_in([text]) == unit


def test_dates_of_printing_are_no_reporting_dates() -> None:
    assert latest_date(["会计期间：2023-01-01 至 2023-12-31", "打印日期：2024-03-05"]) == Period(2023)
    assert latest_date(["华星科技"]) is None
