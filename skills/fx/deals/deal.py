"""A deal as it stands: elements with who said them, checks, price, agreement, confirmations. Immutable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

DealState = Literal[
    "enquiry",  # elements are missing or in doubt
    "complete",  # nothing is missing
    "checked",  # every check has its answer, none of them no
    "quoted",  # the bank has named a price that still holds
    "agreed",  # both sides have said yes to one price
    "confirmed_branch",  # the branch has confirmed the ticket: it is the proposal that the head office decides on
    "confirmed",  # everybody whose yes it needs has given it
    "booked",
    "rejected",
    "expired",
    "withdrawn",
    "reversed",  # booked, and taken back by another deal
]
OPEN: tuple[DealState, ...] = (
    "enquiry",
    "complete",
    "checked",
    "quoted",
    "agreed",
    "confirmed_branch",
    "confirmed",
)
"""States of a deal that is still being made."""

ElementName = Literal[
    "customer",
    "side",
    "base",
    "quote",
    "amount",
    "amount_ccy",
    "product",
    "tenor",
    "value_date",
    "near_date",
    "limit_price",
    "purpose",
    "documents",
]
CheckOutcome = Literal["passed", "soft", "hard"]
Seat = Literal["branch", "head_office", "supervisor"]


@dataclass(frozen=True, slots=True)
class Said:
    """The value of one element, and who said it where."""

    value: str
    """Canonical: an ISO date, a plain decimal, an ISO currency, a choice of the contract; the customer's full name."""
    by: str
    """Staff number."""
    turn: str
    """Id of the message; empty where it was set on the ticket."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Check:
    """One check's answer. `hard` stops the deal, `soft` needs the supervisor's yes."""

    name: str
    """`customer`, `screening`, `price`, `client_limit`, `settlement_limit`, `dealer_limit`, `suitability`,
    `value_date`, `cut_off`, `documents`."""
    outcome: CheckOutcome
    reason: str
    """For people, with the figures it rests on."""
    evidence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Offered:
    """A price of the bank for this client, good until a moment."""

    price: Decimal
    """Per `per` units of base, in quote; of a swap the far points in quote per unit."""
    per: int
    mid: Decimal
    by: str
    """Staff number of the dealer who named it; an assistant's name where it is the machine's quote."""
    at: datetime
    until: datetime
    market_at: datetime
    """Time of the market data it was made from."""
    source: str
    near_price: Decimal | None = None
    """Of a swap: the near leg's."""
    bid: Decimal | None = None
    offer: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Both sides' yes to one price."""

    price: Decimal
    branch: str
    """Staff number of who said yes for the client's side."""
    bank: str
    """Staff number of who said yes for the bank's side, or of who named the price that was taken."""
    turn: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One person's yes to the whole ticket."""

    seat: Seat
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Deal:
    """One deal. A change makes another one, with the next version."""

    number: str
    """`FX20261123-0001`."""
    room: str
    state: DealState
    version: int
    opened_by: str
    place: str
    """Of the branch that asks."""
    opened_at: datetime
    changed_at: datetime
    elements: Mapping[ElementName, Said] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    """What was asked back and is not answered yet; while there is one the deal is not complete."""
    checks: tuple[Check, ...] = ()
    offered: Offered | None = None
    agreement: Agreement | None = None
    needs: tuple[Seat, ...] = ()
    """Whose yes it needs, by its size and its soft checks; set with the agreement."""
    confirmations: tuple[Confirmation, ...] = ()
    action: str = ""
    """Id of the action that books it."""
    booked_key: str = ""
    """Idempotency key under which it was booked."""
    reverses: str = ""
    """Number of the deal that this one takes back."""
    reason: str = ""
    """Why it was rejected, withdrawn or expired."""

    def value(self, name: ElementName) -> str | None:
        """The element's value, or None."""
        said = self.elements.get(name)
        return said.value if said else None

    @property
    def missing(self) -> tuple[ElementName, ...]:
        """Elements without which it cannot be dealt."""
        wanted: tuple[ElementName, ...] = ("customer", "side", "base", "quote", "amount", "amount_ccy", "product")
        if self.value("product") in ("forward", "swap"):
            wanted = (*wanted, "value_date")
        return tuple(name for name in wanted if not self.value(name))

    @property
    def worst_check(self) -> CheckOutcome:
        """`hard` before `soft` before `passed`."""
        outcomes = {check.outcome for check in self.checks}
        return "hard" if "hard" in outcomes else "soft" if "soft" in outcomes else "passed"

    @property
    def is_open(self) -> bool:
        """Whether it is still being made."""
        return self.state in OPEN

    def confirmed_by(self, seat: Seat) -> str:
        """Staff number of who sits there; empty where nobody does yet."""
        return next((one.by for one in self.confirmations if one.seat == seat), "")
