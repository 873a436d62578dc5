"""Limits, and what deals take of them: counted and taken in one transaction with the deal's change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Literal

from sqlalchemy import ColumnElement, delete, func, insert, or_, update
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
    until: date | None = None
    """The day on which the deal settles, the last one on which it counts; None: as long as the deal stands."""


class Exceeded(Exception):
    """A limit would be exceeded; nothing was changed."""

    def __init__(self, use: Use, used: Decimal) -> None:
        super().__init__(use.kind)
        self.use, self.used = use, used
        """What others take of it already."""


async def take(session: AsyncSession, number: str, uses: Sequence[Use], on: date) -> None:
    """Have the deal take these and nothing else, today being `on`. Raises `Exceeded`; the caller rolls back."""
    await release(session, number)
    for use in sorted(uses, key=lambda one: (one.kind, one.subject)):  # one order: two deals never wait for each other
        await _lock(session, use)
        used = await used_of(session, use.kind, use.subject, on=on)
        if used + use.amount > use.limit:
            raise Exceeded(use, used)
        cents = int((use.amount / _CENT).to_integral_value(ROUND_CEILING))
        until = use.until.isoformat() if use.until else ""
        session.add(LimitUseRow(number=number, kind=use.kind, subject=use.subject, cents=cents, until=until))
        await session.flush()


async def release(session: AsyncSession, number: str) -> None:
    """The deal takes nothing any more."""
    await session.execute(delete(LimitUseRow).where(col(LimitUseRow.number) == number))


async def used_of(session: AsyncSession, kind: LimitKind, subject: str, *, on: date, but: str = "") -> Decimal:
    """What deals (`but` one) take of a limit on a day, in yuan."""
    own = (col(LimitUseRow.kind) == kind, col(LimitUseRow.subject) == subject, col(LimitUseRow.number) != but)
    wanted = select(func.coalesce(func.sum(LimitUseRow.cents), 0)).where(*own, _counts(on))
    return Decimal(int((await session.exec(wanted)).one())) * _CENT


async def all_used(session: AsyncSession, kind: LimitKind, on: date) -> Mapping[str, Decimal]:
    """Subject -> what deals take of its limit of this kind on a day, in yuan."""
    subject = col(LimitUseRow.subject)
    wanted = select(subject, func.sum(LimitUseRow.cents)).where(col(LimitUseRow.kind) == kind, _counts(on))
    rows = (await session.exec(wanted.group_by(subject).order_by(subject))).all()
    return {name: Decimal(int(cents)) * _CENT for name, cents in rows}


def _counts(on: date) -> ColumnElement[bool]:
    until = col(LimitUseRow.until)
    return or_(until == "", until >= on.isoformat())


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
