"""An action runs once, for the right people, with the confirmed arguments, or not at all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.core.errors import Refused
from app.core.turn import Action
from app.main import Deskmate, opened
from app.team.approval_words import Decision, asks_what_waits, decision_in
from tests.conftest import Ask, asking, clock

BOOK = "@办公 帮我订今天下午三点到四点的会议室，8个人，主题是周例会"


async def proposed(ask: Ask, said: str = BOOK) -> Action:
    reply = await ask(said)
    for follow_up in ("主题是周例会", "8个人", "一个小时"):
        if reply.actions:
            break
        reply = await ask(follow_up)
    assert reply.actions, reply.text
    return reply.actions[-1]


async def change(house: Deskmate, statement: str, **values: object) -> None:
    await house.records._database.writing(lambda connection: connection.execute(text(statement), values))


async def bookings(house: Deskmate) -> int:
    counted = text("SELECT count(*) FROM office_booking")
    return await house.records._database.reading(lambda connection: int(connection.scalar(counted) or 0))


async def test_a_yes_runs_it_once(house: Deskmate) -> None:
    ask = asking(house)
    action = await proposed(ask)
    assert action.state == "proposed" and await bookings(house) == 0
    reply = await ask("确认")
    assert [one.state for one in reply.actions] == ["executed"]
    assert await bookings(house) == 1
    again = await ask(f"确认 {action.id}")
    assert [one.state for one in again.actions] == ["executed"]
    assert await bookings(house) == 1


async def test_a_no_runs_nothing(house: Deskmate) -> None:
    ask = asking(house)
    await proposed(ask)
    reply = await ask("拒绝")
    assert [one.state for one in reply.actions] == ["rejected"]
    assert await bookings(house) == 0


async def test_a_double_click_runs_once(house: Deskmate) -> None:
    action = await proposed(asking(house))
    clicks = [
        house.gateway.decide("E1001", action.id, yes=True, digest=action.digest, channel="browser") for _ in range(5)
    ]
    states = {one.state for one in await asyncio.gather(*clicks)}
    assert states == {"executed"} and await bookings(house) == 1


async def test_another_digest_is_refused(house: Deskmate) -> None:
    action = await proposed(asking(house))
    with pytest.raises(Refused):
        await house.gateway.decide("E1001", action.id, yes=True, digest="0" * 64, channel="browser")
    assert await bookings(house) == 0


async def test_a_stranger_cannot_decide(house: Deskmate) -> None:
    action = await proposed(asking(house))
    with pytest.raises(Refused):
        await house.gateway.decide("E6001", action.id, yes=True, digest=action.digest, channel="browser")
    assert await bookings(house) == 0


async def test_changed_arguments_in_the_database_never_run(house: Deskmate) -> None:
    """Sealed content of another action, put in its place, does not open; a sealed change does not match the digest."""
    action = await proposed(asking(house))
    sealed = house.records._sealer.seal(
        {"arguments": {**action.arguments, "title": "别的"}, "summary": "别的"}, about=f"action/{action.id}"
    )
    await house.records._database.writing(
        lambda connection: connection.execute(text("UPDATE action SET content = :sealed"), {"sealed": sealed})
    )
    after = await house.gateway.decide("E1001", action.id, yes=True, digest=action.digest, channel="browser")
    assert after.state == "failed" and await bookings(house) == 0


async def test_when_the_audit_cannot_be_written_nothing_runs(house: Deskmate) -> None:
    action = await proposed(asking(house))
    await house.records._database.writing(
        lambda connection: connection.execute(text("ALTER TABLE audit RENAME TO elsewhere"))
    )
    with pytest.raises(Exception):  # noqa: B017
        await house.gateway.decide("E1001", action.id, yes=True, digest=action.digest, channel="browser")
    assert await bookings(house) == 0


async def test_a_crash_between_yes_and_execution_is_mended_by_the_next_yes(house: Deskmate) -> None:
    action = await proposed(asking(house))
    said = json.dumps([{"by": "E1001", "at": clock().isoformat()}])
    cut_off = "UPDATE action SET state = 'approved', approval_count = 1, approvals = :said"
    await change(house, cut_off, said=said)
    for _ in range(2):
        after = await house.gateway.decide("E1001", action.id, yes=True, digest=action.digest, channel="browser")
        assert after.state == "executed"
    assert await bookings(house) == 1


async def test_only_the_person_himself_confirms_what_he_asked_for(house: Deskmate) -> None:
    ask = asking(house)
    action = await proposed(ask)
    reply = await ask(f"确认 {action.id}", person="E1002", operator="tester")
    assert reply.error and reply.error.code == "NOT_AN_APPROVER" and "提出人本人" in reply.text
    assert await bookings(house) == 0


async def test_what_waits_for_oneself_is_listed_too(house: Deskmate) -> None:
    ask = asking(house)
    action = await proposed(ask)
    listed = await asking(house)("我有什么待审批的吗")
    assert [one.id for one in listed.actions] == [action.id] and action.summary in listed.text
    assert [one.state for one in (await ask("@办公确认")).actions] == ["executed"]
    assert "没有" in (await ask("待我审批")).text


async def test_an_old_proposal_expires(settings) -> None:
    late = clock()

    async with opened(settings, clock=lambda: late) as house:
        action = await proposed(asking(house))
        late = clock() + timedelta(hours=1)
        after = await house.gateway.decide("E1001", action.id, yes=True, digest=action.digest, channel="browser")
        assert after.state == "expired" and await bookings(house) == 0


async def test_a_correction_replaces_the_proposal(house: Deskmate) -> None:
    ask = asking(house)
    first = await proposed(ask)
    second = (await ask("改成今天下午四点到五点")).actions[-1]
    assert second.id != first.id and second.digest != first.digest
    old = await house.gateway.decide("E1001", first.id, yes=True, digest=first.digest, channel="browser")
    assert old.state == "rejected"
    await ask("确认")
    assert await bookings(house) == 1


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("确认", Decision(True, None)),
        ("确认 K7Q2MX", Decision(True, "K7Q2MX")),
        ("拒绝K7Q2MX。", Decision(False, "K7Q2MX")),
        ("OK", Decision(True, None)),
        ("confirm k7q2mx", Decision(True, "K7Q2MX")),
        ("取消", Decision(False, None)),
        ("@办公 确认", Decision(True, None)),
        ("@办公确认", Decision(True, None)),
        ("@外汇不同意", Decision(False, None)),
        ("批准 K7Q2MX", Decision(True, "K7Q2MX")),
        ("驳回K7Q2MX", Decision(False, "K7Q2MX")),
        ("@李好", None),
        ("@外汇可以", None),
        ("确认吧", Decision(True, None)),
        ("确认一下李娜的电话", None),
        ("好的，那再帮我查一下牌价", None),
        ("不是买是卖", None),
    ],
)
def test_only_a_plain_decision_decides(said: str, meant: Decision | None) -> None:
    assert decision_in(said) == meant


@pytest.mark.parametrize(
    "said",
    [
        "待我审批", "待审批", "有什么要我审批的", "待我审批的事项有哪些", "我的待审批", "现在有哪些需要我审批的事？",
        "有没有等我确认的", "我有几件待审批", "查一下待我审批的", "@办公 待我审批", "轮到我审批的有哪些",
        "what is waiting for my approval", "What's waiting for my approval?", "my pending approvals",
        "what do I need to approve", "anything to approve?", "is there anything waiting for me to approve?",
    ],
)  # fmt: skip
def test_the_question_what_waits_is_recognised(said: str) -> None:
    assert asks_what_waits(said) and decision_in(said) is None


@pytest.mark.parametrize(
    "said",
    [
        "待审批的贷款需要多长时间", "审批流程是什么", "谁来审批", "我审批了什么", "待我审批完再说", "授信审批要多久",
        "我要审批权限", "有什么审批规定", "我确认", "需要我确认什么材料", "审批", "是我审批的吗",
        "what approvals does a loan need", "approve", "waiting",
    ],
)  # fmt: skip
def test_what_is_about_approvals_in_general_is_left_to_the_assistants(said: str) -> None:
    assert not asks_what_waits(said)


@pytest.fixture(scope="module")
async def property_house(tmp_path_factory) -> AsyncIterator[Deskmate]:
    from tests.conftest import settings_in

    async with opened(settings_in(tmp_path_factory.mktemp("home")), clock=clock) as built:
        yield built


@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["yes", "no", "yes twice", "stranger", "wrong digest", "typed yes"]), max_size=6))
async def test_whatever_is_clicked_it_runs_at_most_once(property_house: Deskmate, steps: list[str]) -> None:
    house = property_house
    for table in ("office_booked_quarter", "office_booking"):
        await change(house, f"DELETE FROM {table}")
    ask = asking(house)
    action = await proposed(ask)
    for step in steps:
        await _take(house, ask, action, step)
    told = await house.gateway.decide("E1001", action.id, yes=False, digest=action.digest, channel="browser")
    assert await bookings(house) == (1 if told.state == "executed" else 0)


async def _take(house: Deskmate, ask: Ask, action: Action, step: str) -> None:
    if step == "typed yes":
        await ask(f"确认 {action.id}")
        return
    person = "E6001" if step == "stranger" else "E1001"
    digest = "f" * 64 if step == "wrong digest" else action.digest
    clicks = [
        house.gateway.decide(person, action.id, yes=step != "no", digest=digest, channel="browser")
        for _ in range(2 if step == "yes twice" else 1)
    ]
    for result in await asyncio.gather(*clicks, return_exceptions=True):
        if step in ("stranger", "wrong digest"):
            assert isinstance(result, Refused)
        else:
            assert isinstance(result, Action), result


async def test_a_room_taken_in_between_is_said_as_it_is(house: Deskmate) -> None:
    first, second = asking(house), asking(house, person="E6001")
    mine, theirs = await proposed(first), await proposed(second)
    if mine.arguments["room"] != theirs.arguments["room"]:
        await second("拒绝")
        theirs = await proposed(second, f"@办公 订{mine.arguments['room']}，今天下午三点到四点，主题是周例会")
    await first("确认")
    reply = await second("确认")
    assert [one.state for one in reply.actions] == ["failed"]
    assert "不确定" not in reply.text and await bookings(house) == 1
