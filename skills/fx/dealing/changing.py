"""How what is said of the elements changes the ticket: at once, after a question, or not at all."""

from __future__ import annotations

from dataclasses import replace

from skills.fx.dealing.heard import Heard
from skills.fx.dealing.hearing import Elements
from skills.fx.dealing.questions import corrects, denies, is_question, speaks_of_another_deal
from skills.fx.dealing.talk import Around, Held, Message, Talk
from skills.fx.dealing.ticket_values import attributed, values_of
from skills.fx.deals.deal import ElementName
from skills.fx.reading import Reading, corrected

_SCALED: tuple[ElementName, ...] = ("base", "quote", "product")
"""Elements that say how large a price is."""
_SMALLEST = 1_000
_PRICED: tuple[ElementName, ...] = (
    "customer", "side", "base", "quote", "amount", "amount_ccy", "product", "tenor", "value_date", "near_date"
)  # fmt: skip


def with_elements(
    heard: Heard,
    sentence: str,
    elements: Elements,
    limit: Reading | None,
    message: Message,
    around: Around,
    *,
    affirmed: bool,
) -> Heard:
    talk = heard.talk
    if talk.held and affirmed and message.party == "branch":
        heard = applied(heard, Elements(talk.held.reading), message, around)
        talk = heard.talk
    elif talk.held and denies(sentence) and message.by != talk.held.by:
        talk = _without_held(talk)
        heard = Heard(talk, heard.notes)
    if limit:
        elements = replace(elements, reading=replace(elements.reading, limit_price=limit.limit_price))
    if "amount" in talk.said and elements.reading.amount is not None and elements.reading.amount < _SMALLEST:
        return heard  # 35块: no deal is so small
    if not _says_something(elements) or (not talk.said and not _opens(elements)):
        return heard
    if talk.said and speaks_of_another_deal(sentence):
        return heard.noting(talk, "another_deal")
    against = _against(talk, elements, around)
    question = is_question(sentence)
    if talk.agreed and not (message.party == "branch" and corrects(sentence) and not question):
        # What is agreed changes only where the branch says that it corrects.
        other = against or elements.reading.doubts
        held = Held(elements.reading, message.by, message.party, differs=False) if other else None
        return heard.noting(replace(talk, held=held), "differs") if other and not question else heard
    if (question and message.party == "bank" and not _same(talk, elements, around)) or (
        against and not _may_change(talk, against, sentence, message)
    ):
        held = Held(elements.reading, message.by, message.party, differs=not question)
        doubts = talk.doubts if question else (*talk.doubts, *(f"differs_{name}" for name in against[:1]))
        talk = replace(talk, held=held, doubts=tuple(dict.fromkeys(doubts)))
        return Heard(talk, heard.notes) if question else heard.noting(talk, "differs")
    return applied(heard, elements, message, around)


def says_anew(talk: Talk, elements: Elements, sentence: str, around: Around) -> bool:
    """Whether a sentence says something else of the deal than the ticket does: 算了，改成300万 calls nothing off."""
    return bool(elements.reading.amount is not None or (_against(talk, elements, around) and corrects(sentence)))


def applied(heard: Heard, elements: Elements, message: Message, around: Around) -> Heard:
    """The talk with these elements, each that is new or other as said by the message's author."""
    talk = _without_held(heard.talk)
    reading = elements.reading
    merged = corrected(talk.reading, replace(reading, customer=reading.customer or talk.reading.customer))
    doubts = set(talk.doubts)
    several = talk.several
    if elements.vague:
        doubts.add("amount_vague")
    elif reading.amount is not None:
        doubts.discard("amount_vague")
    if reading.customer:
        several = elements.meant.several if elements.meant else ()
        doubts = doubts - {"customer_ambiguous"} | ({"customer_ambiguous"} if several else set())
    changed = replace(
        talk,
        reading=merged,
        near_date=elements.near_date or talk.near_date,
        papers=tuple(dict.fromkeys((*talk.papers, *elements.papers))),
        doubts=tuple(sorted(doubts)),
        several=several,
    )
    changed = attributed(changed, message, around.today)
    if changed.said == talk.said and changed.doubts == talk.doubts:
        return Heard(changed, heard.notes)
    if any(name in talk.said and talk.said[name].value != changed.value(name) for name in _PRICED):
        # Another deal than the one that was priced and agreed.
        before = talk.offer.price if talk.offer else talk.before
        if any(talk.value(name) not in (None, changed.value(name)) for name in _SCALED):
            changed, before = replace(changed, reference=None), None  # prices of another order of size
        changed = replace(changed, offer=None, counter=None, agreed=None, asked_yes=False, before=before)
    return heard.noting(changed, "changed")


def _without_held(talk: Talk) -> Talk:
    return replace(talk, held=None, doubts=tuple(one for one in talk.doubts if not one.startswith("differs_")))


def _says_something(elements: Elements) -> bool:
    reading = elements.reading
    return (
        elements.vague
        or bool(elements.papers)
        or elements.near_date is not None
        or replace(reading, ordered=False) != Reading()
    )


def _opens(elements: Elements) -> bool:
    """Whether this is enough to begin an enquiry: a client, a currency with an amount or a side, a side with terms."""
    reading = elements.reading
    more = reading.amount is not None or reading.side or elements.vague or reading.doubts
    terms = reading.tenor or reading.said_date or reading.product or reading.amount is not None
    named = (reading.dealt or reading.doubts) and more
    return reading.customer is not None or bool(named or (reading.side and terms))


def _against(talk: Talk, elements: Elements, around: Around) -> tuple[ElementName, ...]:
    """The elements of the ticket that would become others; what only followed from nothing said does not count."""
    reading, known = elements.reading, talk.reading
    after, _ = values_of(corrected(known, reading), elements.near_date or talk.near_date, around.today)
    other = {name for name, said in talk.said.items() if name != "documents" and after.get(name) != said.value}
    found: list[ElementName] = []
    if "customer" in other and not _fuller(talk, elements):
        found.append("customer")
    if "side" in other and reading.side:
        found.append("side")
    if "base" in other or ("quote" in other and known.other is not None):
        found.append("base")
    if (reading.amount is not None and other & {"amount", "amount_ccy"}) or (elements.vague and "amount" in talk.said):
        found.append("amount")
    if (known.tenor or known.said_date) and other & {"tenor", "value_date"} and (reading.tenor or reading.said_date):
        found.append("value_date")
    if known.product and reading.product and "product" in other:
        found.append("product")
    return tuple(found)


def _fuller(talk: Talk, elements: Elements) -> bool:
    """Whether the name is the ticket's, said more or less fully, or the answer to whom it means."""
    before, said = talk.said["customer"].value, elements.reading.customer or ""
    return bool(talk.several) or said.startswith(before) or before.startswith(said)


def _same(talk: Talk, elements: Elements, around: Around) -> bool:
    after, _ = values_of(corrected(talk.reading, elements.reading), talk.near_date, around.today)
    return {name: said.value for name, said in talk.said.items() if name != "documents"} == after


def _may_change(talk: Talk, against: tuple[ElementName, ...], sentence: str, message: Message) -> bool:
    """Whether the branch's ticket changes without a question: it corrects, or its author says it anew."""
    if message.party == "bank" or (is_question(sentence) and not corrects(sentence)):
        return False
    if corrects(sentence):
        return True
    own = all(talk.said[name].by == message.by for name in against if name in talk.said)
    return own and talk.agreed is None and "customer" not in against
