"""Bookings of meeting rooms. The database itself keeps a room from being booked twice.

A booking owns one row per quarter of an hour, and (room, quarter) is the primary key of those rows: two bookings that
overlap cannot both be committed, whoever writes them, in however many processes. A quarter is counted from the epoch
in UTC, so it knows no time zone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, DateTime, delete, insert, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Field, SQLModel, col, select

from app.core.ports import Database

QUARTER = 15 * 60


class Booking(SQLModel, table=True):
    """A room for a person for a while. Cancelled ones stay, without their quarters."""

    __tablename__ = "office_booking"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    """The idempotency key of the action that made it: the same action never books twice."""
    room: str = Field(index=True)
    starts_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    ends_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, index=True))
    person: str = Field(index=True)
    """Staff number."""
    subject: str = ""
    people: int | None = None
    cancelled_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    cancel_key: str | None = Field(default=None, unique=True)
    """The idempotency key of the action that cancelled it."""

    @property
    def start(self) -> datetime:
        """Start, with its zone: SQLite forgets it."""
        return self.starts_at.replace(tzinfo=UTC) if self.starts_at.tzinfo is None else self.starts_at

    @property
    def end(self) -> datetime:
        """End, with its zone."""
        return self.ends_at.replace(tzinfo=UTC) if self.ends_at.tzinfo is None else self.ends_at


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
    async with database.session() as session:
        try:
            session.add(booking)  # the first statement writes: SQLite then queues two writers instead of failing one
            await session.flush()
            rows = [
                {"room": booking.room, "quarter": quarter, "booking": booking.id}
                for quarter in quarters(booking.start, booking.end)
            ]
            await session.execute(insert(BookedQuarter), rows)
            await session.commit()
        except IntegrityError:
            await session.rollback()
        else:
            return booking
        known = (await session.exec(select(Booking).where(Booking.key == booking.key))).first()
        if known is None:
            raise Taken
        return known  # type: ignore[no-any-return]


async def cancel(database: Database, number: int, *, person: str, key: str, at: datetime) -> Booking | None:
    """Cancel a person's own booking; the same key again gives it once more. None: not his, or cancelled before."""
    async with database.session() as session:
        mine = (col(Booking.id) == number, col(Booking.person) == person)
        changed = await session.execute(
            update(Booking)
            .where(*mine, col(Booking.cancelled_at).is_(None))
            .values(cancelled_at=at.astimezone(UTC), cancel_key=key)
        )
        if changed.rowcount:
            await session.execute(delete(BookedQuarter).where(col(BookedQuarter.booking) == number))
        await session.commit()
        found = (await session.exec(select(Booking).where(*mine, Booking.cancel_key == key))).first()
        return found  # type: ignore[no-any-return]


async def find(database: Database, number: int) -> Booking | None:
    """The booking of that number, whosever it is."""
    async with database.session() as session:
        found = await session.get(Booking, number)
        return found  # type: ignore[no-any-return]


async def upcoming(database: Database, person: str, now: datetime) -> Sequence[Booking]:
    """A person's bookings that are not over, soonest first."""
    async with database.session() as session:
        mine = select(Booking).where(
            Booking.person == person, col(Booking.cancelled_at).is_(None), col(Booking.ends_at) > now.astimezone(UTC)
        )
        return list((await session.exec(mine.order_by(col(Booking.starts_at)))).all())


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
