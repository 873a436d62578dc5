"""The usual ratios of credit analysis, each with its definition and whose it is.

Definitions follow, where they have one, the rules for evaluating enterprise performance of the Ministry of Finance
and others (《企业绩效评价操作细则（修订）》, 财统〔2002〕5号; below "MOF 2002") and those for central enterprises of
the State-owned Assets Commission (《中央企业综合绩效评价实施细则》, 国资发评价〔2006〕157号; below "SASAC 2006").
Balances against flows are means of beginning and end. All arithmetic is in Decimal; shares are fractions of 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from skills.credit.computation import Missing, Term, Undefined, constant
from skills.credit.statement import Period, Statement
from skills.credit.year import Year, positive

Group = Literal["liquidity", "solvency", "turnover", "profitability", "growth", "cash_flow"]
Measure = Literal["times", "percent", "days"]
Formula = Callable[[Year], Term]

DAYS = 365
DEBT = ("short_term_borrowings", "current_portion", "long_term_borrowings", "bonds_payable", "lease_liabilities")
"""Interest-bearing debt, without notes payable and interest accrued."""
SHORT_DEBT = ("short_term_borrowings", "current_portion")
REVENUE = ("revenue", "total_revenue")
RECEIVABLES = ("accounts_receivable", "notes_and_accounts_receivable")
PAYABLES = ("accounts_payable", "notes_and_accounts_payable")


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio: its name and formula in words stand in the catalogue under `ratio_<key>` and `formula_<key>`."""

    key: str
    group: Group
    measure: Measure
    formula: Formula


@dataclass(frozen=True, slots=True)
class Reading:
    """A ratio in one period: its computation, or why there is none."""

    ratio: Ratio
    period: Period
    term: Term | None
    missing: tuple[str, Period] | None = None
    undefined: str = ""
    """Key of the catalogue."""

    @property
    def value(self) -> Decimal | None:
        """The ratio itself."""
        return self.term.value if self.term else None


RATIOS: dict[str, Ratio] = {}


def ratio(group: Group, measure: Measure) -> Callable[[Formula], Formula]:
    """Enter a formula as a ratio of that name."""

    def enter(formula: Formula) -> Formula:
        key = formula.__name__
        RATIOS[key] = Ratio(key, group, measure, formula)
        return formula

    return enter


def reading_of(one: Ratio, statement: Statement, period: Period) -> Reading:
    """The ratio in that period."""
    try:
        return Reading(one, period, one.formula(Year(statement, period)))
    except Missing as missing:
        return Reading(one, period, None, missing=(missing.item, missing.period))
    except Undefined as undefined:
        return Reading(one, period, None, undefined=undefined.reason)


def readings_of(statement: Statement) -> Mapping[str, tuple[Reading, ...]]:
    """Every ratio in every period, the earliest first."""
    return {
        key: tuple(reading_of(one, statement, period) for period in statement.periods) for key, one in RATIOS.items()
    }


# --- liquidity -----------------------------------------------------------------------------------


@ratio("liquidity", "times")
def current_ratio(year: Year) -> Term:
    """流动资产 ÷ 流动负债 (CPA textbook《财务成本管理》)."""
    return year("current_assets") / positive(year("current_liabilities"), "no_current_liabilities")


@ratio("liquidity", "times")
def quick_ratio(year: Year) -> Term:
    """(流动资产 − 存货) ÷ 流动负债 (MOF 2002: 速动资产 = 流动资产 − 存货)."""
    quick = year("current_assets") - year("inventory")
    return quick / positive(year("current_liabilities"), "no_current_liabilities")


@ratio("liquidity", "times")
def cash_ratio(year: Year) -> Term:
    """(货币资金 + 交易性金融资产) ÷ 流动负债 (CPA textbook)."""
    return year_cash(year) / positive(year("current_liabilities"), "no_current_liabilities")


@ratio("liquidity", "times")
def cash_to_short_debt(year: Year) -> Term:
    """货币资金 ÷ (短期借款 + 一年内到期的非流动负债): what is there for the loans that fall due within the year."""
    return year("cash") / positive(year.sum(*SHORT_DEBT), "no_short_debt")


# --- solvency ------------------------------------------------------------------------------------


