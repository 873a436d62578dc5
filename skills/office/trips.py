"""Business trips that were applied for and agreed to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, DateTime, LargeBinary, delete, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from app.core.ports import Database


@dataclass(frozen=True, slots=True)
class Trip:
    """A trip that may be made."""

    number: str
    """`CC20261123-0001`."""
    key: str
    """The idempotency key of the action that agreed to it: `<action>/<digest>`."""
    person: str
    """Staff number."""
    start: date
    about: Mapping[str, Any]
    """Where to, for how long, why, what is advanced: as it was confirmed."""
    cancelled: bool = False


class TripRow(SQLModel, table=True):
    """A `Trip` as it is kept: what it is about is sealed."""

    __tablename__ = "office_trip"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    person: str = Field(index=True)
    start: date
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False, info={"sealed": "office_trip/{key}"}))
    at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    cancelled_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))


async def grant(
    database: Database, *, key: str, person: str, start: date, about: Mapping[str, Any], at: datetime
) -> Trip:
    """Keep a trip that people have agreed to; the same key again gives the one that is there."""
    async with database.session() as session:
        body = database.sealing.seal(dict(about), about=_about(key))
        session.add(TripRow(key=key, person=person, start=start, body=body, at=at))
        try:
            await session.commit()
        except IntegrityError:
            await session.rollback()
        row = (await session.exec(select(TripRow).where(TripRow.key == key))).one()
        return _opened(database, row)


async def of_action(database: Database, action: str, person: str) -> Trip | None:
    """A person's trip by the number of the action that agreed to it."""
    async with database.session() as session:
        wanted = select(TripRow).where(col(TripRow.key).startswith(f"{action}/", autoescape=True))
        row = (await session.exec(wanted.where(TripRow.person == person))).first()
        return _opened(database, row) if row else None


async def cancel(database: Database, number: str, *, person: str, at: datetime) -> bool:
    """Cancel a person's own trip; True also where it was cancelled before."""
    async with database.session() as session:
        mine = (col(TripRow.id) == int(number.rpartition("-")[2]), col(TripRow.person) == person)
        await session.execute(update(TripRow).where(*mine, col(TripRow.cancelled_at).is_(None)).values(cancelled_at=at))
        await session.commit()
        return (await session.exec(select(TripRow).where(*mine))).first() is not None


async def erase_person(database: Database, person: str, *, dry_run: bool) -> int:
    """Delete a person's trips. Returns how many there were."""
    async with database.session() as session:
        ids = (await session.exec(select(TripRow.id).where(TripRow.person == person))).all()
        if not dry_run:
            await session.execute(delete(TripRow).where(col(TripRow.id).in_(ids)))
            await session.commit()
        return len(ids)


def _opened(database: Database, row: TripRow) -> Trip:
    about = database.sealing.open(row.body, about=_about(row.key))
    number = f"CC{row.at:%Y%m%d}-{row.id:04d}"
    return Trip(number, row.key, row.person, row.start, about, row.cancelled_at is not None)


def _about(key: str) -> str:
    return f"office_trip/{key}"
