"""An audit entry in the shape of the Open Cybersecurity Schema Framework, as security monitoring systems read it.

Classes and required attributes after OCSF 1.3.0 (https://schema.ocsf.io/1.3.0): API Activity 6003, Authentication
3002, Entity Management 3004, Detection Finding 2004. `type_uid` = `class_uid` * 100 + `activity_id`; `category_uid` is
the class's thousands. What is ours alone (chain, decision, masked detail) stands in `unmapped`.
"""

from __future__ import annotations

from typing import Any

from app.core.audit import AuditEntry

VERSION = "1.3.0"
API, LOGON, ENTITY, FINDING = 6003, 3002, 3004, 2004
CREATE, READ, UPDATE, DELETE, OTHER = 1, 2, 3, 4, 99
_NAMES = {CREATE: "Create", READ: "Read", UPDATE: "Update", DELETE: "Delete"}
_CLASSES = {API: "API Activity", LOGON: "Authentication", ENTITY: "Entity Management", FINDING: "Detection Finding"}

_KINDS: dict[str, tuple[int, int]] = {
    "login": (LOGON, 1),
    "turn": (API, CREATE),
    "action.proposed": (API, CREATE),
    "action.executing": (API, UPDATE),
    "action.executed": (API, UPDATE),
    "file.stored": (ENTITY, CREATE),
    "file.read": (ENTITY, READ),
    "room.deleted": (ENTITY, DELETE),
    "token.made": (ENTITY, CREATE),
    "config.recorded": (ENTITY, CREATE),
    "config.changed": (ENTITY, UPDATE),
    "knowledge.indexed": (ENTITY, UPDATE),
    "list.imported": (ENTITY, UPDATE),
    "data.erased": (ENTITY, DELETE),
    "secret.rotated": (ENTITY, UPDATE),
    "alarm": (FINDING, CREATE),
    "audit.broken": (FINDING, CREATE),
}
"""Kind of entry -> class and activity; every other one is API Activity of its own name."""

_REFUSED = frozenset({"refuse", "redline", "replaced"})
_INFORMATIONAL, _LOW, _MEDIUM, _HIGH = 1, 2, 3, 4
_SUCCESS, _FAILURE = 1, 2


def as_ocsf(entry: AuditEntry, product_version: str) -> dict[str, Any]:
    """The event. It says no more than the entry, which is masked."""
    kind, activity = _KINDS.get(entry.what, (API, OTHER))
    names = {1: "Logon"} if kind == LOGON else _NAMES
    failed = entry.what.endswith(("refused", ".failed")) or entry.decision in _REFUSED | {"failed"}
    return {
        "activity_id": activity,
        "activity_name": names.get(activity, entry.what),
        "category_uid": kind // 1000,
        "class_uid": kind,
        "class_name": _CLASSES[kind],
        "type_uid": kind * 100 + activity,
        "time": round(entry.at.timestamp() * 1000),
        "severity_id": _severity(entry, kind),
        "status_id": _FAILURE if failed else _SUCCESS,
        "status": "Failure" if failed else "Success",
        "status_code": entry.decision,
        "message": f"{entry.what}: {entry.decision}",
        "metadata": {
            "version": VERSION,
            "uid": entry.hash,
            "sequence": entry.number,
            "correlation_uid": entry.trace_id,
            "event_code": entry.what,
            "log_name": "audit",
            "original_time": entry.at.isoformat(),
            "product": {"name": "Deskmate", "vendor_name": "Deskmate", "version": product_version},
        },
        "actor": _actor(entry),
        "src_endpoint": {"name": str(entry.detail.get("channel") or "deskmate")},
        **_own(entry, kind),
        "unmapped": {
            "what": entry.what,
            "decision": entry.decision,
            "person": entry.person,
            "operator": entry.operator,
            "assistant": entry.assistant,
            "room": entry.room,
            "detail": dict(entry.detail),
            "previous": entry.previous,
            "hash": entry.hash,
        },
    }


def _actor(entry: AuditEntry) -> dict[str, Any]:
    """The person; the operator where nobody else is named. The digital employee is the application that acts."""
    if entry.person:
        user: dict[str, Any] = {"uid": entry.person, "type_id": 1}
    elif entry.operator:
        user = {"name": entry.operator, "type_id": 2}
    else:
        user = {"name": "unknown", "type_id": 0}
    return {"user": user, **({"app_name": entry.assistant} if entry.assistant else {})}


def _own(entry: AuditEntry, kind: int) -> dict[str, Any]:
    """What the class asks for beside the rest."""
    if kind == API:
        return {"api": {"operation": str(entry.detail.get("skill") or entry.what), "service": {"name": "deskmate"}}}
    if kind == LOGON:
        return {"user": _actor(entry)["user"], "service": {"name": "Deskmate"}, "is_remote": True}
    if kind == FINDING:
        return {"finding_info": {"uid": entry.hash, "title": str(entry.detail.get("alarm") or entry.what)}}
    named = (entry.detail.get(key) for key in ("path", "file", "set"))
    name = next(filter(None, named), None) or entry.room or entry.person or entry.what
    return {"entity": {"type": entry.what.split(".")[0], "name": str(name), "uid": str(name)}}


def _severity(entry: AuditEntry, kind: int) -> int:
    if kind == FINDING:
        return _HIGH
    if entry.what in ("action.failed", "config.changed"):
        return _MEDIUM
    return _LOW if entry.what == "refused" or entry.decision in _REFUSED else _INFORMATIONAL
