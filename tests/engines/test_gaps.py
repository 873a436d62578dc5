"""What people were not helped with, kept for the owners of the documents."""

from __future__ import annotations

import pytest

from app.main import Deskmate
from tests.conftest import asking, clock

ASKED = "客户李小明的手机13812345678在凤凰城住宿能报多少"


async def noted(house: Deskmate, turn: str = "turn-1", question: str = ASKED, room: str = "room-g") -> int:
    gap = await house.gaps.note(
        question, room=room, turn=turn, person="E1001", at=clock(), set="office", nearest=["office/travel-expenses.md"]
    )
    return gap.id


async def test_a_question_is_kept_masked_with_its_owner(house: Deskmate) -> None:
    id = await noted(house)
    (gap,) = await house.gaps.open()
    assert (gap.id, gap.owner, gap.nearest, gap.person) == (id, "总行办公室", ("office/travel-expenses.md",), "E1001")
    assert "13812345678" not in gap.question and "凤凰城住宿" in gap.question
    assert await house.gaps.open(sets=["fx"]) == []


async def test_the_same_turn_again_is_the_same_gap(house: Deskmate) -> None:
    assert await noted(house) == await noted(house)
    assert len(await house.gaps.open()) == 1


async def test_it_is_closed_once_and_the_audit_says_by_whom(house: Deskmate) -> None:
    id = await noted(house)
    assert await house.gaps.close(id, by="E6001")
    assert not await house.gaps.close(id, by="E6001")
    assert not await house.gaps.close(9999, by="E6001")
    assert await house.gaps.open() == []
    closed = [entry async for entry in house.audit.chain() if entry.what == "knowledge.gap_closed"]
    assert [(entry.person, entry.detail) for entry in closed] == [("E6001", {"gap": id})]


async def test_an_answer_that_is_disliked_comes_with_its_passages(house: Deskmate) -> None:
    ask = asking(house, "room-d", "E6001")
    good = await ask("@办公 印章怎么保管")
    bad = await ask("@办公 一类地区的住宿费标准是多少", id="turn-bad")
    assert good.citations and bad.citations
    await house.gateway.desk.feedback("E6001", good.turn_id, "up")
    await house.gateway.desk.feedback("E6001", "turn-bad", "down", "问的是李小明，电话13812345678")
    (one,) = await house.gaps.disliked(sets=["office"])
    assert (one.turn, one.person) == ("turn-bad", "E6001")
    assert "住宿费标准" in one.question and one.citations == bad.citations
    assert "13812345678" not in one.comment
    assert await house.gaps.disliked(sets=["fx"]) == []


@pytest.mark.parametrize("how", ["room", "person"])
async def test_it_goes_with_the_talk_it_was_asked_in(house: Deskmate, how: str) -> None:
    await asking(house, "room-g", "E1001")("@办公 凤凰城的住宿费上限是多少", id="turn-1")
    await noted(house)
    await noted(house, "turn-other", "另一个问题", "room-other")
    if how == "room":
        await house.records.delete_room("room-g")
    else:
        await house.erasure.person("E1001", dry_run=False)
    assert "turn-1" not in {gap.question for gap in await house.gaps.open()}
    assert len([gap for gap in await house.gaps.open() if "凤凰城" in gap.question]) == 0