@ratio("solvency", "percent")
def debt_to_assets(year: Year) -> Term:
    """负债合计 ÷ 资产总计 (MOF 2002: 资产负债率)."""
    return year("liabilities") / positive(year("assets"), "no_assets")


@ratio("solvency", "times")
def debt_to_equity(year: Year) -> Term:
    """负债合计 ÷ 所有者权益 (CPA textbook: 产权比率)."""
    return year("liabilities") / positive(year("equity"), "no_equity")


@ratio("solvency", "percent")
def interest_bearing_debt_share(year: Year) -> Term:
    """有息负债 ÷ 负债合计 (SASAC 2006: 带息负债比率), with the lines of `DEBT` that the balance sheet shows."""
    return year.sum(*DEBT) / positive(year("liabilities"), "no_liabilities")


@ratio("solvency", "times")
def interest_cover(year: Year) -> Term:
    """(利润总额 + 利息费用) ÷ 利息费用 (MOF 2002: 已获利息倍数). 财务费用 stands in where interest is not shown."""
    interest = positive(interest_of(year), "no_interest")
    return (year("profit_before_tax") + interest) / interest


# --- turnover ------------------------------------------------------------------------------------


@ratio("turnover", "times")
def receivables_turnover(year: Year) -> Term:
    """营业收入 ÷ 平均应收账款 (MOF 2002)."""
    return year.first(*REVENUE, substitution="total_for_revenue") / positive(
        year.average(*RECEIVABLES), "no_receivables"
    )


@ratio("turnover", "days")
def receivables_days(year: Year) -> Term:
    """365 ÷ 应收账款周转率; for an interim period the days of its months."""
    return _days(year) / positive(receivables_turnover(year), "no_turnover")


@ratio("turnover", "times")
def inventory_turnover(year: Year) -> Term:
    """营业成本 ÷ 平均存货 (MOF 2002)."""
    return year("cost_of_sales") / positive(year.average("inventory"), "no_inventory")


@ratio("turnover", "days")
def inventory_days(year: Year) -> Term:
    """365 ÷ 存货周转率."""
    return _days(year) / positive(inventory_turnover(year), "no_turnover")


@ratio("turnover", "days")
def payables_days(year: Year) -> Term:
    """365 × 平均应付账款 ÷ 营业成本 (cost stands for purchases, as outside analysts do)."""
    return _days(year) * year.average(*PAYABLES) / positive(year("cost_of_sales"), "no_cost")


@ratio("turnover", "days")
def cash_conversion_days(year: Year) -> Term:
    """存货周转天数 + 应收账款周转天数 − 应付账款周转天数 (Richards & Laughlin 1980)."""
    return inventory_days(year) + receivables_days(year) - payables_days(year)


@ratio("turnover", "times")
def current_assets_turnover(year: Year) -> Term:
    """营业收入 ÷ 平均流动资产 (MOF 2002)."""
    revenue = year.first(*REVENUE, substitution="total_for_revenue")
    return revenue / positive(year.average("current_assets"), "no_assets")


@ratio("turnover", "times")
def asset_turnover(year: Year) -> Term:
    """营业收入 ÷ 平均资产总额 (MOF 2002: 总资产周转率)."""
    return year.first(*REVENUE, substitution="total_for_revenue") / positive(year.average("assets"), "no_assets")


# --- profitability -------------------------------------------------------------------------------


@ratio("profitability", "percent")
def gross_margin(year: Year) -> Term:
    """(营业收入 − 营业成本) ÷ 营业收入."""
    revenue = positive(year.first(*REVENUE, substitution="total_for_revenue"), "no_revenue")
    return (revenue - year("cost_of_sales")) / revenue


@ratio("profitability", "percent")
def operating_margin(year: Year) -> Term:
    """营业利润 ÷ 营业收入 (SASAC 2006: 营业利润率)."""
    return year("operating_profit") / positive(year.first(*REVENUE, substitution="total_for_revenue"), "no_revenue")


@ratio("profitability", "percent")
def net_margin(year: Year) -> Term:
    """净利润 ÷ 营业收入 (first factor of DuPont)."""
    return year("net_profit") / positive(year.first(*REVENUE, substitution="total_for_revenue"), "no_revenue")


