"""kill -9 while a workflow goes on after people have decided: the next process goes on once, with nothing lost."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from app.main import Deskmate, opened
from tests.conftest import clock, settings_in
from tests.dying import KILL
from tests.houses import copied_index
from tests.walking_and_dying import POINTS, ROOM

ROOT = Path(__file__).parents[2]
SOON_S = 30.0


async def said_of_itself(house: Deskmate) -> list[str]:
    talk = await house.gateway.desk.talk("E1001", ROOM)
    return [one.reply.text for one in talk if not one.text and one.reply is not None]


@pytest.mark.timeout(300)  # two houses are opened, one of them in a process of its own
@pytest.mark.parametrize("point", POINTS)
async def test_a_kill_between_a_decision_and_what_follows(shared_house: Deskmate, tmp_path: Path, point: str) -> None:
    home = copied_index(shared_house.settings.home, tmp_path / "home")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.walking_and_dying", str(home), env={**os.environ, KILL: point}, cwd=ROOT
    )
    async with asyncio.timeout(150):
        assert await process.wait() == -signal.SIGKILL
    async with opened(settings_in(home), clock=clock) as house:
        await house.durable.open()
        await house.tasks.resume()
        async with asyncio.timeout(SOON_S):
            while not await said_of_itself(house):
                await asyncio.sleep(0.05)
        for _ in range(2):  # looking again finds nothing more to do
            await house.tasks.resume()
        await asyncio.sleep(0.5)
        (told,) = await said_of_itself(house)
        assert "已批准" in told
        (run,) = await house.workflows._runs.of_person("E1001")
        assert [one.step for one in run.tokens] == ["travelling"] and [one.step for one in run.done] == ["approval"]
        trips = await house.records._database.reading(lambda c: c.scalar(text("SELECT count(*) FROM office_trip")))
        assert trips == 1
