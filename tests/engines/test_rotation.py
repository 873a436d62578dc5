"""A change of the secret: everything moves, nothing is lost wherever it is stopped, and the old one opens nothing."""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.core.errors import Unavailable
from app.core.keys import key_id
from app.core.turn import MaskedText, Room
from app.engines.records import SqlRecords
from app.engines.storage.audit_log import SqlAuditLog
from app.engines.storage.database import MIGRATIONS, SqlDatabase
from app.engines.storage.files import FolderFiles
from app.engines.storage.in_use import InUse, nobody_uses
from app.engines.storage.rotation import Rotation, keys_of, sealed_columns
from app.engines.storage.sealing import Sealer
from app.engines.storage.tables import ACTION, FILE
from app.engines.storage.vault import SealedVault
from app.rooms import load_skills
from skills.office.bookings import Booking, book, upcoming
from tests.engines.test_records import AT, REPLY, entry, turn
from tests.engines.test_sealing import TEXTS

ROOT = Path(__file__).parents[2]
MANY = 1_200
"""More rows than one transaction takes."""


class House:
    """The storage under some secrets."""

    def __init__(self, home: Path, *secrets: str, url: str = "") -> None:
        load_skills()
        self.home = home
        self.sealer = Sealer(secrets[0], TEXTS, secrets[1:])
        self.database = SqlDatabase(url or f"sqlite+aiosqlite:///{home / 'd.db'}", TEXTS, self.sealer)
        self.vault = SealedVault(self.database, self.sealer)
        self.records = SqlRecords(self.database, self.sealer, SqlAuditLog(self.database))
        self.files = FolderFiles(home / "files", self.database, self.sealer, TEXTS)
        self.rotation = Rotation(self.database, self.sealer, self.files)

    async def __aenter__(self) -> House:
        await self.database.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.database.close()

    async def fill(self) -> None:
        """One of everything that is sealed."""
        await self.vault.add("r1", [("PERSON", "李明"), ("PHONE", "13800138000")])
        await self.records.open_room(Room("r1", "客户李明", ("E1001",)))
        await self.records.begin_turn(turn(), MaskedText("<PERSON_1>"))
        await self.records.finish_turn("t1", REPLY, [entry()])
        content = self.sealer.seal({"arguments": {"who": "李明"}, "summary": "约见李明"}, about="action/A1")
        values: dict[str, Any] = {
            "id": "A1",
            "turn": "t1",
            "room": "r1",
            "skill": "x.y",
            "digest": "d",
            "state": "executed",
            "assistant": "office",
            "proposed_by": "E1001",
            "approvals": [],
            "expires_at": AT,
            "content": content,
            "outcome": self.sealer.seal("已约见李明", about="outcome/A1"),
        }
        await self.database.writing(lambda connection: connection.execute(ACTION.insert().values(**values)))
        await book(self.database, Booking("k1", "zh-302", AT, AT.replace(hour=4), "E1001", "见李明"))
        await self.files.store("r1", "李明.txt", b"plain words " * 50_000, "text/plain", by="E1001")

    async def read(self) -> list[Any]:
        """All of it, opened."""
        ((_, file),) = await self.files.listed(FILE.c.room == "r1")
        seen: list[Any] = [
            await self.vault.load("r1"),
            await self.records.room("r1"),
            await self.records.turns("r1"),
            [one.subject for one in await upcoming(self.database, "E1001", AT)],
            file,
            len(await self.files.read(file.id)),
        ]
        for table, sealed in sealed_columns():

            def opened(connection: Any, table: Any = table, sealed: Any = sealed) -> list[Any]:
                rows = connection.execute(select(*keys_of(table, sealed), *(table.c[name] for name in sealed))).all()
                return [
                    self.sealer.open(row._mapping[name], about=about.format(**row._mapping))
                    for row in rows
                    for name, about in sealed.items()
                    if row._mapping[name]
                ]

            seen.append(await self.database.reading(opened))
        return seen


