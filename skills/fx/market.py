"""The market: two-way spots and forward points from `config/market.yaml`, with date and source."""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from app.core.assistant import ContentError, checked_content, read_yaml
from skills.fx.currencies import NAMES, in_market_order

FILE = Path("config") / "market.yaml"
TENORS = ("ON", "TN", "1W", "2W", "1M", "2M", "3M", "6M", "9M", "1Y", "18M", "2Y", "3Y", "5Y")


def _two_way(sides: tuple[Decimal, Decimal]) -> tuple[Decimal, Decimal]:
    if sides[0] > sides[1]:
        raise ValueError("the bid is above the offer")
    return sides


TwoWay = Annotated[tuple[Decimal, Decimal], AfterValidator(_two_way)]
"""Bid and offer of the bank."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PairMarket(_Strict):
    """One pair's market."""

    spot: TwoWay
    per: int = Field(default=1, gt=0)
    """Units of the base currency that the price is for (JPY/CNY: 100)."""
    decimals: int = Field(ge=0, le=8)
    pip: Decimal = Field(gt=0)
    """What one forward point is worth in the price."""
    points: dict[str, TwoWay] = {}
    """Tenor -> points from spot; of ON and TN, from the day before."""

    @model_validator(mode="after")
    def _plausible(self) -> PairMarket:
        if self.spot[0] <= 0:
            raise ValueError("a price is not positive")
        if unknown := [tenor for tenor in self.points if tenor not in TENORS]:
            raise ValueError(f"unknown tenor {unknown[0]!r}")
        return self


class Market(_Strict):
    """The whole file."""

    as_of: datetime
    """With its offset from UTC."""
    source: str
    stale_after_minutes: int = Field(gt=0)
    pairs: dict[str, PairMarket]
    """`BASE/QUOTE` in the market's quoting order."""

    @model_validator(mode="after")
    def _named_right(self) -> Market:
        if self.as_of.tzinfo is None:
            raise ValueError("as_of: the offset from UTC is missing")
        for name in self.pairs:
            base, _, quote = name.partition("/")
            if base not in NAMES or quote not in NAMES or base == quote:
                raise ValueError(f"{name}: no pair of two known currencies")
            if in_market_order(base, quote) != (base, quote):
                raise ValueError(f"{name}: the market quotes {quote}/{base}")
        return self

    def direct(self, base: str, quote: str) -> PairMarket | None:
        """The pair's own market, where it has one."""
        return self.pairs.get(f"{base}/{quote}")


def read_market(content: Path) -> Market:
    """The market as the file says it now. Raises `ContentError` with file and line."""
    path = content / FILE
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        raise ContentError(path, 1, "file is missing") from None
    return _read(path, changed)


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> Market:
    values = read_yaml(path)
    try:
        return checked_content(Market, path, values)
    except ContentError as error:
        raise ContentError(path, _line_of_pair(path, error), error.problem) from None


def _line_of_pair(path: Path, error: ContentError) -> int:
    """The line of the pair that the problem speaks of; where it speaks of none, the line that the error has."""
    named = re.search(r"[A-Z]{3}/[A-Z]{3}", error.problem)
    lines = path.read_text(encoding="utf-8").splitlines()
    found = (number for number, line in enumerate(lines, start=1) if named and line.strip().startswith(f"{named[0]}:"))
    return next(found, error.line)
