"""Four eyes through the whole house: who is told, who may see and decide, from which room, how often it runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.channels.api import Api
from app.core.errors import Refused
from app.core.ports import Notice
from app.core.settings import Settings
from app.core.turn import Action
from app.main import Deskmate, opened
from tests.conftest import Ask, asking, clock, settings_in
from tests.houses import content_in, copied_index, fixture_skills, with_payments

DELEGATED = "- {approver: E3001, delegate: E2001, since: 2026-11-20, until: 2026-11-30, skills: [payments.*]}\n"


@pytest.fixture(scope="module")
def bank(shared_house: Deskmate, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a house that can transfer money."""
    folder = tmp_path_factory.mktemp("bank")
    content = with_payments(content_in(folder / "content"), delegations=DELEGATED)
    home = copied_index(shared_house.settings.home, folder / "home")
    return settings_in(home, DESKMATE_CONTENT=str(content))


@pytest.fixture(scope="module")
async def house(bank: Settings) -> AsyncIterator[Deskmate]:
    with fixture_skills():
        async with opened(bank, clock=clock) as built:
            yield built


@pytest.fixture
def told(house: Deskmate) -> list[Notice]:
    heard: list[Notice] = []

    async def hear(notice: Notice) -> None:
        heard.append(notice)

    house.notices.subscribe(hear)
    return heard


async def transfer(ask: Ask, amount: str = "500000 USD", person: str = "E1001") -> Action:
    reply = await ask(f"@外汇 划转{amount}到备付金账户", person=person)
    assert reply.actions, reply.text
    return reply.actions[-1]


async def payments(house: Deskmate, action: Action) -> int:
    counted = text("SELECT count(*) FROM test_payment WHERE key LIKE :key")
    key = f"{action.id}/%"
    return await house.records._database.reading(lambda connection: int(connection.scalar(counted, {"key": key}) or 0))


async def decide(house: Deskmate, person: str, action: Action, *, yes: bool = True, digest: str = "") -> Action:
    return await house.gateway.decide(person, action.id, yes=yes, digest=digest or action.digest, channel="test")


async def audited(house: Deskmate, action: Action) -> list[Any]:
    return [one async for one in house.audit.chain() if one.detail.get("action") == action.id]


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


# --- one approval ---


async def test_the_proposer_is_told_who_must_approve_and_cannot_himself(house: Deskmate) -> None:
    ask = asking(house)
    reply = await ask("@外汇 划转500000 USD到备付金账户")
    (action,) = reply.actions
    assert "支行外汇交易员" in reply.text and action.id in reply.text and "30 分钟" in reply.text
    assert "确认" not in reply.text.replace("待确认", "")
    refused = await ask(f"确认 {action.id}")
    assert refused.refused and refused.error and refused.error.code == "FOUR_EYES"
    with pytest.raises(Refused):
        await decide(house, "E1001", action)
    assert await payments(house, action) == 0
    entries = await audited(house, action)
    assert [(one.what, one.person, one.detail.get("reason")) for one in entries][1:] == [
        ("action.refused", "E1001", "FOUR_EYES"),
        ("action.refused", "E1001", "FOUR_EYES"),
    ]


async def test_an_approver_outside_the_room_sees_the_action_and_nothing_else(house: Deskmate) -> None:
    ask = asking(house)
    await ask("@办公 李娜的分机")
    action = await transfer(ask)
    assert action.id in [one.id for one in await house.gateway.waiting("E1002")]
    assert action.id not in [one.id for one in await house.gateway.waiting("E6001")]
    outlook = house.gateway.outlook("E1002", action)
    assert outlook.may_approve and not outlook.mine
    done = await decide(house, "E1002", action)
    assert done.state == "executed" and [one.by for one in done.approvals] == ["E1002"]
    assert await payments(house, action) == 1
    with pytest.raises(Refused):
        await house.gateway.desk.talk("E1002", ask.room)
    assert not [room for room, _ in await house.gateway.desk.rooms("E1002") if room.id == ask.room]
    assert action.id not in [one.id for one in await house.gateway.waiting("E1002")]


