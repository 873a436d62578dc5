"""Everything that a deal is judged by, gathered once: the checks themselves read nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from app.core.turn import Person
from skills.fx.clients import Client
from skills.fx.currencies import CNY
from skills.fx.dealing_rules import DealingRules
from skills.fx.deals.deal import Deal
from skills.fx.deals.limits import LimitKind


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of a list that the client's name is like."""

    list: str
    name: str
    score: float
    """0 to 1."""
    why: str


@dataclass(frozen=True, slots=True)
class Situation:
    """A deal whose elements are complete, and what is known around it at one moment."""

    deal: Deal
    client: Client | None
    rules: DealingRules
    now: datetime
    dealer: Person
    """Who deals for the bank's side: his own limit counts."""
    mid: Decimal | None
    """Of the market, per `Offered.per` units; None where there is no price."""
    market_at: datetime | None
    listed: tuple[Listed, ...] = ()
    used: Mapping[LimitKind, Decimal] = field(default_factory=dict)
    """Yuan that other deals take of each limit."""
    no_mid: str = ""
    """Why there is no price, where there is none."""

    @property
    def amount(self) -> Decimal:
        """In units of `currency`."""
        return Decimal(self.deal.value("amount") or 0)

    @property
    def currency(self) -> str:
        """That the amount is in."""
        return self.deal.value("amount_ccy") or ""

    @property
    def yuan(self) -> Decimal | None:
        """What the deal counts for; None where its currency is not listed."""
        return self.rules.in_yuan(self.amount, self.currency)

    @property
    def value_day(self) -> date | None:
        """The day on which it settles; of a swap, the far one."""
        said = self.deal.value("value_date")
        return date.fromisoformat(said) if said else None

    @property
    def near_day(self) -> date | None:
        """Of a swap, the near day."""
        said = self.deal.value("near_date")
        return date.fromisoformat(said) if said else None

    @property
    def against_yuan(self) -> bool:
        """Whether one side is the yuan: 结售汇."""
        return CNY in (self.deal.value("base"), self.deal.value("quote"))
