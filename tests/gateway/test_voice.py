"""What a model says, seen through the whole house: what streams, what is stored, what the audit keeps."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from app.core.audit import AuditEntry
from app.core.ports import Delta
from app.core.turn import Reply
from app.main import Deskmate, opened
from tests.conftest import Ask, Listening, asking, clock, settings_in
from tests.scripted_model import ScriptedModel, calls, says

REPLACED = "（此处内容不符合对外表述规定，已省略。）"
UNVERIFIED = "（数字未核实）"
LEAVE = "@办公 年假有多少天"
SEARCH_LEAVE = calls("knowledge.search", {"query": "年假有多少天"})


@pytest.fixture(scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Deskmate, ScriptedModel]]:
    async with ScriptedModel(says("好")) as model:
        settings = settings_in(
            tmp_path_factory.mktemp("home"),
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
def model(served: tuple[Deskmate, ScriptedModel]) -> ScriptedModel:
    served[1].requests.clear()
    served[1].now_says(says("好"))
    return served[1]


def streamed(words: str, width: int = 3) -> Any:
    return says(*(words[at : at + width] for at in range(0, len(words), width)), gap_s=0.002)


async def reasons(house: Deskmate, ask: Ask) -> list[str]:
    """What the audit says was replaced in the room of `ask`."""
    entries: list[AuditEntry] = [
        entry
        async for entry in house.audit.chain()
        if (entry.room, entry.what) == (ask.room, "output")  # type: ignore[attr-defined]
    ]
    return [reason for entry in entries for reason in entry.detail["reasons"]]


async def stored(house: Deskmate, ask: Ask) -> str:
    told = await house.gateway.desk.talk("E1001", ask.room)  # type: ignore[attr-defined]
    reply = told[-1].reply
    assert reply is not None
    return reply.text


def last_passages(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    content = next(one["content"] for one in reversed(body["messages"]) if one["role"] == "tool")
    return list(json.loads(content)["passages"])


@pytest.mark.parametrize("width", [1, 4, 50])
@pytest.mark.parametrize(
    ("words", "secret", "reason"),
    [
        ("这款产品保证年化收益，放心买。", "收益", "promise"),
        ("我有内幕消息，明天涨停。", "内幕", "inside_information"),
        ("您这个蠢货。", "蠢货", "offensive"),
        ("你们女人真恶心，滚回家去。", "恶心", "offensive"),
        (
            "你替行里的同事找人、订会议室、起草公文和信函，并按行里的办公制度回答问题。",
            "起草公文和信函，并按",
            "prompt",
        ),
        ("他的卡号是6222021001122334455。", "1001122334455", "personal_data"),
    ],
)
async def test_a_sentence_that_breaks_a_rule_is_replaced_and_audited(
    house: Deskmate, model: ScriptedModel, words: str, secret: str, reason: str, width: int
) -> None:
    model.now_says(streamed(f"您好。{words}再见。", width))
    ask, heard = asking(house), Listening()
    reply = await ask("@办公 说点什么", listener=heard)
    for said in (heard.text, reply.text, await stored(house, ask)):
        assert secret not in said and said.startswith("您好。") and said.endswith("再见。") and "省略" in said
    assert words[:2] not in reply.text, "what is kept has the whole sentence replaced"
    assert await reasons(house, ask) == [reason]


async def test_a_rule_against_promises_passes(house: Deskmate, model: ScriptedModel) -> None:
    words = "不得承诺保本，任何保证收益的说法都是违规的。"
    model.now_says(streamed(words, 2))
    ask, heard = asking(house), Listening()
    reply = await ask("@办公 说点什么", listener=heard)
    assert reply.text == heard.text == words and await reasons(house, ask) == []


async def test_words_stream_as_they_come(house: Deskmate, model: ScriptedModel) -> None:
    words = "年假的规定在考勤与休假制度里，请看相关条款。"
    model.now_says(says(*(words[at : at + 4] for at in range(0, len(words), 4)), gap_s=0.03))
    heard = Listening()
    await asking(house)("@办公 你好", listener=heard)
    assert len([one for one in heard.events if isinstance(one, Delta)]) > 3


# --- placeholders ---


@pytest.mark.parametrize("token", ["<BANK_CARD_9>", "<PERSON 7>", "[PERSON_7]", "&lt;PHONE_9&gt;", "CN_ID_CARD_4"])
async def test_a_placeholder_that_the_room_does_not_know_is_worded(
    house: Deskmate, model: ScriptedModel, token: str
) -> None:
    model.now_says(streamed(f"他的号码是{token}，请核对。", 2))
    ask, heard = asking(house), Listening()
    reply = await ask("@办公 他的号码", listener=heard)
    assert reply.text == heard.text == "他的号码是（信息已隐去），请核对。"
    assert await reasons(house, ask) == ["placeholder"]


@pytest.mark.parametrize("token", ["<PHONE_1>", "[PHONE_1]", "<phone 1>", "&lt;PHONE_1&gt;", "PHONE_1"])
async def test_one_that_it_knows_is_restored_however_it_is_written(
    house: Deskmate, model: ScriptedModel, token: str
) -> None:
    model.now_says(streamed(f"好的，会打{token}。", 2))
    ask, heard = asking(house), Listening()
    reply = await ask("@办公 记下手机13712345678", listener=heard)
    assert reply.text == heard.text == "好的，会打13712345678。"
    assert await reasons(house, ask) == []


# --- figures ---


async def test_a_figure_that_stands_nowhere_is_marked_in_the_stream_too(house: Deskmate, model: ScriptedModel) -> None:
    model.now_says(streamed("您说的是五百万美元。手续费为3.7%。两种情况都可以。", 3))
    ask, heard = asking(house), Listening()
    reply = await ask("@办公 客户要买500万美元，手续怎么办", listener=heard)
    expected = f"您说的是五百万美元。手续费为3.7%。{UNVERIFIED}两种情况都可以。"
    assert reply.text == heard.text == await stored(house, ask) == expected
    assert await reasons(house, ask) == [], "a mark is no breach"


async def test_a_figure_of_a_passage_or_of_a_skill_is_verified(house: Deskmate, model: ScriptedModel) -> None:
    def answer(body: Mapping[str, Any]) -> Any:
        return says(f"制度原文：{last_passages(body)[0]['text'].splitlines()[-1]}[1]")

    model.now_says(SEARCH_LEAVE, answer)
    reply = await asking(house)(LEAVE)
    assert any(letter.isdigit() or letter in "一二三四五" for letter in reply.text) and UNVERIFIED not in reply.text
    model.now_says(calls("office.find_person", {"who": "李娜"}))
    ask = asking(house)
    assert UNVERIFIED not in (await ask("@办公 李娜的分机是多少")).text
    model.now_says(says("刚才说过，分机是6102。"))
    assert UNVERIFIED not in (await ask("@办公 再说一遍")).text


async def test_a_figure_that_was_doubted_is_no_source_later(house: Deskmate, model: ScriptedModel) -> None:
    ask = asking(house)
    for _ in range(2):
        model.now_says(says("额度是4321万元。"))
        assert (await ask("@办公 额度是多少")).text == f"额度是4321万元。{UNVERIFIED}"


async def test_local_answers_are_not_marked(house: Deskmate, model: ScriptedModel) -> None:
    model.now_says(says(""))
    reply = await asking(house)("@办公 李娜的分机是多少")
    assert reply.mode == "local" and "6102" in reply.text and UNVERIFIED not in reply.text


# --- citations ---


async def test_marks_are_settled_in_the_stream(house: Deskmate, model: ScriptedModel) -> None:
    model.now_says(SEARCH_LEAVE, streamed("见[2]，另见[1]和[9]，还有[2]。", 1))
    heard = Listening()
    reply = await asking(house)(LEAVE, listener=heard)
    assert reply.text == heard.text == "见[1]，另见[2]和（未核实），还有[1]。"
    passages = last_passages(model.requests[-1])
    assert [one.locator for one in reply.citations] == [passages[1]["locator"], passages[0]["locator"]]


async def test_an_answer_without_a_mark_says_so_in_the_stream(house: Deskmate, model: ScriptedModel) -> None:
    model.now_says(SEARCH_LEAVE, says("请看制度。"))
    heard = Listening()
    reply: Reply = await asking(house)(LEAVE, listener=heard)
    assert reply.text == heard.text and reply.text.startswith("请看制度。") and "未核实" in reply.text


async def test_a_mark_without_any_search_is_not_taken_for_a_citation(house: Deskmate, model: ScriptedModel) -> None:
    model.now_says(says("按规定[1]办理。"))
    reply = await asking(house)("@办公 你好")
    assert reply.text == "按规定（未核实）办理。" and reply.citations == ()


async def test_marks_of_a_rendering_count_behind_those_of_a_passage(house: Deskmate, model: ScriptedModel) -> None:
    topic = calls("research.digest", {"topic": "绿色金融"})
    model.now_says(calls("knowledge.search", {"query": "绿色金融"}), says("见[1]。"))
    searched = await asking(house, person="E5001")("@研究 绿色金融怎么样")
    model.now_says(topic)
    digest = await asking(house, person="E5001")("@研究 摘编绿色金融")
    assert len(searched.citations) == 1 and len(digest.citations) > 1
    named = {int(one) for one in re.findall(r"\[(\d+)\]", digest.text)}
    assert named <= set(range(1, len(digest.citations) + 1))


# --- checked answers ---

RULES = "@办公 出差的伙食补助一天多少钱"
SEARCH_RULES = calls("knowledge.search", {"query": "出差的伙食补助一天多少钱"})
TRUE = "伙食补助费每人每天100元[{n}]。"


async def answered(
    house: Deskmate, model: ScriptedModel, words: str, width: int = 4
) -> tuple[Reply, str, list[dict[str, Any]], list[str]]:
    """What becomes of `words`, in which {n} is the mark of the passage on subsistence and {other} that of another."""

    def answer(body: Mapping[str, Any]) -> Any:
        passages = last_passages(body)
        n = next(one["n"] for one in passages if "伙食补助费按" in one["text"])
        other = next((one["n"] for one in passages if "伙食补助" not in one["text"]), 9)
        return streamed(words.format(n=n, other=other), width)

    model.now_says(SEARCH_RULES, answer)
    ask, heard = asking(house), Listening()
    reply = await ask(RULES, listener=heard)
    assert heard.text == reply.text == await stored(house, ask)
    doubted = [
        reason
        async for entry in house.audit.chain()
        if (entry.room, entry.what) == (ask.room, "unverified")  # type: ignore[attr-defined]
        for reason in entry.detail["reasons"]
    ]
    return reply, reply.text, last_passages(model.requests[-1]), doubted


@pytest.mark.parametrize("width", [1, 3, 50])
async def test_a_good_answer_keeps_its_marks(house: Deskmate, model: ScriptedModel, width: int) -> None:
    reply, text, _, doubted = await answered(house, model, f"{TRUE}市内交通费每天八十元，包干使用。[{{n}}]", width)
    assert text == "伙食补助费每人每天100元[1]。市内交通费每天八十元，包干使用。[1]"
    assert [one.locator for one in reply.citations] == ["第十条"] and doubted == []


@pytest.mark.parametrize("width", [1, 3, 50])
@pytest.mark.parametrize(
    ("words", "said", "reason"),
    [
        ("伙食补助费每人每天150元[{n}]。", "伙食补助费每人每天150元[1]。（数字未核实）", "number"),
        ("伙食补助费每人每天150元。[{n}]好的。", "伙食补助费每人每天150元。[1]（数字未核实）好的。", "number"),
        (
            "The allowance is CNY 150 a day. [{n}] Bye.",
            "The allowance is CNY 150 a day. [1]（数字未核实） Bye.",
            "number",
        ),
        (
            "The allowance is CNY 150 a day.[{n}] Bye.",
            "The allowance is CNY 150 a day.[1]（数字未核实） Bye.",
            "number",
        ),
        (
            "由接待单位提供用餐的，可以领取相应补助[{n}]。",
            "由接待单位提供用餐的，可以领取相应补助[1]。（未核实）",
            "negation",
        ),
        ("伙食补助费每人每天100元[9]。", "伙食补助费每人每天100元（未核实）。", "no_passage"),
        ("伙食补助费每人每天100元[0][{n}]。", "伙食补助费每人每天100元[1]（未核实）。", "no_passage"),
    ],
)
async def test_what_does_not_hold_is_marked_and_audited(
    house: Deskmate, model: ScriptedModel, words: str, said: str, reason: str, width: int
) -> None:
    _, text, _, doubted = await answered(house, model, words, width)
    assert text == said and reason in doubted


async def test_a_mark_of_another_matter_is_taken_away(house: Deskmate, model: ScriptedModel) -> None:
    words = "公务车辆应当停放在地下二层的固定车位并且每周清洗[{n}]。"
    reply, text, _, doubted = await answered(house, model, words)
    assert text == "公务车辆应当停放在地下二层的固定车位并且每周清洗（未核实）。"
    assert reply.citations == () and doubted == ["another_matter"]


async def test_a_decorated_sentence_keeps_the_mark_that_bears_it_out(house: Deskmate, model: ScriptedModel) -> None:
    every = "".join(f"[{number}]" for number in range(1, 6))
    reply, _, passages, _ = await answered(house, model, f"伙食补助费每人每天100元{every}。")
    assert len(passages) > 1 and len(reply.citations) < len(passages)
    assert "100 元" in reply.citations[0].quote
    assert all("100" in one.quote for one in reply.citations)


async def test_words_before_a_mark_do_not_wait_for_it(house: Deskmate, model: ScriptedModel) -> None:
    model.now_says(
        SEARCH_RULES, says("按制度，", "伙食补助费", "每人每天100元", "[1", "]，另有", "市内交通费。", gap_s=0.03)
    )
    heard = Listening()
    await asking(house)(RULES, listener=heard)
    deltas = [event.text for event in heard.events if isinstance(event, Delta)]
    assert len(deltas) > 3 and deltas[0] == "按制度，"


async def test_a_search_that_a_model_calls_is_said_in_full_within_its_room(
    house: Deskmate, model: ScriptedModel
) -> None:
    def asks(query: str) -> Any:
        return calls("knowledge.search", {"query": query})

    def question(body: Mapping[str, Any]) -> str:
        content = next(one["content"] for one in reversed(body["messages"]) if one["role"] == "tool")
        return str(json.loads(content)["parts"][0]["question"])

    ask = asking(house)
    model.now_says(asks("一类地区住宿标准是多少"), says("请看制度。"))
    await ask("@办公 一类地区住宿标准是多少")
    model.now_says(asks("那二类地区呢？"), says("请看制度。"))
    await ask("@办公 那二类地区呢？")
    assert question(model.requests[-1]) == "二类地区住宿标准是多少"
    model.now_says(asks("那二类地区呢？"), says("请看制度。"))
    await asking(house)("@办公 那二类地区呢？")
    assert question(model.requests[-1]) == "那二类地区呢？"
