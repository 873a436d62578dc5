"""Whatever people do in whatever order, and wherever it crashes: at most once, and only with the right people."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text

import app.team.runner
from app.core.errors import AssistantError
from app.core.turn import Action
from app.main import Deskmate, opened
from tests.conftest import asking, clock, settings_in
from tests.houses import content_in, copied_index, fixture_skills, with_payments

PEOPLE = ("E1001", "E1002", "E2001", "E3001", "E3002", "E4001", "E6001")
DELEGATED = """\
- {approver: E3001, delegate: E2001, since: 2026-11-20, until: 2026-11-30, skills: [payments.*]}
- {approver: E3002, delegate: E4001, since: 2026-11-20, until: 2026-11-30}
"""
ROLES = {"E1002": "branch", "E2001": "regional", "E3001": "head", "E3002": "supervisor"}
POINTS = ("approve", "claim", "effect", "move")


class Crash(BaseException):
    """The process is gone: nothing of the house handles this."""


class Crashing:
    """`ports.Actions` that crashes before or after what it is asked to keep, when told to."""

    def __init__(self, actions: Any) -> None:
        self._actions = actions
        self.armed: tuple[str, bool] | None = None

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._actions, name)
        if name not in POINTS:
            return method

        async def crashing(*arguments: Any, **named: Any) -> Any:
            self.crash(name, before=True)
            kept = await method(*arguments, **named)
            self.crash(name, before=False)
            return kept

        return crashing

    def crash(self, point: str, *, before: bool) -> None:
        if self.armed == (point, before):
            self.armed = None
            raise Crash


class World:
    """One house, in a thread and a loop of its own, whose clock and crashes the machine moves."""

    def __init__(self, home: Path, content: Path) -> None:
        self._home, self._content = home, content
        self.now = clock()
        self._runner = asyncio.Runner()

    def __enter__(self) -> World:
        self._opened = opened(settings_in(self._home, DESKMATE_CONTENT=str(self._content)), clock=lambda: self.now)
        self.house: Deskmate = self.run(self._opened.__aenter__())
        approvals: Any = self.house.approvals
        self.actions = approvals._actions = approvals._runner._actions = Crashing(approvals._actions)
        skill = approvals._runner._skills["payments.transfer"]
        (self._transferred,) = skill.executors
        self._skill, skill.executors[0] = skill, self._crashing_effect
        return self

    def __exit__(self, *_: object) -> None:
        self._skill.executors[0] = self._transferred
        self.run(self._opened.__aexit__(None, None, None))
        self._runner.close()

    def run(self, work: Awaitable[Any]) -> Any:
        async def awaited() -> Any:
            return await work

        return self._runner.run(awaited())

    async def _crashing_effect(self, *arguments: Any, **named: Any) -> Any:
        self.actions.crash("effect", before=True)
        result = await self._transferred(*arguments, **named)
        self.actions.crash("effect", before=False)
        return result

    def effects(self, action: Action) -> int:
        counted = text("SELECT count(*) FROM test_payment WHERE key LIKE :key")
        work = self.house.records._database.reading
        return int(self.run(work(lambda c: int(c.scalar(counted, {"key": f"{action.id}/%"}) or 0))))

    def present(self, action: Action) -> Action:
        found: Action = self.run(self.house.approvals.find(action.id))
        return found


def enough(action: Action) -> bool:
    """The policy once more, in other words than the product's: roles by amount, different eyes, never the proposer."""
    eyes = [{one.by, one.on_behalf_of or one.by} for one in action.approvals]
    roles = [ROLES.get(one.on_behalf_of or one.by) for one in action.approvals]
    if any(action.proposed_by in pair for pair in eyes) or sum(map(len, eyes)) != len(set().union(*eyes)):
        return False
    assert action.amount is not None
    if action.amount.amount <= 1_000_000:
        return roles in (["branch"], ["regional"], ["head"])
    if action.amount.amount <= 10_000_000:
        return roles in (["regional"], ["head"])
    return sorted(map(str, roles)) == ["head", "supervisor"]


