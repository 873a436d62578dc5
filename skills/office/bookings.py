"""Bookings of meeting rooms. The database itself keeps a room from being booked twice.

A booking owns one row per quarter of an hour, and (room, quarter) is the primary key of those rows: two bookings that
overlap cannot both be committed, whoever writes them, in however many processes. A quarter is counted from the epoch
in UTC, so it knows no time zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, DateTime, LargeBinary, delete, insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from app.core.ports import Database

QUARTER = 15 * 60


@dataclass(frozen=True, slots=True)
class Booking:
    """A room for a person for a while. Cancelled ones stay, without their quarters."""

    key: str
    """The idempotency key of the action that made it: the same action never books twice."""
    room: str
    starts_at: datetime
    ends_at: datetime
    person: str
    """Staff number."""
    subject: str = ""
    people: int | None = None
    cancelled_at: datetime | None = None
    id: int | None = None
    """None until it is kept."""

    @property
    def start(self) -> datetime:
        """Start, with its zone: SQLite forgets it."""
        return self.starts_at.replace(tzinfo=UTC) if self.starts_at.tzinfo is None else self.starts_at

    @property
    def end(self) -> datetime:
        """End, with its zone."""
        return self.ends_at.replace(tzinfo=UTC) if self.ends_at.tzinfo is None else self.ends_at


class BookingRow(SQLModel, table=True):
    """A `Booking` as it is kept: the subject sealed, people write names into it."""

    __tablename__ = "office_booking"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    room: str = Field(index=True)
    starts_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    ends_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))
    person: str = Field(index=True)
    subject: bytes = Field(sa_column=Column(LargeBinary, nullable=False, info={"sealed": "office_booking/{key}"}))
    people: int | None = None
    cancelled_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    cancel_key: str | None = Field(default=None, unique=True)
    """The idempotency key of the action that cancelled it."""


class BookedQuarter(SQLModel, table=True):
    """A quarter of an hour in which a room is taken."""

    __tablename__ = "office_booked_quarter"

    room: str = Field(primary_key=True)
    quarter: int = Field(primary_key=True)
    """UTC seconds since the epoch, divided by 900."""
    booking: int = Field(foreign_key="office_booking.id", index=True)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def quarters(start: datetime, end: datetime) -> range:
    """Every quarter that [start, end) touches."""
    quarter = timedelta(seconds=QUARTER)
    return range((start - _EPOCH) // quarter, -((_EPOCH - end) // quarter))


class Taken(Exception):
    """Somebody else has the room in that time."""


async def book(database: Database, booking: Booking) -> Booking:
    """Keep `booking`; the same key again gives the booking that is there. Raises `Taken`, with nothing written."""
    row = BookingRow(
        key=booking.key,
        room=booking.room,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        person=booking.person,
        subject=database.sealing.seal(booking.subject, about=_about(booking.key)),
        people=booking.people,
    )
    async with database.session() as session:
        try:
            session.add(row)  # the first statement writes: SQLite then queues two writers instead of failing one
            await session.flush()
            rows = [
                {"room": booking.room, "quarter": quarter, "booking": row.id}
                for quarter in quarters(booking.start, booking.end)
            ]
            await session.execute(insert(BookedQuarter), rows)
            await session.commit()
        except IntegrityError:
            await session.rollback()
        else:
            return replace(booking, id=row.id)
        known = (await session.exec(select(BookingRow).where(BookingRow.key == booking.key))).first()
        if known is None:
            raise Taken
        return _opened(database, known)


async def cancel(database: Database, number: int, *, person: str, key: str, at: datetime) -> Booking | None:
    """Cancel a person's own booking; the same key again gives it once more. None: not his, or cancelled before."""
    async with database.session() as session:
        mine = (col(BookingRow.id) == number, col(BookingRow.person) == person)
        changed = await session.execute(
            update(BookingRow)
            .where(*mine, col(BookingRow.cancelled_at).is_(None))
            .values(cancelled_at=at.astimezone(UTC), cancel_key=key)
        )
        if changed.rowcount:
            await session.execute(delete(BookedQuarter).where(col(BookedQuarter.booking) == number))
        await session.commit()
        found = (await session.exec(select(BookingRow).where(*mine, BookingRow.cancel_key == key))).first()
        return _opened(database, found) if found else None


async def find(database: Database, number: int) -> Booking | None:
    """The booking of that number, whosever it is."""
    async with database.session() as session:
        found = await session.get(BookingRow, number)
        return _opened(database, found) if found else None


async def upcoming(database: Database, person: str, now: datetime) -> Sequence[Booking]:
    """A person's bookings that are not over, soonest first."""
    async with database.session() as session:
        mine = select(BookingRow).where(
            BookingRow.person == person,
            col(BookingRow.cancelled_at).is_(None),
            col(BookingRow.ends_at) > now.astimezone(UTC),
        )
        rows = (await session.exec(mine.order_by(col(BookingRow.starts_at)))).all()
        return [_opened(database, row) for row in rows]


async def erase_person(database: Database, person: str, *, dry_run: bool) -> int:
    """Delete every booking of a person, the rooms he holds are free again. Returns how many there were."""
    async with database.session() as session:
        ids = (await session.exec(select(BookingRow.id).where(BookingRow.person == person))).all()
        if not dry_run:
            await session.execute(delete(BookedQuarter).where(col(BookedQuarter.booking).in_(ids)))
            await session.execute(delete(BookingRow).where(col(BookingRow.id).in_(ids)))
            await session.commit()
        return len(ids)


async def taken(database: Database, rooms: Iterable[str], start: datetime, end: datetime) -> set[tuple[str, int]]:
    """The (room, quarter) pairs in use between two times."""
    span = quarters(start, end)
    async with database.session() as session:
        rows = await session.exec(
            select(BookedQuarter.room, BookedQuarter.quarter).where(
                col(BookedQuarter.room).in_(list(rooms)),
                col(BookedQuarter.quarter) >= span.start,
                col(BookedQuarter.quarter) < span.stop,
            )
        )
        return set(rows.all())


def _opened(database: Database, row: BookingRow) -> Booking:
    return Booking(
        key=row.key,
        room=row.room,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        person=row.person,
        subject=database.sealing.open(row.subject, about=_about(row.key)),
        people=row.people,
        cancelled_at=row.cancelled_at,
        id=row.id,
    )


def _about(key: str) -> str:
    return f"office_booking/{key}"
