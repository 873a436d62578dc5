"""Whatever people say, decide and let pass: done at most once, never against a no, and every run ends or waits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.run import OPEN
from app.main import Deskmate
from tests.doings import EFFECTS, UNDONE
from tests.team.test_workflow import WORKFLOWS
from tests.team.workflow_house import WorkflowHouse, opened_with, settings_with

SAID = (
    "@办公 启动测试流程order",
    "书",
    "12",
    "200",
    "改成20",
    "算了",
    "进度",
    "出差住宿标准是多少？",
    "确认",
    "拒绝",
    "你好",
)
MOVES = st.lists(
    st.one_of(
        st.sampled_from(SAID).map(lambda text: ("say", text)),
        st.tuples(st.just("decide"), st.booleans()),
        st.tuples(st.just("again"), st.booleans()),
        st.tuples(st.just("pass"), st.sampled_from([1, 30, 200])),
        st.just(("resume", True)),
    ),
    min_size=3,
    max_size=9,
)


@pytest.fixture(scope="module")
async def bank(shared_house: Deskmate, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WorkflowHouse]:
    folder = tmp_path_factory.mktemp("always")
    chosen = {"order": WORKFLOWS["order"]}
    async with opened_with(settings_with(folder / "home", folder, chosen, shared_house.settings.home)) as built:
        yield built


async def played(bank: WorkflowHouse, moves: list[tuple[str, Any]]) -> None:
    """One history in a room of its own."""
    EFFECTS.clear()
    UNDONE.clear()
    ask = bank.asking()
    proposed: dict[str, Any] = {}
    refused: set[str] = set()
    for number, (kind, what) in enumerate(moves):
        if kind == "say":
            reply = await ask(what, id=f"{ask.room}-{number}")
            assert reply.error is None or reply.error.code != "INTERNAL", reply.text
            again = await ask(what, id=f"{ask.room}-{number}")
            assert again.text == reply.text, "delivered twice, answered once"
            proposed |= {one.id: one for one in reply.actions}
        elif kind in ("decide", "again") and proposed:
            action = list(proposed.values())[-1]
            before = await bank.house.approvals.find(action.id)
            await bank.decide(action, yes=what)
            if not what and before is not None and before.state == "proposed":
                refused.add(action.id)
        elif kind == "pass":
            await bank.passes(hours=what)
        elif kind == "resume":
            await bank.house.tasks.resume()
        await bank.durable.settled()
    states = {id: await bank.house.approvals.find(id) for id in proposed}
    executed = {id for id, one in states.items() if one is not None and one.state == "executed"}
    assert len(EFFECTS) == len(executed) and not executed & refused
    runs = [one for one in await bank.runs() if one.room == ask.room]
    done = [one.action for run in runs for one in run.done]
    assert len(done) == len(set(done)) and set(done) <= executed
    assert len(UNDONE) == sum(len(run.done) for run in runs if run.state in ("cancelled", "stopped"))
    for run in runs:
        assert run.state not in OPEN or any(one.waits or one.due for one in run.tokens), run
        assert run.state in OPEN or not run.tokens, run


async def test_always(bank: WorkflowHouse) -> None:
    histories: list[list[tuple[str, Any]]] = []

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(MOVES)
    def gather(moves: list[tuple[str, Any]]) -> None:
        histories.append(moves)

    gather()
    order: list[tuple[str, Any]] = [("say", text) for text in SAID[:3]]
    for moves in histories:
        # From the first step, and from a proposal that waits.
        await played(bank, moves)
        await played(bank, [*order, *moves])
