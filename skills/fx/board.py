"""`fx.rates`: the rates board, for the named currencies or all."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from app.core.errors import SkillFailed
from app.core.skill import Context, Result, Slot, skill
from skills.fx import spoken
from skills.fx.elements import plain
from skills.fx.market import Market, problem_of
from skills.fx.market_source import current_market
from skills.fx.parse import asked_pairs, asked_tenors
from skills.fx.price import IndicativePrice, indicative
from skills.fx.ticket import stamp
from skills.fx.value_dates import value_date
from skills.fx.words import say


@skill("fx.rates", texts=say)
async def rates(ctx: Context, text: Annotated[str, Slot("utterance")] = "") -> Result:
    """Today's exchange rates: two-way prices of the named currencies or pairs, or of all; spot, or for a tenor.

    汇率、牌价、行情：点到哪些货币就列哪些，不点就全列；说了期限就列远期价。
    """
    market = await current_market(ctx)
    today = ctx.now.date()
    wanted = asked_pairs(text) or tuple((name[:3], name[4:]) for name in (*market.pairs, *_halted(market)))
    tenor = next((one for one in asked_tenors(text) if one not in ("ON", "TN", "SN")), None)
    prices: list[IndicativePrice] = []
    problems: list[str] = []
    for base, quote in wanted:
        try:
            day = value_date(base, quote, tenor, today).day if tenor else None
            prices.append(indicative(market, base, quote, day, today))
        except SkillFailed as failed:
            problems.append(f"- {failed.message}")
    parts = [say("rates_title", terms=tenor or say("product_spot"))]
    if prices:
        parts.append(_table(prices))
    if problems:
        parts.append("\n".join(problems))
    parts += [
        say("indicative"),
        stamp(market.as_of, market.source, timedelta(minutes=market.stale_after_minutes), ctx.now),
    ]
    return Result("\n\n".join(parts), data=_data(market, prices))


def _halted(market: Market) -> list[str]:
    """Pairs that are shown with the reason why there is no price of them."""
    return [name for name in market.refused if not problem_of(name)]


def _table(prices: list[IndicativePrice]) -> str:
    rows = []
    for price in prices:
        pair = f"{price.per} {price.base}/{price.quote}" if price.per != 1 else f"{price.base}/{price.quote}"
        name = f"{spoken.currency_name(price.base)}/{spoken.currency_name(price.quote)}"
        label = f"{pair} {name}" if name != f"{price.base}/{price.quote}" else pair
        rows.append(f"| {label} | {price.bid} | {price.offer} | {price.mid} | {price.day.isoformat()} |")
    head = (say("head_pair"), say("head_bid"), say("head_offer"), say("head_mid"), say("head_value_date"))
    return "\n".join(("| " + " | ".join(head) + " |", "|---|---:|---:|---:|---|", *rows))


def _data(market: Market, prices: list[IndicativePrice]) -> dict[str, object]:
    quoted = [
        {"pair": f"{one.base}/{one.quote}", "per": one.per, "bid": plain(one.bid), "offer": plain(one.offer)}
        for one in prices
    ]
    return {"as_of": market.as_of.isoformat(), "source": market.source, "indicative": True, "rates": quoted}