@ratio("profitability", "percent")
def return_on_assets(year: Year) -> Term:
    """(利润总额 + 利息费用) ÷ 平均资产总额 (MOF 2002: 总资产报酬率)."""
    return (year("profit_before_tax") + interest_of(year)) / positive(year.average("assets"), "no_assets")


@ratio("profitability", "percent")
def return_on_equity(year: Year) -> Term:
    """净利润 ÷ 平均所有者权益 (MOF 2002: 净资产收益率)."""
    return year("net_profit") / positive(year.average("equity"), "no_equity")


# --- growth --------------------------------------------------------------------------------------


@ratio("growth", "percent")
def revenue_growth(year: Year) -> Term:
    """(本年营业收入 − 上年营业收入) ÷ 上年营业收入 (MOF 2002: 销售（营业）增长率)."""
    return _growth(year, *REVENUE)


@ratio("growth", "percent")
def net_profit_growth(year: Year) -> Term:
    """(本年净利润 − 上年净利润) ÷ 上年净利润; a loss the year before has no growth rate."""
    return _growth(year, "net_profit")


@ratio("growth", "percent")
def asset_growth(year: Year) -> Term:
    """(年末资产总额 − 年初资产总额) ÷ 年初资产总额 (MOF 2002: 总资产增长率)."""
    return _growth(year, "assets")


@ratio("growth", "percent")
def equity_growth(year: Year) -> Term:
    """(年末所有者权益 − 年初所有者权益) ÷ 年初所有者权益 (MOF 2002: 资本积累率)."""
    return _growth(year, "equity")


# --- cash flow -----------------------------------------------------------------------------------


@ratio("cash_flow", "times")
def cash_to_profit(year: Year) -> Term:
    """经营活动现金流量净额 ÷ 净利润 (MOF 2002: 盈余现金保障倍数)."""
    return year("operating_cash_flow") / positive(year("net_profit"), "no_profit")


@ratio("cash_flow", "times")
def cash_received_to_revenue(year: Year) -> Term:
    """销售商品、提供劳务收到的现金 ÷ 营业收入; 1.13 would be all of it with VAT of 13 %."""
    return year("cash_from_sales") / positive(year.first(*REVENUE, substitution="total_for_revenue"), "no_revenue")


@ratio("cash_flow", "percent")
def cash_flow_to_current_liabilities(year: Year) -> Term:
    """经营活动现金流量净额 ÷ 年末流动负债 (MOF 2002: 现金流动负债比率)."""
    return year("operating_cash_flow") / positive(year("current_liabilities"), "no_current_liabilities")


@ratio("cash_flow", "percent")
def cash_flow_to_debt(year: Year) -> Term:
    """经营活动现金流量净额 ÷ 有息负债."""
    return year("operating_cash_flow") / positive(year.sum(*DEBT), "no_debt")


# --- DuPont --------------------------------------------------------------------------------------


def equity_multiplier(year: Year) -> Term:
    """平均资产总额 ÷ 平均所有者权益 (third factor of DuPont)."""
    return year.average("assets") / positive(year.average("equity"), "no_equity")


DUPONT = (
    RATIOS["net_margin"],
    RATIOS["asset_turnover"],
    Ratio("equity_multiplier", "solvency", "times", equity_multiplier),
    RATIOS["return_on_equity"],
)
"""净资产收益率 = 销售净利率 × 总资产周转率 × 权益乘数: three factors and their product (DuPont Corporation, 1910s)."""


# --- shared --------------------------------------------------------------------------------------


def year_cash(year: Year) -> Term:
    """货币资金, with 交易性金融资产 where the balance sheet shows any."""
    return year("cash") + year("trading_assets") if year.gives("trading_assets") else year("cash")


def interest_of(year: Year) -> Term:
    """利息费用; where it is not shown, 财务费用 stands in for it, and the result says so."""
    return year.first("interest_expense", "finance_expenses", substitution="finance_for_interest")


def _days(year: Year) -> Term:
    return constant(DAYS) if year.period.is_full_year else constant(DAYS) * constant(year.period.month) / constant(12)


def _growth(year: Year, *items: str) -> Term:
    earlier = positive(year.first_before(*items), "no_base")
    return (year.first(*items, substitution="total_for_revenue") - earlier) / earlier
