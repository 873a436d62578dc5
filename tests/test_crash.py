"""kill -9 at every point of an action's life: after the restart it has had one effect, or none and still waits."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.__main__ import main
from app.core.turn import Action
from app.main import Deskmate, opened
from tests.conftest import asking, clock, settings_in
from tests.crashing import CLAIM, POINTS
from tests.dying import KILL
from tests.houses import content_in, copied_index, fixture_skills, with_payments

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return with_payments(content_in(tmp_path_factory.mktemp("bank") / "content"))


async def killed_at(point: str, home: Path, content: Path) -> int:
    """The exit code of a house that dies at `point`."""
    environment = {**os.environ, KILL: point}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.crashing", str(home), str(content), env=environment, cwd=ROOT
    )
    async with asyncio.timeout(90):
        return await process.wait()


async def only_action(house: Deskmate) -> Action:
    ids = await house.records._database.reading(lambda c: list(c.scalars(text("SELECT id FROM action"))))
    assert len(ids) == 1
    found = await house.approvals.find(ids[0])
    assert found is not None
    return found


async def effects(house: Deskmate) -> int:
    counted = text("SELECT count(*) FROM test_payment")
    return await house.records._database.reading(lambda connection: int(connection.scalar(counted) or 0))


@pytest.mark.parametrize("point", POINTS)
async def test_a_kill_at_any_point_leaves_one_effect_and_a_chain_that_holds(
    shared_house: Deskmate, content: Path, tmp_path: Path, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = copied_index(shared_house.settings.home, tmp_path / "home")
    assert await killed_at(point, home, content) == -signal.SIGKILL
    await asyncio.sleep(CLAIM)
    settings = settings_in(home, DESKMATE_CONTENT=str(content))
    with fixture_skills():
        async with opened(settings, clock=clock) as house:
            action = await only_action(house)
            if point == "after the proposal":
                # Nobody had said yes: it still waits, and the turn that was cut off proposes nothing anew.
                assert action.state == "proposed" and await effects(house) == 0
                again = await asking(house, "crash")("@外汇 划转500000 USD到备付金账户", id="the-turn")
                assert [one.id for one in again.actions] == [action.id]
                await house.gateway.decide("E1002", action.id, yes=True, digest=action.digest, channel="test")
                action = await only_action(house)
            assert action.state == "executed" and [one.by for one in action.approvals] == ["E1002"]
            assert await effects(house) == 1
            for person in ("E1002", "E2001"):  # a replay changes nothing
                await house.gateway.decide(person, action.id, yes=True, digest=action.digest, channel="test")
            assert await house.approvals.resume(clock()) == 0 and await effects(house) == 1
            whats = [entry.what async for entry in house.audit.chain() if entry.detail.get("action") == action.id]
    assert whats.count("action.proposed") == whats.count("action.approved") == whats.count("action.executed") == 1
    resumed = point not in ("after the proposal", "after the record")
    assert whats.count("action.resumed") == (1 if resumed else 0), whats
    assert verified(home, monkeypatch) == 0


def verified(home: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The exit code of `deskmate audit verify` on that home."""
    monkeypatch.setenv("DESKMATE_HOME", str(home))
    monkeypatch.setenv("DESKMATE_SECRET", "test-secret")
    with ThreadPoolExecutor(1) as pool:  # the command has a loop of its own
        return pool.submit(main, ["audit", "verify"]).result()
