"""What a deal consists of, as the contract names it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

Side = Literal["buy", "sell"]
Product = Literal["spot", "forward", "swap"]

Doubt = Literal[
    "amount_not_positive",
    "amount_too_large",
    "several_amounts",
    "currency_unknown",
    "same_currency",
    "date_past",
    "date_impossible",
    "date_too_far",
    "product_unknown",
    "too_long",
]


@dataclass(frozen=True, slots=True)
class DealElements:
    """A dealing sentence taken apart. What was not said is None; nothing is guessed."""

    side: Side | None = None
    """The customer's side in `base`; of a swap, its near leg."""
    base: str | None = None
    quote: str | None = None
    amount: Decimal | None = None
    """In units of `amount_ccy`, positive."""
    amount_ccy: str | None = None
    product: Product | None = None
    """None only where another product was named, e.g. an option."""
    tenor: str | None = None
    """`TOD`, `TOM`, `SPOT`, `ON`, `TN`, `SN`, `nW`, `nM`, `nY`; None for a broken date."""
    value_date: date | None = None
    """Where the tenor ends, or the date that was said; of a swap, its far leg."""
    customer: str | None = None
    limit_price: Decimal | None = None
    doubts: tuple[Doubt, ...] = ()
    """What was said but not taken over, or should be looked at; not part of the contract's JSON."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Those without which nobody can quote."""
        needed = {"side": self.side, "base": self.base, "amount": self.amount}
        if self.product == "forward":
            needed["value_date"] = self.value_date  # type: ignore[assignment]
        return tuple(name for name, value in needed.items() if value is None)

    def as_json(self) -> dict[str, Any]:
        """The contract's keys, in its order."""
        return {
            "side": self.side,
            "base": self.base,
            "quote": self.quote,
            "amount": plain(self.amount),
            "amount_ccy": self.amount_ccy,
            "product": self.product,
            "tenor": self.tenor,
            "value_date": self.value_date.isoformat() if self.value_date else None,
            "customer": self.customer,
            "limit_price": plain(self.limit_price),
            "missing": list(self.missing),
        }


def plain(number: Decimal | None) -> int | float | None:
    """A JSON number: whole where it is whole."""
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else float(number)
