"""What an assistant says of its own accord is reviewed, masked, stored and told like anything else, and said once."""

from __future__ import annotations

from datetime import UTC, datetime

from app.core.errors import SkillFailed
from app.core.turn import Room, Turn
from app.gateway.initiative import Act
from app.main import Deskmate
from app.team.work import Work

ROOM = Room("r1", "询价", ("E1002", "E2001"), assistants=("fx",), shared=True, keeper="E1002")


def says(text: str, times: list[str]) -> Act:
    """Says `text`, and notes for whom."""

    async def act(work: Work) -> None:
        times.append(work.person.id)
        await work.voice.say("fx", text, "local", rendered=())

    return act


async def test_it_is_said_once_and_every_member_finds_it(house: Deskmate) -> None:
    await house.records.open_room(ROOM)
    acted: list[str] = []
    first = await house.initiative.take("i1", "r1", "E1002", says("报价还有 10 秒到期。", acted))
    again = await house.initiative.take("i1", "r1", "E1002", says("报价还有 10 秒到期。", acted))
    assert first is not None and again is not None
    assert first.text == again.text == "报价还有 10 秒到期。" and acted == ["E1002"]
    for member in ROOM.members:
        (told,) = await house.gateway.desk.talk(member, "r1")
        assert told.text == "" and told.reply is not None and told.reply.speakers == ("fx",)
    assert [one.what for one in await house.bus.since("r1", 0)] == ["opened", "answered"]
    assert await house.gateway.desk.unread("E2001") == {"r1": 1}


async def test_nobody_is_acted_for_who_is_gone_or_not_in_the_room(house: Deskmate) -> None:
    await house.records.open_room(ROOM)
    acted: list[str] = []
    assert await house.initiative.take("i1", "r1", "E6001", says("一", acted)) is None
    assert await house.initiative.take("i2", "r1", "E0000", says("一", acted)) is None
    assert await house.initiative.take("i3", "nowhere", "E1002", says("一", acted)) is None
    assert acted == []


async def test_what_goes_wrong_is_said_without_its_values(house: Deskmate) -> None:
    await house.records.open_room(ROOM)

    async def breaks(work: Work) -> None:
        raise ValueError("客户 6222020200112233445")

    async def fails(work: Work) -> None:
        raise SkillFailed("FX_STALE", "行情过期，请电话 13800138000 询价")

    broken = await house.initiative.take("i1", "r1", "E1002", breaks)
    failed = await house.initiative.take("i2", "r1", "E1002", fails)
    assert broken is not None and broken.error is not None and broken.error.code == "INTERNAL"
    assert "6222" not in broken.text
    assert failed is not None and failed.error is not None and failed.error.code == "FX_STALE"
    assert "13800138000" not in failed.text and "<PHONE_1>" in failed.text


async def test_what_a_model_worded_is_reviewed_here_too(house: Deskmate) -> None:
    await house.records.open_room(ROOM)

    async def promises(work: Work) -> None:
        await work.voice.say("fx", "这个产品保本保收益，稳赚不赔。", "model", "m")

    reply = await house.initiative.take("i1", "r1", "E1002", promises)
    assert reply is not None and "保本" not in reply.text


async def test_a_message_of_a_person_comes_behind_it(house: Deskmate) -> None:
    await house.records.open_room(ROOM)
    await house.initiative.take("i1", "r1", "E1002", says("报价已到期。", []))
    reply = await house.gateway.handle(Turn("t1", "r1", "E2001", "知道了", "test", datetime.now(UTC)))
    assert reply.text == ""
    assert [one.turn_id for one in await house.gateway.desk.talk("E1002", "r1")] == ["i1", "t1"]
