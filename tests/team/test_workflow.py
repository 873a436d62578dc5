"""Workflows walk through a whole house: each kind of step, deadlines, the way back, what people say meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from app.core.errors import Unavailable
from app.core.happening import Happening
from app.core.turn import Room
from app.main import Deskmate
from tests.conftest import asking
from tests.conftest import clock as at_ten
from tests.doings import EFFECTS, LOOKED, UNDONE
from tests.team.workflow_house import WorkflowHouse, opened_with, settings_with

SLOT = "slots: {thing: {kind: text, title: 东西, ask: 什么东西？}, size: {kind: number, title: 大小, ask: 多大？}}\n"
WORKFLOWS = {
    "tour": "title: 巡游\n" + SLOT + """\
steps:
  - {id: what, ask: [thing]}
  - {id: seen, skill: tasks.look, with: {what: "{thing}"}, otherwise: sorry}
  - {id: large, choose: [{if: "seen['length'] > 2", then: long}, {then: short}]}
  - {id: long, notify: "长", then: both}
  - {id: short, notify: "短"}
  - id: both
    within: 2h
    late: sorry
    parallel:
      - [{id: one, wait: {on: [tasks.come], about: thing}}]
      - [{id: two, wait: {until: now + hours(1)}}, {id: two_said, notify: "一小时到了"}]
  - {id: over, notify: "都到了：{one['word']}", then: end}
  - {id: sorry, notify: "抱歉"}
""",
    "order": "title: 采购\n" + SLOT + """\
steps:
  - {id: what, ask: [thing, size]}
  - {id: fits, check: size <= 100, says: "{size} 太大", forget: [size], otherwise: what}
  - id: done
    title: 下单
    confirm: tasks.do
    with: {what: "{thing}{size}"}
    within: 1d
    late: late
    undo: {skill: tasks.undo, with: {what: "{thing}"}}
  - {id: told, notify: "下单了：{done['outcome']}"}
  - {id: rest, wait: {until: now + days(5)}, then: end}
  - {id: late, notify: 没人理, then: stop}
""",
    "outer": "title: 外层\n" + SLOT + """\
steps:
  - {id: inside, call: order, with: {thing: "书"}, otherwise: failed}
  - {id: well, notify: "里面办完：{inside['size']}", then: end}
  - {id: failed, notify: 里面没办成}
""",
    "heard": "title: 听见\n" + SLOT + """\
starts: {on: tasks.looked, if: about == '信号', with: {thing: "{about}"}}
steps:
  - {id: said, notify: "听说看了{thing}"}
  - {id: next, wait: {message: true}}
  - {id: thanks, notify: "又说话了"}
""",
    "buddy": "title: 搭档\n" + SLOT + """\
steps:
  - {id: what, ask: [thing]}
  - {id: much, ask: [size], of: "'E6001'"}
  - {id: well, notify: "{thing}{size}"}
""",
    "deal": "title: 交易\n" + SLOT + """\
starts: {on: tasks.begun}
steps:
  - {id: first, wait: {on: tasks.first}}
  - {id: one, notify: "听见{first['word']}"}
  - {id: second, wait: {on: [tasks.first, tasks.second]}}
  - {id: two, notify: "听见{event['word']}"}
""",
    "circle": "title: 转圈\n" + SLOT + """\
steps:
  - {id: first, ask: [thing]}
  - {id: again, check: "thing == ''", otherwise: again}