async def test_it_is_executed_for_the_one_who_proposed_it(house: Deskmate) -> None:
    action = await transfer(asking(house))
    await decide(house, "E2001", action)
    whose = text("SELECT person FROM test_payment WHERE key LIKE :key")
    person = await house.records._database.reading(lambda c: c.scalar(whose, {"key": f"{action.id}/%"}))
    assert person == "E1001"
    executing = next(one for one in await audited(house, action) if one.what == "action.executing")
    assert (executing.person, executing.operator) == ("E1001", "E2001")
    assert executing.detail["approved_by"] == ["E2001"]


async def test_the_approver_is_told_and_then_the_proposer(house: Deskmate, told: list[Notice]) -> None:
    action = await transfer(asking(house))
    await settled()
    assert {one.person for one in told} == {"E1002", "E2001"} and {one.what for one in told} == {"to_approve"}
    told.clear()
    await decide(house, "E1002", action)
    await settled()
    to_proposer = [one for one in told if one.person == "E1001"]
    assert [(one.what, one.action.state) for one in to_proposer] == [("decided", "executed")]
    assert "E1002" not in {one.person for one in told} and "E6001" not in {one.person for one in told}


async def test_a_stranger_learns_nothing_not_even_that_it_is_there(house: Deskmate) -> None:
    action = await transfer(asking(house))
    with pytest.raises(Refused) as there:
        await decide(house, "E6001", action)
    with pytest.raises(Refused) as missing:
        await house.gateway.decide("E6001", "ZZZZZZ", yes=True, digest=action.digest, channel="test")
    assert str(there.value) == str(missing.value)
    reply = await asking(house, person="E6001")(f"确认 {action.id}")
    assert action.summary not in reply.text and not reply.actions


async def test_a_role_too_low_is_told_whose_yes_it_needs(house: Deskmate) -> None:
    action = await transfer(asking(house), "5000000 USD")
    with pytest.raises(Refused, match="分行外汇交易员") as refused:
        await decide(house, "E1002", action)
    assert refused.value.code == "LIMIT"
    assert (await audited(house, action))[-1].detail["reason"] == "LIMIT"
    typed = await asking(house, person="E1002")(f"确认 {action.id}")
    assert typed.error and typed.error.code == "LIMIT" and not typed.actions and "5,000,000" not in typed.text
    assert (await decide(house, "E2001", action)).state == "executed"
    with pytest.raises(Refused):  # what came of it is none of his business either
        await decide(house, "E1002", action)


async def test_a_wrong_digest_and_a_late_yes_run_nothing(house: Deskmate, bank: Settings) -> None:
    action = await transfer(asking(house))
    with pytest.raises(Refused):
        await decide(house, "E1002", action, digest="0" * 64)
    assert (await audited(house, action))[-1].detail["reason"] == "DIGEST"
    with fixture_skills():
        async with opened(bank, clock=lambda: clock() + timedelta(hours=1)) as later:
            after = await decide(later, "E1002", action)
            assert after.state == "expired" and await payments(house, action) == 0
            assert (await decide(later, "E2001", action)).state == "expired"


async def test_what_nobody_decides_expires_and_its_proposer_hears_of_it(house: Deskmate, told: list[Notice]) -> None:
    action = await transfer(asking(house))
    told.clear()
    assert await house.approvals.expire(clock() + timedelta(minutes=31)) >= 1
    await settled()
    assert ("E1001", action.id, "expired") in [(one.person, one.action.id, one.action.state) for one in told]
    assert (await audited(house, action))[-1].what == "action.expired"


async def test_an_approver_may_refuse_and_the_proposer_may_withdraw(house: Deskmate) -> None:
    for person in ("E1002", "E1001"):
        action = await transfer(asking(house))
        assert (await decide(house, person, action, yes=False)).state == "rejected"
        assert (await decide(house, "E2001", action)).state == "rejected" and await payments(house, action) == 0


# --- two approvals ---


