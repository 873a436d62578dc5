"""A dealing talk, message by message: what each one changes, and what must be said to it.

Nothing is guessed. An element counts from whoever names it first; against another person's word, or the bank's against
the branch's, it is held until somebody says yes to it, unless the sentence says that it corrects. A deal is agreed
where a dealer of one side says yes to the one price that the other side has named and nothing is missing or in doubt.
"""

from __future__ import annotations

from dataclasses import replace

from skills.fx.dealing.agreement import Yes, asks_for_yes, find_yes
from skills.fx.dealing.bargaining import called_off, from_bank, from_branch, price_gone, scale_of, several_prices
from skills.fx.dealing.changing import says_anew, with_elements
from skills.fx.dealing.heard import Heard, Note
from skills.fx.dealing.hearing import hear_elements, limit_in
from skills.fx.dealing.price_moves import moved, moves_a_price
from skills.fx.dealing.prices import Price, Said, Scale, find_prices
from skills.fx.dealing.questions import affirms, asked_in, is_question, keeps_the_price
from skills.fx.dealing.sentences import sentences_of
from skills.fx.dealing.side_talk import explains_a_price, is_side_talk
from skills.fx.dealing.talk import Around, Message, Talk
from skills.fx.dealing.ticket_values import doubts_of, missing_of
from skills.fx.dealing.withdrawal import is_withdrawal, takes_price_back
from skills.fx.deals.deal import ElementName
from skills.fx.reading import Reading

_SETTLED: tuple[Note, ...] = ("say_yes", "no_price", "two_prices", "side_missing")
"""Questions that the agreement in the same message answers."""


def hear(talk: Talk, message: Message, around: Around) -> Heard:
    """What `message` makes of `talk`. Raises nothing: what is not understood changes nothing."""
    if talk.withdrawn:
        anew = hear(Talk(), message, around)
        return anew if anew.talk.said else Heard(talk)
    heard = Heard(talk)
    doubts = doubts_of(heard.talk, around.today)
    asked: tuple[ElementName, ...] = ()
    for sentence in sentences_of(message.text):
        asked = (*asked, *asked_in(sentence))
        if not is_side_talk(sentence):
            heard = _heard(heard, sentence, message, around)
    asked_yes = heard.talk.asked_yes and (message.party == "bank" or "say_yes" in heard.notes)
    talk = replace(
        heard.talk, asked_yes=asked_yes, asked=asked or (() if "changed" in heard.notes else heard.talk.asked)
    )
    now = doubts_of(talk, around.today)
    if set(now) - set(doubts) and "differs" not in heard.notes:
        heard = heard.noting(talk, "doubt")
    if not talk.complete and talk.said and not missing_of(talk) and not now:
        talk = replace(talk, complete=True)
        heard = heard.noting(talk, "complete")
    if "agreed" in heard.notes:
        heard = Heard(talk, tuple(note for note in heard.notes if note not in _SETTLED))
    notes: tuple[Note, ...] = tuple(dict.fromkeys((*heard.notes, *(("changed",) if now != doubts else ()))))
    return Heard(talk, notes)


def _heard(heard: Heard, sentence: str, message: Message, around: Around) -> Heard:
    """One sentence."""
    talk = heard.talk
    if message.party == "bank" and talk.value("product") != "swap" and explains_a_price(sentence):
        return heard
    scale = scale_of(talk, around)
    limit = limit_in(sentence, priced=talk.offer is not None) if message.party == "branch" else None
    prices = find_prices(sentence, scale, both_sides=message.party == "bank")
    if limit:
        prices = Said(None, False, False, None, prices.rest)
    yes = find_yes(sentence)
    answered = affirms(sentence) if not yes or yes.strength == "mild" else False
    elements = hear_elements(prices.rest, talk, message, around)
    if (
        is_withdrawal(sentence)
        and prices.named is None
        and yes is None
        and not says_anew(talk, elements, sentence, around)
    ):
        return called_off(heard, message)
    heard = with_elements(heard, sentence, elements, limit, message, around, affirmed=answered)
    if prices.seen is not None:
        heard = Heard(replace(heard.talk, reference=prices.seen), heard.notes)
    if prices.named is None and moves_a_price(sentence):
        prices = replace(prices, named=_moved(heard.talk, sentence, scale))
    if prices.named is None and message.party == "bank" and keeps_the_price(sentence) and heard.talk.before:
        prices = replace(prices, named=heard.talk.before)
    if answered and heard.talk.asked_yes and message.party == "branch":
        yes = Yes("strong")
    if prices.unclear and elements.reading == Reading() and heard.talk.agreed is None:
        heard = Heard(replace(heard.talk, unclear=True), heard.notes)
    if prices.several and moves_a_price(sentence) and prices.seen is not None:
        prices = replace(prices, named=Price(prices.seen, prices.seen), several=False)  # 7.0602，便宜1个点，7.0601
    if prices.several:
        return several_prices(heard, message)
    if message.party == "bank":
        if prices.named is None and takes_price_back(sentence):
            return price_gone(heard)
        heard = from_bank(heard, prices.named, yes, message, around)
        asked_yes = asks_for_yes(sentence) or (heard.talk.asked_yes and not is_question(sentence))
        return Heard(replace(heard.talk, asked_yes=asked_yes), heard.notes)
    return from_branch(heard, prices.named, yes, message, around)


def _moved(talk: Talk, sentence: str, scale: Scale) -> Price | None:
    """The bank's price as a sentence moves it."""
    price = talk.offer.price.for_side(talk.side) if talk.offer else None
    return moved(sentence, price, talk.side, scale.pip)
