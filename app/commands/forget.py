"""`deskmate forget`: a person's data is erased, on request or because its time is over."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from app.commands.batch import say
from app.core.audit import AuditEntry
from app.core.errors import AssistantError
from app.core.operator import operator
from app.core.ports import AuditLog
from app.core.settings import Settings
from app.gateway.desk import STATELESS
from app.rooms import build_audit, build_database, build_erasure, domain, domains, now, texts_of

if TYPE_CHECKING:
    from app.engines.storage.database import SqlDatabase
    from app.engines.storage.erased import Erased
    from app.engines.storage.erasure import Erasure

_FIRST, _DAY = 600.0, 24 * 3600.0  # seconds
_log = logging.getLogger("deskmate.forget")


async def forget(
    settings: Settings,
    *,
    person: str | None,
    value: str | None,
    name: str | None,
    expired: bool,
    room: str | None,
    files: bool,
    dry_run: bool,
) -> int:
    """Erase one of: a member of the staff, a value, a name, what is expired. The audit says that, never what."""
    from app.engines.storage.erasure import FOLLOWED_WITHIN
    from app.engines.storage.wanted import Wanted

    if sum(map(bool, (person, value, name, expired))) != 1 or ((room or files) and not (value or name)):
        print(say("forget_what"), file=sys.stderr)
        return 2
    database = build_database(settings)
    await database.open()
    try:
        erasure, audit = build_erasure(settings, database), build_audit(settings, database)
        if expired:
            done = await erase_expired(settings, erasure, audit, now(), dry_run=dry_run)
        elif person:
            await _note(audit, "begun", dry_run, {"by": "person"}, person=person)
            done = await erasure.person(person, dry_run=dry_run)
            in_domains = await _in_domains(database, person, dry_run=dry_run)
            done = replace(done, counts={**done.counts, "domains": in_domains})
            await _note(audit, "done", dry_run, {"by": "person", **done.counts}, person=person)
        else:
            kind: Literal["name", "value"] = "value" if value else "name"
            said = value or name or ""
            wanted = Wanted(sys.stdin.readline() if said == "-" else said, kind, texts_of("engines/storage"))
            await _note(audit, "begun", dry_run, {"by": kind}, room=room or "")
            done = await erasure.value(wanted, room=room, with_files=files, dry_run=dry_run)
            await _note(audit, "done", dry_run, {"by": kind, **done.counts}, room=room or "")
        clean = dry_run or await database.scrub()
    finally:
        await database.close()
    for line in _report(done, settings, by_person=bool(person), dry_run=dry_run):
        print(line)
    if not dry_run and any(done.counts.values()):
        print(say("forget_running", seconds=FOLLOWED_WITHIN))
    if not clean:
        print(say("not_scrubbed"))
    return 0


async def erase_expired(
    settings: Settings, erasure: Erasure, audit: AuditLog, at: datetime, *, dry_run: bool = False
) -> Erased:
    """Erase what is older than `config/retention.yaml` says. The audit is told only where something went."""
    from app.engines.storage.retention import read_retention

    rules = read_retention(settings.content / "config" / "retention.yaml")
    done = await erasure.expired(rules, at, passing=STATELESS, dry_run=dry_run)
    if any(done.counts.values()):
        await _note(audit, "done", dry_run, {"by": "retention", **done.counts})
    return done


async def erase_daily(settings: Settings, erasure: Erasure, audit: AuditLog) -> None:
    """Erase what is expired, for as long as the server runs; not in the minutes in which people come in."""
    await asyncio.sleep(_FIRST)
    while True:
        try:
            await erase_expired(settings, erasure, audit, now())
        except AssistantError as error:
            _log.error("what is expired could not be erased: %s", error.code)
        await asyncio.sleep(_DAY)


async def _in_domains(database: SqlDatabase, person: str, *, dry_run: bool) -> int:
    """How many rows of a person the domains erased from tables of their own."""
    found = [getattr(domain(name), "erase_person", None) for name in domains()]
    return sum([await erase(database, person, dry_run=dry_run) for erase in found if erase])


async def _note(
    audit: AuditLog, decision: str, dry_run: bool, detail: Mapping[str, Any], *, person: str = "", room: str = ""
) -> None:
    if not dry_run:
        entry = AuditEntry(
            what="data.erased",
            person=person,
            operator=operator(),
            assistant="",
            room=room,
            trace_id="",
            decision=decision,
            detail=detail,
        )
        await audit.append(entry)


def _report(done: Erased, settings: Settings, *, by_person: bool, dry_run: bool) -> list[str]:
    """What went and what stays, for people; files by room and name, for somebody to decide."""
    counted = [f"- {say(f'forget_count_{name}', count=count)}" for name, count in done.counts.items() if count]
    lines = [say("forget_would" if dry_run else "forget_done"), *counted] if counted else [say("forget_none")]
    for key, files in (("forget_files", done.files), ("forget_closed", done.closed_files)):
        lines += [say(key), *(f"- {one.room}: {one.name} ({one.id})" for one in files)] if files else []
    if done.kept_actions:
        lines.append(say("forget_kept_actions", ids=", ".join(done.kept_actions)))
    if done.waiting_rooms:
        lines.append(say("forget_waiting", rooms=", ".join(done.waiting_rooms)))
    lines.append(say("forget_kept_audit"))
    if by_person:
        lines.append(say("forget_kept_people"))
    if (exports := settings.home / "exports").exists():
        lines.append(say("forget_exports", folder=exports))
    return lines
