"""The audit chain: each entry carries the hash of the one before, so a changed, removed or reordered row shows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from json.encoder import encode_basestring as _quoted
from typing import Any

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit. Everything in it is masked."""

    what: str
    """Of the talk: `turn`, `turn.failed`, `skill`, `model`, `material`, `refused`, `output`, `unverified` (what a model
    said that its passages do not bear out), `feedback`; `action.*` by state; `login`, `token.made`, `file.stored`,
    `file.read`, `room.deleted`, `mask`, `unmask`, `data.erased`; of the house: `config.recorded`, `config.changed`,
    `knowledge.*` (the steps of documents, what their owners read), `list.imported`, `secret.rotated`, `alarm`,
    `audit.broken`."""
    person: str
    """Who, or on whose behalf."""
    operator: str
    """Who was behind it where it was not the person himself; else empty."""
    assistant: str
    room: str
    trace_id: str
    decision: str
    """`allow`, `refuse`, `done`, `failed` …"""
    detail: Mapping[str, Any] = field(default_factory=dict)
    """Masked arguments and reasons; JSON only."""
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    number: int = 0
    previous: str = ""
    hash: str = ""


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which entries are wanted; what is empty does not narrow."""

    person: str = ""
    """Who it was about, or the operator who acted."""
    room: str = ""
    what: str = ""
    """A kind (`turn`), or all kinds that begin so (`action` means `action.proposed`, `action.approved` …)."""
    kinds: tuple[str, ...] = ()
    """Any of these, exactly."""
    trace_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """Exclusive."""


def linked(entry: AuditEntry, last: int, last_hash: str) -> AuditEntry:
    """`entry` as the next one of the chain whose last entry has that number and hash (0 and `GENESIS` at the start)."""
    placed = replace(entry, number=last + 1, previous=last_hash)
    return replace(placed, hash=digest_of(placed))


def digest_of(entry: AuditEntry) -> str:
    """SHA-256 over every field but the hash itself, in canonical JSON."""
    content = {
        "what": entry.what,
        "person": entry.person,
        "operator": entry.operator,
        "assistant": entry.assistant,
        "room": entry.room,
        "trace_id": entry.trace_id,
        "decision": entry.decision,
        "detail": entry.detail,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "number": entry.number,
        "previous": entry.previous,
    }
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def digest_of_stored(
    number: int,
    at: str,
    what: str,
    person: str,
    operator: str,
    assistant: str,
    room: str,
    trace_id: str,
    decision: str,
    detail: str,
    previous: str,
) -> str:
    """What `digest_of` gives, from a row as it is stored: `at` and `detail` are texts, and nothing is parsed.

    It is the same canonical JSON, written by hand because a million rows are checked at once. Two rows cannot give one
    text: each side of `detail` is fixed by quotes that cannot stand unescaped within a value. Raises `TypeError` for
    a column that holds no text.
    """
    content = (
        f'{{"assistant":{_quoted(assistant)},"at":{_quoted(at)},"decision":{_quoted(decision)},"detail":{detail},'
        f'"number":{number},"operator":{_quoted(operator)},"person":{_quoted(person)},"previous":{_quoted(previous)},'
        f'"room":{_quoted(room)},"trace_id":{_quoted(trace_id)},"what":{_quoted(what)}}}'
    )
    return hashlib.sha256(content.encode()).hexdigest()


def canonical_json(content: Any) -> str:
    """One text for one value: sorted keys, no spaces, UTF-8 as it is."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
