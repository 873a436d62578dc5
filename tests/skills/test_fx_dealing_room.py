"""The assistant hears a room: the deal follows the talk, with who said what, and is agreed only as it may be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.core.happening import Happening
from app.core.skill import Ask, Result
from app.core.texts import speaking
from app.core.turn import Room
from skills.fx.dealing.kept_talk import KeptTalks
from skills.fx.dealing.listen import listen
from skills.fx.dealing.talk import Talk
from skills.fx.deals.book import Book, Stale
from skills.fx.deals.deal import Deal
from skills.fx.quote import quote
from tests.skills.context import ZONE, FakeDatabase, NoRooms, context

NOW = datetime(2026, 11, 20, 16, 31, tzinfo=ZONE)
"""A minute after the example market's time."""
WHO = {"L": "E1002", "W": "E2001", "C": "E3001", "Z": "E1001"}
ENQUIRY = "Z 客户华星科技想买美元，500万，即期，合同发票都有"
"""Large enough for a dealer to quote it."""


class OneRoom(NoRooms):
    async def of(self, room: str) -> Room | None:
        people = ("E1001", "E1002", "E2001", "E3001")
        return Room(room, "询价", people, ("fx",), shared=True, keeper="E1002") if room == "room-1" else None


class Talked:
    """A room in which people talk, five seconds after one another."""

    def __init__(self, folder: Path, database: FakeDatabase) -> None:
        self.folder, self.database = folder, database
        self.now = NOW
        self.happened: list[Happening] = []
        self.turns = 0

    async def say(self, line: str, *, room: str = "room-1") -> str:
        """`L …`; with `@` the assistant is asked for a quote. What it says."""
        self.now += timedelta(seconds=5)
        self.turns += 1
        own = {"assistant": "fx", "turn_id": f"t{self.turns}"}
        ctx = context(self.folder, self.database, by=WHO[line[0]], now=self.now, room=room, rooms=OneRoom(), **own)
        called = line[2:].startswith("@外汇")
        outcome = await (quote if called else listen).function(ctx, line[2:].removeprefix("@外汇"))
        if isinstance(outcome, Ask):
            return outcome.question
        assert isinstance(outcome, Result)
        self.happened += outcome.happened
        return outcome.text

    async def deal(self) -> Deal:
        found = await Book(self.database).last_of_room("room-1")
        assert found is not None
        return found

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.happened]


@pytest.fixture
async def talk(tmp_path: Path) -> AsyncIterator[Talked]:
    database = await FakeDatabase(tmp_path / "d.db").open()
    yield Talked(tmp_path, database)
    await database.close()


async def test_a_deal_is_made_by_talking_and_the_assistant_speaks_only_where_it_must(talk: Talked) -> None:
    assert await talk.say("L 大家早") == ""
    assert await Book(talk.database).of_room("room-1") is None
    assert "要素已齐" in await talk.say(ENQUIRY)
    for line in ("L 陈杰报个价", "C 6.8340", "L 6.8330能做吗", "C 可以", "W 晚上聚餐7点"):
        assert await talk.say(line) == "", line
    assert "6.8330" in await talk.say("L 成交")
    deal = await talk.deal()
    assert deal.state == "agreed" and deal.agreement is not None and deal.offered is not None
    assert (deal.agreement.price, deal.agreement.branch, deal.agreement.bank) == (Decimal("6.8330"), "E1002", "E3001")
    assert (deal.offered.by, deal.value("customer")) == ("E3001", "华星科技有限公司")
    assert (deal.elements["amount"].by, deal.elements["amount"].turn) == ("E1001", "t2")
    assert talk.names == ["fx.enquiry", "fx.changed", "fx.complete", "fx.offer", "fx.offer", "fx.agreed"]
    assert {one.about for one in talk.happened} == {deal.number}


async def test_a_small_deal_is_quoted_by_the_machine_and_its_price_expires(talk: Talked) -> None:
    said = await talk.say("L 客户远东机械买100万美元，发票有")
    assert "要素已齐" in said and "秒内有效" in said
    first = (await talk.deal()).offered
    assert first is not None and first.by == "fx"
    talk.now += timedelta(minutes=2)
    assert "有效期" in await talk.say("L 成交")
    assert (await talk.deal()).agreement is None
    assert "秒内有效" in await talk.say("L @外汇 报个价")
    assert "已记成交" in await talk.say("L 成交")
    deal = await talk.deal()
    assert deal.agreement is not None and deal.agreement.bank == "fx"
    assert deal.offered is not None and deal.offered.at > first.at


async def test_a_price_far_from_the_market_does_not_come_to_the_ticket(talk: Talked) -> None:
    await talk.say(ENQUIRY)
    assert "暂不能办理" in await talk.say("C 7.0520")
    assert (await talk.deal()).offered is None
    await talk.say("L 成交")
    assert (await talk.deal()).agreement is None


async def test_a_price_named_before_the_client_is_known_comes_to_the_ticket_with_him(talk: Talked) -> None:
    for line in ("L 买500万美元，即期", "C 6.8340"):
        assert await talk.say(line) == "", line
    assert (await talk.deal()).offered is None
    assert "要素已齐" in await talk.say("L 客户是华星科技，合同有")
    deal = await talk.deal()
    assert deal.state == "quoted" and deal.offered is not None and deal.offered.price == Decimal("6.8340")
    assert "已记成交" in await talk.say("L 成交")