async def test_everything_moves_and_the_old_secret_opens_nothing(tmp_path: Path) -> None:
    async with House(tmp_path, "one") as before:
        await before.fill()
        seen = await before.read()
    async with House(tmp_path, "two", "one") as both:
        assert await both.read() == seen
        done = await both.rotation.run()
        assert (done.files, done.unopened) == (1, 0)
        assert done.values == 9, "two of the vault, title, turn, reply, action twice, file name, booking"
        await both.database.scrub()
        again = await both.rotation.run()
        assert (again.values, again.files) == (0, 0)
    async with House(tmp_path, "two") as after:
        assert await after.read() == seen
    async with House(tmp_path, "one") as old:
        with pytest.raises(Unavailable):
            await old.vault.load("r1")
        with pytest.raises(Unavailable):
            await old.files.listed(FILE.c.room == "r1")
    heads = b"".join(path.read_bytes() for path in [*tmp_path.glob("d.db*"), *(tmp_path / "files").iterdir()])
    assert key_id("two") in heads and key_id("one") not in heads


async def test_the_same_value_keeps_its_placeholder(tmp_path: Path) -> None:
    pairs = [("PERSON", "李明"), ("PERSON", "王芳"), ("PHONE", "13800138000")]
    async with House(tmp_path, "one") as before:
        first = await before.vault.add("r1", pairs)
    async with House(tmp_path, "two", "one") as both:
        assert await both.vault.add("r1", pairs) == first, "before"
        await both.rotation.run()
        assert await both.vault.add("r1", pairs) == first, "after"
    async with House(tmp_path, "two") as after:
        assert await after.vault.add("r1", [*pairs, ("PERSON", "赵六")]) == [*first, "<PERSON_3>"]


async def test_seals_and_files_of_the_first_version_are_taken_along(tmp_path: Path) -> None:
    async with House(tmp_path, "one") as house:
        await house.fill()
        seen = await house.read()
        ((_, file),) = await house.files.listed(FILE.c.room == "r1")
        content = await house.files.read(file.id)
    with sqlite3.connect(tmp_path / "d.db") as plain:  # as it was: no key in the seal, the bytes plain
        plain.execute("UPDATE vault SET value = substr(value, 6)")
        plain.execute("UPDATE file SET sealed = 0")
    (tmp_path / "files" / file.id).unlink()
    (tmp_path / "files" / f"{file.id}.txt").write_bytes(content)
    async with House(tmp_path, "one") as house:
        assert await house.read() == seen
        done = await house.rotation.run()
        assert (done.values, done.files, done.unopened) == (2, 1, 0)
        assert await house.read() == seen
    (only,) = (tmp_path / "files").iterdir()
    assert only.name == file.id and b"plain words" not in only.read_bytes()


async def test_a_database_of_the_first_version_is_taken_over_with_nothing_left_in_plain(tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine

    path = tmp_path / "d.db"
    with create_engine(f"sqlite:///{path}").begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO office_booking (key, room, starts_at, ends_at, person, subject) VALUES"
            " ('k', 'zh-302', '2026-11-24 01:00:00', '2026-11-24 02:00:00', 'E6001', '约见李明13800138000')"
        )
        sealed = Sealer("one", TEXTS).seal("a.txt", about="file/f1")
        connection.exec_driver_sql(
            "INSERT INTO file (id, room, name, size, mime, by, at) VALUES ('f1', 'r1', ?, 5, 'x', 'E1', '2026-11-01')",
            (sealed,),
        )
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "f1.txt").write_bytes(b"plain")
    async with House(tmp_path, "one") as house:
        (booking,) = await upcoming(house.database, "E6001", AT)
        assert booking.subject == "约见李明13800138000"
        assert await house.files.read("f1") == b"plain"
        assert (await house.rotation.run()).files == 1
        assert await house.files.read("f1") == b"plain"
        await house.database.scrub()
    assert b"plain" not in (tmp_path / "files" / "f1").read_bytes() and not (tmp_path / "files" / "f1.txt").exists()
    for file in tmp_path.glob("d.db*"):
        assert "约见李明".encode() not in file.read_bytes()


async def test_a_file_that_is_lost_does_not_hold_a_rotation_up(tmp_path: Path) -> None:
    async with House(tmp_path, "one") as before:
        await before.fill()
    for file in (tmp_path / "files").iterdir():
        file.unlink()
    async with House(tmp_path, "two", "one") as both:
        assert (await both.rotation.run()).unopened == 0


async def test_what_no_secret_opens_is_left_and_counted(tmp_path: Path) -> None:
    async with House(tmp_path, "one") as before:
        await before.fill()
    with sqlite3.connect(tmp_path / "d.db") as plain:
        plain.execute("UPDATE room SET title = x'00112233445566778899aabbccddeeff00112233445566778899'")
    ((path),) = (tmp_path / "files").iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    async with House(tmp_path, "two", "one") as both:
        done = await both.rotation.run()
        assert (done.values, done.files, done.unopened) == (8, 0, 2)


