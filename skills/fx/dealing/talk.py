"""The talk of a room about one deal, as far as it has come. Immutable, and kept between two messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from skills.fx.clients import Client
from skills.fx.currencies import in_market_order
from skills.fx.dealing.prices import Price
from skills.fx.deals.deal import ElementName, Said
from skills.fx.elements import Side
from skills.fx.reading import Reading

Party = Literal["branch", "bank"]
"""For whom somebody deals: the client's side, or the bank's."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of one person."""

    by: str
    """Staff number."""
    party: Party
    deals: bool
    """Whether his yes counts: a relationship manager names elements and prices, a dealer agrees."""
    text: str
    turn: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Around:
    """What is known besides the talk."""

    today: date
    clients: Sequence[Client] = ()
    people: Sequence[str] = ()
    """Names of those in the room: they are no clients."""
    papers: Sequence[str] = ()
    """Papers that show a real need."""
    mid: Callable[[str, str], Decimal | None] = lambda base, quote: None
    """The middle of the market of a pair, from which figures without a handle are completed."""


@dataclass(frozen=True, slots=True)
class Named:
    """A price that somebody named."""

    price: Price
    by: str
    deals: bool
    turn: str
    at: datetime
    """It is good for a while from then."""


@dataclass(frozen=True, slots=True)
class Held:
    """What was asked or said against somebody else's word, and waits for a yes."""

    reading: Reading
    by: str
    party: Party
    differs: bool
    """Said outright, so that the ticket is in doubt; False where it was only asked."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """Both sides' yes to one price."""

    price: Decimal
    branch: str
    bank: str
    turn: str


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said so far."""

    reading: Reading = field(default_factory=Reading)
    near_date: date | None = None
    """Of a swap, where it was said."""
    papers: tuple[str, ...] = ()
    """Papers that are there."""
    said: Mapping[ElementName, Said] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    """What must be asked back before there can be a deal, beyond the doubts of the reading."""
    several: tuple[str, ...] = ()
    """The clients whom the name may mean."""
    asked: tuple[ElementName, ...] = ()
    """What the last message asked for."""
    held: Held | None = None
    offer: Named | None = None
    """The bank's price."""
    counter: Named | None = None
    """The branch's price, while the bank has not answered it."""
    reference: Decimal | None = None
    """The last full price that anybody named."""
    before: Price | None = None
    """The bank's price before something changed: 一样 brings it back."""
    asked_yes: bool = False
    """Whether the branch was asked to say its yes in so many words."""
    unclear: bool = False
    """Whether a figure was said since the bank's price that may be another one: a bare yes is asked for again."""
    two_prices: bool = False
    """Whether a yes named another price than the other side's."""
    agreed: Agreed | None = None
    withdrawn: bool = False
    complete: bool = False
    """Whether it was complete once."""

    @property
    def side(self) -> Side | None:
        """The client's side in the base as the market quotes the pair: prices are said in its order."""
        side = self.value("side")
        if side is None:
            return None
        return "buy" if (side == "buy") != self.inverted else "sell"

    @property
    def inverted(self) -> bool:
        """Whether the client deals the second currency of the market's order: JPY against USD."""
        base, quote = self.value("base"), self.value("quote")
        return bool(base and quote) and in_market_order(base or "", quote or "") != (base, quote)

    def value(self, name: ElementName) -> str | None:
        """The element's value, or None."""
        return self.said[name].value if name in self.said else None
