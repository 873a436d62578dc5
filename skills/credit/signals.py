"""Warning signs in a company's statements. A sign is a reason to ask, never a verdict; each shows its figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from skills.credit import ratios
from skills.credit.computation import Missing, Term, Undefined
from skills.credit.statement import Figure, Period, Statement
from skills.credit.year import Year

Weight = Literal["high", "medium"]

_SHARES = frozenset({"share", "level", "cash_share", "debt_share", "growth", "pace", "rate"})
_TIMES = frozenset({"ratio_value"})
_SHARES_OF = {
    "profit_falls_while_sales_grow": frozenset({"sales", "profit"}),
    "gross_margin_moves": frozenset({"now", "earlier"}),
}
_TIMES_OF = {"profit_with_little_cash": frozenset({"now", "earlier"})}

# Levels from which something is a sign. They are the bank's to set: common practice of Chinese lenders, no regulation.
HIGH_DEBT, VERY_HIGH_DEBT = Decimal("0.70"), Decimal("0.85")  # 负债 / 资产
MUCH_CASH, MUCH_DEBT = Decimal("0.20"), Decimal("0.20")  # of assets: 存贷双高
FASTER = Decimal("0.10")  # growth beyond that of sales
JUMP, JUMP_SHARE = Decimal("0.50"), Decimal("0.05")  # change of a line; and at least this share of assets
MARGIN_MOVE = Decimal("0.05")  # gross margin, from one year to the next
LITTLE_CASH = Decimal("0.50")  # operating cash flow per profit, two years running
OTHER_RECEIVABLES = Decimal("0.10")  # of assets
MUCH_GOODWILL = Decimal("0.30")  # of equity
OUTSIDE_PROFIT = Decimal("0.50")  # of profit before tax
ROUNDING = Decimal("0.0001")  # of assets; sums of rounded figures may miss by this much

JUMPING = ("cash", "accounts_receivable", "prepayments", "other_receivables", "inventory", "fixed_assets",
           "construction_in_progress", "short_term_borrowings", "accounts_payable", "other_payables",
           "long_term_borrowings")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Signal:
    """One warning sign. Its words stand in the catalogue under `signal_<key>`, filled with `values`."""

    key: str
    weight: Weight
    period: Period
    values: Mapping[str, Decimal | str]
    """Amounts in whole currency units, shares, ratios, and keys of lines as text."""
    figures: tuple[Figure, ...]
    shares: frozenset[str] = frozenset()
    """Names of the values that are fractions of 1."""
    times: frozenset[str] = frozenset()
    """Names of the values that are ratios."""


Check = Callable[[Year], Iterator[Signal]]
CHECKS: list[Check] = []


def check(function: Check) -> Check:
    """Enter a check."""
    CHECKS.append(function)
    return function


def signals_of(statement: Statement) -> tuple[Signal, ...]:
    """Every sign in every period, the latest period first, the grave ones first within it.

    A check whose figures are missing says nothing: the report lists what could not be computed.
    """
    found: list[Signal] = []
    for period in statement.periods:
        for one in CHECKS:
            try:
                found.extend(one(Year(statement, period)))
            except (Missing, Undefined):
                continue
    return tuple(sorted(found, key=lambda sign: (-sign.period.year, -sign.period.month, sign.weight != "high")))


# --- do the books agree with themselves ---------------------------------------------------------------


@check
def unbalanced(year: Year) -> Iterator[Signal]:
    """资产总计 ≠ 负债合计 + 所有者权益合计."""
    assets, claims = year("assets"), year("liabilities") + year("equity")
    if _differs(year, assets, claims):
        yield _sign(year, "unbalanced", "high", assets - claims, assets=assets, claims=claims)


@check
def assets_not_adding_up(year: Year) -> Iterator[Signal]:
    """流动资产合计 + 非流动资产合计 ≠ 资产总计."""
    parts, whole = year("current_assets") + year("noncurrent_assets"), year("assets")
    if _differs(year, parts, whole):
        yield _sign(year, "assets_not_adding_up", "medium", parts - whole, parts=parts, whole=whole)


@check
def liabilities_not_adding_up(year: Year) -> Iterator[Signal]:
    """流动负债合计 + 非流动负债合计 ≠ 负债合计."""
    parts, whole = year("current_liabilities") + year("noncurrent_liabilities"), year("liabilities")
    if _differs(year, parts, whole):
        yield _sign(year, "liabilities_not_adding_up", "medium", parts - whole, parts=parts, whole=whole)


@check
def cash_not_adding_up(year: Year) -> Iterator[Signal]:
    """期初现金 + 净增加额 ≠ 期末现金."""
    moved, closing = year("opening_cash") + year("net_cash_increase"), year("closing_cash")
    if _differs(year, moved, closing):
        yield _sign(year, "cash_not_adding_up", "medium", moved - closing, moved=moved, closing=closing)


@check
def cash_beyond_balance(year: Year) -> Iterator[Signal]:
    """Cash of the cash flow statement above 货币资金 and 交易性金融资产 of the balance sheet."""
    closing, held = year("closing_cash"), ratios.year_cash(year)
    if closing.value > held.value and _differs(year, closing, held):
        yield _sign(year, "cash_beyond_balance", "medium", closing - held, closing=closing, held=held)


@check
def impossible_balance(year: Year) -> Iterator[Signal]:
    """A balance that cannot be below zero is."""
    for item in ("cash", "accounts_receivable", "inventory", "fixed_assets", "short_term_borrowings", "assets"):
        if year.gives(item) and year(item).value < 0:
            yield _sign(year, "impossible_balance", "high", year(item), line=item, amount=year(item))


# --- can it pay -------------------------------------------------------------------------------------


@check
def negative_equity(year: Year) -> Iterator[Signal]:
    """资不抵债."""
    equity = year("equity")
    if equity.value < 0:
        yield _sign(year, "negative_equity", "high", equity, equity=equity)


@check
def high_leverage(year: Year) -> Iterator[Signal]:
    """资产负债率 above the usual level."""
    share = ratios.debt_to_assets(year)
    if share.value > HIGH_DEBT and year("equity").value >= 0:
        weight: Weight = "high" if share.value > VERY_HIGH_DEBT else "medium"
        yield _sign(year, "high_leverage", weight, share, share=share, level=HIGH_DEBT)


@check
def short_of_liquidity(year: Year) -> Iterator[Signal]:
    """流动比率 below 1: short-term money pays for long-term things (短贷长投)."""
    now = ratios.current_ratio(year)
    if now.value < 1:
        yield _sign(year, "short_of_liquidity", "high", now, ratio_value=now)


@check
def cash_below_short_debt(year: Year) -> Iterator[Signal]:
    """货币资金 covers less than the debt that falls due within a year."""
    cover = ratios.cash_to_short_debt(year)
    if cover.value < 1:
        weight: Weight = "high" if cover.value < Decimal("0.5") else "medium"
        short = year.sum(*ratios.SHORT_DEBT)
        yield _sign(year, "cash_below_short_debt", weight, cover, cash=year("cash"), debt=short, ratio_value=cover)


@check
def much_cash_and_much_debt(year: Year) -> Iterator[Signal]:
    """存贷双高: who has the money seldom pays interest for more; it may not be free, or not be there."""
    assets, cash, debt = year("assets"), year("cash"), year.sum(*ratios.DEBT)
    if assets.value > 0 and cash.value > MUCH_CASH * assets.value and debt.value > MUCH_DEBT * assets.value:
        yield _sign(
            year, "much_cash_and_much_debt", "high", cash / assets + debt / assets,
            cash=cash, cash_share=cash / assets, debt=debt, debt_share=debt / assets,
        )  # fmt: skip


@check
def interest_hardly_earned(year: Year) -> Iterator[Signal]:
    """利息保障倍数 below 2; below 1 the interest is not earned."""
    cover = ratios.interest_cover(year)
    if cover.value < 2:
        weight: Weight = "high" if cover.value < 1 else "medium"
        yield _sign(year, "interest_hardly_earned", weight, cover, ratio_value=cover)


# --- does profit become cash ------------------------------------------------------------------------


@check
def profit_without_cash(year: Year) -> Iterator[Signal]:
    """A profit, and money flowing out of the business that made it."""
    profit, cash = year("net_profit"), year("operating_cash_flow")
    if profit.value > 0 > cash.value:
        yield _sign(year, "profit_without_cash", "high", profit - cash, profit=profit, cash=cash)


@check
def profit_with_little_cash(year: Year) -> Iterator[Signal]:
    """Two years running less than half of the profit came in as cash."""
    now = ratios.cash_to_profit(year)
    earlier = ratios.cash_to_profit(Year(year.statement, year.period.year_earlier))
    if 0 <= now.value < LITTLE_CASH and earlier.value < LITTLE_CASH:
        yield _sign(year, "profit_with_little_cash", "medium", now + earlier, now=now, earlier=earlier)


@check
def receivables_faster_than_sales(year: Year) -> Iterator[Signal]:
    """应收账款 grows faster than 营业收入: sales on easier terms, or none at all."""
    yield from _faster(year, "receivables_faster_than_sales", ratios.RECEIVABLES, ratios.REVENUE)


@check
def inventory_faster_than_cost(year: Year) -> Iterator[Signal]:
    """存货 grows faster than 营业成本: goods that do not sell, or costs that were not booked."""
    yield from _faster(year, "inventory_faster_than_cost", ("inventory",), ("cost_of_sales",))


# --- does it earn -----------------------------------------------------------------------------------


@check
def loss(year: Year) -> Iterator[Signal]:
    """净利润 below zero."""
    profit = year("net_profit")
    if profit.value < 0:
        yield _sign(year, "loss", "high", profit, profit=profit)


@check
def profit_falls_while_sales_grow(year: Year) -> Iterator[Signal]:
    """增收不增利."""
    sales, profit = ratios.revenue_growth(year), ratios.net_profit_growth(year)
    if sales.value > 0 and profit.value < -FASTER:
        yield _sign(year, "profit_falls_while_sales_grow", "medium", sales - profit, sales=sales, profit=profit)


@check
def gross_margin_moves(year: Year) -> Iterator[Signal]:
    """毛利率 up or down by several points in a year."""
    now, earlier = ratios.gross_margin(year), ratios.gross_margin(Year(year.statement, year.period.year_earlier))
    if abs(now.value - earlier.value) >= MARGIN_MOVE:
        yield _sign(year, "gross_margin_moves", "medium", now - earlier, now=now, earlier=earlier)


@check
def profit_from_outside(year: Year) -> Iterator[Signal]:
    """More than half of 利润总额 from 投资收益 and 营业外收入, not from the business."""
    profit = year("profit_before_tax")
    outside = year.sum("investment_income", "nonoperating_income")
    if profit.value > 0 and outside.value > OUTSIDE_PROFIT * profit.value:
        yield _sign(year, "profit_from_outside", "medium", outside / profit, outside=outside, profit=profit)


# --- what stands in the balance sheet ---------------------------------------------------------------


@check
def large_other_receivables(year: Year) -> Iterator[Signal]:
    """其他应收款 above a tenth of assets: money lent to owners and friends often stands here."""
    other, assets = year("other_receivables"), year("assets")
    if other.value > OTHER_RECEIVABLES * assets.value > 0:
        yield _sign(year, "large_other_receivables", "medium", other / assets, other=other, share=other / assets)


@check
def large_goodwill(year: Year) -> Iterator[Signal]:
    """商誉 above three tenths of equity: an impairment would eat it."""
    goodwill, equity = year("goodwill"), year("equity")
    if goodwill.value > MUCH_GOODWILL * equity.value > 0:
        yield _sign(year, "large_goodwill", "medium", goodwill / equity, goodwill=goodwill, share=goodwill / equity)


@check
def jump(year: Year) -> Iterator[Signal]:
    """A line that changed by half and more within the year, and matters for the whole."""
    assets = year("assets")
    for item in JUMPING:
        try:
            earlier, now = year.before(item), year(item)
        except Missing:
            continue
        change = now.value - earlier.value
        if earlier.value > 0 and abs(change) >= JUMP * earlier.value and abs(change) >= JUMP_SHARE * abs(assets.value):
            rate = (now - earlier) / earlier
            yield _sign(year, "jump", "medium", rate, line=item, earlier=earlier, now=now, rate=rate)


def _faster(year: Year, key: str, items: tuple[str, ...], measure: tuple[str, ...]) -> Iterator[Signal]:
    earlier, base = year.first_before(*items), year.first_before(*measure)
    if earlier.value <= 0 or base.value <= 0:
        return
    growth = (year.first(*items) - earlier) / earlier
    pace = (year.first(*measure) - base) / base
    if growth.value > 0 and growth.value > pace.value + FASTER:
        yield _sign(year, key, "medium", growth - pace, growth=growth, pace=pace)


def _differs(year: Year, one: Term, other: Term) -> bool:
    """Beyond one unit of the table and the rounding of its sums."""
    scale = min(figure.unit.scale for figure in one.figures)
    size = abs(year("assets").value) if year.gives("assets") else abs(one.value)
    allowed = max(Decimal(scale if scale > 1 else 1) / 20, ROUNDING * size)
    return abs(one.value - other.value) > allowed


def _sign(year: Year, key: str, weight: Weight, ground: Term, **values: Term | Decimal | str) -> Signal:
    """A sign of this period; `ground` is the computation it rests on."""
    shown = {name: value.value if isinstance(value, Term) else value for name, value in values.items()}
    shares, times = _SHARES | _SHARES_OF.get(key, frozenset()), _TIMES | _TIMES_OF.get(key, frozenset())
    return Signal(key, weight, year.period, shown, ground.figures, shares, times)
