"""What is found when a booked deal is read again, its history against its ticket. Nothing here reads or writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Literal

from skills.fx import spoken
from skills.fx.checks.price import deviation_bp
from skills.fx.currencies import CNY
from skills.fx.dealing_rules import DealingRules
from skills.fx.deals.deal import Deal
from skills.fx.dealt import Dealt, dealt
from skills.fx.oversight.words import say

Weight = Literal["grave", "look", "fine"]
History = Sequence[tuple[str, Deal]]
"""Every change, oldest first: the event, and the deal after it."""
_SLOW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    what: str
    """`after_agreement ticket price margin market_age documents checks pace people sources`."""
    weight: Weight
    reason: str
    """For people, with the figures it rests on."""


def reviewed(history: History, rules: DealingRules, names: Mapping[str, str]) -> tuple[Finding, ...]:
    """Every finding about a booked deal, the fine ones too. Raises `ValueError` where it was never booked."""
    deal = next((after for event, after in history if event == "booked"), None)
    if deal is None:
        raise ValueError("only a booked deal is reviewed")
    trade = dealt(deal)

    def name(id: str) -> str:
        return names.get(id, id)

    return (
        _after_agreement(history, name),
        _ticket(history, deal),
        _price(deal, trade, rules),
        _margin(deal, trade),
        _market_age(deal, rules),
        _documents(deal),
        _checks(deal),
        _pace(history, deal),
        _people(deal, name),
        _sources(deal),
    )


def _after_agreement(history: History, name: Callable[[str], str]) -> Finding:
    """Elements that were changed once a price was agreed: the agreement was void then, and had to be made anew."""
    changed = []
    for (_, before), (event, after) in pairwise(history):
        if event == "changed" and before.agreement is not None:
            different = [key for key in {**before.elements, **after.elements} if before.value(key) != after.value(key)]
            who = {after.elements[key].by for key in different if key in after.elements}
            changed += [(key, sorted(map(name, who))) for key in sorted(different)]
    if not changed:
        return Finding("after_agreement", "fine", say("found_none_after"))
    what = say("comma").join(dict.fromkeys(say(f"element_{key}") for key, _ in changed))
    people = say("comma").join(dict.fromkeys(one for _, people in changed for one in people))
    return Finding("after_agreement", "grave", say("found_after", what=what, who=people or say("nobody")))


def _ticket(history: History, deal: Deal) -> Finding:
    """What was booked is what was agreed last."""
    agreed = next((after for event, after in reversed(history) if event == "agreed"), None)
    different = sorted(key for key in deal.elements if agreed is None or agreed.value(key) != deal.value(key))
    if agreed is None or different or agreed.agreement != deal.agreement:
        what = say("comma").join(say(f"element_{key}") for key in different)
        return Finding("ticket", "grave", say("found_ticket", what=what or say("head_price")))
    return Finding("ticket", "fine", say("found_ticket_fine"))


def _price(deal: Deal, trade: Dealt, rules: DealingRules) -> Finding:
    """The agreed price against the middle of the market when it was named; of a swap, the near leg's."""
    leg = trade.legs[0]
    away = deviation_bp(leg.rate, trade.mid)
    said = {"price": leg.rate, "mid": trade.mid, "away": f"{away:+.1f}", "most": f"{rules.price_bp.soft:f}"}
    if abs(away) > rules.price_bp.soft:
        return Finding("price", "grave" if abs(away) > rules.price_bp.hard else "look", say("found_price", **said))
    return Finding("price", "fine", say("found_price_fine", **said))


def _margin(deal: Deal, trade: Dealt) -> Finding:
    """A client dealt at a better price than the market's middle: the bank loses on it at once."""
    leg = trade.legs[0]
    buys_base = (leg.side == "buy") == (trade.currency == trade.base)
    better = leg.rate < trade.mid if buys_base else leg.rate > trade.mid
    if better and len(trade.legs) == 1:
        return Finding("margin", "look", say("found_margin", price=leg.rate, mid=trade.mid))
    return Finding("margin", "fine", say("found_margin_fine"))


def _market_age(deal: Deal, rules: DealingRules) -> Finding:
    """How old the market was when the price was agreed."""
    assert deal.offered is not None and deal.agreement is not None  # it is booked
    age = deal.agreement.at - deal.offered.market_at
    words = _span(age)
    if age > timedelta(seconds=rules.market_stale_seconds) + (deal.offered.until - deal.offered.at):
        return Finding("market_age", "grave", say("found_market_age", age=words))
    return Finding("market_age", "fine", say("found_market_age_fine", age=words))


def _documents(deal: Deal) -> Finding:
    """The paper that shows a real need, for deals against the yuan."""
    check = next((one for one in deal.checks if one.name == "documents"), None)
    named = deal.value("documents")
    if CNY in (deal.value("base"), deal.value("quote")) and (check is None or check.outcome != "passed"):
        return Finding("documents", "look", say("found_documents"))
    return Finding("documents", "fine", say("found_documents_fine", named=named or say("not_needed")))


def _checks(deal: Deal) -> Finding:
    """Checks that the supervisor had to overrule."""
    soft = [one for one in deal.checks if one.outcome == "soft" and one.name != "documents"]
    if soft:
        who = "supervisor" in {one.seat for one in deal.confirmations}
        reasons = " ".join(one.reason for one in soft)
        return Finding("checks", "look" if who else "grave", say("found_checks", reasons=reasons))
    return Finding("checks", "fine", say("found_checks_fine", count=len(deal.checks)))


def _pace(history: History, deal: Deal) -> Finding:
    """From the enquiry to the price, from the price to the yes, from the yes to the booking."""
    assert deal.offered is not None and deal.agreement is not None  # it is booked
    quotes = sum(event == "quoted" for event, _ in history)
    booking = deal.changed_at - deal.agreement.at
    said = say(
        "found_pace",
        to_price=_span(deal.offered.at - deal.opened_at),
        to_yes=_span(deal.agreement.at - deal.offered.at),
        to_booking=_span(booking),
        quotes=quotes,
    )
    return Finding("pace", "look" if booking > 6 * _SLOW or quotes > 3 else "fine", said)


def _people(deal: Deal, name: Callable[[str], str]) -> Finding:
    """Who confirmed; fewer than two people, or somebody twice, should not be possible."""
    people = [one.by for one in deal.confirmations]
    listed = say("comma").join(f"{say(f'seat_{one.seat}')} {name(one.by)}" for one in deal.confirmations)
    sound = len(set(people)) == len(people) >= 2 and set(deal.needs) <= {one.seat for one in deal.confirmations}
    return Finding("people", "fine" if sound else "grave", say("found_people", listed=listed))


def _sources(deal: Deal) -> Finding:
    """Elements that nobody said in a message: they were set on the ticket."""
    unsaid = [say(f"element_{key}") for key, said in sorted(deal.elements.items()) if not said.turn]
    if unsaid:
        return Finding("sources", "look", say("found_sources", what=say("comma").join(unsaid)))
    return Finding("sources", "fine", say("found_sources_fine"))


def _span(time: timedelta) -> str:
    seconds = max(int(time.total_seconds()), 0)
    return say("seconds", count=seconds) if seconds < 120 else spoken.age(time)


def weight_of(findings: Sequence[Finding]) -> Weight:
    """The worst of them."""
    weights = {one.weight for one in findings}
    return "grave" if "grave" in weights else "look" if "look" in weights else "fine"
