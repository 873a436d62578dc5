"""The local model in conversation. The house is no bank: what it understands stands in the folders."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.assistant import Assistant
from app.core.model_talk import ModelChunk, ModelMessage, ModelRequest, Pending, SlotSpec, ToolCall, ToolSpec
from app.core.texts import speaking
from app.core.turn import MaskedText
from app.engines.language.local_words import say
from app.engines.local_model import LocalModel
from app.engines.understanding import Understanding
from tests.engines.small_house import ORDER, SEND, TOOLS, small_house

PASSAGES = [
    {
        "n": 1,
        "source": "library/rules.md",
        "title": "借阅规定",
        "locator": "第八条",
        "text": "第八条 借期为三十天。可以续借一次。",
        "dated": "2026-01-01",
    },
    {
        "n": 2,
        "source": "library/fees.md",
        "title": "收费办法",
        "locator": "第二条",
        "text": "第二条 图书逾期不还的，每天收取逾期费0.1元。",
        "dated": "2026-01-01",
    },
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Assistant]:
    return small_house(tmp_path_factory.mktemp("content"))


@dataclass
class Talk:
    """One talk with one assistant: keeps the history as the gateway does."""

    model: LocalModel
    assistant: Assistant
    tools: Sequence[ToolSpec]
    messages: list[ModelMessage] = field(default_factory=list)
    last: list[ModelChunk] = field(default_factory=list)

    async def says(self, text: str) -> str:
        self.messages.append(ModelMessage("user", MaskedText(text)))
        return await self._answered()

    async def told(self, result: str) -> str:
        """The tool's result comes back to the model."""
        call = self.call
        self.messages.append(ModelMessage("tool", MaskedText(result), tool_call_id=call.id, tool_name=call.name))
        return await self._answered()

    def done(self) -> None:
        """The call was run and its rendering shown: what is left in the history is what it was about."""
        call = self.call
        pending = Pending(call.name, {name: str(value) for name, value in call.arguments.items()}, None)
        self.messages[-1] = ModelMessage("assistant", MaskedText("好了"), self.assistant.name, pending=pending)

    async def _answered(self) -> str:
        request = ModelRequest(
            "chat",
            self.assistant.name,
            MaskedText(self.assistant.prompt),
            tuple(self.messages),
            tuple(self.tools),
            self.assistant.examples,
            self.assistant.brief,
        )
        self.last = [chunk async for chunk in self.model.stream(request)]
        text = "".join(chunk.text for chunk in self.last)
        calls = tuple(chunk.tool_call for chunk in self.last if chunk.tool_call)
        pending = next((chunk.pending for chunk in self.last if chunk.pending), None)
        self.messages.append(ModelMessage("assistant", MaskedText(text), self.assistant.name, calls, pending=pending))
        assert self.last
        assert all(chunk.mode == "local" for chunk in self.last)
        return text.strip()

    @property
    def call(self) -> ToolCall:
        calls = [chunk.tool_call for chunk in self.last if chunk.tool_call]
        assert len(calls) == 1
        return calls[0]

    @property
    def pending(self) -> Pending | None:
        return next((chunk.pending for chunk in self.last if chunk.pending), None)


@pytest.fixture(scope="module")
def model(house: dict[str, Assistant]) -> LocalModel:
    return LocalModel(Understanding(house))


@pytest.fixture
def lunch(model: LocalModel, house: dict[str, Assistant]) -> Talk:
    return Talk(model, house["canteen"], TOOLS["canteen"])


@pytest.fixture
def library(model: LocalModel, house: dict[str, Assistant]) -> Talk:
    return Talk(model, house["library"], TOOLS["library"])


@pytest.fixture
def fleet(model: LocalModel, house: dict[str, Assistant]) -> Talk:
    return Talk(model, house["fleet"], TOOLS["fleet"])


async def test_all_said_at_once_is_a_call(lunch: Talk) -> None:
    assert await lunch.says("后天下午1点订十二份素套餐") == ""
    assert lunch.call.name == "lunch.order"
    assert lunch.call.arguments == {"menu": "green", "count": "12", "day": "后天", "hour": "下午1点"}
    assert await lunch.told("已订") == ""


async def test_what_is_missing_is_asked_for_one_by_one(lunch: Talk) -> None:
    assert await lunch.says("订工作餐") == "荤的还是素的？"
    assert await lunch.says("素的") == "订几份？"
    assert lunch.pending == Pending("lunch.order", {"menu": "green"}, "count")
    assert await lunch.says("八份，下周一") == ""
    assert lunch.call.arguments == {"menu": "green", "count": "8", "day": "下周一"}


