"""`deskmate audit`: verify the chain, show it, export it, have it signed."""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from app import __version__
from app.commands.batch import say
from app.commands.ocsf import as_ocsf
from app.core.audit import AuditEntry, AuditFilter, canonical_json
from app.core.errors import BadInput
from app.core.settings import Settings
from app.rooms import BANK_TIME, build_audit, build_checkpoints, build_database, texts_of

if TYPE_CHECKING:
    from app.engines.storage.chain_walk import Fault
    from app.engines.storage.checkpoints import Checkpoint
    from app.engines.storage.database import SqlDatabase


_SHOWN = 300  # characters of an entry's detail on one line


async def verify(settings: Settings, *, against: Path | None = None, key: str | None = None) -> int:
    """Recompute the hash chain. Exit code 1, and the first broken entry, if it does not hold.

    `against`: a checkpoint that was kept elsewhere. `key`: the public key to trust instead of the secret's own.
    """
    from app.engines.storage.chain_check import check_chain
    from app.engines.storage.checkpoints import fingerprint

    async with _database(settings) as database:
        trusted = (_public_key(key),) if key else build_checkpoints(settings, database).keys
        kept = _kept(settings, against)
        verdict = await check_chain(database, trusted, kept, _progress)
    for fault in verdict.faults:
        print(_sentence(fault))
    if verdict.faults:
        return 1
    print(say("audit_good", count=verdict.count))
    if verdict.checkpoints:
        print(say("audit_sealed", number=verdict.sealed, rest=verdict.count - verdict.sealed))
    print(say("audit_key", fingerprint=fingerprint(trusted[0])))
    return 0


async def show(settings: Settings, wanted: AuditFilter, *, count: int) -> int:
    """Print the last entries for people, newest last."""
    async with _database(settings) as database:
        entries = await build_audit(settings, database).last(wanted, count)
    for entry in entries:
        print(_line(entry))
    if not entries:
        print(say("no_match"), file=sys.stderr)
    return 0


async def export(settings: Settings, wanted: AuditFilter, *, out: Path | None) -> int:
    """Write the entries as JSON lines in OCSF's shape; a page of them is in memory at a time."""
    count = 0
    async with _database(settings) as database:
        with out.open("w", encoding="utf-8") if out else nullcontext(sys.stdout) as file:
            async for entry in build_audit(settings, database).entries(wanted):
                file.write(json.dumps(as_ocsf(entry, __version__), ensure_ascii=False, separators=(",", ":")) + "\n")
                count += 1
    print(say("audit_exported", count=count), file=sys.stderr)
    return 0


async def checkpoint(settings: Settings, *, out: Path | None) -> int:
    """Have the present end signed; with `out` also into a file, to be kept where nobody here can change it."""
    from app.engines.storage.checkpoints import fingerprint, write_checkpoint

    async with _database(settings) as database:
        made = await build_checkpoints(settings, database).seal()
    if out is not None:
        write_checkpoint(out, made)
    print(say("audit_signed", number=made.number, fingerprint=fingerprint(made.key)))
    return 0


def key(settings: Settings) -> int:
    """Print the public key that checkpoints are signed with, and its fingerprint."""
    from app.engines.storage.checkpoints import Signer, fingerprint

    public = Signer(settings.secret).public
    print(public)
    print(say("audit_key", fingerprint=fingerprint(public)))
    return 0


def wanted_entries(
    *, person: str | None, room: str | None, what: str | None, trace: str | None, since: str | None, until: str | None
) -> AuditFilter:
    """The options as a filter. A day means the bank's day; `until` includes it."""
    return AuditFilter(
        person=person or "",
        room=room or "",
        what=what or "",
        trace_id=trace or "",
        since=_moment(since, timedelta()) if since else None,
        until=_moment(until, timedelta(days=1)) if until else None,
    )


def _kept(settings: Settings, against: Path | None) -> list[Checkpoint]:
    """The last checkpoint that this house kept beside the database, and the one the operator names."""
    from app.engines.storage.checkpoints import anchor_of, read_checkpoint

    anchor = anchor_of(settings)
    paths = [anchor] if anchor.exists() else []
    return [read_checkpoint(path, texts_of("engines/storage")) for path in (*paths, *([against] if against else []))]


def _moment(text: str, after_day: timedelta) -> datetime:
    try:
        if len(text) == len("2026-11-23"):
            return datetime.combine(date.fromisoformat(text), time(), BANK_TIME) + after_day
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput("BAD_DATE", say("bad_date", text=text[:30])) from None
    return at if at.tzinfo else at.replace(tzinfo=BANK_TIME)


def _line(entry: AuditEntry) -> str:
    at = entry.at.astimezone(BANK_TIME).strftime("%Y-%m-%d %H:%M:%S")
    who = f"{entry.person or '-'} ({entry.operator})" if entry.operator else entry.person or "-"
    parts = [at, f"#{entry.number}", entry.what, entry.decision, who]
    parts += [f"@{entry.assistant}"] if entry.assistant else []
    parts += [f"room={entry.room}"] if entry.room else []
    parts += [f"trace={entry.trace_id}"] if entry.trace_id else []
    parts += [_shortened(canonical_json(entry.detail))] if entry.detail else []
    return "  ".join(parts)


def _shortened(text: str) -> str:
    """What a line has room for; the export has the whole."""
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _sentence(fault: Fault) -> str:
    return say(f"audit_{fault.kind}", number=fault.number, expected=fault.expected, what=fault.what, at=fault.at)


def _public_key(text: str) -> str:
    clean = text.replace(" ", "").lower()
    if len(clean) != 64 or any(char not in "0123456789abcdef" for char in clean):
        raise BadInput("BAD_KEY", say("bad_key"))
    return clean


def _progress(number: int) -> None:
    if sys.stderr.isatty() and number % 100_000 == 0:
        print(say("audit_progress", number=number), file=sys.stderr, end="\r", flush=True)


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[SqlDatabase]:
    database = build_database(settings, domains=False)
    await database.open()
    try:
        yield database
    finally:
        await database.close()
