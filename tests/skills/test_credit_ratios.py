"""Ratios against values computed by hand from the clean company's figures (万元), and what must always hold."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.credit.computation import constant
from skills.credit.ratios import DUPONT, RATIOS, Reading, reading_of, readings_of
from skills.credit.statement import Figure, Period, Statement, Unit
from skills.credit.workbook import read_statement
from tests.files import credit as files

Y21, Y22, Y23 = Period(2021), Period(2022), Period(2023)
CLOSE = Decimal("1e-15")


def made(**rows: dict[int, str]) -> Statement:
    """A statement of these lines: year -> amount."""
    figures = {
        (item, Period(year)): Figure(item, Period(year), Decimal(value), "表", f"B{number}", value, Unit(1))
        for item, by_year in rows.items()
        for number, (year, value) in enumerate(by_year.items(), start=2)
    }
    periods = tuple(sorted({period for _, period in figures}))
    return Statement("x.xlsx", "", Unit(1), True, periods, figures)


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Statement:
    content = files.clean()
    return read_statement(content, "clean.xlsx")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("current_ratio", "1.3125"),  # 12600 / 9600
        ("quick_ratio", "0.941640625"),  # (12600 − 3560.25) / 9600
        ("cash_ratio", "0.261536458"),  # (2410.75 + 100) / 9600
        ("cash_to_short_debt", "0.491989796"),  # 2410.75 / (4100 + 800)
        ("debt_to_assets", "0.565656566"),  # 11200 / 19800
        ("debt_to_equity", "1.302325581"),  # 11200 / 8600
        ("interest_bearing_debt_share", "0.580357143"),  # (4100 + 800 + 1600 + 0) / 11200
        ("interest_cover", "3.03125"),  # (650 + 320) / 320
        ("receivables_turnover", "3.542590432"),  # 15180 / ((3450 + 5120) / 2)
        ("receivables_days", "103.031949934"),  # 365 × 4285 / 15180
        ("inventory_turnover", "3.776454909"),  # 11688.6 / ((2630 + 3560.25) / 2)
        ("inventory_days", "96.651491368"),  # 365 × 3095.125 / 11688.6
        ("payables_days", "74.944818"),  # 365 × 2400 / 11688.6
        ("cash_conversion_days", "124.738624302"),
        ("current_assets_turnover", "1.325764192"),  # 15180 / 11450
        ("asset_turnover", "0.829508197"),  # 15180 / 18300
        ("gross_margin", "0.23"),  # (15180 − 11688.6) / 15180
        ("operating_margin", "0.034914361"),  # 530 / 15180
        ("net_margin", "0.032938076"),  # 500 / 15180
        ("return_on_assets", "0.053005464"),  # (650 + 320) / 18300
        ("return_on_equity", "0.059880240"),  # 500 / 8350
        ("revenue_growth", "0.1"),  # (15180 − 13800) / 13800
        ("net_profit_growth", "-0.333333333"),  # (500 − 750) / 750
        ("asset_growth", "0.178571429"),  # 3000 / 16800
        ("equity_growth", "0.061728395"),  # 500 / 8100
        ("cash_to_profit", "-0.84"),  # −420 / 500
        ("cash_received_to_revenue", "0.994729908"),  # 15100 / 15180
        ("cash_flow_to_current_liabilities", "-0.04375"),  # −420 / 9600
        ("cash_flow_to_debt", "-0.064615385"),  # −420 / 6500
    ],
)
def test_ratios_of_2023_by_hand(key: str, expected: str, clean: Statement) -> None:
    value = reading_of(RATIOS[key], clean, Y23).value
    assert value is not None and abs(value - Decimal(expected)) < Decimal("1e-6")


def test_every_ratio_is_computed_by_hand_above() -> None:
    marks = test_ratios_of_2023_by_hand.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert {key for key, _ in marks} == set(RATIOS)


def test_a_result_keeps_its_cells_and_its_computation(clean: Statement) -> None:
    reading = reading_of(RATIOS["return_on_equity"], clean, Y23)
    assert reading.term
    assert [figure.cell for figure in reading.term.figures] == ["利润表!D20", "资产负债表!C43", "资产负债表!D43"]
    assert reading.term.written(lambda figure: figure.ref) == "D20/((C43+D43)/2)"


def test_the_first_period_has_closing_balances_and_says_so(clean: Statement) -> None:
    first, later = (reading_of(RATIOS["return_on_equity"], clean, period) for period in (Y21, Y22))
    assert first.term and first.term.substitutions == ("closing_for_average",)
    assert first.value == Decimal(800) / Decimal(7600)
    assert later.term and later.term.substitutions == ()


def test_what_is_missing_is_named(clean: Statement) -> None:
    growth = reading_of(RATIOS["revenue_growth"], clean, Y21)
    assert growth.term is None and growth.missing == ("revenue", Period(2020))
    nothing = made(current_assets={2023: "100"})
    assert reading_of(RATIOS["current_ratio"], nothing, Y23).missing == ("current_liabilities", Y23)


def test_finance_expenses_stand_for_interest_only_openly() -> None:
    statement = made(profit_before_tax={2023: "90"}, finance_expenses={2023: "10"})
    reading = reading_of(RATIOS["interest_cover"], statement, Y23)
    assert reading.value == 10 and reading.term and reading.term.substitutions == ("finance_for_interest",)


@pytest.mark.parametrize(
    ("key", "rows", "reason"),
    [
        ("return_on_equity", {"net_profit": {2023: "5"}, "equity": {2023: "-10"}}, "no_equity"),
        ("interest_cover", {"profit_before_tax": {2023: "5"}, "interest_expense": {2023: "-1"}}, "no_interest"),
        ("net_profit_growth", {"net_profit": {2022: "-5", 2023: "5"}}, "no_base"),
        ("cash_to_profit", {"net_profit": {2023: "-5"}, "operating_cash_flow": {2023: "3"}}, "no_profit"),
        ("gross_margin", {"revenue": {2023: "0"}, "cost_of_sales": {2023: "0"}}, "no_revenue"),
    ],
)
def test_what_has_no_meaning_is_not_computed(key: str, rows: dict[str, dict[int, str]], reason: str) -> None:
    reading = reading_of(RATIOS[key], made(**rows), Y23)
    assert reading.value is None and reading.undefined == reason


def test_a_statement_without_a_line_for_bonds_has_none(clean: Statement) -> None:
    statement = made(short_term_borrowings={2023: "30"}, liabilities={2023: "60"})
    assert reading_of(RATIOS["interest_bearing_debt_share"], statement, Y23).value == Decimal("0.5")
    assert reading_of(RATIOS["interest_bearing_debt_share"], made(liabilities={2023: "60"}), Y23).value is None


def test_interim_days_count_the_months(tmp_path: Path) -> None:
    content = files.half_year()
    statement = read_statement(content, "half.xlsx")
    reading = reading_of(RATIOS["inventory_days"], statement, Period(2023, 6))
    # 182.5 days × mean inventory 3095.125 / cost of the half year 5844.3
    assert reading.value is not None and abs(reading.value - Decimal("96.651491368")) < Decimal("1e-6")


# --- what must always hold --------------------------------------------------------------------------

AMOUNT = st.decimals(min_value=1, max_value=10**9, places=2)


@given(st.lists(AMOUNT, min_size=7, max_size=7))
def test_the_three_factors_of_dupont_multiply_to_the_return(amounts: list[Decimal]) -> None:
    profit, revenue, assets, assets_before, equity, equity_before, _ = map(str, amounts)
    statement = made(
        net_profit={2023: profit},
        revenue={2023: revenue},
        assets={2022: assets_before, 2023: assets},
        equity={2022: equity_before, 2023: equity},
    )
    margin, turnover, leverage, result = (reading_of(one, statement, Y23).value for one in DUPONT)
    assert margin and turnover and leverage and result
    assert abs(margin * turnover * leverage / result - 1) < CLOSE


@pytest.fixture(scope="module")
def readings(clean: Statement) -> dict[str, tuple[Reading, ...]]:
    return dict(readings_of(clean))


@settings(deadline=None, max_examples=30)
@given(factor=st.decimals(min_value="0.001", max_value=10**6, places=3))
def test_scaling_every_figure_leaves_every_ratio_as_it_was(
    factor: Decimal, clean: Statement, readings: dict[str, tuple[Reading, ...]]
) -> None:
    scaled = {
        place: Figure(f.item, f.period, f.value * factor, f.sheet, f.ref, f.text, f.unit)
        for place, f in clean.figures.items()
    }
    other = Statement(clean.file, clean.company, clean.unit, True, clean.periods, scaled)
    for key, row in readings_of(other).items():
        for one, before in zip(row, readings[key], strict=True):
            if one.value is None or before.value is None:
                assert one.value == before.value
            else:
                assert abs(one.value - before.value) <= CLOSE * max(Decimal(1), abs(before.value)), key


@given(st.lists(AMOUNT, min_size=2, max_size=2))
def test_liabilities_to_assets_and_the_multiplier_say_the_same(amounts: list[Decimal]) -> None:
    liabilities, equity = amounts
    statement = made(
        liabilities={2023: str(liabilities)}, equity={2023: str(equity)}, assets={2023: str(liabilities + equity)}
    )
    share = reading_of(RATIOS["debt_to_assets"], statement, Y23).value
    multiplier = reading_of(DUPONT[2], statement, Y23).value
    assert share is not None and multiplier is not None
    assert abs(multiplier * (1 - share) - 1) < CLOSE


TERMS = st.recursive(
    st.integers(1, 50).map(constant),
    lambda inner: st.tuples(inner, st.sampled_from("+-*/"), inner).map(
        lambda t: t[0] if t[1] == "/" and t[2].value == 0 else _joined(*t)
    ),
    max_leaves=8,
)


def _joined(left: object, operator: str, right: object) -> object:
    return {
        "+": lambda a, b: a + b,
        "-": lambda a, b: a - b,
        "*": lambda a, b: a * b,
        "/": lambda a, b: a / b,
    }[operator](left, right)


@given(TERMS)
def test_a_written_computation_means_what_was_computed(term: object) -> None:
    text = re.sub(r"(\d+)", r"Decimal(\1)", term.written(lambda figure: ""))  # type: ignore[attr-defined]
    again = eval(text, {"Decimal": Decimal})
    assert abs(again - term.value) <= Decimal("1e-15") * max(1, abs(term.value))  # type: ignore[attr-defined]


def test_scaled_workbooks_give_the_same_ratios(tmp_path: Path, readings: dict[str, tuple[Reading, ...]]) -> None:
    content = files.scaled(7.5)
    again = readings_of(read_statement(content, "scaled.xlsx"))
    for key, row in again.items():
        for one, before in zip(row, readings[key], strict=True):
            assert (one.value is None) == (before.value is None)
            if one.value is not None and before.value is not None:
                assert abs(one.value - before.value) < Decimal("1e-9"), key
    assert openpyxl.load_workbook(io.BytesIO(content)).sheetnames == list(files.STATEMENTS)
