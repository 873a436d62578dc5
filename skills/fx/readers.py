"""How amounts and currencies that people say for a slot of a workflow are meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from skills.fx.amounts import find_amounts
from skills.fx.currencies import find_mentions

_LONGEST = 200  # characters


def read_money(said: str, now: datetime) -> dict[str, Any] | None:
    """`{amount: Decimal, currency}` of the first amount; CNY where none is said."""
    found, _ = find_amounts(said[:_LONGEST], only=True)
    return {"amount": found[0].value, "currency": found[0].code or "CNY"} if found else None


def read_currency(said: str, now: datetime) -> str | None:
    """The code of the first currency."""
    found = find_mentions(said[:_LONGEST])
    return found[0].first if found else None


READERS: Mapping[str, Callable[[str, datetime], Any]] = {"money": read_money, "currency": read_currency}
"""Kind of a slot -> its reader: None for what is no such thing."""
