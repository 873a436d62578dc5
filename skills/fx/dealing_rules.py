"""The rules of dealing that its department keeps: `config/dealing.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.core.assistant import ContentError, checked_content, read_yaml
from skills.fx.backoffice.port import BookingPort
from skills.fx.clients import Tier
from skills.fx.elements import Product
from skills.fx.market import changed_at

FILE = Path("config") / "dealing.yaml"
LATE = "late"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Deviation(_Strict):
    """How far a price may lie from the mid, in basis points (1 bp = 0.01 %)."""

    soft: Decimal = Field(gt=0)
    """Beyond it the supervisor's yes is needed."""
    hard: Decimal = Field(gt=0)
    """Beyond it there is no deal."""

    @model_validator(mode="after")
    def _rising(self) -> Deviation:
        if self.soft > self.hard:
            raise ValueError("soft lies beyond hard")
        return self


class DealingRules(_Strict):
    """What `config/dealing.yaml` says. Amounts in yuan."""

    worth: Mapping[str, Decimal]
    """Yuan that one unit of a currency counts for against limits."""
    spread_bp: Mapping[Tier, Mapping[Product, Decimal]]
    """What is put on the market's price for a client, on his side, in basis points."""
    quote_seconds: int = Field(gt=0, le=3600)
    auto_quote_below: Decimal = Field(ge=0)
    price_bp: Deviation
    market_stale_seconds: int = Field(gt=0)
    cut_off: Mapping[str, time]
    """Currency -> time until which a deal may settle on the same day; `late` for every other day."""
    dealer_limits: Mapping[str, Decimal]
    """Role -> the largest single deal."""
    supervisor_from: Decimal = Field(gt=0)
    documents: tuple[str, ...] = Field(min_length=1)
    """Papers that show a real need, any one of them, for deals against the yuan."""
    enquiry_minutes: int = Field(gt=0)
    booking: BookingPort = BookingPort()

    @model_validator(mode="after")
    def _whole(self) -> DealingRules:
        if self.worth.get("CNY") != 1:
            raise ValueError("worth: one CNY counts for one")
        if any(value <= 0 for value in self.worth.values()):
            raise ValueError("worth: a currency counts for nothing")
        if LATE not in self.cut_off:
            raise ValueError("cut_off: 'late' is missing")
        return self

    def in_yuan(self, amount: Decimal, currency: str) -> Decimal | None:
        """What an amount counts for; None for a currency that is not listed."""
        rate = self.worth.get(currency)
        return amount * rate if rate is not None else None


def read_dealing_rules(content: Path) -> DealingRules:
    """The rules, as the file says them now. Raises `ContentError` with file and line."""
    path = content / FILE
    return _read(path, changed_at(path))


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> DealingRules:
    values = read_yaml(path)
    if not isinstance(values, dict):
        raise ContentError(path, 1, "a mapping is expected")
    return checked_content(DealingRules, path, values)
