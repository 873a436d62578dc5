"""Rooms and turns in the database: `ports.Records`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.core.audit import AuditEntry
from app.core.ports import News, StoredTurn
from app.core.room_event import RoomEvent
from app.core.run import Run
from app.core.turn import Action, MaskedText, Reply, Room, Turn
from app.engines.storage.actions import action_of
from app.engines.storage.audit_log import SqlAuditLog
from app.engines.storage.database import SqlDatabase
from app.engines.storage.reply_json import attachment_from_json, reply_from_json, reply_to_json
from app.engines.storage.room_events import events_behind, last_event, mark_seen, note_end, note_event, unread
from app.engines.storage.room_rows import delete_room
from app.engines.storage.runs import StaleRun, write_news, write_runs
from app.engines.storage.sealing import Sealer
from app.engines.storage.tables import (
    ACTION,
    FEEDBACK,
    MEMBER,
    ROOM,
    TURN,
)


class SqlRecords:
    """`ports.Records`. Masked text in plain columns, everything else that may be personal sealed."""

    def __init__(
        self, database: SqlDatabase, sealer: Sealer, audit: SqlAuditLog, told: Callable[[], None] = lambda: None
    ) -> None:
        """`told` is called once something is stored that others in a room may be waiting for."""
        self._database = database
        self._sealer = sealer
        self._audit = audit
        self._told = told

    async def open(self) -> None:
        """Create or migrate the tables."""
        await self._database.open()

    async def close(self) -> None:
        """Give the connections back."""
        await self._database.close()

    async def ping(self) -> None:
        """Raises `Unavailable` when the database does not answer."""

        def work(connection: Connection) -> None:
            connection.execute(select(1))

        await self._database.reading(work)

    # --- rooms ---

    async def room(self, id: str) -> Room | None:
        """The room with its members, or None."""

        def work(connection: Connection) -> Room | None:
            return self._room(connection, id)

        return await self._database.reading(work)

    async def open_room(self, room: Room) -> Room:
        """Make the room, or add `room.members` to it when it is there."""

        def work(connection: Connection) -> Room:
            known = self._room(connection, room.id)
            if known is None:
                title = self._sealer.seal(room.title, about=f"room/{room.id}")
                kept = {name: getattr(room, name) for name in ("shared", "keeper", "closed")}
                values = {**kept, "title": title, "assistants": list(room.assistants), "spoken_at": datetime.now(UTC)}
                connection.execute(insert(ROOM).values(id=room.id, **values))
                note_event(connection, room.id, "opened", room.id, room.keeper)
            members: tuple[str, ...] = known.members if known else ()
            joining = [person for person in room.members if person not in members]
            for position, person in enumerate(joining, start=len(members)):
                connection.execute(insert(MEMBER).values(room=room.id, person=person, position=position))
            return replace(known or room, members=(*members, *joining))

        opened = await self._database.writing(work)
        self._told()
        return opened

    async def change_room(
        self,
        id: str,
        *,
        by: str,
        joining: Sequence[str] = (),
        leaving: Sequence[str] = (),
        keeper: str = "",
        closed: bool = False,
        entry: AuditEntry,
    ) -> Room | None:
        """Change who is in a shared room, who keeps it, or close it, with its audit entry; None for no such room."""

        def work(connection: Connection) -> tuple[Room | None, tuple[int, str] | None]:
            room = self._room(connection, id)
            if room is None:
                return None, None
            position = connection.scalar(select(func.max(MEMBER.c.position)).where(MEMBER.c.room == id)) or 0
            for number, person in enumerate((one for one in joining if one not in room.members), start=position + 1):
                connection.execute(insert(MEMBER).values(room=id, person=person, position=number))
                note_event(connection, id, "joined", person, by)
            for person in (one for one in leaving if one in room.members):
                note_event(connection, id, "left", person, by)
                connection.execute(delete(MEMBER).where(MEMBER.c.room == id, MEMBER.c.person == person))
            if keeper and keeper != room.keeper:
                connection.execute(update(ROOM).where(ROOM.c.id == id).values(keeper=keeper))
                note_event(connection, id, "handed_over", keeper, by)
            if closed and not room.closed:
                connection.execute(update(ROOM).where(ROOM.c.id == id).values(closed=True))
                note_event(connection, id, "closed", id, by)
            return self._room(connection, id), self._audit.append_in(connection, (entry,))

        room, head = await self._database.writing(work)
        if room is not None:
            await self._audit.settle((entry,), head)
            self._told()
        return room

    async def unread(self, person: str) -> Mapping[str, int]:
        """How many messages of others a person has not seen, by room."""
        return await self._database.reading(lambda connection: unread(connection, person))

    async def mark_seen(self, room: str, person: str) -> None:
        """The person has seen everything of the room so far."""
        await self._database.writing(lambda connection: mark_seen(connection, room, person))

    async def last_event(self) -> int:
        """The number of the latest event of any room; 0 before the first."""
        return await self._database.reading(last_event)

    async def events_behind(self, number: int, room: str = "") -> Sequence[RoomEvent]:
        """Events behind `number`, in order, at most 500; of one room where it is named."""
        return await self._database.reading(lambda connection: events_behind(connection, number, room))

    async def rooms_of(self, person: str) -> Sequence[tuple[Room, datetime]]:
        """A person's rooms and when each was last spoken in, latest first."""

        def work(connection: Connection) -> list[tuple[Room, datetime]]:
            rows = connection.execute(
                select(ROOM.c.id, ROOM.c.spoken_at)
                .join(MEMBER, MEMBER.c.room == ROOM.c.id)
                .where(MEMBER.c.person == person)
                .order_by(ROOM.c.spoken_at.desc())
            )
            found = [(self._room(connection, row.id), row.spoken_at) for row in rows.all()]
            return [(room, spoken_at) for room, spoken_at in found if room is not None]

        return await self._database.reading(work)

    async def rename_room(self, id: str, title: str) -> None:
        """Give the room another title."""
        sealed = self._sealer.seal(title, about=f"room/{id}")

        def work(connection: Connection) -> None:
            connection.execute(update(ROOM).where(ROOM.c.id == id).values(title=sealed))

        await self._database.writing(work)

    async def delete_room(self, id: str) -> None:
        """Remove the talk and erase its vault. The audit chain stays, and so do actions that were carried out."""
        await self._database.writing(lambda connection: delete_room(connection, id))

    def _room(self, connection: Connection, id: str) -> Room | None:
        both = ROOM.join(MEMBER, MEMBER.c.room == ROOM.c.id)
        wanted = select(ROOM, MEMBER.c.person).select_from(both)
        rows = connection.execute(wanted.where(ROOM.c.id == id).order_by(MEMBER.c.position)).all()
        if not rows:
            return None
        first = rows[0]
        return Room(
            id,
            self._sealer.open(first.title, about=f"room/{id}"),
            tuple(row.person for row in rows),
            assistants=tuple(first.assistants),
            shared=first.shared,
            keeper=first.keeper,
            closed=first.closed,
        )

    # --- turns ---

    async def begin_turn(self, turn: Turn, masked: MaskedText) -> StoredTurn | None:
        """Store what was said. Returns the stored turn instead when this id is known already."""
        attachments = [asdict(file) for file in turn.attachments]

        def work(connection: Connection) -> None:
            connection.execute(
                insert(TURN).values(
                    id=turn.id,
                    room=turn.room,
                    person=turn.person,
                    channel=turn.channel,
                    at=turn.at,
                    text=masked.text,
                    attachments=self._sealer.seal(attachments, about=f"turn/{turn.id}"),
                )
            )
            connection.execute(update(ROOM).where(ROOM.c.id == turn.room).values(spoken_at=turn.at))
            if masked.text or turn.attachments:
                note_event(connection, turn.room, "said", turn.id, turn.person)

        try:
            await self._database.writing(work)
            self._told()
        except IntegrityError:
            stored = await self._turns(TURN.c.id == turn.id, limit=1)
            return stored[0]
        return None

    async def finish_turn(
        self,
        turn_id: str,
        masked_reply: Reply,
        entries: Iterable[AuditEntry],
        *,
        runs: Iterable[Run] = (),
        news: Iterable[News] = (),
    ) -> None:
        """Store the masked reply, append to the audit chain, keep the runs it moved and the news, in one transaction.

        Raises `Unavailable` where somebody else has moved one of the runs: nothing is kept then.
        """
        sealed = self._sealer.seal(reply_to_json(masked_reply), about=f"reply/{turn_id}")

        written, moved, happened = tuple(entries), tuple(runs), tuple(news)

        def work(connection: Connection) -> tuple[int, str] | None:
            write_runs(connection, self._sealer, moved)
            write_news(connection, self._sealer, happened)
            connection.execute(
                update(TURN).where(TURN.c.id == turn_id).values(reply_text=masked_reply.text, reply=sealed)
            )
            quiet = not (masked_reply.parts or masked_reply.actions)
            note_end(connection, turn_id, ",".join(masked_reply.speakers), quiet=quiet)
            return self._audit.append_in(connection, written)

        try:
            tail = await self._database.writing(work, durable=bool(moved or happened))
        except StaleRun:
            raise self._database.outdated() from None
        await self._audit.settle(written, tail)
        self._told()

    async def turns(self, room: str, *, limit: int = 50, whole: bool = True) -> Sequence[StoredTurn]:
        """The room's latest turns, oldest first. Not `whole`: without feedback and the present state of actions."""
        return await self._turns(TURN.c.room == room, limit=limit, whole=whole)

    async def turn(self, room: str, id: str) -> StoredTurn | None:
        """One turn of a room; None where it has none of that id."""
        found = await self._turns((TURN.c.room == room) & (TURN.c.id == id), limit=1)
        return found[0] if found else None

    async def _turns(self, which: Any, *, limit: int, whole: bool = True) -> list[StoredTurn]:
        def work(connection: Connection) -> list[StoredTurn]:
            rows = connection.execute(select(TURN).where(which).order_by(TURN.c.number.desc()).limit(limit)).all()
            feedback: dict[str, dict[str, str]] = {}
            actions: dict[str, dict[str, Action]] = {}
            if whole:
                ids = [row.id for row in rows]
                for row in connection.execute(select(FEEDBACK).where(FEEDBACK.c.turn.in_(ids))):
                    feedback.setdefault(row.turn, {})[row.person] = row.value
                for row in connection.execute(select(ACTION).where(ACTION.c.turn.in_(ids))):
                    actions.setdefault(row.turn, {})[row.id] = action_of(row, self._sealer)
            return [self._stored(row, feedback.get(row.id, {}), actions.get(row.id, {})) for row in reversed(rows)]

        return await self._database.reading(work)

    def _stored(self, row: Row[Any], feedback: dict[str, str], actions: dict[str, Action]) -> StoredTurn:
        files = self._sealer.open(row.attachments, about=f"turn/{row.id}")
        reply = None
        if row.reply is not None:
            kept = self._sealer.open(row.reply, about=f"reply/{row.id}")
            reply = reply_from_json(row.reply_text, row.id, kept, actions)
        return StoredTurn(
            id=row.id,
            room=row.room,
            person=row.person,
            channel=row.channel,
            at=row.at,
            text=MaskedText(row.text),
            attachments=tuple(attachment_from_json(file) for file in files),
            reply=reply,
            feedback=feedback,
        )

    async def room_of_turn(self, id: str) -> str | None:
        """The id of the room a turn was said in."""

        def work(connection: Connection) -> str | None:
            room: str | None = connection.scalar(select(TURN.c.room).where(TURN.c.id == id))
            return room

        return await self._database.reading(work)

    async def store_feedback(self, turn_id: str, person: str, value: Literal["up", "down"], comment: str) -> None:
        """Keep a thumb; the last one of a person counts."""

        def work(connection: Connection) -> None:
            connection.execute(delete(FEEDBACK).where(FEEDBACK.c.turn == turn_id, FEEDBACK.c.person == person))
            connection.execute(
                insert(FEEDBACK).values(turn=turn_id, person=person, value=value, comment=comment, at=datetime.now(UTC))
            )

        await self._database.writing(work)
