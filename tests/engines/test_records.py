"""Rooms, turns and replies come back as they were; plain columns hold masked text only."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.core.audit import AuditEntry
from app.core.errors import Unavailable
from app.core.model_talk import Pending
from app.core.texts import Texts
from app.core.turn import Chart, Citation, MaskedText, Part, Reply, Room, Turn
from app.engines.records import SqlRecords
from app.engines.storage.audit_log import SqlAuditLog
from app.engines.storage.database import HEAD, MIGRATIONS, SqlDatabase
from app.engines.storage.sealing import Sealer

TEXTS = Texts(Path(__file__).parents[2] / "app" / "engines" / "storage" / "texts")
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def database_at(path: Path) -> SqlDatabase:
    return SqlDatabase(f"sqlite+aiosqlite:///{path}", TEXTS)


def records_on(database: SqlDatabase, secret: str = "one") -> SqlRecords:
    return SqlRecords(database, Sealer(secret, TEXTS), SqlAuditLog(database))


@pytest.fixture
async def records(tmp_path: Path):
    built = records_on(database_at(tmp_path / "d.db"))
    await built.open()
    yield built
    await built.close()


def turn(id: str = "t1", room: str = "r1", text: str = "李娜的电话") -> Turn:
    return Turn(id=id, room=room, person="E1001", text=text, channel="test", at=AT)


def entry(what: str = "turn") -> AuditEntry:
    return AuditEntry(what=what, person="E1001", operator="", assistant="fx", room="r1", trace_id="x", decision="ok")


REPLY = Reply(
    text="<PERSON_1> [1]",
    parts=(Part("office", "<PERSON_1> [1]", "model", "m", (Citation("office/a.md", "第三条", "原文", "/d"),)),),
    speakers=("office",),
    mode="model",
    citations=(Citation("office/a.md", "第三条", "原文", "/d"),),
    charts=(Chart("趋势", {"data": [1, 2]}),),
    pending={"office": Pending("office.find_person", {"who": "<PERSON_1>"}, None)},
    trace_id="abc",
    turn_id="t1",
)


async def test_a_turn_comes_back_with_its_reply(records: SqlRecords) -> None:
    await records.open_room(Room("r1", "标题", ("E1001",)))
    assert await records.begin_turn(turn(), MaskedText("<PERSON_1>的电话")) is None
    await records.finish_turn("t1", REPLY, [entry()])
    (stored,) = await records.turns("r1")
    assert stored.text.text == "<PERSON_1>的电话"
    assert stored.reply == REPLY


async def test_the_same_turn_twice_is_known(records: SqlRecords) -> None:
    await records.open_room(Room("r1", "标题", ("E1001",)))
    await records.begin_turn(turn(), MaskedText("一"))
    again = await records.begin_turn(turn(), MaskedText("一"))
    assert again is not None and again.reply is None


async def test_turns_come_oldest_first_and_limited(records: SqlRecords) -> None:
    await records.open_room(Room("r1", "标题", ("E1001",)))
    for number in range(5):
        await records.begin_turn(turn(f"t{number}"), MaskedText(str(number)))
    assert [one.text.text for one in await records.turns("r1", limit=3)] == ["2", "3", "4"]


async def test_a_raw_title_is_not_in_the_file(tmp_path: Path) -> None:
    database = database_at(tmp_path / "d.db")
    records = records_on(database)
    await records.open()
    await records.open_room(Room("r1", "客户李明的身份证", ("E1001",)))
    assert (await records.room("r1")).title == "客户李明的身份证"
    await records.close()
    content = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert "李明".encode() not in content


async def test_another_secret_opens_nothing(tmp_path: Path) -> None:
    first = records_on(database_at(tmp_path / "d.db"))
    await first.open()
    await first.open_room(Room("r1", "标题", ("E1001",)))
    await first.close()
    other = records_on(database_at(tmp_path / "d.db"), secret="two")
    await other.open()
    with pytest.raises(Unavailable) as raised:
        await other.room("r1")
    assert raised.value.code == "SECRET_CHANGED"
    await other.close()


async def test_deleting_a_room_leaves_the_audit(records: SqlRecords) -> None:
    await records.open_room(Room("r1", "标题", ("E1001",)))
    await records.begin_turn(turn(), MaskedText("一"))
    await records.finish_turn("t1", REPLY, [entry()])
    await records.delete_room("r1")
    assert await records.room("r1") is None
    assert await records.turns("r1") == []
    assert [one.number async for one in records._audit.chain()] == [1]


async def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    from sqlalchemy import text

    database = database_at(tmp_path / "d.db")
    await database.open()
    newer = text("UPDATE alembic_version SET version_num = '9999'")
    await database.writing(lambda connection: connection.execute(newer))
    await database.close()
    again = database_at(tmp_path / "d.db")
    with pytest.raises(Unavailable) as raised:
        await again.open()
    assert raised.value.code == "DATABASE_NEWER" and "9999" in raised.value.message
    await again.close()


def test_head_is_the_newest_migration() -> None:
    assert max(path.stem.split("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*.py")) == HEAD


async def test_migrations_and_models_make_the_same_tables(tmp_path: Path) -> None:
    import sqlite3

    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine

    from app.rooms import load_skills

    load_skills()
    made = database_at(tmp_path / "made.db")
    await made.open()
    await made.close()
    engine = create_engine(f"sqlite:///{tmp_path / 'migrated.db'}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    def tables(path: Path) -> dict[str, set[tuple[str, str, int]]]:
        with sqlite3.connect(path) as plain:
            names = [row[0] for row in plain.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {
                name: {(row[1], row[2], row[3]) for row in plain.execute(f"PRAGMA table_info({name})")}
                for name in names
                if not name.startswith("alembic")
            }

    assert tables(tmp_path / "migrated.db") == tables(tmp_path / "made.db")


async def test_a_full_disk_is_a_sentence_and_earlier_talk_stays(tmp_path: Path) -> None:
    from sqlalchemy import event

    database = database_at(tmp_path / "d.db")
    records = records_on(database)
    await records.open()
    await records.open_room(Room("r1", "标题", ("E1001",)))
    await records.begin_turn(turn(), MaskedText("一"))
    await records.finish_turn("t1", REPLY, [entry()])
    await records.close()

    @event.listens_for(database._usual, "connect")
    def small(connection, _record) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(Unavailable) as raised:
        for number in range(50):
            await records.begin_turn(turn(f"big{number}"), MaskedText("长" * 4000))
    assert raised.value.code == "STORAGE_FULL"
    assert (await records.turns("r1", limit=100))[0].reply == REPLY
    await records.close()


async def test_the_audit_chain_is_one_line_under_concurrent_writers(tmp_path: Path) -> None:
    logs = []
    for _ in range(2):
        database = database_at(tmp_path / "d.db")
        await database.open()
        logs.append(SqlAuditLog(database))
    await asyncio.gather(*(log.append(entry(f"e{number}")) for number in range(40) for log in logs))
    numbers = [one.number async for one in logs[0].chain()]
    assert numbers == list(range(1, 81))
    for log in logs:
        await log._database.close()


async def test_processes_that_open_a_new_database_at_once_all_get_through(tmp_path: Path) -> None:
    databases = [database_at(tmp_path / "d.db") for _ in range(6)]
    await asyncio.gather(*(database.open() for database in databases))
    for database in databases:
        await database.close()