async def test_a_server_that_knows_both_secrets_goes_on_meanwhile(tmp_path: Path) -> None:
    """Talk goes on in one house while another rotates: nothing is lost, and in the end nothing is under the old key."""
    async with House(tmp_path, "one") as before:
        await before.vault.add("r1", [("PERSON", f"客户{number}") for number in range(MANY)])
    async with House(tmp_path, "two", "one") as serving, House(tmp_path, "two", "one") as rotating:

        async def talk() -> list[str]:
            return [(await serving.vault.add("r1", [("PERSON", f"客户{n}")]))[0] for n in range(0, 2 * MANY, 60)]

        _, given = await asyncio.gather(rotating.rotation.run(), talk())
        assert given[:20] == [f"<PERSON_{number + 1}>" for number in range(0, MANY, 60)]
        assert len(set(given)) == len(given)
    async with House(tmp_path, "two") as after:
        values = await after.vault.load("r1")
        assert len(values) == MANY + 20 and len(set(values.values())) == len(values)


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from app.engines.storage import files, rotation
from tests.engines.test_rotation import House

left = int(sys.argv[2])

def dying(function):
    def counted(*arguments):
        global left
        done = function(*arguments)
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)  # inside the transaction, or before the file is put in its place
        return done
    return counted

rotation._change = dying(rotation._change)
files.os.fsync = dying(os.fsync)

async def main():
    async with House(Path(sys.argv[1]), "two", "one") as house:
        await house.rotation.run()

asyncio.run(main())
"""


async def test_killed_anywhere_it_goes_on_where_it_was(tmp_path: Path) -> None:
    names = [("PERSON", f"客户{number}") for number in range(MANY)]
    async with House(tmp_path, "one") as before:
        first = await before.vault.add("r1", names)
        for number in range(4):
            await before.files.store("r1", f"{number}.txt", bytes([number]) * 400_000, "text/plain", by="E1001")
    moved = []
    for left in (1, 2, 3, 4):
        killed = subprocess.run([sys.executable, "-c", KILLED, tmp_path, str(left)], cwd=ROOT, timeout=60)
        assert killed.returncode == -signal.SIGKILL
        with sqlite3.connect(tmp_path / "d.db") as plain:
            under_new = "SELECT count(*) FROM vault WHERE substr(value, 2, 4) = ?"
            moved.append(plain.execute(under_new, (key_id("two"),)).fetchone()[0])
        async with House(tmp_path, "two", "one") as both:
            assert len(await both.vault.load("r1")) == len(names), "everything can be read at every moment"
            for _, file in await both.files.listed(FILE.c.room == "r1"):
                assert len(await both.files.read(file.id)) == 400_000
    assert 0 < max(moved[:-1]) < MANY, "it was stopped in the middle of a table"
    async with House(tmp_path, "two", "one") as both:
        assert (await both.rotation.run()).unopened == 0
        assert await both.vault.add("r1", names) == first
    async with House(tmp_path, "two") as after:
        assert len(await after.vault.load("r1")) == len(names)
        for _, file in await after.files.listed(FILE.c.room == "r1"):
            assert await after.files.read(file.id) == bytes([int(file.name[0])]) * 400_000
    assert not list((tmp_path / "files").glob("*.part"))


# --- who runs under which secret ---


def test_a_rotation_waits_for_nobody_it_refuses(tmp_path: Path) -> None:
    old, new = key_id("one"), key_id("two")
    running, other = InUse(tmp_path, old, TEXTS), InUse(tmp_path, new, TEXTS)
    running.take()
    other.take()
    with pytest.raises(Unavailable) as raised, nobody_uses(tmp_path, [old], TEXTS):
        pass
    assert raised.value.code == "SECRET_IN_USE"
    running.give_back()
    with nobody_uses(tmp_path, [old], TEXTS):
        with pytest.raises(Unavailable) as raised:
            running.take()
        assert raised.value.code == "ROTATING"
        with pytest.raises(Unavailable), nobody_uses(tmp_path, [old], TEXTS):
            pass
    running.take()
    running.give_back()
    other.give_back()
