"""What market figures are made of: two sides, and the tenors for which they are quoted."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict
from pydantic_core import PydanticCustomError

TENORS = ("ON", "TN", "1W", "2W", "1M", "2M", "3M", "6M", "9M", "1Y", "18M", "2Y", "3Y", "5Y")
BEFORE_SPOT = ("ON", "TN")
"""Nights that end at spot or before; every other tenor begins at spot."""
_LARGEST, _SMALLEST = Decimal(10) ** 9, Decimal(10) ** -12
"""What a market can quote; beyond it, arithmetic would not hold."""


def _not_crossed(sides: tuple[Decimal, Decimal]) -> tuple[Decimal, Decimal]:
    if any(abs(side) > _LARGEST or (side and abs(side) < _SMALLEST) for side in sides):
        raise PydanticCustomError("out_of_reach", "no figure of a market")
    if sides[0] > sides[1]:
        raise PydanticCustomError("crossed", "the bid is above the offer")
    return sides


def _of_known_tenors(sides: dict[str, TwoWay]) -> dict[str, TwoWay]:
    if unknown := [tenor for tenor in sides if tenor not in TENORS]:
        raise PydanticCustomError("tenor", f"unknown tenor {unknown[0]!r}")
    return sides


TwoWay = Annotated[tuple[Decimal, Decimal], AfterValidator(_not_crossed)]
"""Bid and offer of the bank."""
ByTenor = Annotated[dict[str, TwoWay], AfterValidator(_of_known_tenors)]


class Strict(BaseModel):
    """A value from outside: unknown keys are refused, nothing changes later."""

    model_config = ConfigDict(frozen=True, extra="forbid")
