"""AutoGen's client over the port: what AutoGen adds in a turn reaches the model; words do not wait for AutoGen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest
from autogen_agentchat.agents import AssistantAgent
from autogen_agentchat.teams import SelectorGroupChat
from autogen_core import CancellationToken
from autogen_core.models import (
    AssistantMessage,
    FunctionExecutionResult,
    FunctionExecutionResultMessage,
    LLMMessage,
    SystemMessage,
    UserMessage,
)
from autogen_core.tools import TextResultContent, ToolResult, ToolSchema, Workbench

from app.core.model_talk import ModelChunk, ModelMessage, ModelRequest, Pending, ToolCall, ToolSpec
from app.core.turn import MaskedText
from app.team.model_client import PERSON, ModelClient


def spec(name: str, *, material: bool = False) -> ToolSpec:
    return ToolSpec(name, "A tool.", {"type": "object", "properties": {}}, {}, material)


QUOTE, SEARCH = spec("fx.quote"), spec("knowledge.search", material=True)
EARLIER = (ModelMessage("user", MaskedText("早先")), ModelMessage("assistant", MaskedText("答过"), speaker="fx"))
QUESTION = ModelMessage("user", MaskedText("给 <PERSON_1> 报价"))
Step = Sequence[str | ToolCall | Pending]


def call(id: str, tool: ToolSpec, **arguments: Any) -> ToolCall:
    return ToolCall(id, tool.name, arguments)


class Scripted:
    """A model that says one step after the other and keeps what it was asked."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.asked: list[ModelRequest] = []
        self.stopped = False

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelChunk]:
        self.asked.append(request)
        for part in self.steps.pop(0):
            if isinstance(part, ToolCall):
                yield ModelChunk("model", tool_call=part, model="m")
            elif isinstance(part, Pending):
                yield ModelChunk("local", text="多少？", pending=part)
            else:
                yield ModelChunk("model", text=part, model="m")

    async def warm(self) -> None: ...

    async def ping(self) -> None: ...


class Hanging(Scripted):
    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelChunk]:
        self.asked.append(request)
        try:
            await asyncio.Event().wait()
        finally:
            self.stopped = True
        yield ModelChunk("model", text="never")


class Heard:
    def __init__(self) -> None:
        self.chunks: list[ModelChunk] = []

    async def __call__(self, chunk: ModelChunk) -> None:
        self.chunks.append(chunk)

    @property
    def text(self) -> str:
        return "".join(chunk.text for chunk in self.chunks)


def client_of(models: Scripted, heard: Heard, name: str = "fx") -> ModelClient:
    request = ModelRequest("chat", name, MaskedText("系统提示"), (*EARLIER, QUESTION), (QUOTE, SEARCH))
    return ModelClient(models, request, heard, MaskedText)


class Bench(Workbench):
    """Answers every tool with the text written down for it; a pair says that it is an error."""

    component_type = "workbench"

    def __init__(self, results: Mapping[str, str | tuple[str, bool]]) -> None:
        self.results = results
        self.ran: list[tuple[str, dict[str, Any], str | None]] = []

    async def list_tools(self) -> list[ToolSchema]:
        return [ToolSchema(name=QUOTE.name), ToolSchema(name=SEARCH.name)]

    async def call_tool(
        self,
        name: str,
        arguments: Mapping[str, Any] | None = None,
        cancellation_token: CancellationToken | None = None,
        call_id: str | None = None,
    ) -> ToolResult:
        self.ran.append((name, dict(arguments or {}), call_id))
        result = self.results[name]
        text, is_error = result if isinstance(result, tuple) else (result, False)
        return ToolResult(name=name, result=[TextResultContent(content=text)], is_error=is_error)

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def reset(self) -> None: ...

    async def save_state(self) -> Mapping[str, Any]:
        return {}

    async def load_state(self, state: Mapping[str, Any]) -> None: ...


def agent_of(models: Scripted, heard: Heard, bench: Bench, name: str = "fx") -> AssistantAgent:
    return AssistantAgent(
        name, client_of(models, heard, name), workbench=bench, system_message=None, max_tool_iterations=4
    )


def roles(request: ModelRequest) -> list[tuple[str, str, str]]:
    """What AutoGen added to the request."""
    return [(m.role, m.speaker or m.tool_name, m.text.text) for m in request.messages[3:]]


# --- the client alone ---


async def test_words_go_on_at_once_and_the_result_has_them_all() -> None:
    heard = Heard()
    models = Scripted(["美元", "7.1"])
    result = await client_of(models, heard).create([])
    assert result.content == heard.text == "美元7.1"
    assert result.finish_reason == "stop"
    assert models.asked[0].system.text == "系统提示"
    assert models.asked[0].messages == (*EARLIER, QUESTION)


async def test_every_chunk_is_passed_on_with_mode_model_and_pending() -> None:
    heard = Heard()
    pending = Pending("fx.quote", {}, "amount")
    await client_of(Scripted([call("1", QUOTE), pending]), heard).create([])
    assert [(chunk.mode, chunk.model) for chunk in heard.chunks] == [("model", "m"), ("local", "")]
    assert heard.chunks[1].pending == pending


