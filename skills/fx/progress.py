"""What the machine does by itself with a deal whose elements are complete: checks it, and names a price if it may."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from app.core.errors import SkillFailed
from app.core.skill import Context
from app.core.turn import Person
from skills.fx.checks import Situation, checked
from skills.fx.checks.situation import Listed
from skills.fx.clients import Client, clients_named, read_clients
from skills.fx.dealing_rules import DealingRules, read_dealing_rules
from skills.fx.deals.book import Book
from skills.fx.deals.deal import Check, Deal, Offered
from skills.fx.deals.limits import Use, used_of
from skills.fx.dealt import settles
from skills.fx.market_source import current_market
from skills.fx.offer import offered
from skills.fx.price import indicative
from skills.fx.screening import because, screened
from skills.fx.words import say

BANK_SIDE = ("head_office_dealer", "dealing_supervisor")
"""Roles that deal for the bank."""
_MARKS = {"passed": "✓", "soft": "!", "hard": "✗"}


async def advanced(ctx: Context, deal: Deal) -> tuple[Deal, str]:
    """`deal` (complete, or checked) as far as the machine brings it alone, kept, and what is to be said of it.

    Raises `Stale` where somebody else changed it at the same time.
    """
    book, rules = Book(ctx.database), read_dealing_rules(ctx.content)
    client = client_of(ctx, deal)
    situation = await situation_of(ctx, deal, client, rules)
    checks = checked(situation)
    worst = "hard" if any(one.outcome == "hard" for one in checks) else "fine"
    if worst == "hard":
        # It stays complete: what stops it is shown on the ticket, and a change of an element checks it again.
        deal = await book.change(deal, "stopped", by=ctx.assistant, turn=ctx.turn_id, now=ctx.now, checks=checks)
        return deal, say("stopped_by_checks", reasons=listing(one for one in checks if one.outcome == "hard"))
    deal = await book.change(deal, "checked", by=ctx.assistant, turn=ctx.turn_id, now=ctx.now, checks=checks)
    soft = [one for one in checks if one.outcome == "soft"]
    said = [say("checks_passed") if not soft else say("checks_soft", reasons=listing(soft))]
    if client is not None and situation.yuan is not None and situation.yuan < rules.auto_quote_below:
        deal, named = await quoted(ctx, deal, client, rules)
        said.append(named)
    else:
        said.append(say("dealer_quotes"))
    return deal, "\n\n".join(said)


async def quoted(ctx: Context, deal: Deal, client: Client, rules: DealingRules) -> tuple[Deal, str]:
    """The machine's own price, kept and said; a sentence instead where the market gives none."""
    try:
        made = offered(await current_market(ctx), deal, client, rules, now=ctx.now, by=ctx.assistant)
    except SkillFailed as failed:
        return deal, failed.message
    deal = await Book(ctx.database).change(
        deal, "quoted", by=ctx.assistant, turn=ctx.turn_id, now=ctx.now, offered=made
    )
    return deal, said_price(deal, made)


def said_price(deal: Deal, made: Offered) -> str:
    """A price in one line, with how long it holds."""
    seconds = int((made.until - made.at).total_seconds())
    side = say("client_buys" if deal.value("side") == "buy" else "client_sells")
    key = "offered_swap" if made.near_price is not None else "offered"
    return say(key, side=side, price=made.price, near=made.near_price, mid=made.mid, seconds=seconds)


async def situation_of(ctx: Context, deal: Deal, client: Client | None, rules: DealingRules) -> Situation:
    """Everything the checks look at, read once."""
    mid, market_at, no_mid = await _middle(ctx, deal)
    uses = uses_of(deal, client, rules)
    async with ctx.database.session() as session:
        today = ctx.now.date()
        used = {one.kind: await used_of(session, one.kind, one.subject, on=today, but=deal.number) for one in uses}
    name = client.name if client else deal.value("customer") or ""
    found = await screened(ctx, name)
    listed = tuple(Listed(one.list, one.name, one.score, because(one)) for one in found.matches)
    return Situation(deal, client, rules, ctx.now, bank_dealer(ctx), mid, market_at, listed, used, no_mid)


async def _middle(ctx: Context, deal: Deal) -> tuple[Decimal | None, datetime | None, str]:
    """The market's middle for the deal's own day, and its time; else why there is none. Of a swap, the near day's."""
    said = deal.value("near_date") if deal.value("product") == "swap" else deal.value("value_date")
    day = date.fromisoformat(said) if said else None
    try:
        market = await current_market(ctx)
        made = indicative(market, deal.value("base") or "", deal.value("quote") or "", day, ctx.now.date())
    except SkillFailed as failed:
        return None, None, failed.message
    return made.mid, made.as_of, ""


def uses_of(deal: Deal, client: Client | None, rules: DealingRules) -> Sequence[Use]:
    """What the deal takes of which limits, until it settles.

    Nothing where it takes another one back, and where the client or the currency is unknown: a check says that.
    """
    amount, currency = deal.value("amount"), deal.value("amount_ccy")
    yuan = rules.in_yuan(Decimal(amount), currency or "") if amount else None
    if client is None or yuan is None or deal.reverses:
        return ()
    day = settles(deal)
    return (
        Use("client", client.number, yuan, client.limit, day),
        Use("settlement", f"{client.number}/{day}", yuan, client.settlement_limit, day),
    )


def client_of(ctx: Context, deal: Deal) -> Client | None:
    """The client whom the ticket names, where it is surely one."""
    named = clients_named(deal.value("customer") or "", read_clients(ctx.content))
    return named[0] if len(named) == 1 else None


def bank_dealer(ctx: Context) -> Person:
    """Who deals for the bank in this turn: the speaker where he does, else the head office's first dealer."""
    if ctx.person.role in BANK_SIDE:
        return ctx.person
    return next((one for one in ctx.people if one.role == BANK_SIDE[0]), ctx.person)


def listing(checks: Iterable[Check]) -> str:
    """Checks as a list for people."""
    return "\n".join(_line(one) for one in checks)


def _line(check: Check) -> str:
    return f"- {_MARKS[check.outcome]} {check.reason}"
