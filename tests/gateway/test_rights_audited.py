"""Through the whole house: every denial is in the audit with what was asked, the reason and the line that says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from app.core.errors import AssistantError, Refused
from app.main import Deskmate
from tests.conftest import asking


async def denials(house: Deskmate) -> list[Mapping[str, Any]]:
    """Person, assistant and detail of every refusal."""
    return [
        {"person": entry.person, "room": entry.room, "decision": entry.decision, **entry.detail}
        async for entry in house.audit.chain()
        if entry.what == "refused"
    ]


async def test_a_denied_skill(house: Deskmate) -> None:
    ask = asking(house, person="E5001")
    assert (await ask("@外汇 客户华星科技要买500万美元")).refused
    (denial,) = await denials(house)
    assert (denial["person"], denial["skill"], denial["reason"]) == ("E5001", "fx.quote", "no_rule")
    assert denial["rule"] == "no rule"


async def test_a_denied_document_in_a_search_and_as_an_original(house: Deskmate) -> None:
    reply = await asking(house, person="E9001")("@信贷 流动资金贷款期限最长多久")
    assert reply.refused and not reply.citations
    with pytest.raises(Refused):
        await house.gateway.desk.passage("E9001", "credit/working-capital-loans.md", "第一条")
    first, second = await denials(house)
    assert first["skill"] == "knowledge.search" and second["knowledge"] == "credit"
    assert all(
        one["reason"] == "denied" and one["rule"].startswith("config/permissions.csv:") for one in (first, second)
    )


async def test_a_member_who_may_not_see_it(house: Deskmate) -> None:
    ask = asking(house, person="E1002")
    await ask("@外汇 美元现在多少")
    await ask("@办公 李娜的分机", person="E6001", operator="tester")
    reply = await ask("@外汇 客户华星科技要买500万美元")
    assert reply.refused and "周涛" not in reply.text and "E6001" not in reply.text
    (denial,) = await denials(house)
    assert (denial["person"], denial["reason"]) == ("E1002", "room")


async def test_a_set_that_nobody_reads_is_not_written_down(house: Deskmate) -> None:
    with pytest.raises(Refused):
        await house.gateway.desk.passage("E1001", "张三 13900001234/x.md", "第一条")
    (denial,) = await denials(house)
    assert "13900001234" not in str(denial) and denial["reason"] == "unknown"


async def test_another_room_and_its_files(house: Deskmate) -> None:
    ask = asking(house, person="E1001")
    await ask("@办公 李娜的分机")
    desk = house.gateway.desk
    file = await desk.upload("E1001", ask.room, "a.txt", b"a", "text/plain")  # type: ignore[attr-defined]
    for refused in (
        lambda: desk.talk("E1002", ask.room),  # type: ignore[attr-defined]
        lambda: desk.file("E1002", file.id),
        lambda: desk.talk("E1002", "张三的房间"),
    ):
        with pytest.raises(AssistantError):
            await refused()
    told = await denials(house)
    assert [(one["person"], one["decision"]) for one in told] == [
        ("E1002", "NOT_A_MEMBER"),
        ("E1002", "NO_FILE"),
        ("E1002", "NOT_A_MEMBER"),
    ]
    assert "张三" not in str(told)


async def test_starters_are_what_one_may(house: Deskmate) -> None:
    offered = {assistant.name for assistant, _ in house.gateway.desk.starters("E9001")}
    assert "office" in offered and "credit" not in offered
    assert "credit" in {assistant.name for assistant, _ in house.gateway.desk.starters("E1001")}


async def test_who_joins_later_is_shown_and_told_no_more_than_he_may(house: Deskmate) -> None:
    ask = asking(house, person="E1002")
    room: str = ask.room  # type: ignore[attr-defined]
    await ask("@外汇 客户华星科技要买500万美元")
    await ask("@外汇 美元现在多少")
    await ask("@办公 李娜的分机", person="E6001", operator="tester")

    async def replies(person: str) -> list[str]:
        return [told.reply.text for told in await house.gateway.desk.talk(person, room) if told.reply]

    quote, rates, extension = await replies("E6001")
    assert "5,000,000" not in quote and "无权查看" in quote
    assert "USD/CNY" in rates and "6102" in extension
    assert "5,000,000" in (await replies("E1002"))[0]
    (denial,) = await denials(house)
    assert (denial["person"], denial["reason"], denial["replies"]) == ("E6001", "room", "1")
    known = await house.records.room(room)
    assert known is not None
    for_models = house.gateway.desk.shared(await house.records.turns(room), known)
    assert [one.reply is None for one in for_models] == [True, False, False]


async def test_dealers_who_join_see_what_was_quoted(house: Deskmate) -> None:
    ask = asking(house, person="E1002")
    await ask("@外汇 客户华星科技要买500万美元")
    await ask("@外汇 美元现在多少", person="E3001", operator="tester")
    told = await house.gateway.desk.talk("E3001", ask.room)  # type: ignore[attr-defined]
    assert told[0].reply is not None and "5,000,000" in told[0].reply.text
    assert not await denials(house)