async def test_two_seats_need_two_people(house: Deskmate, told: list[Notice]) -> None:
    action = await transfer(asking(house), "20000000 USD")
    await settled()
    assert {one.person for one in told if one.what == "to_approve"} == {"E2001", "E3002"}, "E3001 is absent"
    told.clear()
    half = await decide(house, "E3002", action)
    await settled()
    assert {one.person for one in told} == {"E1001", "E2001", "E3001"}, "a branch dealer has no part in it"
    assert half.state == "proposed" and await payments(house, action) == 0
    with pytest.raises(Refused) as again:
        await decide(house, "E3002", action)
    assert again.value.code == "APPROVED_BEFORE"
    done = await decide(house, "E2001", action)
    assert done.state == "executed" and await payments(house, action) == 1
    assert [(one.by, one.on_behalf_of) for one in done.approvals] == [("E3002", ""), ("E2001", "E3001")]
    approved = [one for one in await audited(house, action) if one.what == "action.approved"]
    assert [(one.person, one.detail.get("on_behalf_of")) for one in approved] == [("E3002", None), ("E2001", "E3001")]


async def test_the_absent_one_and_his_delegate_are_one_pair_of_eyes(house: Deskmate) -> None:
    action = await transfer(asking(house), "20000000 USD")
    await decide(house, "E2001", action)
    with pytest.raises(Refused) as again:
        await decide(house, "E3001", action)
    assert again.value.code == "APPROVED_BEFORE" and await payments(house, action) == 0


async def test_a_changed_argument_needs_a_new_approval(house: Deskmate) -> None:
    ask = asking(house)
    first = await transfer(ask, "20000000 USD")
    await decide(house, "E3002", first)
    second = await transfer(ask, "20000001 USD")
    assert second.digest != first.digest and not second.approvals
    assert (await decide(house, "E2001", first)).state == "rejected"
    assert (await decide(house, "E2001", second)).state == "proposed"
    assert await payments(house, first) == await payments(house, second) == 0


async def test_everybody_at_once_in_two_processes_runs_it_once(house: Deskmate, bank: Settings) -> None:
    """Two houses on one database share no lock: only the database stands between them."""
    with fixture_skills():
        async with opened(bank, clock=clock) as other:
            for _ in range(3):
                action = await transfer(asking(house), "20000000 USD")
                clicks = [
                    decide(one, person, action) for person in ("E3002", "E2001", "E3001") for one in (house, other) * 2
                ]
                await asyncio.gather(*clicks, return_exceptions=True)
                kept = await house.approvals.find(action.id)
                assert kept is not None and kept.state == "executed" and len(kept.approvals) == 2
                assert await payments(house, action) == 1
                whats = [one.what for one in await audited(house, action)]
                assert whats.count("action.executing") + whats.count("action.resumed") == 1, whats
                assert whats.count("action.approved") == 2 and whats.count("action.executed") == 1, whats


async def test_what_is_being_executed_is_not_executed_beside_it(house: Deskmate, bank: Settings) -> None:
    action = await transfer(asking(house))
    running, finish = asyncio.Event(), asyncio.Event()
    runs = 0
    skill = house.gateway._approvals._runner._skills["payments.transfer"]
    (transferred,) = skill.executors

    async def slow(*arguments: Any, **named: Any) -> Any:
        nonlocal runs
        runs += 1
        running.set()
        await finish.wait()
        return await transferred(*arguments, **named)

    skill.executors[0] = slow
    try:
        first = asyncio.create_task(decide(house, "E1002", action))
        await running.wait()
        with fixture_skills():
            async with opened(bank, clock=clock) as other:
                assert (await decide(other, "E2001", action)).state == "approved"
                assert await other.approvals.resume(clock()) == 0
        finish.set()
        assert (await first).state == "executed" and runs == 1
    finally:
        skill.executors[0] = transferred


async def test_stop_does_not_stop_an_execution_half_way(house: Deskmate) -> None:
    action = await transfer(asking(house))
    click = asyncio.create_task(decide(house, "E1002", action))
    while (await house.approvals.find(action.id)).state == "proposed":  # type: ignore[union-attr]
        await asyncio.sleep(0)
    click.cancel()
    with pytest.raises(asyncio.CancelledError):
        await click
    for _ in range(500):
        if (kept := await house.approvals.find(action.id)) and kept.state == "executed":
            break
        await asyncio.sleep(0.01)
    assert kept is not None and kept.state == "executed" and await payments(house, action) == 1


