"""The rows that make up a room, and what of them outlives it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, func, insert, or_, select

from app.engines.storage.tables import (
    ACTION,
    ERASURE,
    FEEDBACK,
    GAP,
    MEMBER,
    NEWS,
    ROOM,
    ROOM_EVENT,
    RUN,
    RUN_WAIT,
    TURN,
    VAULT,
)
from app.engines.storage.vault import erased

EVIDENCE = ("approved", "executed", "failed")
"""States of actions that were, or may have been, carried out."""


def delete_room(connection: Connection, room: str) -> None:
    """Remove a room's talk and erase its vault; actions that were carried out stay."""
    turns = select(TURN.c.id).where(TURN.c.room == room)
    connection.execute(delete(FEEDBACK).where(FEEDBACK.c.turn.in_(turns)))
    connection.execute(delete(ACTION).where(ACTION.c.room == room, ACTION.c.state.not_in(EVIDENCE)))
    delete_runs(connection, RUN.c.room == room)
    for table in (TURN, MEMBER, ROOM_EVENT, GAP, NEWS):
        connection.execute(delete(table).where(table.c.room == room))
    connection.execute(erased(VAULT.c.room == room))
    connection.execute(delete(ROOM).where(ROOM.c.id == room))
    note_erasure(connection)


def delete_runs(connection: Connection, which: Any) -> None:
    """Remove runs of workflows, and what they wait for. What people confirmed in them stays as actions."""
    connection.execute(delete(RUN_WAIT).where(RUN_WAIT.c.run.in_(select(RUN.c.id).where(which))))
    connection.execute(delete(RUN).where(which))


def note_erasure(connection: Connection) -> None:
    """Tell the processes that remember rooms; never what was erased."""
    connection.execute(insert(ERASURE).values(at=datetime.now(UTC)))


def waiting_rooms(connection: Connection, now: datetime) -> set[str]:
    """Rooms in which an action waits for people, or runs."""
    waits = or_(ACTION.c.state == "approved", and_(ACTION.c.state == "proposed", ACTION.c.expires_at > now))
    return set(connection.scalars(select(ACTION.c.room).where(waits)))


def gone(connection: Connection, table: Table, which: Any, *, dry_run: bool) -> int:
    """How many rows fit; they are deleted unless it is a dry run."""
    count = connection.scalar(select(func.count()).select_from(table).where(which)) or 0
    if count and not dry_run:
        connection.execute(delete(table).where(which))
    return int(count)
