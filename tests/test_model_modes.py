"""The whole house with a model: good, wrong, slow, dead. In every case an answer, nothing done twice, no data out."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from sqlalchemy import text as sql

from app.core.audit import AuditEntry
from app.core.ports import Delta
from app.core.turn import Reply
from app.main import Deskmate, opened
from tests.conftest import Listening, asking, clock, settings_in
from tests.files import make_file
from tests.houses import content_in, with_model_limits
from tests.scripted_model import (
    Answer,
    Script,
    ScriptedModel,
    both,
    calls,
    cuts,
    empty,
    fails,
    garbage,
    hangs,
    says,
    stalls,
)

SOON_S = 30.0
"""A hang would break it; every time-out below is far shorter."""
LEAVE = "@办公 年假有多少天"
SEARCH_LEAVE = calls("knowledge.search", {"query": "年假有多少天"})
BOOK = {"request": "今天下午三点到四点的会议室，8个人，主题是周例会"}
FORBIDDEN = "保本保收益"


@pytest.fixture(scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Deskmate, ScriptedModel]]:
    """One house with its model for all tests here; the breaker is tested elsewhere, so here it stays closed."""
    folder = tmp_path_factory.mktemp("served")
    content = with_model_limits(
        content_in(folder / "content"),
        first_token_timeout_s=1.5,
        idle_timeout_s=1.0,
        total_timeout_s=6.0,
        breaker_failures=10_000,
    )
    async with ScriptedModel(says("好")) as model:
        settings = settings_in(
            folder / "home",
            DESKMATE_CONTENT=str(content),
            DESKMATE_MODEL="openai/scripted",
            DESKMATE_MODEL_BASE_URL=model.base_url,
            DESKMATE_MODEL_KEY="sk-scripted",
        )
        async with opened(settings, clock=clock) as house:
            await house.models.warm()
            yield house, model


@pytest.fixture
def house(served: tuple[Deskmate, ScriptedModel]) -> Deskmate:
    return served[0]


@pytest.fixture
async def model(served: tuple[Deskmate, ScriptedModel]) -> ScriptedModel:
    """The server as new, and no meeting room taken by an earlier test."""
    house, model = served
    for table in ("office_booked_quarter", "office_booking"):
        emptied = sql(f"DELETE FROM {table}")
        await house.records._database.writing(lambda connection, emptied=emptied: connection.execute(emptied))
    model.requests.clear()
    model.heard = ""
    model.now_says(says("好"))
    return model


async def audited(house: Deskmate, room: str, what: str) -> list[AuditEntry]:
    return [entry async for entry in house.audit.chain() if (entry.room, entry.what) == (room, what)]


async def bookings(house: Deskmate) -> int:
    counted = sql("SELECT count(*) FROM office_booking")
    return await house.records._database.reading(lambda connection: int(connection.scalar(counted) or 0))


def last_tool_message(body: Mapping[str, Any]) -> Any:
    return json.loads(next(one["content"] for one in reversed(body["messages"]) if one["role"] == "tool"))


# --- a good model ---


async def test_words_reach_the_listener_as_they_come(house: Deskmate, model: ScriptedModel) -> None:
    model.now_says(says("您好，", "我是", "办公助手。", gap_s=0.05))
    heard = Listening()
    reply = await asking(house)("@办公 你好", listener=heard)
    assert reply.text == heard.text == "您好，我是办公助手。"
    assert len([event for event in heard.events if isinstance(event, Delta)]) > 1
    assert reply.mode == "model" and reply.speakers == ("office",)
    assert [(part.mode, part.model) for part in reply.parts] == [("model", "scripted")]
    assert model.requests[0]["messages"][0]["role"] == "system"


async def test_a_skills_rendering_is_shown_word_for_word(house: Deskmate, model: ScriptedModel) -> None:
    said = "客户华星科技要买50万美元"
    model.now_says(fails(500))
    local = await asking(house, person="E1002")(f"@外汇 {said}")
    model.now_says(calls("fx.quote", {"text": said}), says("大概七块多吧"))
    ask = asking(house, person="E1002")
    reply = await ask(f"@外汇 {said}")
    assert "500,000" in reply.text and reply.text == local.text
    assert (local.mode, reply.mode) == ("local", "model")
    assert len(await audited(house, ask.room, "skill")) == 1


async def test_a_citation_is_kept_and_renumbered(house: Deskmate, model: ScriptedModel) -> None:
    model.now_says(SEARCH_LEAVE, says("查到了，按规定[2", "]执行，另见[2]。"))
    reply = await asking(house)(LEAVE)
    passages = last_tool_message(model.requests[1])["passages"]
    assert len(passages) > 1
    assert reply.text == "查到了，按规定[1]执行，另见[1]。"
    (citation,) = reply.citations
    assert (citation.source, citation.locator) == (passages[1]["source"], passages[1]["locator"])
    assert citation.quote == (await house.gateway.desk.passage("E1001", citation.source, citation.locator)).text


async def test_two_searches_number_their_passages_on(house: Deskmate, model: ScriptedModel) -> None:
    model.now_says(
        SEARCH_LEAVE, calls("knowledge.search", {"query": "会议室最多可以提前几天预订"}), says("见[1]和[6]。")
    )
    reply = await asking(house)(LEAVE)
    first, second = (
        json.loads(one["content"])["passages"] for one in model.requests[2]["messages"] if one["role"] == "tool"
    )
    assert {one["n"] for one in first}.isdisjoint(one["n"] for one in second)
    named = next(one for one in (*first, *second) if one["n"] == 6)
    assert reply.citations[1].source == named["source"] and reply.citations[1].locator == named["locator"]


@pytest.mark.parametrize("answer", ["年假五天[9]。", "年假五天[0]。"])
async def test_a_mark_that_names_no_passage_is_said_to_be_unverified(
    house: Deskmate, model: ScriptedModel, answer: str
) -> None:
    model.now_says(SEARCH_LEAVE, says(answer))
    reply = await asking(house)(LEAVE)
    assert "未核实" in reply.text and "[" not in reply.text and reply.citations == ()


async def test_an_answer_without_a_mark_is_said_to_be_unverified(house: Deskmate, model: ScriptedModel) -> None:
    model.now_says(SEARCH_LEAVE, says("年假一百天。"))
    reply = await asking(house)(LEAVE)
    assert reply.text.startswith("年假一百天。") and "未核实" in reply.text and reply.citations == ()


async def test_words_and_a_call_in_one_answer_are_both_said(house: Deskmate, model: ScriptedModel) -> None:
    model.now_says(calls("office.find_person", {"who": "李娜"}, words="我查一下。"))
    reply = await asking(house)("@办公 李娜的分机是多少")
    assert reply.text.startswith("我查一下。") and "6102" in reply.text


# --- a slow, wrong or dead model ---

WRONG: dict[str, list[Script]] = {
    "an unknown tool": [calls("office.launch_rocket", {"who": "x"})],
    "a skill of another assistant": [calls("fx.quote", {"text": "买500万美元"})],
    "arguments that are no JSON": [calls("office.find_person", "{who:")],
    "arguments that are a list": [calls("office.find_person", "[1]")],
    "arguments of wrong types": [calls("office.find_person", {"who": 5, "why": True})],
    "nothing at all": [empty()],
    "blanks": [says(" ", "\n")],
    "no events": [garbage()],
    "too many requests": [fails(429)],
    "a broken server": [fails(500)],
    "a bad key": [fails(401)],
    "silence": [hangs()],
    "no first word for long": [says("来了", first_s=20.0)],
    "words that come for ever": [Answer(pieces=("等",) * 300, gap_s=0.9)],
    "an early end": [cuts("李娜的分")],
    "silence after the first words": [stalls("李娜的分")],
}


@pytest.mark.parametrize("script", WRONG.values(), ids=WRONG.keys())
async def test_the_person_gets_the_answer_all_the_same(
    house: Deskmate, model: ScriptedModel, script: list[Script]
) -> None:
    model.now_says(*script)
    ask = asking(house)
    async with asyncio.timeout(SOON_S):
        reply = await ask("@办公 李娜的分机是多少")
    assert "6102" in reply.text and reply.error is None and not reply.refused
    spoke = any(piece.strip() for one in script if isinstance(one, Answer) and one.first_s == 0 for piece in one.pieces)
    assert reply.mode == ("model" if spoke else "local")
    assert len(await audited(house, ask.room, "skill")) == 1
    (told,) = await house.gateway.desk.talk("E1001", ask.room)
    assert told.reply is not None and told.reply.text == reply.text


async def test_a_model_that_is_not_there(served: tuple[Deskmate, ScriptedModel]) -> None:
    house, model = served
    await model.__aexit__(None, None, None)
    try:
        async with asyncio.timeout(SOON_S):
            reply = await asking(house)("@办公 李娜的分机是多少")
    finally:
        await model.__aenter__()
    assert "6102" in reply.text and reply.mode == "local"


async def test_a_half_answer_that_broke_off_says_so(house: Deskmate, model: ScriptedModel) -> None:
    model.now_says(cuts("李娜的分机好像是 9999，"))
    heard = Listening()
    reply = await asking(house)("@办公 李娜的分机是多少", listener=heard)
    half, _, rest = reply.text.partition("9999，")
    assert half and "中断" in rest and "6102" in rest
    assert heard.text.strip() == reply.text


async def test_endless_searching_ends_in_an_answer(house: Deskmate, model: ScriptedModel) -> None:
    model.now_says(SEARCH_LEAVE)
    ask = asking(house)
    async with asyncio.timeout(SOON_S):
        reply = await ask(LEAVE)
    assert reply.mode == "local" and reply.citations and "年" in reply.text
    assert len(await audited(house, ask.room, "skill")) == 1, "the same search runs once"
    assert len(model.requests) < 8


async def test_a_call_that_fails_for_ever_ends_in_an_answer(house: Deskmate, model: ScriptedModel) -> None:
    model.now_says(calls("office.draft_document", {"about": "放假通知", "kind": "poem"}))
    async with asyncio.timeout(SOON_S):
        reply = await asking(house)("@办公 李娜的分机是多少")
    assert "6102" in reply.text


# --- a model proposes, people decide ---


async def test_the_same_booking_twice_in_one_answer_is_one_proposal(house: Deskmate, model: ScriptedModel) -> None:
    before = await bookings(house)
    model.now_says(both(calls("office.book_room", BOOK), calls("office.book_room", BOOK)))
    ask = asking(house)
    reply = await ask("@办公 订会议室")
    assert [action.state for action in reply.actions] == ["proposed"]
    assert len(await audited(house, ask.room, "action.proposed")) == 1
    assert await bookings(house) == before
    asked = len(model.requests)
    done = await ask("确认")
    assert [action.state for action in done.actions] == ["executed"]
    assert await bookings(house) == before + 1
    assert len(model.requests) == asked, "a person's yes is no matter for a model"
    again = await ask(f"确认 {done.actions[0].id}")
    assert [action.state for action in again.actions] == ["executed"]
    assert await bookings(house) == before + 1


async def test_of_two_different_bookings_one_waits(house: Deskmate, model: ScriptedModel) -> None:
    before = await bookings(house)
    other = {"request": "今天下午四点到五点的会议室，8个人，主题是周例会"}
    model.now_says(both(calls("office.book_room", BOOK), calls("office.book_room", other)))
    ask = asking(house)
    reply = await ask("@办公 订会议室")
    assert [action.state for action in reply.actions] == ["rejected", "proposed"]
    assert await bookings(house) == before
    first, second = reply.actions
    dead = await house.gateway.decide("E1001", first.id, yes=True, digest=first.digest, channel="test")
    assert dead.state == "rejected" and await bookings(house) == before
    (told,) = await house.gateway.desk.talk("E1001", ask.room)
    assert told.reply is not None
    assert {action.id: action.state for action in told.reply.actions} == {first.id: "rejected", second.id: "proposed"}


async def test_a_booking_in_every_round_is_one_proposal(house: Deskmate, model: ScriptedModel) -> None:
    before = await bookings(house)
    model.now_says(both(SEARCH_LEAVE, calls("office.book_room", BOOK)))
    ask = asking(house)
    async with asyncio.timeout(SOON_S):
        reply = await ask("@办公 订会议室")
    assert [action.state for action in reply.actions] == ["proposed"]
    assert reply.text.count(f"确认 {reply.actions[0].id}") == 1, "what is repeated is said once"
    assert len(await audited(house, ask.room, "action.proposed")) == 1
    assert await bookings(house) == before


@pytest.mark.parametrize(
    "confirming",
    [
        says("确认"),
        says("确认 {id}"),
        says("已完成：会议室已订好。"),
        calls("office.booked", {"room": "x"}),
        calls("confirm", {"id": "{id}"}),
        calls("office.book_room", BOOK, words="确认 {id}"),
    ],
    ids=["yes", "yes with the number", "claim", "executor", "invented tool", "yes and again"],
)
async def test_a_model_cannot_say_yes(house: Deskmate, model: ScriptedModel, confirming: Answer) -> None:
    before = await bookings(house)
    ask = asking(house)
    model.now_says(calls("office.book_room", BOOK))
    (action,) = (await ask("@办公 订会议室")).actions
    pieces = tuple(piece.replace("{id}", action.id) for piece in confirming.pieces)
    tool_calls = tuple((name, given.replace("{id}", action.id)) for name, given in confirming.tool_calls)
    model.now_says(Answer(pieces=pieces, tool_calls=tool_calls))
    reply = await ask("@办公 继续吧，会议的事情你看着办")
    assert await bookings(house) == before
    assert all(one.state == "proposed" for one in reply.actions)
    assert not await audited(house, ask.room, "action.approved")
    assert not await audited(house, ask.room, "action.executing")


# --- what a model never hears ---

CANARIES = ("13712345678", "11010519491231002X", "qianduoduo@example.com", "6222021001122334455", "欧阳志远")
MESSAGE = "客户欧阳志远，手机13712345678，身份证11010519491231002X，邮箱qianduoduo@example.com，卡号6222021001122334455"


def placeholders_of(body: Mapping[str, Any]) -> str:
    """Says back every placeholder of the last message, as a model would that uses them."""
    last = next(one["content"] for one in reversed(body["messages"]) if one["role"] == "user")
    return " ".join(dict.fromkeys(re.findall(r"<[A-Z_]+_\d+>", last)))


async def test_no_personal_data_of_a_message_or_of_the_talk_reaches_a_model(
    house: Deskmate, model: ScriptedModel
) -> None:
    model.now_says(lambda body: says(*placeholders_of(body)))
    heard = Listening()
    ask = asking(house)
    reply = await ask(f"@办公 {MESSAGE}，请记下", listener=heard)
    for canary in CANARIES:
        assert canary in reply.text and canary in heard.text
    model.now_says(says("好的。"))
    await ask("@办公 再说一遍刚才的内容")
    await ask("@研究 刚才说了什么")
    assert len(model.requests) == 3 and "<PHONE_1>" in model.heard
    assert not [canary for canary in CANARIES if canary in model.heard]
    assert "authorization: bearer sk-scripted" in model.heard.lower()


async def test_no_personal_data_of_a_skills_result_reaches_a_model(house: Deskmate, model: ScriptedModel) -> None:
    model.now_says(calls("office.find_person", {"who": "李娜"}))
    ask = asking(house)
    reply = await ask("@办公 E1002 的电话是多少")
    assert "13900001002" in reply.text and "lina@bank.example" in reply.text
    model.now_says(says("好的。"))
    await ask("@办公 谢谢，刚才那个号码是对的吗")
    await ask("@办公 那 @研究 也看一下")
    assert "6102" in model.heard, "the talk was told"
    for canary in ("13900001002", "lina@bank.example"):
        assert canary not in model.heard


async def test_a_placeholder_in_a_call_is_the_true_value_for_the_skill_only(
    house: Deskmate, model: ScriptedModel
) -> None:
    model.now_says(lambda body: calls("office.find_person", {"who": placeholders_of(body)}))
    reply = await asking(house)("@办公 查一下李娜")
    assert "6102" in reply.text and "李娜" in reply.text
    assert "李娜" not in model.heard


async def test_a_placeholder_of_another_room_opens_nothing(house: Deskmate, model: ScriptedModel) -> None:
    await asking(house)(f"@办公 {MESSAGE}")
    model.now_says(says("电话是<PHONE_1>，姓名<PERSON_1>"))
    reply = await asking(house)("@办公 他的电话是多少")
    assert not [canary for canary in CANARIES if canary in reply.text]


@pytest.mark.parametrize("file", ["clean.xlsx", "macro.xlsm", "not_a_workbook.xlsx"])
async def test_no_personal_data_of_a_files_name_reaches_a_model(
    house: Deskmate, model: ScriptedModel, file: str
) -> None:
    ask = asking(house)
    name = f"欧阳志远13712345678.{file.rsplit('.')[-1]}"
    content = make_file("clean.xlsx") if file == "clean.xlsx" else b"PK not a workbook"
    attachment = await house.gateway.desk.upload("E1001", ask.room, name, content, "application/octet-stream")
    model.now_says(calls("credit.analyse_statement", {"file": ""}))
    await ask("@信贷 分析这份报表", files=(attachment,))
    model.now_says(says("好的。"))
    await ask("@信贷 刚才的结论是什么")
    assert len(model.requests) > 1
    for canary in ("欧阳志远", "13712345678"):
        assert canary not in model.heard


async def test_an_error_that_names_a_value_is_masked_before_a_model_hears_it(
    house: Deskmate, model: ScriptedModel
) -> None:
    """Two bookings wait, so a yes is answered with the list of both: true values, in an error."""
    ask = asking(house)
    for person, hour in (("E1001", "三点到四点"), ("E6001", "四点到五点")):
        wish = f"今天下午{hour}的会议室，城东支行，8个人，主题是约见13712345678"
        model.now_says(calls("office.book_room", {"request": wish}))
        reply = await ask("@办公 订会议室", person=person, operator="tester")
        assert reply.actions, reply.text
    listed = await ask("确认")
    assert listed.error and listed.error.code == "WHICH_ACTION" and "13712345678" in listed.text
    model.now_says(says("好的。"))
    await ask("@办公 那先这样")
    assert "13712345678" not in model.heard


# --- stopping, and what is never said ---


async def test_a_stopped_turn_is_kept_and_the_room_goes_on(house: Deskmate, model: ScriptedModel) -> None:
    model.now_says(says("我先想", "一想", *["……"] * 200, gap_s=0.3))
    ask, heard = asking(house), Listening()
    turn = asyncio.create_task(ask("@办公 李娜的分机是多少", listener=heard))
    async with asyncio.timeout(SOON_S):
        while "我先想" not in heard.text:
            await asyncio.sleep(0.01)
        turn.cancel()
        with pytest.raises(asyncio.CancelledError):
            await turn
    (told,) = await house.gateway.desk.talk("E1001", ask.room)
    assert told.reply is not None and "我先想" in told.reply.text and "已停止" in told.reply.text
    model.now_says(says("我在。"))
    async with asyncio.timeout(SOON_S):
        assert (await ask("@办公 还在吗")).text == "我在。"


async def test_stopping_while_the_model_is_silent(house: Deskmate, model: ScriptedModel) -> None:
    model.now_says(hangs())
    ask = asking(house)
    turn = asyncio.create_task(ask("@办公 李娜的分机是多少"))
    async with asyncio.timeout(SOON_S):
        while not model.requests:
            await asyncio.sleep(0.01)
        turn.cancel()
        with pytest.raises(asyncio.CancelledError):
            await turn
    (told,) = await house.gateway.desk.talk("E1001", ask.room)
    assert told.reply is not None and told.reply.text == "（已停止）"


@pytest.mark.parametrize("width", [1, 2, 3, 4, 5, 40])
async def test_a_forbidden_phrase_is_never_said(house: Deskmate, model: ScriptedModel, width: int) -> None:
    words = f"这款产品{FORBIDDEN}，放心买。历史业绩不代表未来。"
    model.now_says(says(*(words[at : at + width] for at in range(0, len(words), width)), gap_s=0.01))
    ask, heard = asking(house), Listening()
    reply = await ask("@研究 介绍一下这款产品", listener=heard)
    assert FORBIDDEN not in heard.text and FORBIDDEN not in reply.text
    assert "放心买" not in reply.text and "历史业绩不代表未来" in reply.text and "历史业绩不代表未来" in heard.text
    (entry,) = await audited(house, ask.room, "output")
    assert entry.detail["reasons"] == ["promise"]
    (told,) = await house.gateway.desk.talk("E1001", ask.room)
    assert told.reply is not None and FORBIDDEN not in told.reply.text


# --- two assistants ---


async def test_two_assistants_speak_once_each_and_the_second_hears_the_first(
    house: Deskmate, model: ScriptedModel
) -> None:
    model.now_says(says("办公助手的话。"), says("外汇助手的话。"))
    reply: Reply = await asking(house)("@办公 @外汇 大家好", id=secrets.token_hex(8))
    assert reply.speakers == ("office", "fx")
    assert reply.text.count("办公助手的话。") == reply.text.count("外汇助手的话。") == 1
    assert len(model.requests) == 2
    first, second = (json.dumps(one["messages"], ensure_ascii=False) for one in model.requests)
    assert "办公助手的话。" not in first and "办公助手的话。" in second


async def test_the_second_assistant_hears_a_skills_result_masked(house: Deskmate, model: ScriptedModel) -> None:
    model.now_says(calls("office.find_person", {"who": "E1002"}), says("收到。"))
    reply = await asking(house)("@办公 @外汇 看看 E1002 的分机")
    assert reply.speakers == ("office", "fx") and "13900001002" in reply.text
    assert "6102" in json.dumps(model.requests[-1]["messages"]) and "13900001002" not in model.heard


async def test_one_dead_answer_does_not_silence_the_other(house: Deskmate, model: ScriptedModel) -> None:
    model.now_says(fails(500), says("外汇助手的话。"))
    reply = await asking(house)("@办公 李娜的分机 @外汇 你好")
    assert reply.speakers == ("office", "fx")
    assert "6102" in reply.text and "外汇助手的话。" in reply.text
    assert [part.mode for part in reply.parts if part.speaker] == ["local", "model"]
