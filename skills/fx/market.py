"""The market: two-way spots and forward points, with date and source; of `config/market.yaml` or a data system.

Both have one shape: `as_of` (with its offset from UTC), `source`, `stale_after_minutes` and `pairs`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from app.core.assistant import ContentError, checked_content, read_yaml
from skills.fx.calendars import FIRST_YEAR, LAST_YEAR
from skills.fx.currencies import NAMES, in_market_order
from skills.fx.curves import Curves
from skills.fx.quotation import ByTenor, Strict, TwoWay

FILE = Path("config") / "market.yaml"
Why = Literal[
    "crossed", "not_positive", "unreadable", "not_a_pair", "missing", "moved", "off_level", "points", "wide", "halted"
]

_TOLD: Mapping[str, Why] = {"crossed": "crossed", "not_positive": "not_positive"}
"""Of what is wrong with a pair, what people are told word for word; all else is unreadable."""


class PairMarket(Strict):
    """One pair's market."""

    spot: TwoWay
    per: int = Field(default=1, gt=0)
    """Units of the base currency that the price is for (JPY/CNY: 100)."""
    decimals: int = Field(ge=0, le=8)
    pip: Decimal = Field(gt=0, le=1000)
    """What one forward point is worth in the price."""
    points: ByTenor = {}
    """Tenor -> points from spot; of ON and TN, from the day before."""
    curves: Curves | None = None
    """Instead of points: the interest rates of both currencies, which the points follow from."""

    @model_validator(mode="after")
    def _plausible(self) -> PairMarket:
        if self.spot[0] <= 0:
            raise PydanticCustomError("not_positive", "a price is not positive")
        if any(self.spot[0] + points[0] * self.pip <= 0 for points in self.points.values()):
            raise PydanticCustomError("not_positive", "a price is not positive")
        if self.points and self.curves:
            raise ValueError("points or curves, not both")
        return self

    @property
    def mid(self) -> Decimal:
        """The middle of the spot, for `per` units."""
        return (self.spot[0] + self.spot[1]) / 2


class Refusal(Strict):
    """Why a pair cannot be dealt on."""

    why: Why
    facts: Mapping[str, str] = {}
    """What the sentence names."""


class Market(Strict):
    """All pairs at one moment."""

    as_of: datetime
    """With its offset from UTC."""
    source: str = Field(max_length=200)
    stale_after_minutes: int = Field(gt=0, le=100_000)
    pairs: dict[str, PairMarket]
    """`BASE/QUOTE` in the market's quoting order."""
    refused: dict[str, Refusal] = {}
    """Pairs that there is no price of, with the reason. A source itself may halt one: `{why: halted}`."""

    @model_validator(mode="after")
    def _named_right(self) -> Market:
        if self.as_of.tzinfo is None:
            raise ValueError("as_of: the offset from UTC is missing")
        if not FIRST_YEAR <= self.as_of.year <= LAST_YEAR - 31:
            raise ValueError("as_of: no year of this market")
        for name in self.pairs:
            if problem := problem_of(name):
                raise ValueError(problem)
        if any(refusal.why != "halted" for refusal in self.refused.values()):
            raise ValueError("refused: a source can say 'halted' only")
        return self

    def direct(self, base: str, quote: str) -> PairMarket | None:
        """The pair's own market, where it has one."""
        return self.pairs.get(f"{base}/{quote}")


def problem_of(name: str) -> str:
    """What is wrong with a pair's name; empty when nothing is."""
    base, _, quote = name.partition("/")
    if base not in NAMES or quote not in NAMES or base == quote:
        return f"{name}: no pair of two known currencies"
    if in_market_order(base, quote) != (base, quote):
        return f"{name}: the market quotes {quote}/{base}"
    return ""


def market_of(values: Any) -> Market:
    """What a source said, each pair judged for itself: one that is wrong is refused, and the others stay usable.

    Raises ValueError where it is no market at all.
    """
    if not isinstance(values, dict) or not isinstance(values.get("pairs"), dict) or not values["pairs"]:
        raise ValueError("no pairs")
    good: dict[str, PairMarket] = {}
    refused: dict[str, Refusal] = {}
    for name, said in values["pairs"].items():
        if problem_of(str(name)):
            # Turned round, it is refused under the name by which people ask for it.
            base, _, quote = str(name).partition("/")
            known = base != quote and base in NAMES and quote in NAMES
            meant = "/".join(in_market_order(base, quote)) if known else str(name)[:20]
            refused[meant] = Refusal(why="not_a_pair")
            continue
        try:
            good[name] = PairMarket.model_validate(said)
        except ValidationError as error:
            kind = error.errors(include_input=False, include_url=False)[0]["type"]
            refused[name] = Refusal(why=_TOLD.get(kind, "unreadable"))
    market = Market.model_validate({**values, "pairs": good})
    halted = [name for name in market.refused if name in good]
    left = {name: pair for name, pair in good.items() if name not in halted}
    wrong = {name: refusal for name, refusal in refused.items() if name not in good}
    return market.model_copy(update={"pairs": left, "refused": {**wrong, **market.refused}})


def read_market(content: Path) -> Market:
    """The market as the file says it now; all of it must be right. Raises `ContentError` with file and line."""
    path = content / FILE
    return _read(path, changed_at(path))


def changed_at(path: Path) -> int:
    """When the file was last written, in nanoseconds. Raises `ContentError` where there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        raise ContentError(path, 1, "file is missing") from None


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
