"""What was dealt, as the market says it: the pair in its quoting order, each leg with amounts, rate and day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from skills.fx.currencies import in_market_order
from skills.fx.deals.deal import Deal
from skills.fx.elements import Side
from skills.fx.value_dates import value_date

WHOLE = frozenset({"JPY", "KRW"})
"""Currencies without a minor unit (ISO 4217)."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One exchange of two amounts."""

    day: date
    side: Side
    """The client's, of the currency that was dealt."""
    amount: Decimal
    """Of the currency that was dealt."""
    counter: Decimal
    """Of the other one."""
    rate: Decimal
    """All-in, in the market's order, for `Dealt.per` units of `Dealt.base`."""


@dataclass(frozen=True, slots=True)
class Dealt:
    """An agreed deal as others reckon with it."""

    number: str
    customer: str
    """Full name."""
    product: str
    base: str
    quote: str
    """The pair, in the market's order."""
    per: int
    currency: str
    """That was dealt: in which the amount was said."""
    counter: str
    mid: Decimal
    legs: tuple[Leg, ...]
    """One; of a swap, near and far."""
    agreed_at: datetime
    place: str
    branch: str
    bank: str
    """Staff numbers of the two who agreed."""
    reverses: str

    @property
    def pair(self) -> str:
        """`USD/CNY`."""
        return f"{self.base}/{self.quote}"

    @property
    def flows(self) -> tuple[tuple[date, str, Decimal], ...]:
        """What the bank gets (positive) and gives, by day and currency."""
        return tuple(
            flow
            for leg in self.legs
            for flow in (
                (leg.day, self.currency, -leg.amount if leg.side == "buy" else leg.amount),
                (leg.day, self.counter, leg.counter if leg.side == "buy" else -leg.counter),
            )
        )


def dealt(deal: Deal) -> Dealt:
    """`deal` as it was agreed. Raises `ValueError` for one that was not."""
    agreement, offered = deal.agreement, deal.offered
    if agreement is None or offered is None:
        raise ValueError("only an agreed deal was dealt")
    said_base, said_quote = deal.value("base") or "", deal.value("quote") or ""
    base, quote = in_market_order(said_base, said_quote)
    currency = deal.value("amount_ccy") or said_base
    bought = (deal.value("side") == "buy") == (currency == said_base)
    amount = Decimal(deal.value("amount") or 0)
    rates = [(settles(deal), agreement.price)]
    if deal.value("product") == "swap" and offered.near_price is not None:
        rates.insert(0, (_near(deal), offered.near_price))
    legs = []
    for place, (day, rate) in enumerate(rates):
        side: Side = "buy" if bought == (place == 0) else "sell"
        unit = rate / offered.per
        counter = amount * unit if currency == base else amount / unit
        other = said_quote if currency == said_base else said_base
        legs.append(Leg(day, side, amount, _in_units(counter, other), rate))
    return Dealt(
        number=deal.number,
        customer=deal.value("customer") or "",
        product=deal.value("product") or "spot",
        base=base,
        quote=quote,
        per=offered.per,
        currency=currency,
        counter=said_quote if currency == said_base else said_base,
        mid=offered.mid,
        legs=tuple(legs),
        agreed_at=agreement.at,
        place=deal.place,
        branch=agreement.branch,
        bank=agreement.bank,
        reverses=deal.reverses,
    )


def settles(deal: Deal) -> date:
    """The day on which it settles, of a swap the far one: as it was said, else by its tenor."""
    if said := deal.value("value_date"):
        return date.fromisoformat(said)
    return _by_tenor(deal, deal.value("tenor") or "SPOT")


def _near(deal: Deal) -> date:
    said = deal.value("near_date")
    return date.fromisoformat(said) if said else _by_tenor(deal, "SPOT")


def _by_tenor(deal: Deal, tenor: str) -> date:
    since = deal.agreement.at if deal.agreement else deal.opened_at
    return value_date(deal.value("base") or "", deal.value("quote") or "", tenor, since.date()).day


def _in_units(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(Decimal(1) if currency in WHOLE else Decimal("0.01"), ROUND_HALF_UP)
