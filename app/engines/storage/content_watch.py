"""Changes of rights and configuration: each is in the audit, whoever made it and by whatever means.

At every start the files are compared with what the chain itself last said of them. Digests only, never the content.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from pathlib import Path

from app.core.audit import AuditEntry, AuditFilter
from app.core.settings import Settings
from app.engines.storage.audit_log import SqlAuditLog

RECORDED, CHANGED = "config.recorded", "config.changed"
_WATCHED = ("config/**/*", "assistants/**/*", "knowledge/*/set.yaml")


async def note_changes(audit: SqlAuditLog, settings: Settings, *, operator: str, version: str) -> None:
    """Append what changed since it was last noted; at the first start, all there is.

    Raises `Unavailable` when it cannot be written.
    """
    present = await asyncio.to_thread(_digests, settings.content)
    besides = {"DESKMATE_MODEL": settings.model, "DESKMATE_MODEL_BASE_URL": settings.model_base_url}
    present |= {name: hashlib.sha256(value.encode()).hexdigest() for name, value in besides.items() if value}
    noted = await _last_noted(audit)
    if noted is None:
        await audit.append(_entry(RECORDED, operator, {"version": version, "files": present}))
        return
    changes = [
        {"path": path, "old": noted.get(path, ""), "new": present.get(path, ""), "version": version}
        for path in sorted(noted.keys() | present.keys())
        if noted.get(path) != present.get(path)
    ]
    if changes:
        await audit.append(*(_entry(CHANGED, operator, change) for change in changes))


async def _last_noted(audit: SqlAuditLog) -> dict[str, str] | None:
    """Path -> digest as the chain says; None before the first start."""
    noted: dict[str, str] | None = None
    async for entry in audit.entries(AuditFilter(kinds=(RECORDED, CHANGED))):
        if entry.what == RECORDED:
            noted = dict(entry.detail["files"])
        elif noted is not None and entry.detail["new"]:
            noted[entry.detail["path"]] = entry.detail["new"]
        elif noted is not None:
            noted.pop(entry.detail["path"], None)
    return noted


def _digests(content: Path) -> dict[str, str]:
    return {
        path.relative_to(content).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for pattern in _WATCHED
        for path in content.glob(pattern)
        if path.is_file() and "__pycache__" not in path.parts
    }


def _entry(what: str, operator: str, detail: Mapping[str, object]) -> AuditEntry:
    return AuditEntry(
        what=what, person="", operator=operator, assistant="", room="", trace_id="", decision="noted", detail=detail
    )
