"""The chain in the database: what is read of it, when it is signed, who is told, and that nothing runs without it."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from app.core.audit import AuditEntry, AuditFilter
from app.core.errors import Unavailable
from app.engines.metrics import PrometheusMetrics
from app.engines.storage import audit_log, chain_walk
from app.engines.storage.audit_log import SqlAuditLog
from app.engines.storage.chain_check import check_chain
from app.engines.storage.checkpoints import Checkpoints, all_checkpoints
from app.engines.storage.content_watch import note_changes
from app.engines.storage.database import MIGRATIONS, SqlDatabase
from app.rooms import texts_of
from tests.conftest import settings_in
from tests.engines.test_records import database_at

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def entry(what: str = "turn", person: str = "E1001", *, minute: int = 0, **more: str) -> AuditEntry:
    given = {"operator": "", "assistant": "fx", "room": "r", "trace_id": "t", "decision": "answer"} | more
    return AuditEntry(what, person, **given, at=AT + timedelta(minutes=minute))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqlDatabase]:
    opened = database_at(tmp_path / "d.db")
    await opened.open()
    yield opened
    await opened.close()


def signing(database: SqlDatabase, folder: Path) -> Checkpoints:
    return Checkpoints(database, settings_in(folder), texts_of("engines/storage"))


async def found(log: SqlAuditLog, **wanted: object) -> list[int]:
    return [one.number async for one in log.entries(AuditFilter(**wanted))]  # type: ignore[arg-type]


async def test_what_is_wanted_is_found(database: SqlDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_log, "PAGE", 2)
    log = SqlAuditLog(database)
    await log.append(
        entry(),
        entry("action.proposed", minute=1),
        entry("action.approved", "E1002", minute=2, room="other"),
        entry("actions", "", operator="E1002", minute=3),
        entry("turn", "E100%", minute=4, trace_id="x"),
    )
    assert await found(log) == [1, 2, 3, 4, 5]
    assert await found(log, what="action") == [2, 3]
    assert await found(log, what="turn") == [1, 5]
    assert await found(log, kinds=("actions", "turn")) == [1, 4, 5]
    assert await found(log, person="E1002") == [3, 4]
    assert await found(log, room="other") == [3]
    assert await found(log, trace_id="x") == [5]
    assert await found(log, since=AT + timedelta(minutes=1), until=AT + timedelta(minutes=3)) == [2, 3]
    assert [one.number for one in await log.last(AuditFilter(person="E1001"), 1)] == [2]


async def test_it_is_signed_at_every_so_many_entries(
    database: SqlDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "EVERY", 10)
    monkeypatch.setattr(chain_walk, "PAGE", 3)
    checkpoints = signing(database, tmp_path)
    logs = [SqlAuditLog(database, checkpoints) for _ in range(2)]
    for number in range(34):
        await logs[number % 2].append(entry())
    assert [one.number for one in await database.reading(all_checkpoints)] == [10, 20, 30]
    for log in logs:
        await log.seal()
        await log.seal()
    assert [one.number for one in await database.reading(all_checkpoints)] == [10, 20, 30, 34]
    verdict = await check_chain(database, checkpoints.keys)
    assert (verdict.count, verdict.sealed, verdict.checkpoints, verdict.faults) == (34, 34, 4, ())


async def test_a_chain_may_be_checked_while_it_is_written(
    database: SqlDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain_walk, "PAGE", 3)
    log = SqlAuditLog(database)
    await log.append(*(entry() for _ in range(10)))
    reading = database.reading
    pages = 0

    async def meanwhile(work: object) -> object:
        nonlocal pages
        pages += 1
        if pages in (3, 5):
            await log.append(entry())
        return await reading(work)  # type: ignore[arg-type]

    monkeypatch.setattr(database, "reading", meanwhile)
    verdict = await check_chain(database, ["none"])
    assert not verdict.faults and verdict.count == 12


async def test_too_much_that_nobody_signed_shows(database: SqlDatabase) -> None:
    log = SqlAuditLog(database)
    await log.append(*(entry() for _ in range(3001)))
    verdict = await check_chain(database, ["none"])
    assert [fault.kind for fault in verdict.faults] == ["unsealed"]


async def test_who_watches_is_told_after_it_is_written_and_cannot_disturb(database: SqlDatabase) -> None:
    told: list[str] = []

    def broken(_: AuditEntry) -> None:
        raise ValueError

    log = SqlAuditLog(database, None, (broken, lambda one: told.append(one.what)))
    await log.append(entry("a"), entry("b"))
    assert told == ["a", "b"]
    await database.writing(lambda connection: connection.execute(text("ALTER TABLE audit RENAME TO elsewhere")))
    with pytest.raises(Unavailable):
        await log.append(entry("c"))
    assert told == ["a", "b"]


async def test_what_the_audit_says_is_counted() -> None:
    metrics = PrometheusMetrics()
    for one in (
        AuditEntry("refused", "E1001", "", "", "", "", "refuse", {"reasons": ["injection", "bypass_control"]}),
        AuditEntry("refused", "E1001", "", "", "", "", "NOT_A_MEMBER"),
        AuditEntry("refused", "E1001", "", "", "", "", "refuse", {"reason": "张三说的话"}),
        AuditEntry("output", "E1001", "", "", "", "", "replaced", {"reasons": ["promise"]}),
        AuditEntry("feedback", "E1001", "", "", "", "", "down", {"refused": True}),
        AuditEntry("feedback", "E1001", "", "", "", "", "down"),
        AuditEntry("action.executed", "E1001", "", "", "", "", "done"),
        AuditEntry("login", "E1001", "", "", "", "", "refuse"),
    ):
        metrics.audited(one)
    said = metrics.exposition().decode()
    for line in (
        'deskmate_refusals_total{reason="injection"} 1.0',
        'deskmate_refusals_total{reason="bypass_control"} 1.0',
        'deskmate_refusals_total{reason="NOT_A_MEMBER"} 1.0',
        'deskmate_refusals_total{reason="rights"} 1.0',
        'deskmate_output_violations_total{reason="promise"} 1.0',
        "deskmate_false_positive_reports_total 1.0",
        'deskmate_actions_total{outcome="executed"} 1.0',
        'deskmate_log_ins_total{outcome="refuse"} 1.0',
    ):
        assert line in said
    assert "张三" not in said


# --- a database of the version before ---


async def test_a_chain_of_the_first_version_goes_on_and_is_then_kept_from_changes(tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config

    path = tmp_path / "d.db"
    made = database_at(path)
    await made.open()
    await SqlAuditLog(made).append(entry(), entry())
    await made.close()
    with sqlite3.connect(path) as plain:
        rows = plain.execute("SELECT * FROM audit").fetchall()
        head = plain.execute("SELECT * FROM audit_head").fetchall()
    path.unlink()
    engine = create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    with sqlite3.connect(path) as plain:
        plain.executemany(f"INSERT INTO audit VALUES ({','.join('?' * 12)})", rows)
        plain.executemany("INSERT INTO audit_head VALUES (?, ?, ?)", head)
    upgraded = database_at(path)
    await upgraded.open()
    await SqlAuditLog(upgraded).append(entry())
    verdict = await check_chain(upgraded, ["none"])
    assert (verdict.count, verdict.faults) == (3, ())
    with pytest.raises(IntegrityError):
        await upgraded.writing(lambda connection: connection.execute(text("DELETE FROM audit WHERE number = 1")))
    await upgraded.close()


# --- changes of rights and configuration ---


async def test_a_changed_a_new_and_a_removed_file_are_noted_by_digest_only(
    database: SqlDatabase, tmp_path: Path
) -> None:
    content = tmp_path / "content"
    for name in ("config/people.yaml", "assistants/fx/prompt.md", "knowledge/fx/set.yaml", "knowledge/fx/rules.md"):
        (content / name).parent.mkdir(parents=True, exist_ok=True)
        (content / name).write_text("before", encoding="utf-8")
    log = SqlAuditLog(database)

    async def start(**environment: str) -> list[AuditEntry]:
        before = (await log.head())[0]
        settings = replace(settings_in(tmp_path / "home", **environment), content=content)
        await note_changes(log, settings, operator="ops", version="1.2")
        return [one async for one in log.chain() if one.number > before]

    (first,) = await start(DESKMATE_MODEL="secret-model")
    assert (first.what, first.operator, first.detail["version"]) == ("config.recorded", "ops", "1.2")
    assert sorted(first.detail["files"]) == [
        "DESKMATE_MODEL",
        "assistants/fx/prompt.md",
        "config/people.yaml",
        "knowledge/fx/set.yaml",
    ]
    assert await start(DESKMATE_MODEL="secret-model") == []
    (content / "config/people.yaml").write_text("after", encoding="utf-8")
    (content / "config/new.yaml").write_text("new", encoding="utf-8")
    (content / "assistants/fx/prompt.md").unlink()
    changes = await start()
    assert [(one.what, one.detail["path"], bool(one.detail["old"]), bool(one.detail["new"])) for one in changes] == [
        ("config.changed", "DESKMATE_MODEL", True, False),
        ("config.changed", "assistants/fx/prompt.md", True, False),
        ("config.changed", "config/new.yaml", False, True),
        ("config.changed", "config/people.yaml", True, True),
    ]
    assert await start() == []
    (content / "config/people.yaml").write_text("before", encoding="utf-8")
    assert [one.detail["new"] for one in await start()] == [first.detail["files"]["config/people.yaml"]]
    everything = "".join(str([one async for one in log.chain()]))
    assert "secret-model" not in everything and "after" not in everything