async def test_an_answer_that_is_none_is_asked_again(lunch: Talk) -> None:
    await lunch.says("订三份套餐")
    text = await lunch.says("看情况")
    assert text.splitlines() == [say("local_unread"), "荤的还是素的？"]
    assert lunch.pending == Pending("lunch.order", {"count": "3"}, "menu")


async def test_thanks_between_do_not_lose_the_open_question(lunch: Talk) -> None:
    await lunch.says("订三份套餐")
    assert (await lunch.says("好的")).endswith("荤的还是素的？")
    await lunch.says("荤的")
    assert lunch.pending == Pending("lunch.order", {"count": "3", "menu": "meat"}, "day")


async def test_a_correction_runs_the_call_again(lunch: Talk) -> None:
    await lunch.says("明天订三份素套餐")
    lunch.done()
    await lunch.says("改成五份")
    assert lunch.call.arguments == {"menu": "green", "count": "5", "day": "明天"}
    lunch.done()
    await lunch.says("换成荤的")
    assert lunch.call.arguments == {"menu": "meat", "count": "5", "day": "明天"}
    lunch.done()
    await lunch.says("那后天呢")
    assert lunch.call.arguments == {"menu": "meat", "count": "5", "day": "后天"}
    lunch.done()
    await lunch.says("make it 7")
    assert lunch.call.arguments == {"menu": "meat", "count": "7", "day": "后天"}


async def test_a_correction_while_asked_is_kept(lunch: Talk) -> None:
    await lunch.says("订三份套餐")
    assert await lunch.says("改成四份") == "荤的还是素的？"
    assert lunch.pending == Pending("lunch.order", {"count": "4"}, "menu")


async def test_cancelling_drops_what_is_open(lunch: Talk) -> None:
    await lunch.says("订三份套餐")
    assert await lunch.says("算了") == say("local_cancelled")
    assert lunch.pending is None
    assert (await lunch.says("素的")) != "哪一天？"


async def test_a_new_wish_changes_the_subject(library: Talk) -> None:
    await library.says("我想借一本书")
    library.messages[-1] = ModelMessage(
        "assistant", MaskedText("借给哪一位？"), "library", pending=Pending("library.lend", {"title": "三体"}, "reader")
    )
    await library.says("图书逾期不还怎么罚")
    assert library.call.name == "knowledge.search"
    assert library.pending == Pending("library.lend", {"title": "三体"}, "reader")
    text = await library.told(json.dumps({"passages": PASSAGES}, ensure_ascii=False))
    assert "每天收取逾期费0.1元。 [2]" in text


async def test_the_open_question_outlives_a_look_into_the_rules(library: Talk) -> None:
    library.messages.append(
        ModelMessage(
            "assistant",
            MaskedText("借给哪一位？"),
            "library",
            pending=Pending("library.lend", {"title": "三体"}, "reader"),
        )
    )
    await library.says("<PERSON_1>")
    assert library.call.arguments == {"title": "三体", "reader": "<PERSON_1>"}


async def test_words_and_people_are_taken_by_template(library: Talk) -> None:
    await library.says("把红楼梦借给<PERSON_1>")
    assert library.call.arguments == {"title": "红楼梦", "reader": "<PERSON_1>"}


async def test_an_utterance_grows_line_by_line(fleet: Talk) -> None:
    await fleet.says("派一辆车去机场")
    assert fleet.call.arguments == {"request": "派一辆车去机场"}
    fleet.messages[-1] = ModelMessage(
        "assistant",
        MaskedText("几点？"),
        "fleet",
        pending=Pending("fleet.send", {"request": "派一辆车去机场"}, "request"),
    )
    await fleet.says("明天九点")
    assert fleet.call.arguments == {"request": "派一辆车去机场\n明天九点"}
    fleet.done()
    await fleet.says("改成十点")
    assert fleet.call.arguments == {"request": "派一辆车去机场\n明天九点\n改成十点"}
    fleet.done()
    await fleet.says("再派一辆面包车去火车站")
    assert fleet.call.arguments == {"request": "再派一辆面包车去火车站"}


@pytest.mark.parametrize(("text", "joins"), [("走高速两小时", True), ("下午两点", True), ("几点能到？", False)])
async def test_a_supplement_joins_the_utterance_and_a_question_does_not(fleet: Talk, text: str, joins: bool) -> None:
    await fleet.says("派一辆车去机场")
    fleet.done()
    await fleet.says(text)
    requests = [chunk.tool_call.arguments["request"] for chunk in fleet.last if chunk.tool_call]
    assert (f"派一辆车去机场\n{text}" in requests) is joins


