"""How fast a million audit entries are verified, exported and shown, on one core.

The chain is generated into a temporary database with the house's own rows and hashes; that time is apart. The floor
is SHA-256 alone over the same bytes.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, insert, update

from app.commands.ocsf import as_ocsf
from app.core.audit import GENESIS, AuditEntry, AuditFilter, canonical_json, digest_of_stored
from app.core.settings import read_settings
from app.engines.storage.audit_log import SqlAuditLog
from app.engines.storage.chain_check import check_chain
from app.engines.storage.tables import AUDIT, CHAIN_HEAD
from app.rooms import build_audit, build_checkpoints, build_database
from bench.table import Row, show

COUNT = 1_000_000
EXPORTED = 100_000
_BATCH = 20_000
_SKILL = canonical_json({"skill": "fx.quote", "arguments": {"amount": "5000000", "base": "USD", "customer": "<ORG_1>"}})
_TURN = canonical_json({"assistants": ["fx"], "mode": "local", "channel": "browser"})
_COLUMNS = [column.name for column in AUDIT.columns]


def main() -> int:
    """Generate, verify, find a change, show, export."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as home:
        return show(asyncio.run(_measured(Path(home))))


async def _measured(home: Path) -> list[Row]:
    settings = read_settings({"DESKMATE_HOME": str(home), "DESKMATE_SECRET": "bench"})
    database = build_database(settings)
    await database.open()
    log, checkpoints = build_audit(settings, database), build_checkpoints(settings, database)

    started = time.perf_counter()
    size, last = await database.writing(_generated)
    generated = time.perf_counter() - started

    started = time.perf_counter()
    await checkpoints.seal()
    sealed = time.perf_counter() - started

    started = time.perf_counter()
    verdict = await check_chain(database, checkpoints.keys)
    verified = time.perf_counter() - started
    assert not verdict.faults and verdict.count == COUNT, verdict.faults

    started = time.perf_counter()
    for _ in range(COUNT):
        hashlib.sha256(last.encode()).hexdigest()
    floor = time.perf_counter() - started

    started = time.perf_counter()
    shown = await log.last(AuditFilter(person="E1002"), 50)
    looked_up = time.perf_counter() - started
    exported = await _exported(log)
    written = await _appended(log)
    await database.close()
    return [
        Row(
            f"verify {COUNT:,} entries, one core",
            f"{verified:.1f} s",
            "< 60 s",
            verified < 60,
            f"{floor:.1f} s SHA-256",
        ),
        Row("verify, entries / s", f"{COUNT / verified:,.0f}"),
        Row("first checkpoint over all of them", f"{sealed:.1f} s"),
        Row("generate them (apart)", f"{generated:.1f} s, {size / 2**20:.0f} MiB of content"),
        Row(f"show the last {len(shown)} of a person", f"{looked_up * 1000:.0f} ms", "< 1000 ms", looked_up < 1),
        Row("export as OCSF, entries / s", f"{exported:,.0f}", ">= 10,000", exported >= 10_000),
        Row("append one, durable, at that length", f"{written * 1000:.1f} ms"),
    ]


def _generated(connection: Connection) -> tuple[int, str]:
    """Fill the chain. Returns the bytes hashed, and what the last entry is made of."""
    number, previous, size, content = 0, GENESIS, 0, ""
    at = datetime(2026, 1, 5, tzinfo=UTC)
    while number < COUNT:
        rows = []
        for _ in range(_BATCH):
            number += 1
            at += timedelta(seconds=7)
            turn = number % 2 == 0
            row = (
                number,
                at.isoformat(timespec="microseconds"),
                "turn" if turn else "skill",
                f"E{1001 + number % 900}",
                "",
                "" if turn else "fx",
                f"room-{number % 5000}",
                f"{number:016x}",
                "answer" if turn else "run",
                _TURN if turn else _SKILL,
                previous,
            )
            previous = digest_of_stored(*row)
            rows.append(dict(zip(_COLUMNS, (*row, previous), strict=True)))
            size += sum(len(str(value)) for value in row)
        connection.execute(insert(AUDIT), rows)
        content = canonical_json(rows[-1])
    connection.execute(insert(CHAIN_HEAD).values(id=1, number=0, hash=GENESIS))
    connection.execute(update(CHAIN_HEAD).values(number=number, hash=previous))
    return size, content


async def _exported(log: SqlAuditLog) -> float:
    """Entries a second, to a file that keeps nothing."""
    started, count = time.perf_counter(), 0
    with open(os.devnull, "w", encoding="utf-8") as sink:
        async for entry in log.entries(AuditFilter()):
            sink.write(json.dumps(as_ocsf(entry, "bench"), ensure_ascii=False, separators=(",", ":")) + "\n")
            count += 1
            if count == EXPORTED:
                break
    return count / (time.perf_counter() - started)


async def _appended(log: SqlAuditLog) -> float:
    """Seconds for one entry that a person's action waits for."""
    started = time.perf_counter()
    for _ in range(50):
        await log.append(AuditEntry("action.proposed", "E1001", "", "fx", "room-1", "t", "ask", {"digest": "d"}))
    return (time.perf_counter() - started) / 50


if __name__ == "__main__":
    sys.exit(main())
