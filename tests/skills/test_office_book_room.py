"""Talks about meeting rooms, as the local model replays them: one line per message."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app.core.errors import AssistantError, Refused, SkillFailed
from app.core.skill import Ask, Outcome, Proposal, Result, Skill
from app.core.texts import language_of, speaking
from skills.office import book_room, cancel_room, my_bookings
from tests.skills.context import NOW, FakeDatabase, context


class Office:
    """Says messages, line by line, and confirms proposals."""

    def __init__(self, folder: Path, database: FakeDatabase) -> None:
        self.folder, self.database, self.confirmed = folder, database, 0

    async def say(self, *lines: str, by: str = "E6001", skill: Skill = book_room, now: datetime = NOW) -> Outcome:
        with speaking(language_of(lines[-1])):
            return await skill.function(context(self.folder, self.database, by=by, now=now), "\n".join(lines))

    async def ask(self, *lines: str, by: str = "E6001", skill: Skill = book_room) -> str:
        outcome = await self.say(*lines, by=by, skill=skill)
        assert isinstance(outcome, Ask), outcome
        return outcome.question

    async def propose(self, *lines: str, by: str = "E6001", skill: Skill = book_room) -> Proposal:
        outcome = await self.say(*lines, by=by, skill=skill)
        assert isinstance(outcome, Proposal), outcome
        return outcome

    async def confirm(
        self, proposal: Proposal, *, by: str = "E6001", skill: Skill = book_room, key: str = "", now: datetime = NOW
    ) -> Result:
        self.confirmed += 1
        ctx = context(self.folder, self.database, by=by, now=now, idempotency_key=key or f"key{self.confirmed}")
        return await skill.executors[0](ctx, **proposal.arguments)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    database = await FakeDatabase(tmp_path / "office.db").open()
    yield Office(tmp_path, database)
    await database.close()


async def test_the_talk_of_a_booking(office: Office) -> None:
    first = "帮我订明天下午三点的会议室"
    question = await office.ask(first)
    assert "多大的会议室" in question and "用多久" in question and "哪天" not in question
    proposal = await office.propose(first, "8个人，一个小时")
    assert proposal.summary == "预订 总行 302会议室（10座），2026年11月20日（周五） 15:00–16:00，主题：会议"
    changed = await office.propose(first, "8个人，一个小时", "改成四点")
    assert changed.arguments == {
        "room": "总行 302会议室",
        "starts_at": "2026-11-20T16:00:00+08:00",
        "ends_at": "2026-11-20T17:00:00+08:00",
        "subject": "会议",
        "people": 8,
    }
    result = await office.confirm(changed)
    assert result.data["number"] == "HY20261120-0001"
    assert "HY20261120-0001" in result.text and "周涛 E6001" in result.text


async def test_in_english(office: Office) -> None:
    proposal = await office.propose("book a room tomorrow 3pm for 2 hours", "10 people, about the budget")
    assert proposal.summary.startswith("Book 总行 302会议室 (10 seats), Fri 2026-11-20, 15:00–17:00")
    assert proposal.arguments["subject"] == "the budget"


async def test_one_question_names_all_that_is_missing_and_nothing_else(office: Office) -> None:
    assert "哪天几点开始" in await office.ask("帮我订会议室")
    assert await office.ask("订302") == "请问哪天几点开始、用多久？"
    assert await office.ask("订302，明天") == "请问几点开始、用多久？"
    assert await office.ask("订302，明天三点") == "请问用多久？"
    assert "没有这一天" in await office.ask("订302，2月30日三点到四点")


async def test_when_only_the_size_is_missing_the_question_shows_what_is_free(office: Office) -> None:
    await office.confirm(await office.propose("订302，明天三点一小时"))
    question = await office.ask("明天三点到四点要个会议室")
    assert "301会议室（6座）" in question and "302会议室" not in question and "几个人" in question


async def test_the_smallest_room_that_suffices_at_the_own_place(office: Office) -> None:
    times = "，明天三点一小时"
    assert "301" in (await office.propose("订会议室，5个人" + times)).summary
    assert "302" in (await office.propose("订会议室，7位同事" + times)).summary
    assert "303" in (await office.propose("订能视频的会议室，7位同事" + times)).summary
    assert "城东支行 客户洽谈室" in (await office.propose("订会议室，5个人" + times, by="E1001")).summary
    assert "示例分行 201" in (await office.propose("订示例分行的会议室，7个人" + times)).summary
    assert "总行 501" in (await office.propose("订总行五楼会议室，5个人" + times, by="E1001")).summary


async def test_another_room_is_offered_when_asked_for(office: Office) -> None:
    said = ["明天三点一小时，8个人的会议室"]
    assert "302" in (await office.propose(*said)).summary
    assert "303" in (await office.propose(*said, "换一间")).summary
    assert "501" in (await office.propose(*said, "换一间", "再换一间")).summary
    assert "303" in (await office.propose("订302，明天三点一小时", "换个大一点的")).summary
    assert "没有别的" in await office.ask("明天三点一小时，100人的会议室", "换一间")


async def test_a_subject_is_kept_and_is_not_read_as_time_or_room(office: Office) -> None:
    proposal = await office.propose("订302，明天三点一小时，主题是301改造和5点计划")
    assert proposal.arguments["subject"] == "301改造和5点计划"
    assert "302" in proposal.summary and "15:00–16:00" in proposal.summary
    assert (await office.propose("明天三点一小时，6个人开贷审会")).arguments["subject"] == "贷审会"
    assert (await office.propose("明天三点一小时，6个人开会")).arguments["subject"] == "会议"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("订302，昨天下午三点一小时", "已经过去"),
        ("订302，今天上午九点一小时", "已经过去"),
        ("订302，12月30日三点一小时", "最多提前 30 天"),
        ("订302，明天晚上八点到十点", "08:00–21:00"),
        ("订302，明天早上7点一小时", "08:00–21:00"),
        ("订302，明天八点，十二个小时", "最多订 10 小时"),
        ("明天三点一小时，500人的会议室", "没有符合"),
        ("订302，明天三点一小时，40个人", "没有符合"),
    ],
)
async def test_what_nobody_can_book_is_said_and_asked_again(office: Office, text: str, says: str) -> None:
    assert says in await office.ask(text)


async def test_a_quarter_that_has_begun_can_still_be_used_and_times_are_rounded_outwards(office: Office) -> None:
    assert (await office.propose("订302，今天10点到11点")).arguments["starts_at"] == "2026-11-19T10:00:00+08:00"
    proposal = await office.propose("订302，明天9:10到9:50")
    assert "09:00–10:00" in proposal.summary


async def test_a_taken_time_is_refused_with_what_is_free(office: Office) -> None:
    await office.confirm(await office.propose("订302，明天三点到四点"))
    question = await office.ask("订302，明天三点半到四点半", by="E5001")
    assert "已被预订" in question and "303会议室" in question and "16:00–17:00" in question
    assert "303" in (await office.propose("订302，明天三点半到四点半", "换303", by="E5001")).summary
    assert "16:00–17:00" in (await office.propose("订302，明天三点半到四点半", "那就四点吧", by="E5001")).summary


async def test_who_confirms_second_does_not_get_the_room(office: Office) -> None:
    mine = await office.propose("订302，明天三点到四点")
    yours = await office.propose("订302，明天三点到四点", by="E5001")
    await office.confirm(mine)
    with pytest.raises(SkillFailed) as failure:
        await office.confirm(yours, by="E5001")
    assert failure.value.code == "OFFICE_TAKEN" and "303" in failure.value.message


async def test_the_same_confirmation_twice_is_one_booking(office: Office) -> None:
    proposal = await office.propose("订302，明天三点到四点")
    first = await office.confirm(proposal, key="once")
    second = await office.confirm(proposal, key="once")
    assert first == second


async def test_a_confirmation_after_the_time_books_nothing(office: Office) -> None:
    proposal = await office.propose("订302，今天下午一点到两点")
    with pytest.raises(SkillFailed, match="已经过去"):
        await office.confirm(proposal, now=NOW + timedelta(hours=5))
    assert isinstance(await office.propose("订302，今天下午一点到两点"), Proposal)


async def test_nothing_is_booked_outside_a_confirmed_action(office: Office) -> None:
    proposal = await office.propose("订302，明天三点到四点")
    with pytest.raises(ValueError, match="confirmed"):
        await book_room.executors[0](context(office.folder, office.database), **proposal.arguments)


async def test_own_bookings_and_cancelling(office: Office) -> None:
    ctx = context(office.folder, office.database)
    assert "没有" in (await my_bookings.function(ctx)).text  # type: ignore[union-attr]
    await office.confirm(await office.propose("订302，明天三点到四点，主题是例会"))
    only = await office.propose("取消会议室", skill=cancel_room)
    assert only.arguments["number"] == "HY20261120-0001" and "例会" in only.summary
    await office.confirm(await office.propose("订303，下周一上午十点到十一点"))
    listing = (await my_bookings.function(ctx)).text  # type: ignore[union-attr]
    assert "HY20261120-0001" in listing and "HY20261123-0002" in listing
    assert "HY20261123-0002" in await office.ask("取消会议室", skill=cancel_room)
    for said in ("302那个", "明天的", "HY20261120-0001", "下午三点那个"):
        chosen = await office.propose("取消会议室", said, skill=cancel_room)
        assert chosen.arguments["number"] == "HY20261120-0001", said
    assert "没有与之相符" in await office.ask("取消后天的会议室", skill=cancel_room)
    done = await office.confirm(only, skill=cancel_room, key="once")
    assert "已取消 HY20261120-0001" in done.text
    assert done == await office.confirm(only, skill=cancel_room, key="once")
    with pytest.raises(SkillFailed, match="不在了"):
        await office.confirm(only, skill=cancel_room, key="another")
    assert isinstance(await office.propose("订302，明天三点到四点", by="E5001"), Proposal)


async def test_nobody_cancels_another_persons_booking(office: Office) -> None:
    await office.confirm(await office.propose("订302，明天三点到四点"))
    with pytest.raises(Refused, match="不是您的预订"):
        await office.say("取消HY20261120-0001", by="E1001", skill=cancel_room)
    forged = Proposal("", {"number": "HY20261120-0001", "booking": ""})
    with pytest.raises(AssistantError):
        await office.confirm(forged, by="E1001", skill=cancel_room)
    assert len((await my_bookings.function(context(office.folder, office.database))).data["bookings"]) == 1  # type: ignore[union-attr]


async def test_a_number_nobody_has_is_said_to_be_none(office: Office) -> None:
    outcome = await office.say("取消HY20261120-0099", skill=cancel_room)
    assert isinstance(outcome, Result) and "没有" in outcome.text


@pytest.mark.parametrize(
    "text",
    ["", "???", "订" * 3000, "1" * 20_000, "一二三十" * 5_000, "\n\n\n", "主题是" + "|" * 50, "{room} {0} %s {{x}}"],
)
async def test_any_text_ends_in_a_question_or_a_proposal(office: Office, text: str) -> None:
    assert isinstance(await office.say(text or " "), Ask | Proposal)


async def test_a_subject_cannot_break_the_table(office: Office) -> None:
    proposal = await office.propose("订302，明天三点到四点，主题是a|b|c")
    result = await office.confirm(proposal)
    assert all(line.count("|") == 3 for line in result.text.splitlines() if line.startswith("|"))


async def test_who_works_at_a_place_without_rooms_is_asked_where(office: Office) -> None:
    ctx = context(office.folder, office.database)
    elsewhere = replace(ctx, person=replace(ctx.person, place="城西支行"))
    outcome = await book_room.function(elsewhere, "明天三点一小时，5个人的会议室")
    assert isinstance(outcome, Ask) and "总行、示例分行、城东支行" in outcome.question
    outcome = await book_room.function(elsewhere, "明天三点一小时，5个人的会议室\n城东支行的")
    assert isinstance(outcome, Proposal) and "城东支行 客户洽谈室" in outcome.summary