async def test_a_correction_may_name_another_choice(model: LocalModel, house: dict[str, Assistant]) -> None:
    kind = SlotSpec("choice", "", False, {"van": ("面包车",), "bus": ("中巴",)})
    tool = replace(SEND, slots={**SEND.slots, "kind": kind})
    talk = Talk(model, house["fleet"], [tool])
    await talk.says("派一辆面包车去机场")
    assert talk.call.arguments == {"request": "派一辆面包车去机场", "kind": "van"}
    talk.done()
    await talk.says("换成中巴")
    assert talk.call.arguments == {"request": "派一辆面包车去机场\n换成中巴", "kind": "bus"}


async def test_knowledge_is_quoted_with_its_mark(library: Talk) -> None:
    await library.says("借期有多长")
    assert library.call.arguments == {"query": "借期有多长"}
    text = await library.told(json.dumps({"passages": PASSAGES}, ensure_ascii=False))
    assert "《借阅规定》第八条" in text
    assert "借期为三十天。 [1]" in text
    assert "逾期费" not in text
    assert len([chunk for chunk in library.last if chunk.text]) >= 2


async def test_a_follow_up_searches_with_what_was_asked(library: Talk) -> None:
    await library.says("小说的借期有多长")
    await library.told(json.dumps({"passages": PASSAGES}, ensure_ascii=False))
    library.messages[-1] = ModelMessage(
        "assistant",
        MaskedText("……"),
        "library",
        pending=Pending("knowledge.search", {"query": "小说的借期有多长"}, None),
    )
    await library.says("那期刊呢")
    assert library.call.arguments == {"query": "期刊的借期有多长"}


async def test_nothing_found_is_said_with_what_there_is(library: Talk) -> None:
    await library.says("可以带宠物吗")
    text = await library.told(json.dumps({"passages": PASSAGES}, ensure_ascii=False))
    assert say("local_none") in text
    assert "借阅规定、收费办法" in text
    assert library.assistant.brief in text
    assert "[1]" not in text


async def test_what_the_search_itself_finds_near_is_named(library: Talk) -> None:
    await library.says("可以带宠物吗")
    text = await library.told(json.dumps({"found": False, "passages": [], "nearest": ["入馆须知"]}, ensure_ascii=False))
    assert say("local_none_near", titles="入馆须知") in text


async def test_no_skill_and_no_documents_is_said(lunch: Talk) -> None:
    text = await lunch.says("帮我修一下电梯")
    assert text.startswith(say("local_cannot"))
    assert lunch.assistant.brief in text


async def test_named_alone_it_introduces_itself(lunch: Talk) -> None:
    text = await lunch.says("")
    assert lunch.assistant.brief in text
    assert "订三份素套餐" in text
    assert "{" not in text


async def test_courtesies(lunch: Talk) -> None:
    assert await lunch.says("谢谢") == say("local_thanks")
    assert lunch.assistant.brief in await lunch.says("你能做什么")
    assert await lunch.says("算了") == say("local_nothing_open")


async def test_english(model: LocalModel, house: dict[str, Assistant]) -> None:
    talk = Talk(model, house["canteen"], TOOLS["canteen"])
    with speaking("en"):
        assert (await talk.says("thank you")).startswith("You are welcome")
        await talk.says("order five vegetarian lunches for next Monday")
        assert talk.call.arguments == {"menu": "green", "count": "5", "day": "next Monday"}
        assert "order five vegetarian lunches" in await talk.says("help")


async def test_a_misfit_is_asked_for_again(lunch: Talk) -> None:
    await lunch.says("明天订三份素套餐")
    text = await lunch.told("lunch.order: count: Input should be less than 3")
    assert text.splitlines() == [say("local_unread"), "订几份？"]
    assert lunch.pending == Pending("lunch.order", {"menu": "green", "day": "明天"}, "count")


async def test_other_speakers_do_not_disturb(lunch: Talk) -> None:
    """In a group chat the others' words stand behind the person's message."""
    await lunch.says("订三份套餐")
    lunch.messages.append(ModelMessage("assistant", MaskedText("车派好了"), "fleet"))
    await lunch.says("荤的")
    assert lunch.pending == Pending("lunch.order", {"count": "3", "menu": "meat"}, "day")


async def test_a_skill_without_examples_is_found_by_its_docstring(
    model: LocalModel, house: dict[str, Assistant]
) -> None:
    stranger = house["fleet"].model_copy(update={"name": "stranger", "examples": ()})
    talk = Talk(model, stranger, [ORDER])
    await talk.says("order lunches")
    assert talk.pending == Pending("lunch.order", {}, "menu")