""",
}  # fmt: skip


@pytest.fixture(scope="module")
async def bank(shared_house: Deskmate, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WorkflowHouse]:
    folder = tmp_path_factory.mktemp("workflows")
    async with opened_with(settings_with(folder / "home", folder, WORKFLOWS, shared_house.settings.home)) as built:
        yield built


@pytest.fixture(autouse=True)
def afresh(bank: WorkflowHouse) -> None:
    for effects in (EFFECTS, LOOKED, UNDONE):
        effects.clear()
    bank.clock.now = at_ten()


async def happens(bank: WorkflowHouse, room: str, name: str, about: str, cause: str, **data: Any) -> None:
    await bank.house.tasks.tell((Happening(name, about, data),), room=room, person="E1001", cause=cause)
    await bank.durable.settled()


async def ordered(bank: WorkflowHouse, ask: Any) -> Any:
    """An order of 书12 up to the proposal."""
    await ask("@办公 启动测试流程order")
    await ask("书")
    reply = await ask("12")
    (action,) = reply.actions
    return action


# --- steps ---


async def test_branches_wait_side_by_side_and_join(bank: WorkflowHouse) -> None:
    ask = bank.asking()
    assert "什么东西" in (await ask("@办公 启动测试流程tour")).text
    assert "看了灯塔\n\n短" in (await ask("灯塔")).text
    run = await bank.run_in(ask)
    assert {one.step for one in run.tokens} == {"both", "one", "two"} and run.results["seen"]["length"] == 2
    await happens(bank, ask.room, "tasks.come", "别的", "c1")
    assert {one.step for one in (await bank.run_in(ask)).tokens} == {"both", "one", "two"}, "it is about something else"
    await happens(bank, ask.room, "tasks.come", "灯塔", "c2", word="好")
    assert {one.step for one in (await bank.run_in(ask)).tokens} == {"both", "two"}
    await bank.passes(hours=1)
    assert await bank.told(ask) == ["一小时到了\n\n都到了：好"]
    assert (await bank.run_in(ask)).state == "done"


async def test_a_deadline_leaves_every_branch(bank: WorkflowHouse) -> None:
    ask = bank.asking()
    await ask("@办公 启动测试流程tour")
    assert "长" in (await ask("长城砖")).text
    await bank.passes(hours=3)
    assert (await bank.told(ask))[-1] == "抱歉"
    run = await bank.run_in(ask)
    assert run.state == "done" and not run.tokens
    await happens(bank, ask.room, "tasks.come", "长城砖", "c3", word="迟")
    assert (await bank.run_in(ask)) == run, "what comes too late changes nothing"


async def test_a_skill_that_fails_goes_the_other_way_and_one_that_asks_back_is_answered(bank: WorkflowHouse) -> None:
    ask = bank.asking()
    await ask("@办公 启动测试流程tour")
    assert "看不了坏" in (failed := await ask("坏")).text and "抱歉" in failed.text
    other = bank.asking()
    await other("@办公 启动测试流程tour")
    assert "看什么？" in (await other("什么")).text
    assert "看了灯" in (await other("灯")).text


async def test_a_called_workflow_goes_on_by_itself_and_gives_back_what_it_knows(bank: WorkflowHouse) -> None:
    ask = bank.asking()
    assert "多大" in (await ask("@办公 启动测试流程outer")).text
    (action,) = (await ask("7")).actions
    assert action.arguments == {"what": "书7"}
    await bank.decide(action)
    assert "下单了：做了书7" in (await bank.told(ask))[-1]
    await bank.passes(days=6)
    assert (await bank.told(ask))[-1] == "里面办完：7"
    refused = bank.asking()
    await refused("@办公 启动测试流程outer")
    (action,) = (await refused("8")).actions
    await bank.decide(action, yes=False)
    told = await bank.told(refused)
    assert "没有获得同意" in "".join(told) and told[-1] == "里面没办成"


async def test_a_workflow_starts_on_what_happens_once_and_waits_for_a_message(bank: WorkflowHouse) -> None:
    ask = bank.asking()
    await ask("@办公 启动测试流程tour")
    await ask("信号")
    assert (await bank.told(ask)) == ["听说看了信号"]
    await ask("你好")
    talk = await bank.house.gateway.desk.talk("E1001", ask.room)
    assert talk[-1].reply is not None and "又说话了" in talk[-1].reply.text


async def test_what_runs_in_circles_is_stopped(bank: WorkflowHouse) -> None:
    ask = bank.asking()
    await ask("@办公 启动测试流程circle")
    assert "原地转" in (await ask("书")).text
    assert (await bank.run_in(ask)).state == "stopped"


# --- people ---


async def test_confirmed_is_done_once_and_cancelled_is_taken_back(bank: WorkflowHouse) -> None:
    ask = bank.asking()
    await bank.decide(await ordered(bank, ask))
    assert list(EFFECTS.values()) == ["书12"] and "下单了：做了书12" in (await bank.told(ask))[-1]
    assert "不能直接更改" in (await ask("改成13")).text
    reply = await ask("算了")
    assert "采购" in reply.text and "撤了书" in reply.text and UNDONE == ["书"]
    assert (await bank.run_in(ask)).state == "cancelled" and list(EFFECTS.values()) == ["书12"]


async def test_a_correction_voids_the_proposal_before(bank: WorkflowHouse) -> None:
    ask = bank.asking()
    first = await ordered(bank, ask)
    (second,) = [one for one in (await ask("改成20")).actions if one.state == "proposed"]
    assert second.arguments == {"what": "书20"}
    await bank.decide(second)
    await bank.house.gateway.decide("E1001", first.id, yes=True, digest=first.digest, channel="test")
    assert list(EFFECTS.values()) == ["书20"]


async def test_what_cannot_be_read_or_does_not_fit_is_asked_again(bank: WorkflowHouse) -> None:
    ask = bank.asking()
    await ask("@办公 启动测试流程order")
    await ask("书")
    assert "101 太大" in (again := await ask("101")).text and "多大" in again.text
    assert "多大" in (await ask("不知道呢")).text
    assert (await ask("100")).actions


async def test_two_runs_side_by_side_keep_their_proposals(bank: WorkflowHouse) -> None:
    ask = bank.asking()
    first = await ordered(bank, ask)
    second = await ordered(bank, ask)
    assert first.id != second.id
    listed = (await ask("进度")).text
    assert listed.count(first.id) == listed.count(second.id) == 1
    for action in (first, second):
        await bank.decide(action)
    assert len(EFFECTS) == 2
    runs = [one for one in await bank.runs() if one.room == ask.room]
    assert [one.tokens[0].step for one in runs] == ["rest", "rest"]


async def test_nobody_decides_in_time(bank: WorkflowHouse) -> None:
    ask = bank.asking()
    action = await ordered(bank, ask)
    await bank.passes(days=2)
    assert (await bank.told(ask))[-1] == "没人理"
    found = await bank.house.approvals.find(action.id)
    assert found is not None and found.state == "rejected" and not EFFECTS
    assert (await bank.run_in(ask)).state == "stopped"


async def test_another_person_answers_nothing_and_sees_nothing(bank: WorkflowHouse) -> None:
    ask = bank.asking()
    await ask("@办公 启动测试流程order")
    await ask("书", person="E6001", operator="tester")
    assert dict((await bank.run_in(ask)).slots) == {}
    assert "采购" not in (await ask("进度", person="E6001", operator="tester")).text
    assert "多大" in (await ask("书")).text


# --- once, whatever happens ---


async def test_the_same_news_twice_and_a_decision_whose_news_was_lost(bank: WorkflowHouse) -> None:
    ask = bank.asking()
    action = await ordered(bank, ask)
    tasks: Any = bank.house.approvals
    tell = tasks._happenings
    tasks._happenings = _Deaf()
    try:
        await bank.decide(action)
    finally:
        tasks._happenings = tell
    assert (await bank.run_in(ask)).tokens[0].step == "done", "a crash has cut off the telling"
    for _ in range(2):
        await bank.house.tasks.resume()
        await bank.durable.settled()
    assert [one for one in await bank.told(ask) if one] == ["下单了：做了书12"]
    assert [one.step for one in (await bank.run_in(ask)).done] == ["done"]


async def test_a_run_that_somebody_else_has_moved_is_not_written_over(bank: WorkflowHouse) -> None:
    ask = bank.asking()
    await ask("@办公 启动测试流程order")
    runs: Any = bank.house.workflows._runs
    run = await bank.run_in(ask)
    await runs.keep(replace(run, slots={"thing": "笔"}))
    with pytest.raises(Unavailable):
        await runs.keep(replace(run, slots={"thing": "纸"}))
    assert dict((await bank.run_in(ask)).slots) == {"thing": "笔"}


async def test_deadlines_are_kept_again_after_a_restart(bank: WorkflowHouse) -> None:
    ask = bank.asking()
    await ordered(bank, ask)
    held = [key for key in bank.durable.held if key.startswith((await bank.run_in(ask)).id)]
    assert len(held) == 1
    bank.durable.held.clear()
    bank.durable._keys.clear()
    await bank.house.tasks.resume()
    assert set(held) <= set(bank.durable.held)
    assert bank.durable.held[held[0]][0] == bank.clock.now + timedelta(days=1)


async def test_a_run_goes_with_its_room(bank: WorkflowHouse) -> None:
    ask = bank.asking()
    await ordered(bank, ask)
    run = await bank.run_in(ask)
    await bank.house.records.delete_room(ask.room)
    await bank.house.tasks.advance(f'{{"run": "{run.id}", "due": {run.tokens[0].visit}, "at": "x"}}')
    assert await bank.house.workflows._runs.find(run.id) is None


class _Deaf:
    """Happenings that reach nobody."""

    async def tell(self, happened: Any, **named: Any) -> None:
        """Lost."""


async def test_what_was_said_in_one_room_is_not_listed_in_another(bank: WorkflowHouse) -> None:
    first, second = bank.asking("E6001"), bank.asking("E6001")
    await first("@办公 启动测试流程order")
    await first("给13912345678的书")
    await second("@办公 启动测试流程order")
    await second("给13887654321的笔")
    here, there = (await first("进度")).text, (await second("进度")).text
    assert "13912345678" in here and "13887654321" not in here and here.count("采购") == 2
    assert "13887654321" in there and "13912345678" not in there


async def test_in_a_shared_room_who_was_asked_answers_without_calling_and_others_just_talk(bank: WorkflowHouse) -> None:
    room = Room("shared-order", "采购", ("E1001", "E6001"), assistants=("office",), shared=True, keeper="E1001")
    await bank.house.records.open_room(room)
    zhang, zhou = (asking(bank.house, room.id, person) for person in room.members)
    assert "什么东西" in (await zhang("@办公 启动测试流程buddy")).text
    assert (await zhou("我觉得买书")).text == ""
    assert "多大" in (await zhang("书")).text
    assert (await zhang("你看呢")).text == "", "now the other one was asked"
    assert "书20" in (await zhou("20")).text


async def test_what_happened_before_a_run_came_to_wait_for_it_is_not_lost(bank: WorkflowHouse) -> None:
    ask = bank.asking()
    await ask("你好")
    both = (Happening("tasks.begun", "D1"), Happening("tasks.first", "D1", {"word": "一"}))
    await bank.house.tasks.tell(both, room=ask.room, person="E1001", cause="deal-1")
    assert (await bank.told(ask))[-1].endswith("听见一")
    await happens(bank, ask.room, "tasks.second", "D1", "deal-2", word="二")
    assert (await bank.told(ask))[-1] == "听见二"
    run = await bank.run_in(ask)
    assert run.state == "done" and run.about == "D1"
    await happens(bank, ask.room, "tasks.begun", "D2", "deal-3")
    assert len([one for one in await bank.runs() if one.room == ask.room]) == 2
    assert (await bank.runs())[-1].tokens[0].step == "first", "what happened about another deal is not its own"