class Life(RuleBasedStateMachine):
    """One action, from its proposal on."""

    world: World

    @initialize(
        by=st.sampled_from(["E1001", "E1002", "E2001"]), amount=st.sampled_from(["500000", "5000000", "20000000"])
    )
    def propose(self, by: str, amount: str) -> None:
        self.world.now = clock()
        self.world.actions.armed = None
        reply = self.world.run(asking(self.world.house, person=by)(f"@外汇 划转{amount} USD到备付金账户"))
        assert reply.actions, reply.text
        self.action: Action = reply.actions[-1]
        self.over: str | None = None

    def _tried(self, work: Awaitable[Any]) -> None:
        try:
            self.world.run(work)
        except AssistantError:
            pass
        except Crash:
            approvals: Any = self.world.house.approvals
            approvals._locks.clear()  # what was in the memory of the process is gone

    def _click(self, person: str, *, yes: bool = True, digest: str = "") -> Awaitable[Action]:
        given = digest or self.action.digest
        return self.world.house.gateway.decide(person, self.action.id, yes=yes, digest=given, channel="test")

    @rule(person=st.sampled_from(PEOPLE), yes=st.sampled_from([True, True, True, False]))
    def decide(self, person: str, yes: bool) -> None:
        self._tried(self._click(person, yes=yes))

    @rule(person=st.sampled_from(PEOPLE))
    def decide_something_else(self, person: str) -> None:
        self._tried(self._click(person, digest="0" * 64))

    @rule(person=st.sampled_from(PEOPLE))
    def type_it(self, person: str) -> None:
        self._tried(asking(self.world.house, person=person)(f"确认 {self.action.id}"))

    @rule(people=st.lists(st.sampled_from(PEOPLE), min_size=2, max_size=5))
    def all_at_once(self, people: list[str]) -> None:
        async def together() -> None:
            for result in await asyncio.gather(*(self._click(one) for one in people), return_exceptions=True):
                assert isinstance(result, Action | AssistantError | Crash), result

        self._tried(together())

    @rule(point=st.sampled_from(POINTS), before=st.booleans())
    def crash_next_time(self, point: str, before: bool) -> None:
        self.world.actions.armed = (point, before)

    @rule()
    def restart(self) -> None:
        self.world.actions.armed = None
        self._tried(self.world.house.approvals.resume(self.world.now))
        assert self.world.present(self.action).state != "approved", "what was approved is done, or has failed"

    @precondition(lambda self: self.over is None)
    @rule(minutes=st.sampled_from([5, 20, 40]))
    def wait(self, minutes: int) -> None:
        self.world.now += timedelta(minutes=minutes)
        self._tried(self.world.house.approvals.expire(self.world.now))

    @invariant()
    def at_most_once_and_only_with_the_right_people(self) -> None:
        if not hasattr(self, "action"):
            return
        kept = self.world.present(self.action)
        effects = self.world.effects(kept)
        assert effects <= 1
        assert not effects or (enough(kept) and kept.state in ("approved", "executed")), kept
        assert (kept.state != "executed") or effects == 1
        assert kept.state not in ("approved", "executed") or enough(kept)
        assert kept.digest == self.action.digest and kept.arguments == self.action.arguments
        assert self.over in (None, kept.state), "what is over stays as it is"
        if kept.state in ("executed", "rejected", "expired", "failed"):
            self.over = kept.state


@pytest.fixture(scope="module")
def folders(shared_house: Deskmate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    folder = tmp_path_factory.mktemp("always")
    content = with_payments(content_in(folder / "content"), delegations=DELEGATED)
    with fixture_skills():
        yield copied_index(shared_house.settings.home, folder / "home"), content


def test_always(folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.team.runner, "CLAIM", 0.0)  # a claim of the dead is over at once

    def lives() -> datetime:
        with World(*folders) as world:
            machine = type("LifeHere", (Life,), {"world": world})
            quick = settings(
                max_examples=20, stateful_step_count=10, deadline=None, suppress_health_check=list(HealthCheck)
            )
            run_state_machine_as_test(machine, settings=quick)
            return world.now

    with ThreadPoolExecutor(1) as pool:  # its loop is none of pytest's
        pool.submit(lives).result()
