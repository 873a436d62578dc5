"""What happens in shared rooms, written with its cause; `engines/bus.py` reads it and tells the channels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, func, insert, literal, select, text, update

from app.core.room_event import RoomEvent, RoomEventKind
from app.engines.storage.tables import ACTION, MEMBER, ROOM, ROOM_EVENT, TURN

CHANNEL = "deskmate_rooms"
"""PostgreSQL's name for what wakes the other processes."""
_COLUMNS = ("room", "what", "about", "by", "at")


def note_event(connection: Connection, room: str, what: RoomEventKind, about: str, by: str) -> None:
    """Write the event if the room is a shared one; its members are told once the transaction is through."""
    shared = select(ROOM.c.id, *map(literal, (what, about, by)), literal(datetime.now(UTC), ROOM_EVENT.c.at.type))
    _write(connection, shared.where(ROOM.c.id == room, ROOM.c.shared))


def note_end(connection: Connection, turn: str, by: str, *, quiet: bool) -> None:
    """Write that a turn of a shared room was answered; `quiet`: heard only, which may have changed its matter."""
    now = literal(datetime.now(UTC), ROOM_EVENT.c.at.type)
    ended = select(TURN.c.room, literal("ticket" if quiet else "answered"), TURN.c.id, literal(by), now)
    _write(connection, ended.join(ROOM, ROOM.c.id == TURN.c.room).where(TURN.c.id == turn, ROOM.c.shared))


def note_action(connection: Connection, action: str) -> None:
    """Write that what was proposed in a turn of a shared room has moved."""
    now = literal(datetime.now(UTC), ROOM_EVENT.c.at.type)
    moved = select(ACTION.c.room, literal("ticket"), ACTION.c.turn, literal(""), now)
    _write(connection, moved.join(ROOM, ROOM.c.id == ACTION.c.room).where(ACTION.c.id == action, ROOM.c.shared))


def _write(connection: Connection, rows: object) -> None:
    written = connection.execute(insert(ROOM_EVENT).from_select(list(_COLUMNS), rows))  # type: ignore[arg-type]
    if written.rowcount and connection.dialect.name == "postgresql":
        connection.execute(text(f"NOTIFY {CHANNEL}"))


def last_event(connection: Connection) -> int:
    """The number of the latest event; 0 before the first."""
    return int(connection.scalar(select(func.max(ROOM_EVENT.c.number))) or 0)


def events_behind(connection: Connection, number: int, room: str = "", limit: int = 500) -> Sequence[RoomEvent]:
    """Events behind `number`, in order; of one room where it is named."""
    wanted = select(ROOM_EVENT).where(ROOM_EVENT.c.number > number)
    if room:
        wanted = wanted.where(ROOM_EVENT.c.room == room)
    rows = connection.execute(wanted.order_by(ROOM_EVENT.c.number).limit(limit))
    return [RoomEvent(row.number, row.room, row.what, row.about, row.by, row.at) for row in rows]


def mark_seen(connection: Connection, room: str, person: str) -> None:
    """The person has seen everything of the room so far."""
    latest = select(func.coalesce(func.max(ROOM_EVENT.c.number), 0)).where(ROOM_EVENT.c.room == room).scalar_subquery()
    connection.execute(update(MEMBER).where(MEMBER.c.room == room, MEMBER.c.person == person).values(seen=latest))


def unread(connection: Connection, person: str) -> dict[str, int]:
    """How many messages of others the person has not seen, by room; rooms without any are left out."""
    behind = (
        select(ROOM_EVENT.c.room, func.count())
        .join(MEMBER, MEMBER.c.room == ROOM_EVENT.c.room)
        .where(MEMBER.c.person == person, ROOM_EVENT.c.number > MEMBER.c.seen, ROOM_EVENT.c.by != person)
        .where(ROOM_EVENT.c.what.in_(("said", "answered")))
        .group_by(ROOM_EVENT.c.room)
    )
    return {row[0]: row[1] for row in connection.execute(behind)}
