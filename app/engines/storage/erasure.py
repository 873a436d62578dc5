"""Erasing people's data: on request, and when its time is over. What it stood for cannot be restored by anyone.

A placeholder whose value is erased stays, and is never given to another value. Actions that were carried out stay,
sealed, as evidence, and so does the audit chain, which is masked: the Personal Information Protection Law of the PRC,
art. 47, lets what must be kept by law be stored, and forbids any other use of it.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, and_, delete, func, or_, select

from app.core.errors import Unavailable
from app.core.run import OPEN
from app.core.texts import Texts
from app.engines.storage.database import SqlDatabase
from app.engines.storage.erased import Erased
from app.engines.storage.files import FolderFiles
from app.engines.storage.retention import Retention
from app.engines.storage.room_rows import EVIDENCE, delete_room, delete_runs, gone, note_erasure, waiting_rooms
from app.engines.storage.sealing import Sealer
from app.engines.storage.tables import ACTION, ERASURE, FEEDBACK, FILE, GAP, MEMBER, ROOM, RUN, TURN, VAULT
from app.engines.storage.value_erasure import ValueErasure
from app.engines.storage.vault import erased
from app.engines.storage.wanted import Wanted

FOLLOWED_WITHIN = 5
"""Seconds after which every running process has forgotten what was erased."""
_PAGE = 500  # rows of one transaction
_COUNTED = ("rooms", "turns", "feedback", "placeholders", "files")


class Erasure:
    """Erases. With `dry_run` it only counts."""

    def __init__(self, database: SqlDatabase, sealer: Sealer, files: FolderFiles, texts: Texts) -> None:
        self._database = database
        self._sealer = sealer
        self._files = files
        self._texts = texts

    async def latest(self) -> int:
        """The number of the last erasure: what remembers rooms looks whether it has changed."""

        def work(connection: Connection) -> int:
            return connection.scalar(select(func.max(ERASURE.c.number))) or 0

        return await self._database.reading(work)

    @asynccontextmanager
    async def followed(self, forget: Callable[[], None]) -> AsyncIterator[None]:
        """While open, `forget` is called soon after anybody erased anything, in whatever process."""
        seen = await self.latest()

        async def follow() -> None:
            nonlocal seen
            while True:
                await asyncio.sleep(FOLLOWED_WITHIN)
                with suppress(Unavailable):
                    if (latest := await self.latest()) != seen:
                        seen = latest
                        forget()

        following = asyncio.create_task(follow())
        try:
            yield
        finally:
            following.cancel()

    async def value(self, wanted: Wanted, *, room: str | None, with_files: bool, dry_run: bool) -> Erased:
        """Erase what `wanted` is in every vault and every text; in one room only, if it is named."""
        parts = (self._database, self._sealer, self._files, self._texts)
        return await ValueErasure(*parts, wanted, room=room, dry_run=dry_run).run(with_files=with_files)

    async def person(self, id: str, *, dry_run: bool) -> Erased:
        """Erase his own rooms with all that is in them, and in shared rooms what he said, uploaded and rated."""

        def rooms_of(connection: Connection) -> tuple[list[str], list[str], set[str]]:
            his = select(MEMBER.c.room).where(MEMBER.c.person == id)
            others = select(MEMBER.c.room).where(MEMBER.c.room.in_(his), MEMBER.c.person != id)
            own: Sequence[str] = connection.scalars(his.where(MEMBER.c.room.not_in(others))).all()
            return list(own), list(connection.scalars(others.distinct())), waiting_rooms(connection, datetime.now(UTC))

        own, shared, waiting = await self._database.reading(rooms_of)
        counts = Counter(dict.fromkeys(_COUNTED, 0))
        kept: list[str] = []
        for room in own:
            if room not in waiting:
                await self._room(room, counts, kept, dry_run)

        def in_shared(connection: Connection) -> None:
            turns = select(TURN.c.id).where(TURN.c.room.in_(shared), TURN.c.person == id, TURN.c.room.not_in(waiting))
            feedback = or_(FEEDBACK.c.person == id, FEEDBACK.c.turn.in_(turns))
            counts["feedback"] += gone(connection, FEEDBACK, feedback, dry_run=dry_run)
            gone(connection, GAP, GAP.c.turn.in_(turns), dry_run=dry_run)
            counts["turns"] += gone(connection, TURN, TURN.c.id.in_(turns), dry_run=dry_run)
            if not dry_run:
                left = set(shared) - waiting
                delete_runs(connection, and_(RUN.c.person == id, RUN.c.room.in_(left)))
                connection.execute(delete(MEMBER).where(MEMBER.c.person == id, MEMBER.c.room.in_(left)))

        await self._database.writing(in_shared, durable=True)
        his = and_(FILE.c.by == id, FILE.c.room.not_in(waiting), FILE.c.room.not_in(own))
        await self._delete_files(his, counts, dry_run)
        await self._done(dry_run)
        return Erased(dict(counts), tuple(kept), tuple(sorted(waiting & {*own, *shared})))

    async def expired(self, rules: Retention, now: datetime, *, passing: str, dry_run: bool) -> Erased:
        """Erase what is older than the rules say. Rooms whose id begins with `passing` never come again."""
        counts = Counter(dict.fromkeys(_COUNTED, 0))
        kept: list[str] = []
        waiting = await self._database.reading(lambda connection: waiting_rooms(connection, now))
        if (until := rules.before("talk", now)) is not None:
            for room in await self._rooms(ROOM.c.spoken_at < until, waiting):
                await self._room(room, counts, kept, dry_run, passing=passing)
            await self._old_turns(until, waiting, counts, dry_run)
            if not dry_run:
                over = and_(RUN.c.started_at < until, RUN.c.state.not_in(OPEN), RUN.c.room.not_in(waiting))
                await self._database.writing(lambda connection: delete_runs(connection, over), durable=True)
        if (until := rules.before("files", now)) is not None:
            await self._delete_files(and_(FILE.c.at < until, FILE.c.room.not_in(waiting)), counts, dry_run)
        if (until := rules.before("vault", now)) is not None:
            for room in await self._rooms(ROOM.c.spoken_at < until, waiting):
                await self._database.writing(partial(self._erase_vault, room, counts, dry_run), durable=True)
            for room in await self._never_spoken_in(until):
                await self._database.writing(partial(self._erase_vault, room, counts, dry_run), durable=True)
        if any(counts.values()):
            await self._done(dry_run)
        return Erased(dict(counts), tuple(kept), tuple(sorted(waiting)))

    async def _rooms(self, which: Any, waiting: set[str]) -> list[str]:
        def work(connection: Connection) -> list[str]:
            return list(connection.scalars(select(ROOM.c.id).where(which, ROOM.c.id.not_in(waiting))))

        return await self._database.reading(work)

    async def _never_spoken_in(self, until: datetime) -> Sequence[str]:
        """Rooms that `deskmate mask` alone filled, the last time before `until`."""
        latest = func.max(VAULT.c.at)
        alone = VAULT.c.room.not_in(select(ROOM.c.id))
        full = select(VAULT.c.room).where(alone, func.length(VAULT.c.value) > 0)

        def work(connection: Connection) -> Sequence[str]:
            return connection.scalars(full.group_by(VAULT.c.room).having(latest < until)).all()

        return await self._database.reading(work)

    async def _old_turns(self, until: datetime, waiting: set[str], counts: Counter[str], dry_run: bool) -> None:
        """The older talk of rooms that go on."""
        old = and_(TURN.c.at < until, TURN.c.room.not_in(waiting), TURN.c.room.in_(select(ROOM.c.id)))
        fresh = and_(old, TURN.c.room.in_(select(ROOM.c.id).where(ROOM.c.spoken_at >= until)))

        def work(connection: Connection) -> int:
            ids: Sequence[str] = connection.scalars(
                select(TURN.c.id).where(fresh).limit(None if dry_run else _PAGE)
            ).all()
            counts["feedback"] += gone(connection, FEEDBACK, FEEDBACK.c.turn.in_(ids), dry_run=dry_run)
            gone(connection, GAP, GAP.c.turn.in_(ids), dry_run=dry_run)
            counts["turns"] += gone(connection, TURN, TURN.c.id.in_(ids), dry_run=dry_run)
            return 0 if dry_run else len(ids)

        while await self._database.writing(work, durable=True):
            pass

    async def _room(
        self, room: str, counts: Counter[str], kept: list[str], dry_run: bool, passing: str | None = None
    ) -> None:
        """One room with all that is in it; what was carried out stays."""
        await self._delete_files(FILE.c.room == room, counts, dry_run)

        def work(connection: Connection) -> None:
            turns = select(TURN.c.id).where(TURN.c.room == room)
            counts["rooms"] += 1
            counts["feedback"] += gone(connection, FEEDBACK, FEEDBACK.c.turn.in_(turns), dry_run=dry_run)
            counts["turns"] += gone(connection, TURN, TURN.c.room == room, dry_run=dry_run)
            evidence = and_(ACTION.c.room == room, ACTION.c.state.in_(EVIDENCE))
            kept.extend(connection.scalars(select(ACTION.c.id).where(evidence)))
            self._erase_vault(room, counts, dry_run, connection)
            if not dry_run:
                delete_room(connection, room)
                if passing is not None and room.startswith(passing):
                    connection.execute(delete(VAULT).where(VAULT.c.room == room))

        await self._database.writing(work, durable=True)

    def _erase_vault(self, room: str, counts: Counter[str], dry_run: bool, connection: Connection) -> None:
        full = and_(VAULT.c.room == room, func.length(VAULT.c.value) > 0)
        counts["placeholders"] += connection.scalar(select(func.count()).select_from(VAULT).where(full)) or 0
        if not dry_run:
            connection.execute(erased(full))

    async def _delete_files(self, which: Any, counts: Counter[str], dry_run: bool) -> None:
        counts["files"] += len(await self._files.listed(which))
        if not dry_run:
            await self._files.delete(which)

    async def _done(self, dry_run: bool) -> None:
        if not dry_run:
            await self._database.writing(note_erasure, durable=True)
