"""The ticket's values as they follow from what was read, and what is in doubt of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from skills.fx.currencies import CNY
from skills.fx.dates import SaidDate
from skills.fx.dealing.talk import Message, Talk
from skills.fx.deals.deal import Deal, ElementName, Said
from skills.fx.elements import DealElements
from skills.fx.parse import finished
from skills.fx.reading import Reading

NEAR_TENORS = {"ON": "TOD", "TN": "TOM"}
"""Where a swap of that tenor begins; others begin at spot."""


def values_of(reading: Reading, near: date | None, today: date) -> tuple[Mapping[ElementName, str], tuple[str, ...]]:
    """The elements that are known, and the codes of what is in doubt."""
    elements = finished(reading, today)
    doubts: list[str] = [doubt for doubt in elements.doubts if doubt != "too_long"]
    said: dict[ElementName, str | None] = {
        "customer": elements.customer,
        "side": elements.side,
        "base": elements.base,
        "quote": elements.quote,
        "amount": f"{elements.amount.normalize():f}" if elements.amount is not None else None,
        "amount_ccy": elements.amount_ccy,
        "product": elements.product,
        "tenor": elements.tenor,
        "value_date": elements.value_date.isoformat() if elements.value_date else None,
        "near_date": _near(elements, near, today),
        "limit_price": f"{elements.limit_price:f}" if elements.limit_price is not None else None,
    }
    if elements.base and elements.quote and reading.said_date and elements.value_date:
        from skills.fx.value_dates import closed_on  # QuantLib: only where a date was said

        days = [elements.value_date, *([near] if near else [])]
        doubts += ["date_holiday"] if any(closed_on(elements.base, elements.quote, day) for day in days) else []
    return {name: value for name, value in said.items() if value is not None}, tuple(dict.fromkeys(doubts))


def attributed(talk: Talk, message: Message, today: date) -> Talk:
    """`talk` with each value that is new or changed as said by the message's author."""
    values = dict(values_of(talk.reading, talk.near_date, today)[0])
    if talk.papers:
        values["documents"] = "、".join(talk.papers)
    said = {
        name: talk.said[name]
        if name in talk.said and talk.said[name].value == value
        else Said(value, message.by, message.turn, message.at)
        for name, value in values.items()
    }
    return replace(talk, said=said)


def doubts_of(talk: Talk, today: date) -> tuple[str, ...]:
    """Everything that must be asked back, as codes."""
    _, doubts = values_of(talk.reading, talk.near_date, today)
    return tuple(dict.fromkeys((*doubts, *talk.doubts)))


def missing_of(talk: Talk) -> tuple[ElementName, ...]:
    """Elements without which it cannot be dealt."""
    wanted: tuple[ElementName, ...] = ("customer", "side", "base", "amount", "product")
    if "product" in talk.said and talk.said["product"].value in ("forward", "swap"):
        wanted = (*wanted, "value_date")
    return tuple(name for name in wanted if name not in talk.said)


def talk_of(deal: Deal) -> Talk:
    """A talk that stands where the ticket does, for one that a crash has lost."""
    said = {name: one.value for name, one in deal.elements.items()}
    day = said.get("value_date") if "tenor" not in said else None
    near, quote, product = said.get("near_date"), said.get("quote"), said.get("product")
    reading = Reading(
        side="buy" if said.get("side") == "buy" else "sell" if "side" in said else None,
        dealt=said.get("base"),
        other=quote if quote != CNY else None,
        ordered=True,
        amount=Decimal(said["amount"]) if "amount" in said else None,
        amount_ccy=said.get("amount_ccy"),
        tenor=said.get("tenor"),
        said_date=SaidDate(date.fromisoformat(day), 0, 0) if day else None,
        product="forward" if product == "forward" else "swap" if product == "swap" else None,
        customer=said.get("customer"),
        limit_price=Decimal(said["limit_price"]) if "limit_price" in said else None,
    )
    doubts = tuple(one for one in deal.doubts if one.startswith(("amount_vague", "customer_ambiguous")))
    named = date.fromisoformat(near) if near and "tenor" not in said else None
    return Talk(reading, named, said=dict(deal.elements), doubts=doubts, complete=not deal.missing)


def _near(elements: DealElements, near: date | None, today: date) -> str | None:
    if elements.product != "swap" or not elements.base or not elements.quote:
        return None
    if near is None:
        from skills.fx.value_dates import value_date

        tenor = NEAR_TENORS.get(elements.tenor or "", "SPOT")
        near = value_date(elements.base, elements.quote, tenor, today).day
    return near.isoformat()
