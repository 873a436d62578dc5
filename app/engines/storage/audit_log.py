"""The audit chain in the database: `ports.AuditLog`. Rows are only ever added."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.audit import GENESIS, AuditEntry, canonical_json, linked
from app.engines.storage.database import SqlDatabase
from app.engines.storage.tables import AUDIT, CHAIN_HEAD


class SqlAuditLog:
    """Appends to the chain and reads it."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database

    async def append(self, *entries: AuditEntry) -> None:
        """Append to the chain. Raises `Unavailable` when it cannot be written."""
        async with self._database.write(durable=True) as connection:
            await self.append_in(connection, entries)

    async def append_in(self, connection: AsyncConnection, entries: tuple[AuditEntry, ...]) -> None:
        """Append within a transaction of the caller's: both are kept, or neither."""
        if not entries:
            return
        head = (
            await connection.execute(
                update(CHAIN_HEAD)
                .where(CHAIN_HEAD.c.id == 1)
                .values(number=CHAIN_HEAD.c.number + len(entries))
                .returning(CHAIN_HEAD.c.number, CHAIN_HEAD.c.hash)
            )
        ).one_or_none()
        if head is None:
            await connection.execute(insert(CHAIN_HEAD).values(id=1, number=len(entries), hash=GENESIS))
        number, previous = (head.number - len(entries), head.hash) if head else (0, GENESIS)
        rows = []
        for entry in entries:
            placed = linked(entry, number, previous)
            rows.append(_audit_row(placed))
            number, previous = placed.number, placed.hash
        await connection.execute(insert(AUDIT), rows)
        await connection.execute(update(CHAIN_HEAD).where(CHAIN_HEAD.c.id == 1).values(hash=previous))

    async def chain(self) -> AsyncIterator[AuditEntry]:
        """Every entry in order, with the hashes as stored."""
        async with self._database.engine.connect() as connection:
            rows = await connection.stream(select(AUDIT).order_by(AUDIT.c.number))
            async for row in rows:
                yield _audit_entry(row)

    async def head(self) -> tuple[int, str]:
        """Number and hash of the last entry as the head says: rows cut off at the end show against it."""
        async with self._database.begin() as connection:
            head = (await connection.execute(select(CHAIN_HEAD.c.number, CHAIN_HEAD.c.hash))).one_or_none()
        return (head[0], head[1]) if head else (0, GENESIS)


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
