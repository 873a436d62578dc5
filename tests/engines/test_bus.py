"""What happens in a shared room is told once, in order, in every process on the same database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.core.audit import AuditEntry
from app.core.room_event import RoomEvent
from app.core.texts import Texts
from app.core.turn import MaskedText, Part, Reply, Room, Turn
from app.engines.bus import StoredBus
from app.engines.records import SqlRecords
from app.engines.storage.audit_log import SqlAuditLog
from app.engines.storage.database import SqlDatabase
from app.engines.storage.sealing import Sealer
from app.engines.storage.wakened import wakened_embedded

TEXTS = Texts(Path(__file__).parents[2] / "app" / "engines" / "storage" / "texts")
ROOM = Room("r1", "询价", ("E1002", "E2001"), assistants=("fx",), shared=True, keeper="E1002")
ENTRY = AuditEntry("room.changed", "E1002", "", "", "r1", "", "done")


class House:
    """Records with their bus, as one process has them."""

    def __init__(self, path: Path) -> None:
        self.database = SqlDatabase(f"sqlite+aiosqlite:///{path}", TEXTS)
        sealer, audit = Sealer("one", TEXTS), SqlAuditLog(self.database)
        self.records = SqlRecords(self.database, sealer, audit, lambda: self.bus.wake())
        self.bus = StoredBus(self.records, lambda: wakened_embedded(self.database))
        self.heard: list[RoomEvent] = []

    async def open(self) -> None:
        await self.records.open()
        await self.bus.open()

        async def hear(event: RoomEvent) -> None:
            await asyncio.sleep(0)
            self.heard.append(event)

        self.bus.subscribe(hear)

    async def close(self) -> None:
        await self.bus.close()
        await self.records.close()

    async def said(self, id: str, text: str = "报个价", room: str = "r1", person: str = "E1002") -> None:
        turn = Turn(id, room, person, text, "test", datetime(2026, 11, 23, 2, 0, tzinfo=UTC))
        await self.records.begin_turn(turn, MaskedText(text))

    async def answered(self, id: str, text: str) -> None:
        parts = (Part("fx", text),) if text else ()
        await self.records.finish_turn(id, Reply(text, parts, ("fx",) if text else ()), [])


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    built = House(tmp_path / "d.db")
    await built.open()
    yield built
    await built.close()


async def until(condition: Callable[[], bool]) -> None:
    """Wait until it holds; the test's own limit ends what never does."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.01)


async def test_what_is_said_and_answered_in_a_shared_room_is_told_in_order(house: House) -> None:
    await house.records.open_room(ROOM)
    for number in range(20):
        await house.said(f"t{number}")
        await house.answered(f"t{number}", "6.83")
    await until(lambda: len(house.heard) == 41)
    assert [one.what for one in house.heard[:3]] == ["opened", "said", "answered"]
    assert [one.about for one in house.heard[1::2]] == [f"t{number}" for number in range(20)]
    assert [one.number for one in house.heard] == sorted({one.number for one in house.heard})


async def test_a_silent_assistant_moves_the_matter_at_most_and_a_persons_own_talk_tells_nobody(house: House) -> None:
    await house.records.open_room(ROOM)
    await house.records.open_room(Room("own", "自己", ("E1002",)))
    await house.said("t1")
    await house.answered("t1", "")
    await house.said("t2", room="own")
    await house.said("t3")
    await until(lambda: bool(house.heard) and house.heard[-1].about == "t3")
    told = [(one.what, one.about) for one in house.heard]
    assert told == [("opened", "r1"), ("said", "t1"), ("ticket", "t1"), ("said", "t3")]


async def test_another_process_hears_the_same_once(house: House, tmp_path: Path) -> None:
    other = House(tmp_path / "d.db")
    await other.open()
    try:
        await house.records.open_room(ROOM)
        await asyncio.gather(
            *(one.said(f"{at}{name}") for at in range(25) for name, one in (("a", house), ("b", other)))
        )
        await until(lambda: len(house.heard) == len(other.heard) == 51)
        assert house.heard == other.heard
        assert len({one.about for one in house.heard}) == 51
    finally:
        await other.close()


async def test_a_listener_that_fails_keeps_nobody_from_hearing(house: House) -> None:
    async def fails(event: RoomEvent) -> None:
        raise RuntimeError("a page that is gone")

    house.bus.subscribe(fails)
    late: list[str] = []

    async def hear(event: RoomEvent) -> None:
        late.append(event.about)

    house.bus.subscribe(hear)
    await house.records.open_room(ROOM)
    await house.said("t1")
    await until(lambda: late == ["r1", "t1"])


async def test_a_page_that_was_away_asks_for_what_it_missed(house: House) -> None:
    await house.records.open_room(ROOM)
    for number in range(3):
        await house.said(f"t{number}")
    first, *missed = await house.bus.since("r1", 0)
    assert first.what == "opened" and [one.about for one in missed] == ["t0", "t1", "t2"]
    assert await house.bus.since("r1", missed[-1].number) == []


async def test_members_come_and_go_with_an_entry_in_the_audit(house: House) -> None:
    await house.records.open_room(ROOM)
    changed = await house.records.change_room(
        "r1", by="E1002", joining=("E3001", "E2001"), leaving=("E1002",), keeper="E2001", entry=ENTRY
    )
    assert changed == replace(ROOM, members=("E2001", "E3001"), keeper="E2001")
    events = [(one.what, one.about) for one in await house.bus.since("r1", 0)]
    assert events[1:] == [("joined", "E3001"), ("left", "E1002"), ("handed_over", "E2001")]
    closed = await house.records.change_room("r1", by="E2001", closed=True, entry=ENTRY)
    assert closed is not None and closed.closed
    assert await house.records.change_room("nowhere", by="E2001", closed=True, entry=ENTRY) is None
    assert len([one async for one in SqlAuditLog(house.database).chain()]) == 2


async def test_unread_counts_what_others_said(house: House) -> None:
    await house.records.open_room(ROOM)
    await house.said("t1")
    await house.said("t2")
    await house.answered("t2", "6.83")
    await house.said("t3", person="E2001")
    assert await house.records.unread("E2001") == {"r1": 3}
    assert await house.records.unread("E1002") == {"r1": 2}
    await house.records.mark_seen("r1", "E2001")
    assert await house.records.unread("E2001") == {}
    assert await house.records.unread("E9001") == {}