async def test_a_change_voids_the_agreement_and_papers_do_not(talk: Talked) -> None:
    for line in (ENQUIRY, "C 6.8340", "L 成交"):
        await talk.say(line)
    assert await talk.say("L 报关单也有") == ""
    assert "已经成交" in await talk.say("W 300万")
    assert (await talk.deal()).state == "agreed"
    said = await talk.say("L 改成300万")
    assert "作废" in said and "要素已齐" in said
    deal = await talk.deal()
    assert deal.agreement is None and deal.value("amount") == "3000000"


async def test_a_swap_of_a_dealer_has_both_legs(talk: Talked) -> None:
    assert "要素已齐" in await talk.say("L 客户华星科技掉期，近端买入远端卖出，500万美元，三个月，合同有")
    assert await talk.say("C -340") == ""
    assert "已记成交" in await talk.say("L 成交")
    offered = (await talk.deal()).offered
    assert offered is not None and offered.near_price is not None
    assert offered.price - offered.near_price == Decimal("-0.0340")


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (("L 客户远东机械买五百万左右美元",), "准确金额"),
        (("L 客户华星买500万美元",), "华星科技园"),
        (("L 客户远东机械买100万美元，2027-01-01交割",), "休市"),
        ((ENQUIRY, "W 300万"), "以哪个为准"),
        ((ENQUIRY, "C 6.8340", "L 6.8330成交"), "不一致"),
        ((ENQUIRY, "C 6.8340", "L 可以"), "6.8340"),
        ((ENQUIRY, "L 成交"), "还没有报价"),
        ((ENQUIRY, "C 6.8340", "L yours"), "相反"),
        ((ENQUIRY, "C 6.8340", "Z 成交"), "张伟"),
        ((ENQUIRY, "L 再来一笔200万欧元"), "还没有办完"),
    ],
)
async def test_what_is_not_sure_is_asked(talk: Talked, lines: tuple[str, ...], words: str) -> None:
    said = [await talk.say(line) for line in lines]
    assert words in said[-1], said[-1]
    assert (await talk.deal()).agreement is None


async def test_withdrawn_ends_the_deal_and_the_next_one_has_another_number(talk: Talked) -> None:
    await talk.say(ENQUIRY)
    first = await talk.deal()
    assert first.number in await talk.say("L nothing done")
    assert (await talk.deal()).state == "withdrawn" and talk.names[-1] == "fx.withdrawn"
    assert await talk.say("C 好的") == ""
    await talk.say("L 客户远东机械卖20万欧元")
    second = await talk.deal()
    assert second.number != first.number and second.value("customer") == "远东机械进出口有限公司"


async def test_what_was_said_survives_a_restart(talk: Talked) -> None:
    for line in (ENQUIRY, "C 6.8340", "L 6.8330能做吗"):
        await talk.say(line)
    deal = await talk.deal()
    kept, _ = await KeptTalks(talk.database).of("room-1", deal.number)
    assert kept.counter is not None and kept.counter.price.bid == Decimal("6.8330")
    assert (await KeptTalks(talk.database).of("room-1", "FX20261120-0009"))[0].said == {}
    again = Talked(talk.folder, talk.database)
    again.now = talk.now
    assert "已记成交" in await again.say("C 成交")


async def test_two_who_speak_at_once_are_both_heard(talk: Talked) -> None:
    await talk.say("L 客户华星科技买美元")
    await asyncio.gather(talk.say("L 500万"), talk.say("Z 合同有"), talk.say("W 三个月"))
    deal = await talk.deal()
    assert len(await Book(talk.database).history(deal.number)) == deal.version
    assert (deal.value("amount"), deal.value("tenor"), deal.value("documents")) == ("5000000", "3M", "合同")
    assert deal.state == "checked" and talk.names.count("fx.complete") >= 1


async def test_a_talk_that_a_crash_has_lost_goes_on_from_the_ticket(talk: Talked) -> None:
    for line in (ENQUIRY, "C 6.8340"):
        await talk.say(line)
    deal = await talk.deal()
    _, version = await KeptTalks(talk.database).of("room-1", deal.number)
    await KeptTalks(talk.database).keep("room-1", deal.number, Talk(), after=version)
    assert "已记成交" in await talk.say("L 成交")
    with pytest.raises(Stale):
        await KeptTalks(talk.database).keep("room-1", deal.number, Talk(), after=version)


async def test_a_quote_in_the_room_feeds_the_same_deal_and_one_alone_makes_none(talk: Talked) -> None:
    await talk.say("L 客户远东机械买100万美元")
    deal = await talk.deal()
    said = await talk.say("W @外汇 三个月远期什么价")
    assert "参考" in said
    changed = await talk.deal()
    assert (changed.number, changed.value("tenor"), changed.elements["tenor"].by) == (deal.number, "3M", "E2001")
    assert "参考" in await talk.say("L @外汇 买200万欧元，即期", room="alone")
    assert await Book(talk.database).of_room("alone") is None


async def test_in_english(talk: Talked) -> None:
    with speaking("en"):
        assert "All elements are there" in await talk.say(
            "L client Pacific Crown buys 5 mio USD/CNY spot, 合同 is here"
        )
        await talk.say("C 6.8340")
        assert "Agreed" in await talk.say("L mine")
