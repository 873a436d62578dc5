"""What an operator does on the command line is in the audit before it happens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core.audit import AuditEntry
from app.core.operator import operator
from app.core.settings import Settings
from app.rooms import build_audit, build_database


def operator_entry(
    what: str, decision: str, *, person: str = "", room: str = "", detail: Mapping[str, Any] | None = None
) -> AuditEntry:
    """An entry that names the operator."""
    return AuditEntry(
        what=what,
        person=person,
        operator=operator(),
        assistant="",
        room=room,
        trace_id="",
        decision=decision,
        detail=detail or {},
    )


async def note(settings: Settings, entry: AuditEntry) -> None:
    """Append one entry. Raises `Unavailable` when it cannot be written: then nothing is done."""
    database = build_database(settings, domains=False)
    try:
        await database.open()
        await build_audit(settings, database).append(entry)
    finally:
        await database.close()