async def test_tool_calls_become_function_calls_and_words_beside_them_a_thought() -> None:
    result = await client_of(Scripted(["查一下。", call("1", QUOTE, 币种="美元")]), Heard()).create([])
    assert result.finish_reason == "function_calls"
    assert result.thought == "查一下。"
    assert not isinstance(result.content, str)
    (function,) = result.content
    assert (function.id, function.name, function.arguments) == ("1", "fx.quote", '{"币种": "美元"}')


async def test_what_the_person_said_and_system_messages_are_not_said_twice() -> None:
    models = Scripted(["好"])
    given: list[LLMMessage] = [
        SystemMessage(content="AutoGen"),
        UserMessage(content="给 <PERSON_1> 报价", source=PERSON),
        UserMessage(content="信贷说", source="credit"),
        UserMessage(content="", source="office"),
        AssistantMessage(content="外汇说", source="fx"),
    ]
    await client_of(models, Heard()).create(given)
    assert roles(models.asked[0]) == [("assistant", "credit", "信贷说"), ("assistant", "fx", "外汇说")]


def results(*found: tuple[ToolSpec, bool]) -> FunctionExecutionResultMessage:
    return FunctionExecutionResultMessage(
        content=[
            FunctionExecutionResult(content="结果", name=tool.name, call_id=str(number), is_error=is_error)
            for number, (tool, is_error) in enumerate(found)
        ]
    )


@pytest.mark.parametrize(
    ("last", "asks"),
    [
        (results((QUOTE, False)), False),
        (results((QUOTE, False), (QUOTE, False)), False),
        (results((SEARCH, False)), True),
        (results((QUOTE, False), (SEARCH, False)), True),
        (results((QUOTE, True)), True),
        (results(), True),
    ],
    ids=["answer", "answers", "material", "both", "error", "nothing"],
)
async def test_renderings_are_the_answer_and_material_and_errors_are_not(
    last: FunctionExecutionResultMessage, asks: bool
) -> None:
    models = Scripted(["由模型说"])
    result = await client_of(models, Heard()).create([last])
    assert result.content == ("由模型说" if asks else "\n\n".join(one.content for one in last.content))
    assert bool(models.asked) is asks


async def test_the_stream_ends_with_the_result_and_repeats_no_words() -> None:
    heard = Heard()
    items = [item async for item in client_of(Scripted(["你", "好"]), heard).create_stream([])]
    assert [getattr(item, "content", item) for item in items] == ["你好"]
    assert heard.text == "你好"


async def test_a_cancelled_token_stops_the_model() -> None:
    models = Hanging()
    token = CancellationToken()
    waiting = asyncio.ensure_future(client_of(models, Heard()).create([], cancellation_token=token))
    while not models.asked:
        await asyncio.sleep(0)
    token.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert models.stopped


# --- under AutoGen ---


async def test_an_answering_tool_ends_the_turn_without_the_model() -> None:
    models, heard = Scripted([call("1", QUOTE, pair="USD/CNY")]), Heard()
    bench = Bench({"fx.quote": "报价：7.1"})
    await agent_of(models, heard, bench).run(task="给 <PERSON_1> 报价")
    assert bench.ran == [("fx.quote", {"pair": "USD/CNY"}, "1")]
    assert len(models.asked) == 1


async def test_the_model_answers_from_material() -> None:
    search = call("1", SEARCH, query="限额")
    models, heard = Scripted([search], ["限额五百万[1]"]), Heard()
    await agent_of(models, heard, Bench({"knowledge.search": '{"passages": []}'})).run()
    assert heard.text == "限额五百万[1]"
    asked = models.asked[1].messages[3:]
    assert asked[0].tool_calls == (search,)
    assert (asked[1].tool_call_id, asked[1].tool_name) == ("1", "knowledge.search")
    assert roles(models.asked[1]) == [("assistant", "fx", ""), ("tool", "knowledge.search", '{"passages": []}')]


async def test_a_tools_error_goes_back_to_the_model() -> None:
    bench = Bench({"fx.quote": ("amount: a number is expected", True)})
    models, heard = Scripted([call("1", QUOTE)], ["请问金额？"]), Heard()
    await agent_of(models, heard, bench).run()
    assert heard.text == "请问金额？"
    assert roles(models.asked[1])[-1] == ("tool", "fx.quote", "amount: a number is expected")


async def test_endless_calls_end_with_autogens_own_bound_too() -> None:
    models = Scripted(*[[call(str(number), SEARCH)] for number in range(50)])
    bench = Bench({"knowledge.search": "{}"})
    await agent_of(models, Heard(), bench).run()
    assert len(bench.ran) == len(models.asked) == 4


async def test_in_a_group_chat_each_hears_what_the_others_said() -> None:
    credit, fx = Scripted(["信贷的部分。"]), Scripted(["外汇的部分。"])
    heard = Heard()
    agents = [agent_of(credit, heard, Bench({}), "credit"), agent_of(fx, heard, Bench({}), "fx")]
    order = iter(["credit", "fx"])
    team = SelectorGroupChat(
        list(agents), model_client=client_of(fx, heard), selector_func=lambda thread: next(order), max_turns=2
    )
    await team.run(task="给 <PERSON_1> 报价")
    assert heard.text == "信贷的部分。外汇的部分。"
    assert roles(fx.asked[0]) == [("assistant", "credit", "信贷的部分。")]
    assert roles(credit.asked[0]) == []