async def test_an_empty_request_is_answered(model: LocalModel) -> None:
    request = ModelRequest("chat", "nobody", MaskedText(""), ())
    assert [chunk async for chunk in model.stream(request)]


WORDS = st.sampled_from(
    [
        "借",
        "书",
        "订",
        "三份",
        "素的",
        "改成",
        "明天",
        "<PERSON_1>",
        "算了",
        "逾期",
        "车",
        "多少",
        "今天天气",
        "呢",
        "lunch",
        "order",
        "，",
        " ",
    ]
)
SENTENCES = st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=8).map("".join))
PLAIN = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=80)


def _invented(chunks: Sequence[ModelChunk], request: ModelRequest, passages: Sequence[dict[str, Any]]) -> list[str]:
    """Lines that are neither of the catalogue, nor of the folder, nor a skill's question, nor a quotation."""
    titles = list(dict.fromkeys(str(one["title"]) for one in passages))
    fixed = {say(key) for key in say.keys("zh") if "{" not in say(key)}
    fixed |= {slot.question for tool in request.tools for slot in tool.slots.values()}
    fixed |= {say("local_example", text=one.text) for one in request.examples}
    fixed |= {say("local_quote", title=one["title"], locator=one["locator"]) for one in passages}
    fixed |= {say("local_question_lost", parameter=name) for tool in request.tools for name in tool.slots}
    fixed.add(say("local_can", skills=request.skills_in_words))
    fixed |= {say("local_none_near", titles=say("local_comma").join(titles[:count])) for count in range(1, 4)}
    quoted = "\n".join(str(one["text"]) for one in passages)
    lines = [line for chunk in chunks for line in chunk.text.split("\n") if line.strip()]
    return [line for line in lines if line not in fixed and not _is_quotation(line, quoted)]


def _is_quotation(line: str, quoted: str) -> bool:
    words = re.sub(r" ?\[\d+\]$", "", line.removeprefix(">").removeprefix(" "))
    return line.startswith(">") and (not words.strip() or words in quoted)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["canteen", "library", "fleet"]),
    talk=st.lists(SENTENCES, min_size=1, max_size=3),
    missing=st.sampled_from(["menu", "count", "day", None]),
    passages=st.lists(PLAIN, max_size=3),
)
async def test_it_never_raises_and_never_invents(
    model: LocalModel,
    house: dict[str, Assistant],
    name: str,
    talk: list[str],
    missing: str | None,
    passages: list[str],
) -> None:
    pending = Pending("lunch.order", {"hour": "13:00"}, missing)
    messages = [ModelMessage("assistant", MaskedText("?"), name, pending=pending)]
    found = [{"n": n, "text": text, "title": f"题{n}", "locator": "¶1"} for n, text in enumerate(passages, 1)]
    request = ModelRequest("chat", name, MaskedText(""), (), TOOLS[name], house[name].examples, house[name].brief)
    for text in talk:
        messages.append(ModelMessage("user", MaskedText(text)))
        chunks = [chunk async for chunk in model.stream(replace(request, messages=tuple(messages)))]
        assert chunks
        assert _invented(chunks, request, []) == []
        call = next((chunk.tool_call for chunk in chunks if chunk.tool_call), None)
        if call and call.name == "knowledge.search":
            result = json.dumps({"passages": found}, ensure_ascii=False)
            answer = (
                ModelMessage("assistant", MaskedText(""), name, (call,)),
                ModelMessage("tool", MaskedText(result), tool_call_id=call.id, tool_name=call.name),
            )
            said = [chunk async for chunk in model.stream(replace(request, messages=(*messages, *answer)))]
            assert _invented(said, request, found) == []


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(answer=st.sampled_from(["素的", "荤", "meat", "五份", "明天", "谢谢", "不清楚", "改成八份", "？"]))
async def test_what_is_known_survives_any_answer(model: LocalModel, house: dict[str, Assistant], answer: str) -> None:
    talk = Talk(model, house["canteen"], TOOLS["canteen"])
    known = {"hour": "13:00", "count": "3"}
    talk.messages = [
        ModelMessage("assistant", MaskedText("?"), "canteen", pending=Pending("lunch.order", known, "menu"))
    ]
    await talk.says(answer)
    after = talk.pending.arguments if talk.pending else talk.call.arguments
    assert after["hour"] == "13:00"
    assert after["count"] in {"3", "5", "8"}
