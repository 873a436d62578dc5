"""Durable work on a real DBOS: once for a key, in order, at its time, again after kill -9, and one per process."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.core.errors import Unavailable
from app.engines.durable import DbosDurable
from app.rooms import texts_of
from tests.conftest import settings_in

ROOT = Path(__file__).parents[2]
SOON_S = 30.0
"""A hang would break it."""


def durable_in(home: Path) -> DbosDurable:
    return DbosDurable(settings_in(home), texts_of("engines/storage"))


@pytest.fixture
async def durable(tmp_path: Path) -> AsyncIterator[DbosDurable]:
    built = durable_in(tmp_path / "home")
    yield built
    await built.close()


class Noting:
    """A task that remembers what it was given, and fails as often as it is told."""

    def __init__(self, failing: int = 0) -> None:
        self.given: list[str] = []
        self._failing = failing

    async def __call__(self, argument: str) -> None:
        if self._failing:
            self._failing -= 1
            raise Unavailable("AWAY", "away")
        self.given.append(argument)

    async def until(self, count: int) -> list[str]:
        async with asyncio.timeout(SOON_S):
            while len(self.given) < count:
                await asyncio.sleep(0.02)
        return self.given


async def test_a_key_runs_once_a_line_in_order_and_a_failure_again(durable: DbosDurable) -> None:
    first, second = Noting(), Noting(failing=1)
    durable.register("first", first)
    durable.register("second", second)
    await durable.open()
    assert durable._dbos is None, "where nothing was left, nothing is loaded"
    for number in range(5):
        await durable.enqueue("first", str(number), key=f"k{number}", line="one")
    await durable.enqueue("first", "again", key="k1", line="one")
    await durable.enqueue("second", "x", key="other", line="two")
    assert await first.until(5) == ["0", "1", "2", "3", "4"]
    assert await second.until(1) == ["x"]
    await durable.enqueue("first", "again", key="k4", line="one")
    await durable.enqueue("first", "last", key="k5", line="one")
    assert await first.until(6) == ["0", "1", "2", "3", "4", "last"]


async def test_what_has_a_time_waits_for_it_also_in_the_next_process(tmp_path: Path) -> None:
    home = tmp_path / "home"
    before, noting = durable_in(home), Noting()
    before.register("task", noting)
    in_a_while = datetime.now(UTC) + timedelta(seconds=3)
    await before.enqueue("task", "later", key="a", at=in_a_while)
    await before.enqueue("task", "never", key="b", at=in_a_while)
    await before.cancel("b")
    await before.close()
    assert noting.given == []
    after = durable_in(home)
    after.register("task", noting)
    await after.open()
    try:
        assert await noting.until(1) == ["later"]
        assert datetime.now(UTC) >= in_a_while
    finally:
        await after.close()


async def test_who_closes_at_once_finishes_what_he_asked_for(tmp_path: Path) -> None:
    durable, noting = durable_in(tmp_path / "home"), Noting()
    durable.register("task", noting)
    for key in ("a", "b", "a"):
        await durable.enqueue("task", key, key=key, line="one")
    await durable.close()
    assert noting.given == ["a", "b"]


async def test_a_second_house_of_a_process_is_told_so(durable: DbosDurable, tmp_path: Path) -> None:
    durable.register("task", Noting())
    await durable.enqueue("task", "x", key="a")
    other = durable_in(tmp_path / "other")
    other.register("task", Noting())
    with pytest.raises(Unavailable) as refused:
        await other.enqueue("task", "x", key="a")
    assert refused.value.code == "DURABLE_TAKEN"
    await other.close()
    assert durable._dbos is not None, "the first one works on"


async def test_kill_9_loses_nothing_and_the_next_process_does_what_was_cut_off(tmp_path: Path) -> None:
    home, log = tmp_path / "home", tmp_path / "log"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.durable_and_dying", str(home), str(log), cwd=ROOT, env={**os.environ}
    )
    async with asyncio.timeout(60):
        assert await process.wait() == -signal.SIGKILL
    cut_off = log.read_text().split()
    assert cut_off == ["begin-0", "end-0", "begin-1"]

    noting = Noting()
    durable = durable_in(home)
    durable.register("task", noting)
    await durable.open()
    try:
        assert await noting.until(4) == ["1", "2", "3", "4"]
    finally:
        await durable.close()
