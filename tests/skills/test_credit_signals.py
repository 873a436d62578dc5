"""Warning signs: each appears where it must, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.texts import speaking
from skills.credit.report import signal_in_words
from skills.credit.signals import CHECKS, Signal, signals_of
from skills.credit.statement import Period
from skills.credit.workbook import read_statement
from tests.files import credit as files
from tests.skills.test_credit_ratios import made

SOUND: dict[str, dict[int, str]] = {
    "cash": {2022: "300", 2023: "310"},
    "accounts_receivable": {2022: "100", 2023: "105"},
    "inventory": {2022: "100", 2023: "104"},
    "other_receivables": {2022: "10", 2023: "10"},
    "current_assets": {2022: "510", 2023: "529"},
    "noncurrent_assets": {2022: "490", 2023: "501"},
    "goodwill": {2022: "0", 2023: "0"},
    "assets": {2022: "1000", 2023: "1030"},
    "short_term_borrowings": {2022: "100", 2023: "100"},
    "current_liabilities": {2022: "250", 2023: "250"},
    "noncurrent_liabilities": {2022: "50", 2023: "50"},
    "liabilities": {2022: "300", 2023: "300"},
    "equity": {2022: "700", 2023: "730"},
    "revenue": {2022: "900", 2023: "950"},
    "cost_of_sales": {2022: "700", 2023: "735"},
    "investment_income": {2022: "1", 2023: "1"},
    "interest_expense": {2022: "5", 2023: "5"},
    "profit_before_tax": {2022: "60", 2023: "66"},
    "net_profit": {2022: "45", 2023: "50"},
    "operating_cash_flow": {2022: "50", 2023: "60"},
    "opening_cash": {2022: "280", 2023: "300"},
    "net_cash_increase": {2022: "20", 2023: "10"},
    "closing_cash": {2022: "300", 2023: "310"},
}


def signs(**changes: dict[int, str]) -> dict[str, Signal]:
    return {one.key: one for one in signals_of(made(**{**SOUND, **changes})) if one.period == Period(2023)}


def test_a_sound_company_has_none() -> None:
    assert signals_of(made(**SOUND)) == ()


@pytest.mark.parametrize(
    ("key", "changes"),
    [
        ("unbalanced", {"equity": {2022: "700", 2023: "720"}}),
        ("assets_not_adding_up", {"noncurrent_assets": {2022: "490", 2023: "490"}}),
        ("liabilities_not_adding_up", {"noncurrent_liabilities": {2022: "50", 2023: "40"}}),
        ("cash_not_adding_up", {"opening_cash": {2023: "290"}}),
        ("cash_beyond_balance", {"closing_cash": {2023: "400"}, "opening_cash": {2023: "390"}}),
        ("impossible_balance", {"inventory": {2022: "100", 2023: "-1"}}),
        ("negative_equity", {"equity": {2022: "700", 2023: "-70"}, "liabilities": {2023: "1100"}}),
        ("high_leverage", {"liabilities": {2022: "300", 2023: "800"}, "equity": {2022: "700", 2023: "230"}}),
        ("short_of_liquidity", {"current_liabilities": {2022: "250", 2023: "600"}}),
        ("cash_below_short_debt", {"short_term_borrowings": {2022: "100", 2023: "400"}}),
        ("much_cash_and_much_debt", {"short_term_borrowings": {2022: "250", 2023: "300"}}),
        ("interest_hardly_earned", {"interest_expense": {2022: "5", 2023: "80"}}),
        ("profit_without_cash", {"operating_cash_flow": {2022: "50", 2023: "-1"}}),
        ("profit_with_little_cash", {"operating_cash_flow": {2022: "20", 2023: "20"}}),
        ("receivables_faster_than_sales", {"accounts_receivable": {2022: "100", 2023: "120"}}),
        ("inventory_faster_than_cost", {"inventory": {2022: "100", 2023: "120"}}),
        ("loss", {"net_profit": {2022: "45", 2023: "-1"}}),
        ("profit_falls_while_sales_grow", {"net_profit": {2022: "60", 2023: "50"}}),
        ("gross_margin_moves", {"cost_of_sales": {2022: "640", 2023: "735"}}),
        ("profit_from_outside", {"investment_income": {2022: "1", 2023: "40"}}),
        ("large_other_receivables", {"other_receivables": {2022: "10", 2023: "110"}}),
        ("large_goodwill", {"goodwill": {2022: "0", 2023: "240"}}),
        ("jump", {"cash": {2022: "200", 2023: "310"}}),
    ],
)
def test_each_sign_appears_where_it_must(key: str, changes: dict[str, dict[int, str]]) -> None:
    found = signs(**changes)
    assert key in found
    assert found[key].figures, "a sign shows its figures"
    statement = made(**{**SOUND, **changes})
    for language in ("zh", "en"):
        with speaking(language):
            text = signal_in_words(found[key], statement)
            assert "{" not in text and text


def test_every_check_is_tried_above() -> None:
    tried = {key for key, _ in test_each_sign_appears_where_it_must.pytestmark[0].args[1]}  # type: ignore[attr-defined]
    assert tried == {check.__name__ for check in CHECKS}


def test_rounding_is_no_imbalance() -> None:
    assert "unbalanced" not in signs(assets={2022: "1000", 2023: "1030.05"})


def test_missing_lines_raise_no_sign() -> None:
    assert signals_of(made(revenue={2023: "100"})) == ()


def test_the_clean_companys_signs(tmp_path: Path) -> None:
    content = files.clean()
    found = [(one.period.year, one.key) for one in signals_of(read_statement(content, "clean.xlsx"))]
    assert found == [
        (2023, "cash_below_short_debt"),
        (2023, "profit_without_cash"),
        (2023, "receivables_faster_than_sales"),
        (2023, "inventory_faster_than_cost"),
        (2023, "profit_falls_while_sales_grow"),
        (2023, "jump"),
        (2022, "cash_below_short_debt"),
        (2022, "receivables_faster_than_sales"),
        (2021, "much_cash_and_much_debt"),
    ]


def test_an_unbalanced_sheet_and_negative_equity_are_grave(tmp_path: Path) -> None:
    content = files.unbalanced()
    found = {(one.period.year, one.key): one for one in signals_of(read_statement(content, "unbalanced.xlsx"))}
    assert found[2023, "unbalanced"].weight == found[2022, "negative_equity"].weight == "high"
    assert found[2023, "unbalanced"].values["assets"] == 199_000_000
