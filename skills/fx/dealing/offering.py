"""A price that a dealer of the bank has named in the talk, on the ticket: checked, and good for a while."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from app.core.errors import BadInput, SkillFailed
from app.core.skill import Context
from skills.fx.checks import checked
from skills.fx.currencies import in_market_order
from skills.fx.dealing.prices import Price
from skills.fx.dealing_rules import read_dealing_rules
from skills.fx.deals.book import Book
from skills.fx.deals.deal import Deal, Offered
from skills.fx.deals.states import NotSo
from skills.fx.market_source import current_market
from skills.fx.price import IndicativePrice, indicative
from skills.fx.progress import client_of, listing, situation_of
from skills.fx.words import say


async def middles(ctx: Context) -> Callable[[str, str], Decimal | None]:
    """The middle of the market of a pair, in the market's order; None where there is no price."""
    try:
        market = await current_market(ctx)
    except SkillFailed:
        return lambda base, quote: None

    def middle(base: str, quote: str) -> Decimal | None:
        try:
            return indicative(market, *in_market_order(base, quote), None, ctx.now.date()).mid
        except (SkillFailed, BadInput):
            return None

    return middle


async def priced(ctx: Context, deal: Deal, price: Decimal, by: str, at: datetime) -> tuple[Deal, str]:
    """`deal` (complete) with the price that `by` named `at`, kept; else the reason, the deal unchanged or stopped.

    `price`: of a swap the points. Raises `Stale`.
    """
    offered = await _offered(ctx, deal, price, by, at)
    if offered is None:
        return deal, say("check_no_market")
    rules = read_dealing_rules(ctx.content)
    situation = await situation_of(ctx, replace(deal, offered=offered), client_of(ctx, deal), rules)
    checks = checked(situation)
    book, kept = Book(ctx.database), {"by": by, "turn": ctx.turn_id, "now": ctx.now}
    stopping = [one for one in checks if one.outcome == "hard"]
    try:
        if stopping:
            deal = await book.change(deal, "stopped", checks=checks, **kept)  # type: ignore[arg-type]
            return deal, say("stopped_by_checks", reasons=listing(stopping))
        if deal.state == "complete":
            deal = await book.change(deal, "checked", checks=checks, **kept)  # type: ignore[arg-type]
        deal = await book.change(deal, "quoted", checks=checks, offered=offered, **kept)  # type: ignore[arg-type]
    except NotSo as refused:
        return deal, say(f"not_so_{refused.code}")
    return deal, ""


def points_of(offered: Offered) -> Decimal:
    """The price as it is talked of: of a swap, the points between its legs."""
    return offered.price - offered.near_price if offered.near_price is not None else offered.price


def as_price(offered: Offered) -> Price:
    """The ticket's price as a price of the talk."""
    return Price(points_of(offered), points_of(offered))


async def _offered(ctx: Context, deal: Deal, price: Decimal, by: str, at: datetime) -> Offered | None:
    swap = deal.value("product") == "swap"
    said = deal.value("near_date") if swap else deal.value("value_date")
    base, quote = in_market_order(deal.value("base") or "", deal.value("quote") or "")
    made: IndicativePrice
    try:
        day = date.fromisoformat(said) if said else None
        made = indicative(await current_market(ctx), base, quote, day, ctx.now.date())
    except (SkillFailed, BadInput):
        return None
    return Offered(
        price=made.mid + price if swap else price,
        per=made.per,
        mid=made.mid,
        by=by,
        at=at,
        until=at + timedelta(seconds=read_dealing_rules(ctx.content).quote_seconds),
        market_at=made.as_of,
        source=made.source,
        near_price=made.mid if swap else None,
        bid=made.bid,
        offer=made.offer,
    )