async def test_an_approved_state_without_approvals_runs_nothing(house: Deskmate) -> None:
    """Somebody who can write to the database, and has no key, gets nothing done by it."""
    action = await transfer(asking(house))
    forged = text("UPDATE action SET state = 'approved' WHERE id = :id")
    await house.records._database.writing(lambda connection: connection.execute(forged, {"id": action.id}))
    after = await decide(house, "E1002", action)
    assert after.state == "failed" and "审批手续不齐" in after.outcome and await payments(house, action) == 0


async def test_who_lost_the_right_in_between_gets_nothing_done(house: Deskmate, bank: Settings) -> None:
    action = await transfer(asking(house))
    path = bank.content / "config" / "permissions.csv"
    kept = path.read_text(encoding="utf-8")
    path.write_text(f"{kept}p, E1001, *, fx, payments.*, deny\n", encoding="utf-8")
    try:
        with fixture_skills():
            async with opened(bank, clock=clock) as other:
                assert (await decide(other, "E1002", action)).state == "failed"
    finally:
        path.write_text(kept, encoding="utf-8")
    assert await payments(house, action) == 0


# --- in words ---


async def test_what_waits_is_listed_and_decided_from_ones_own_room(house: Deskmate) -> None:
    action = await transfer(asking(house), "3000000 USD")
    mine = asking(house, person="E2001")
    listed = await mine("待我审批")
    assert action.id in [one.id for one in listed.actions]
    for said in (action.id, "张伟", "USD 3,000,000", "10:30", f"“确认 {listed.actions[0].id}”"):
        assert said in listed.text, listed.text
    english = await asking(house, person="E2001")("what is waiting for my approval?")
    assert action.id in english.text and "Waiting for your approval" in english.text
    reply = await mine(f"确认 {action.id}")
    assert [one.state for one in reply.actions] == ["executed"] and await payments(house, action) == 1
    told = await house.gateway.desk.talk("E2001", mine.room)
    assert len(told) == 2


async def test_nothing_waits_is_a_plain_sentence(house: Deskmate) -> None:
    reply = await asking(house, person="E5001")("有什么要我审批的")
    assert reply.text == "目前没有等您审批的事项。" and not reply.actions


async def test_a_plain_yes_decides_nothing_of_another_room(house: Deskmate) -> None:
    action = await transfer(asking(house))
    await asking(house, person="E1002")("确认")
    kept = await house.approvals.find(action.id)
    assert kept is not None and kept.state == "proposed"


async def test_in_a_room_with_others_what_is_not_theirs_is_not_named(house: Deskmate) -> None:
    action = await transfer(asking(house))
    shared = asking(house, person="E1002")
    await shared("@办公 李娜的分机")
    await shared("@办公 王芳的分机", person="E6001", operator="tester")
    listed = await shared("待我审批")
    assert "不属于本会话" in listed.text and action.id not in listed.text and not listed.actions
    decided = await shared(f"确认 {action.id}")
    assert [one.state for one in decided.actions] == ["executed"] and "备付金" not in decided.text


async def test_who_is_needed_is_said_as_the_directory_calls_them(house: Deskmate) -> None:
    action = await transfer(asking(house), "20000000 USD")
    assert house.gateway.outlook("E1001", action).needed == "总行外汇交易员，以及交易主管"


async def test_over_http_what_waits_is_listed_and_decided(house: Deskmate) -> None:
    """Where the client keeps the talk each request is a room of its own."""
    action = await transfer(asking(house))
    app = FastAPI()
    Api(house.gateway, house.identity, house.metrics, clock, {}).add_to(app)
    headers = {"authorization": f"Bearer {house.identity.token('E2001')}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://test", headers=headers
    ) as http:

        async def ask(text: str) -> dict[str, Any]:
            asked = {"model": "deskmate", "messages": [{"role": "user", "content": text}]}
            answer: dict[str, Any] = (await http.post("/v1/chat/completions", json=asked)).json()
            return answer

        listed = await ask("待我审批")
        assert action.id in [one["id"] for one in listed["deskmate"]["actions"]]
        assert action.id in listed["choices"][0]["message"]["content"]
        decided = await ask(f"确认 {action.id}")
        assert [one["state"] for one in decided["deskmate"]["actions"]] == ["executed"]
    assert await payments(house, action) == 1
