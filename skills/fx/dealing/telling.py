"""What the assistant says to a message of the room, where it must."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from app.core.skill import Context
from skills.fx import spoken
from skills.fx.dealing.heard import Note
from skills.fx.dealing.talk import Talk
from skills.fx.dealing.ticket_values import missing_of
from skills.fx.deals.deal import Deal, ElementName
from skills.fx.words import say

_ROWS: dict[str, str] = {"base": "row_pair", "quote": "row_pair", "amount_ccy": "row_amount"}


def questions(ctx: Context, talk: Talk, doubts: Sequence[str], notes: Sequence[Note]) -> list[str]:
    """The sentences for what is in doubt or differs; empty where there is nothing to ask."""
    said: list[str] = []
    if "differs" in notes and talk.agreed:
        said.append(say("talk_agreed_elements"))
    elif "differs" in notes and talk.held:
        said += [_differs(ctx, talk, doubt) for doubt in doubts if doubt.startswith("differs_")]
    if "doubt" in notes:
        said += [doubt_in_words(talk, doubt) for doubt in doubts if not doubt.startswith("differs_")]
    for note in notes:
        if note in ("another_deal", "no_price", "side_missing", "several_prices", "open_question"):
            said.append(say(f"talk_{note}"))
    if "two_prices" in notes:
        said.append(_two_prices(talk))
    if "side_against" in notes:
        said.append(say("talk_side_against", side=_shown("side", talk.value("side") or "")))
    if "say_yes" in notes:
        said.append(say("talk_say_yes", price=_price_of(talk)))
    if "not_a_dealer" in notes:
        said.append(say("talk_not_a_dealer", who=ctx.person.name))
    if "incomplete" in notes:
        said.append(_incomplete(talk, doubts))
    return said


def doubt_in_words(talk: Talk, doubt: str) -> str:
    """One doubt as the question that settles it."""
    if doubt == "customer_ambiguous" and talk.several:
        return say("talk_several_clients", said=talk.value("customer") or "", names=say("comma").join(talk.several))
    return say(f"doubt_{doubt}")


def complete_in_words(deal: Deal) -> str:
    """The ticket once nothing is missing, in one line."""
    amount, currency = Decimal(deal.value("amount") or 0), deal.value("amount_ccy") or ""
    said = deal.value("value_date")
    return say(
        "talk_complete",
        number=deal.number,
        customer=deal.value("customer") or "",
        side=say(f"known_{deal.value('side')}"),
        base=spoken.currency_name(deal.value("base") or ""),
        quote=spoken.currency_name(deal.value("quote") or ""),
        amount=spoken.money(amount, currency),
        product=say(f"product_{deal.value('product')}"),
        day=say("talk_value", day=spoken.day(date.fromisoformat(said))) if said else "",
    )


def _differs(ctx: Context, talk: Talk, doubt: str) -> str:
    name: ElementName = doubt.removeprefix("differs_")  # type: ignore[assignment]
    said = talk.said.get(name)
    names = {one.id: one.name for one in ctx.people}
    return say(
        "talk_differs",
        who=ctx.person.name,
        what=say(_ROWS.get(name, f"row_{name}")),
        value=_shown(name, said.value) if said else "",
        by=names.get(said.by, said.by) if said else "",
    )


def _two_prices(talk: Talk) -> str:
    offer = talk.offer.price if talk.offer else None
    counter = talk.counter.price if talk.counter else None
    if talk.agreed:
        return say("talk_agreed_already", price=talk.agreed.price)
    both = [
        f"{price.bid}" if price.one is not None else f"{price.bid}/{price.offer}" for price in (offer, counter) if price
    ]
    return say("talk_two_prices", offer=both[0], counter=both[-1])


def _price_of(talk: Talk) -> str:
    price = talk.offer.price if talk.offer else None
    return "" if price is None else f"{price.bid}" if price.one is not None else f"{price.bid}/{price.offer}"


def _incomplete(talk: Talk, doubts: Sequence[str]) -> str:
    asked = say("comma").join(say(f"ask_{name}") for name in missing_of(talk))
    reasons = [doubt_in_words(talk, doubt) for doubt in doubts]
    return say("between_sentences").join(
        [say("talk_not_yet"), *([say("ask_missing", asked=asked)] if asked else []), *reasons]
    )


def _shown(name: ElementName, value: str) -> str:
    if name == "amount":
        return spoken.in_words(Decimal(value)) or spoken.figures(Decimal(value))
    if name == "side":
        return say(f"known_{value}")
    if name == "product":
        return say(f"product_{value}")
    return spoken.currency_name(value) if name in ("base", "quote") else value
