"""The audit chain in the database: `ports.AuditLog`. Rows are only ever added."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from app.core.audit import GENESIS, AuditEntry, canonical_json, linked
from app.engines.storage.database import SqlDatabase
from app.engines.storage.tables import AUDIT, CHAIN_HEAD

_PAGE = 5000  # entries read at once


class SqlAuditLog:
    """Appends to the chain and reads it."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def append(self, *entries: AuditEntry) -> None:
        """Append to the chain. Raises `Unavailable` when it cannot be written."""

        def work(connection: Connection) -> None:
            self.append_in(connection, entries)

        await self._database.writing(work, durable=True)

    def append_in(self, connection: Connection, entries: tuple[AuditEntry, ...]) -> None:
        """Append within a transaction of the caller's: both are kept, or neither."""
        if not entries:
            return
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

    async def chain(self) -> AsyncIterator[AuditEntry]:
        """Every entry in order, with the hashes as stored."""
        after = None
        while page := await self._page(after):
            for entry in page:
                yield entry
            after = page[-1].number

    async def _page(self, after: int | None) -> list[AuditEntry]:
        def work(connection: Connection) -> list[AuditEntry]:
            wanted = select(AUDIT).order_by(AUDIT.c.number).limit(_PAGE)
            rows = connection.execute(wanted if after is None else wanted.where(AUDIT.c.number > after))
            return [_audit_entry(row) for row in rows]

        return await self._database.reading(work)

    async def head(self) -> tuple[int, str]:
        """Number and hash of the last entry as the head says: rows cut off at the end show against it."""

        def work(connection: Connection) -> tuple[int, str]:
            head = connection.execute(select(CHAIN_HEAD.c.number, CHAIN_HEAD.c.hash)).one_or_none()
            return (head.number, head.hash) if head else (0, GENESIS)

        return await self._database.reading(work)


def _audit_row(entry: AuditEntry) -> dict[str, Any]:
    return {
        "number": entry.number,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
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
