"""The only ways in which a deal changes: from which state, on what, into which, and what must hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from skills.fx.deals.deal import Deal, DealState

DealEvent = Literal[
    "changed",  # an element was said, corrected or taken back; a doubt arose or was settled
    "checked",
    "stopped",  # a check says no: what it says is kept, a change of the elements is checked again
    "quoted",
    "agreed",
    "confirmed_branch",
    "confirmed",
    "booked",
    "rejected",
    "expired",
    "withdrawn",
    "reversed",
]
Guard = Callable[[Deal, datetime], str]
"""Says why the changed deal may not be so at that time, as a code; empty where it may."""


class NotSo(Exception):
    """The change is not one that this deal can make now; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Way:
    """One way to change."""

    to: DealState
    guards: tuple[Guard, ...] = ()


def after(deal: Deal, event: DealEvent) -> DealState:
    """The state into which `event` brings `deal`. Raises `NotSo` where it brings it nowhere."""
    way = WAYS.get((deal.state, event))
    if way is None:
        raise NotSo("already_over" if not deal.is_open else f"not_{event}_yet")
    if event == "changed" and (deal.missing or deal.doubts):
        return "enquiry"
    return way.to


def held(before: DealState, event: DealEvent, changed: Deal, now: datetime) -> None:
    """Raises `NotSo` where something that must hold of the changed deal does not."""
    for guard in WAYS[(before, event)].guards:
        if code := guard(changed, now):
            raise NotSo(code)


def _nothing_stops_it(deal: Deal, now: datetime) -> str:
    if deal.missing or deal.doubts:
        return "incomplete"
    if not deal.checks:
        return "unchecked"
    return "stopped_by_check" if deal.worst_check == "hard" else ""


def _price_holds(deal: Deal, now: datetime) -> str:
    if deal.offered is None:
        return "no_price"
    return "price_expired" if now >= deal.offered.until else ""


def _both_mean_one_price(deal: Deal, now: datetime) -> str:
    if deal.agreement is None:
        return "not_agreed"
    if deal.agreement.branch == deal.agreement.bank:
        return "one_person_alone"
    return "" if deal.offered and deal.agreement.price == deal.offered.price else "two_prices"


def _agreed_in_time(deal: Deal, now: datetime) -> str:
    if deal.agreement is None or deal.offered is None:
        return "not_agreed"
    return "price_expired" if deal.agreement.at >= deal.offered.until else ""


def _branch_confirmed(deal: Deal, now: datetime) -> str:
    return "" if deal.confirmed_by("branch") and deal.action else "no_branch"


def _enough_people(deal: Deal, now: datetime) -> str:
    people = [one.by for one in deal.confirmations]
    if len(set(people)) < len(people):
        return "one_person_twice"
    if len(set(people)) < 2 or not deal.needs or not all(deal.confirmed_by(seat) for seat in deal.needs):
        return "confirmations_missing"
    if deal.worst_check == "soft" and "supervisor" not in deal.needs:
        return "supervisor_missing"
    return ""


def _has_key(deal: Deal, now: datetime) -> str:
    return "" if deal.booked_key else "no_key"


_MADE: tuple[DealState, ...] = ("enquiry", "complete", "checked", "quoted", "agreed", "confirmed_branch")
_CHECKABLE: tuple[DealState, ...] = ("complete", "checked", "quoted")
_QUOTABLE: tuple[DealState, ...] = ("checked", "quoted", "agreed")
_AGREED = (_nothing_stops_it, _both_mean_one_price, _agreed_in_time)


def _from(states: tuple[DealState, ...], event: DealEvent, way: Way) -> dict[tuple[DealState, DealEvent], Way]:
    return {(state, event): way for state in states}


WAYS: Mapping[tuple[DealState, DealEvent], Way] = {
    # What is said anew voids checks, price and yes that rested on the old: `book.changed` takes them away.
    **_from(_MADE, "changed", Way("complete")),
    **_from(_CHECKABLE, "checked", Way("checked", (_nothing_stops_it,))),
    **_from((*_CHECKABLE, "agreed"), "stopped", Way("complete")),
    **_from(_QUOTABLE, "quoted", Way("quoted", (_nothing_stops_it, _price_holds))),
    ("quoted", "agreed"): Way("agreed", (*_AGREED, _price_holds)),
    **_from(("agreed", "confirmed_branch"), "confirmed_branch", Way("confirmed_branch", (*_AGREED, _branch_confirmed))),
    ("confirmed_branch", "confirmed"): Way("confirmed", (*_AGREED, _branch_confirmed, _enough_people)),
    ("confirmed", "booked"): Way("booked", (*_AGREED, _enough_people, _has_key)),
    **_from((*_MADE, "confirmed"), "rejected", Way("rejected")),
    **_from(_MADE, "expired", Way("expired")),
    **_from(_MADE, "withdrawn", Way("withdrawn")),
    ("booked", "reversed"): Way("reversed"),
}
"""(state, event) -> where it leads. What does not stand here does not happen."""
