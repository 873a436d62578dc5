"""Prices and yes: who names what for which side, and when both mean one price."""

from __future__ import annotations

from dataclasses import replace

from skills.fx.currencies import in_market_order
from skills.fx.dealing.agreement import Yes
from skills.fx.dealing.changing import applied
from skills.fx.dealing.heard import Heard
from skills.fx.dealing.hearing import Elements
from skills.fx.dealing.prices import Price, Scale
from skills.fx.dealing.talk import Agreed, Around, Message, Named, Talk
from skills.fx.dealing.ticket_values import doubts_of, missing_of
from skills.fx.elements import Side
from skills.fx.reading import Reading


def scale_of(talk: Talk, around: Around) -> Scale:
    base, quote = talk.value("base"), talk.value("quote")
    if base and quote:
        base, quote = in_market_order(base, quote)
    swap = talk.value("product") == "swap"
    reference = talk.reference
    if reference is None and base and quote and not swap:
        reference = around.mid(base, quote)
    return Scale(reference, quote, swap, talk.offer is not None or talk.counter is not None or talk.before is not None)


def _of_base(side: Side, talk: Talk) -> Side:
    """The side in the ticket's base of who takes a price of the market's."""
    return side if not talk.inverted else "sell" if side == "buy" else "buy"


def _named(price: Price, message: Message) -> Named:
    return Named(price, message.by, message.deals, message.turn, message.at)


def from_bank(heard: Heard, price: Price | None, yes: Yes | None, message: Message, around: Around) -> Heard:
    talk = heard.talk
    counter = talk.counter
    wanted = counter.price.for_side(talk.side) if counter else None
    takes = counter is not None and (price is None or price.for_side(talk.side) == wanted)
    if yes and takes and counter and wanted is not None and message.deals:
        if yes.strength == "strong" and counter.deals:
            return _agreed(heard, Agreed(wanted, counter.by, message.by, message.turn), around)
        price = counter.price
    if yes and yes.side and yes.side == talk.side:
        return heard.noting(talk, "side_against")  # bank and client cannot both buy
    if price is None or not message.deals:
        return heard
    if talk.agreed and not counter:
        return heard if price.for_side(talk.side) == talk.agreed.price else heard.noting(talk, "two_prices")
    talk = replace(
        talk, offer=_named(price, message), counter=None, agreed=None, before=price, unclear=False, asked_yes=False
    )
    return Heard(talk, heard.notes).noting(talk, "offer")


def from_branch(heard: Heard, price: Price | None, yes: Yes | None, message: Message, around: Around) -> Heard:
    talk = heard.talk
    if yes is None or yes.strength == "mild":
        if price is not None:
            return _countered(heard, price, message)
        alone = yes is not None and talk.offer is not None and talk.counter is None and talk.agreed is None
        if alone and message.deals and "changed" not in heard.notes and not talk.asked_yes:
            return heard.noting(replace(talk, asked_yes=True), "say_yes")
        return heard
    if yes.side and talk.side not in (None, yes.side):
        return heard.noting(talk, "side_against")
    if yes.side and talk.side is None:
        heard = applied(heard, Elements(Reading(side=_of_base(yes.side, talk))), message, around)
        talk = heard.talk
    if talk.agreed:
        same = price is None or price.for_side(talk.side) == talk.agreed.price
        return heard if same else heard.noting(talk, "two_prices")
    if not message.deals:
        return heard.noting(talk, "not_a_dealer")
    if talk.offer is None:
        return _countered(heard, price, message) if price is not None else heard.noting(talk, "no_price")
    wanted = talk.offer.price.for_side(talk.side)
    if wanted is None:
        return heard.noting(talk, "side_missing")
    said = price.for_side(talk.side) if price else None
    if said is None and talk.counter and talk.counter.price.for_side(talk.side) != wanted:
        return heard.noting(replace(talk, two_prices=True), "two_prices")  # the bank has not answered the last price
    if said is None and talk.unclear:
        return heard.noting(replace(talk, unclear=False, asked_yes=True), "say_yes")
    if said is not None and said != wanted and price is not None:
        heard = _countered(heard, price, message)
        return heard.noting(replace(heard.talk, two_prices=True), "two_prices")
    return _agreed(heard, Agreed(wanted, message.by, talk.offer.by, message.turn), around)


def _countered(heard: Heard, price: Price, message: Message) -> Heard:
    talk = heard.talk
    if talk.offer and talk.agreed is None and talk.offer.price.for_side(talk.side) == price.for_side(talk.side):
        return Heard(replace(talk, counter=None), heard.notes)  # it only repeats the bank's price
    return heard.noting(replace(talk, counter=_named(price, message)), "counter")


def _agreed(heard: Heard, agreed: Agreed, around: Around) -> Heard:
    talk = heard.talk
    if missing_of(talk) or doubts_of(talk, around.today):
        return heard.noting(talk, "incomplete")
    if talk.held:
        return heard.noting(talk, "open_question")
    offer = talk.offer or talk.counter
    price = Price(agreed.price, agreed.price)
    made = replace(offer, price=price, by=agreed.bank) if offer else None
    talk = replace(talk, agreed=agreed, offer=made, counter=None, asked_yes=False, two_prices=False, before=price)
    return heard.noting(talk, "agreed")


def several_prices(heard: Heard, message: Message) -> Heard:
    """More than one price in one breath: what was named before does not hold either."""
    talk = heard.talk
    if talk.agreed:
        return heard
    gone = replace(talk, offer=None, counter=None) if message.party == "bank" else replace(talk, counter=None)
    return heard.noting(gone, "several_prices")


def price_gone(heard: Heard) -> Heard:
    """The bank's price does not hold any more; what is agreed stays."""
    talk = heard.talk
    if talk.agreed or talk.offer is None:
        return heard
    return heard.noting(replace(talk, offer=None, asked_yes=False), "price_gone")


def called_off(heard: Heard, message: Message) -> Heard:
    talk = heard.talk
    if message.party == "bank":
        return price_gone(heard)  # the price is off, not the client's wish
    return heard.noting(replace(talk, withdrawn=True), "withdrawn") if talk.said else heard
