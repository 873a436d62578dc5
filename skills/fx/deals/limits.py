"""Limits, and what deals take of them: counted and taken in one transaction with the deal's change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Literal

from sqlalchemy import delete, func, insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from skills.fx.deals.tables import LimitSubjectRow, LimitUseRow

LimitKind = Literal["client", "settlement", "dealer"]
_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Use:
    """What a deal takes of one limit, in yuan."""

    kind: LimitKind
    subject: str
    """A client's number, `<client>/<value date>`, a staff number."""
    amount: Decimal
    limit: Decimal


class Exceeded(Exception):
    """A limit would be exceeded; nothing was changed."""

    def __init__(self, use: Use, used: Decimal) -> None:
        super().__init__(use.kind)
        self.use, self.used = use, used
        """What others take of it already."""


async def take(session: AsyncSession, number: str, uses: Sequence[Use]) -> None:
    """Have the deal take these and nothing else. Raises `Exceeded`; the caller rolls back."""
    await release(session, number)
    for use in sorted(uses, key=lambda one: (one.kind, one.subject)):  # one order: two deals never wait for each other
        await _lock(session, use)
        used = await used_of(session, use.kind, use.subject)
        if used + use.amount > use.limit:
            raise Exceeded(use, used)
        cents = int((use.amount / _CENT).to_integral_value(ROUND_CEILING))
        session.add(LimitUseRow(number=number, kind=use.kind, subject=use.subject, cents=cents))
        await session.flush()


async def release(session: AsyncSession, number: str) -> None:
    """The deal takes nothing any more."""
    await session.execute(delete(LimitUseRow).where(col(LimitUseRow.number) == number))


async def used_of(session: AsyncSession, kind: LimitKind, subject: str, *, but: str = "") -> Decimal:
    """What deals (`but` one) take of a limit, in yuan."""
    own = (col(LimitUseRow.kind) == kind, col(LimitUseRow.subject) == subject, col(LimitUseRow.number) != but)
    cents = (await session.exec(select(func.coalesce(func.sum(LimitUseRow.cents), 0)).where(*own))).one()
    return Decimal(int(cents)) * _CENT


async def _lock(session: AsyncSession, use: Use) -> None:
    """Hold the subject's row until the transaction ends."""
    mine = (col(LimitSubjectRow.kind) == use.kind, col(LimitSubjectRow.subject) == use.subject)
    if await session.get(LimitSubjectRow, (use.kind, use.subject)) is None:
        try:
            async with session.begin_nested():
                await session.execute(insert(LimitSubjectRow).values(kind=use.kind, subject=use.subject, counted=0))
        except IntegrityError:
            pass  # another deal has just made the row
    await session.execute(update(LimitSubjectRow).where(*mine).values(counted=col(LimitSubjectRow.counted) + 1))
