"""The audit chain in the database: `ports.AuditLog`. Rows are only ever added."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, or_, select, update

from app.core.audit import GENESIS, AuditEntry, AuditFilter, canonical_json, linked
from app.core.errors import AssistantError, place_of
from app.core.ports import AuditWatcher
from app.engines.storage.chain_walk import PAGE, chain_head
from app.engines.storage.checkpoints import EVERY, Checkpoints
from app.engines.storage.database import SqlDatabase
from app.engines.storage.tables import AUDIT, CHAIN_HEAD

_log = logging.getLogger("deskmate.audit")


class SqlAuditLog:
    """Appends to the chain and reads it; has it signed, and tells who watches what was written."""

    def __init__(
        self, database: SqlDatabase, checkpoints: Checkpoints | None = None, watchers: Sequence[AuditWatcher] = ()
    ) -> None:
        self._database = database
        self._checkpoints = checkpoints
        self._watchers = tuple(watchers)
        self._tail: tuple[int, str] | None = None  # number and hash of the last entry that was written here
        self._sealed = 0  # number at the last try to have it signed

    async def append(self, *entries: AuditEntry) -> None:
        """Append to the chain. Raises `Unavailable` when it cannot be written."""

        def work(connection: Connection) -> tuple[int, str] | None:
            return self.append_in(connection, entries)

        await self.settle(entries, await self._database.writing(work, durable=True))

    async def settle(self, entries: Sequence[AuditEntry], tail: tuple[int, str] | None) -> None:
        """After the commit of `append_in`: tell who watches, and have the chain signed when it is time."""
        for entry in entries:
            for watch in self._watchers:
                try:
                    watch(entry)
                except Exception as error:  # who watches has no say in what happens
                    _log.error("a watcher of the audit failed: %s", place_of(error))
        if tail is None:
            return
        if self._tail is None or tail[0] > self._tail[0]:
            self._tail = tail
        if tail[0] // EVERY > (tail[0] - len(entries)) // EVERY:  # of all processes, one passes this number
            await self.seal()

    async def seal(self) -> None:
        """Have the present end signed. A chain that does not hold is not signed: that is logged, and said in it."""
        if self._checkpoints is None or self._tail is None or self._tail[0] == self._sealed:
            return
        self._sealed = self._tail[0]
        try:
            await self._checkpoints.seal(self._tail)
        except OSError as error:
            _log.error("the checkpoint is not kept beside the database: %s", place_of(error))
        except AssistantError as error:
            _log.error("no checkpoint: %s", error.message)
            if error.code == "AUDIT_BROKEN":
                await self.append(AuditEntry("audit.broken", "", "", "", "", "", "failed"))

    def append_in(self, connection: Connection, entries: tuple[AuditEntry, ...]) -> tuple[int, str] | None:
        """Append within a transaction of the caller's: both are kept, or neither.

        Returns number and hash of the last one; the caller hands them to `settle` after the commit.
        """
        if not entries:
            return None
        head = connection.execute(
            update(CHAIN_HEAD)
            .where(CHAIN_HEAD.c.id == 1)
            .values(number=CHAIN_HEAD.c.number + len(entries))
            .returning(CHAIN_HEAD.c.number, CHAIN_HEAD.c.hash)
        ).one_or_none()
        if head is None:
            connection.execute(insert(CHAIN_HEAD).values(id=1, number=len(entries), hash=GENESIS))
        number, previous = (head.number - len(entries), head.hash) if head else (0, GENESIS)
        rows = []
        for entry in entries:
            placed = linked(entry, number, previous)
            rows.append(_audit_row(placed))
            number, previous = placed.number, placed.hash
        connection.execute(insert(AUDIT), rows)
        connection.execute(update(CHAIN_HEAD).where(CHAIN_HEAD.c.id == 1).values(hash=previous))
        return number, previous

    async def chain(self) -> AsyncIterator[AuditEntry]:
        """Every entry in order, with the hashes as stored."""
        async for entry in self.entries(AuditFilter()):
            yield entry

    async def entries(self, wanted: AuditFilter) -> AsyncIterator[AuditEntry]:
        """The wanted entries in order; a page of them is in memory at a time."""
        after: int | None = None
        while page := await self._page(wanted, after):
            for entry in page:
                yield entry
            after = page[-1].number

    async def last(self, wanted: AuditFilter, count: int) -> Sequence[AuditEntry]:
        """The last `count` of the wanted entries, in order."""

        def work(connection: Connection) -> list[AuditEntry]:
            rows = connection.execute(
                select(AUDIT).where(*_narrowed(wanted)).order_by(AUDIT.c.number.desc()).limit(count)
            )
            return [_audit_entry(row) for row in rows][::-1]

        return await self._database.reading(work)

    async def _page(self, wanted: AuditFilter, after: int | None) -> list[AuditEntry]:
        def work(connection: Connection) -> list[AuditEntry]:
            chosen = select(AUDIT).where(*_narrowed(wanted)).order_by(AUDIT.c.number).limit(PAGE)
            rows = connection.execute(chosen if after is None else chosen.where(AUDIT.c.number > after))
            return [_audit_entry(row) for row in rows]

        return await self._database.reading(work)

    async def head(self) -> tuple[int, str]:
        """Number and hash of the last entry as the head says: rows cut off at the end show against it."""
        return await self._database.reading(chain_head)


def _narrowed(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    columns = AUDIT.c
    which: list[ColumnElement[bool]] = []
    if wanted.person:
        which.append(or_(columns.person == wanted.person, columns.operator == wanted.person))
    if wanted.what:
        which.append(or_(columns.what == wanted.what, columns.what.startswith(f"{wanted.what}.", autoescape=True)))
    if wanted.kinds:
        which.append(columns.what.in_(wanted.kinds))
    which += [columns[name] == value for name in ("room", "trace_id") if (value := getattr(wanted, name))]
    if wanted.since:
        which.append(columns.at >= _stored(wanted.since))
    if wanted.until:
        which.append(columns.at < _stored(wanted.until))
    return which


def _stored(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _audit_row(entry: AuditEntry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": _stored(entry.at),
        "what": entry.what,
        "person": entry.person,
        "operator": entry.operator,
        "assistant": entry.assistant,
        "room": entry.room,
        "trace_id": entry.trace_id,
        "decision": entry.decision,
        "detail": canonical_json(entry.detail),
        "previous": entry.previous,
        "hash": entry.hash,
    }


def _audit_entry(row: Row[Any]) -> AuditEntry:
    values = dict(row._mapping)
    return AuditEntry(**{**values, "at": datetime.fromisoformat(values["at"]), "detail": json.loads(values["detail"])})
