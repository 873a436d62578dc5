"""Deals as lines of a table: the same columns wherever deals are listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from decimal import Decimal

from app.core.turn import Person
from skills.fx import spoken
from skills.fx.backoffice import Posting
from skills.fx.deals.deal import Deal
from skills.fx.dealt import Dealt
from skills.fx.oversight.sheets import Cell, Sheet
from skills.fx.oversight.words import say

CENT = Decimal("0.01")


def dealt_sheet(
    title: str,
    deals: Sequence[tuple[Deal, Dealt]],
    sent: Mapping[str, Posting],
    people: Sequence[Person],
    zone: tzinfo | None,
) -> Sheet:
    """What was dealt, a line each."""
    names = {person.id: person.name for person in people}
    rows = tuple(_line(deal, trade, sent.get(deal.number), names, zone) for deal, trade in deals)
    return Sheet(title, tuple(say("head_blotter").split("|")), rows)


def _line(
    deal: Deal, trade: Dealt, posting: Posting | None, names: Mapping[str, str], zone: tzinfo | None
) -> tuple[Cell, ...]:
    last = trade.legs[-1]
    side = say(f"side_{deal.value('side')}", base=spoken.currency_name(deal.value("base") or ""))
    state = say(f"state_{deal.state}")
    if deal.reverses:
        state = say("reverses", number=deal.reverses)
    elif deal.state == "reversed":
        state = say("reversed_by", number=deal.reason)
    return (
        deal.number,
        f"{trade.agreed_at.astimezone(zone):%m-%d %H:%M}",
        trade.customer,
        side,
        trade.currency,
        last.amount.quantize(CENT) if last.amount != last.amount.to_integral_value() else int(last.amount),
        trade.pair,
        say(f"product_{trade.product}"),
        last.rate,
        last.day.isoformat(),
        f"{names.get(trade.branch, trade.branch)} / {names.get(trade.bank, trade.bank)}",
        state,
        say(f"posting_{posting.state}") if posting else say("posting_none"),
    )


def elements_in_words(deal: Deal) -> str:
    """What is known of an enquiry, in one line."""
    amount, currency = deal.value("amount"), deal.value("amount_ccy")
    parts = [
        say(f"side_{side}", base=spoken.currency_name(deal.value("base") or ""))
        if (side := deal.value("side"))
        else "",
        spoken.short_money(Decimal(amount), currency) if amount and currency else "",
        say(f"product_{product}") if (product := deal.value("product")) else "",
        deal.value("value_date") or deal.value("tenor") or "",
    ]
    return say("comma").join(part for part in parts if part)
