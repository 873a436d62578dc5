"""Runs of workflows are kept sealed, found by what they wait for, moved once, and erased with their room."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.core.errors import Unavailable
from app.core.happening import Happening
from app.core.ports import news_of
from app.core.run import Done, Run, Token, wait_key
from app.core.turn import MaskedText, Reply, Room, Turn
from app.engines.storage.runs import SqlRuns
from tests.engines.test_erasure import RULES, Erasing

AT = datetime(2026, 11, 23, 10, tzinfo=UTC)
WAITING = Token("asked", 2, waits=(wait_key("message", "E1001"), wait_key("action", "AB12CD")), since=AT, due=AT)
RUN = Run(
    "r1",
    "office.trip",
    "room",
    "E1001",
    AT,
    slots={"city": "刺桐港"},
    results={"seen": {"length": 2, "list": [1, None, True]}},
    tokens=(WAITING,),
    done=(Done("ordered", 1, "abc", "AB12CD"),),
    visits=2,
)


class Keeping(Erasing):
    """A house with runs."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, "test-secret")
        self.runs = SqlRuns(self.database, self.sealer)

    async def stored(self, id: str) -> Run:
        found = await self.runs.find(id)
        assert found is not None
        return found


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Keeping]:
    built = Keeping(tmp_path)
    await built.database.open()
    await built.records.open_room(Room("room", "标题", ("E1001",)))
    yield built
    await built.database.close()


async def test_a_run_comes_back_as_it_was_and_is_found_by_what_it_waits_for(house: Keeping) -> None:
    await house.runs.keep(RUN)
    found = await house.stored("r1")
    assert found == replace(RUN, version=1)
    assert await house.runs.of_room("room") == await house.runs.of_person("E1001") == [found]
    assert await house.runs.waiting("action/AB12CD", "news/x/y") == ["r1"]
    assert await house.runs.open_waits("action") == [("r1", "action/AB12CD")]
    assert await house.runs.timed() == [found] and await house.runs.beginning_with("r", "office.trip") == [found]
    over = replace(found, state="done", tokens=())
    await house.runs.keep(over)
    assert await house.runs.waiting("action/AB12CD") == [] and await house.runs.of_room("room") == []
    assert await house.runs.of_person("E1001") == [] and len(await house.runs.of_person("E1001", over=5)) == 1
    assert await house.runs.timed() == []


async def test_of_two_that_move_it_one_counts(house: Keeping) -> None:
    await house.runs.keep(RUN)
    first = await house.stored("r1")
    await house.runs.keep(replace(first, slots={"city": "一"}))
    for stale in (replace(first, slots={"city": "二"}), RUN):
        with pytest.raises(Unavailable) as refused:
            await house.runs.keep(stale)
        assert refused.value.code == "OUTDATED"
    assert (await house.stored("r1")).slots == {"city": "一"}


async def test_it_is_kept_with_the_reply_or_not_at_all(house: Keeping) -> None:
    await house.runs.keep(RUN)
    await house.runs.keep(replace(await house.stored("r1"), visits=3))
    news = news_of((Happening("fx.agreed", "FX1", {"by": "E1001"}),), cause="t1", room="room", person="E1001")
    await house.records.begin_turn(Turn("t1", "room", "E1001", "", "test", AT), MaskedText("说"))
    with pytest.raises(Unavailable):
        await house.records.finish_turn("t1", Reply("好"), [], runs=(replace(RUN, version=1),), news=news)
    assert (await house.records.turns("room"))[0].reply is None and await house.runs.unhanded() == []
    await house.records.finish_turn("t1", Reply("好"), [], runs=(await house.stored("r1"),), news=news)
    (kept,) = await house.runs.unhanded()
    assert replace(kept, number=0) == news[0] and kept.number == await house.runs.last_news() == 1
    assert (await house.stored("r1")).version == 3
    await house.runs.handed("t1/0", now=AT)
    assert await house.runs.unhanded() == [] and await house.runs.news("t1/0") == kept
    key = wait_key("news", "fx.agreed", "FX1")
    assert await house.runs.next_news([key], 0) == kept and await house.runs.next_news([key], 1) is None
    assert await house.runs.concerning("FX1") is False


async def test_what_people_said_is_not_in_the_file(house: Keeping, tmp_path: Path) -> None:
    await house.runs.keep(RUN)
    (path,) = tmp_path.glob("**/*.db")
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    assert "刺桐港".encode() not in path.read_bytes()


async def test_runs_go_with_their_room_their_person_and_their_time(house: Keeping) -> None:
    await house.runs.keep(RUN)
    await house.records.delete_room("room")
    assert await house.runs.find("r1") is None and await house.runs.waiting("action/AB12CD") == []

    await house.records.open_room(Room("shared", "标题", ("E1001", "E1002")))
    for id, person in (("his", "E1001"), ("hers", "E1002")):
        await house.runs.keep(replace(RUN, id=id, room="shared", person=person))
    await house.erasure.person("E1001", dry_run=True)
    assert await house.runs.find("his") is not None
    await house.erasure.person("E1001", dry_run=False)
    assert await house.runs.find("his") is None and await house.runs.find("hers") is not None

    long_ago = AT - timedelta(days=100)
    await house.runs.keep(replace(RUN, id="old", room="shared", started_at=long_ago, state="done", tokens=()))
    await house.runs.keep(replace(RUN, id="open", room="shared", started_at=long_ago))
    await house.erasure.expired(RULES, AT, passing="http-", dry_run=False)
    assert await house.runs.find("old") is None and await house.runs.find("open") is not None
