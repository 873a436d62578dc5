"""How what people say for a slot of a workflow is meant: days, times of day, numbers, shares."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from skills.office.numerals import CHINESE, number_of
from skills.office.when import read_when

_NUMBER = re.compile(rf"[-−]?\d[\d,]*(?:\.\d+)?|{CHINESE}+[百千万]?{CHINESE}*|\b[a-z]+\b", re.I)
_LONGEST = 200  # characters


def read_day(said: str, now: datetime) -> date | None:
    """The day that was said; a time alone is none."""
    return read_when(said[:_LONGEST], now).day


def read_number(said: str, now: datetime) -> Decimal | None:
    """The first number that was said (`3天`, 三天, "three days")."""
    for found in _NUMBER.finditer(said[:_LONGEST]):
        text = found[0].replace(",", "").replace("−", "-")
        if (number := number_of(text)) is not None:
            return Decimal(text) if text.lstrip("-")[:1].isdigit() else Decimal(str(number))
    return None


def read_percent(said: str, now: datetime) -> Decimal | None:
    """A share of one (`5%` is 0.05)."""
    number = read_number(said, now)
    return number / 100 if number is not None else None


READERS: Mapping[str, Callable[[str, datetime], Any]] = {
    "date": read_day,
    "number": read_number,
    "percent": read_percent,
}
"""Kind of a slot -> its reader: None for what is no such thing."""
