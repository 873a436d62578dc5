"""litellm behind the port, against a scripted model: in every case the person gets an answer, soon and once."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import Unavailable
from app.core.model_talk import ModelChunk, ModelMessage, ModelRequest, ToolCall, ToolSpec
from app.core.texts import speaking
from app.core.turn import MaskedText
from app.engines.models import LitellmModels, say
from app.engines.provider.model_choice import Choice, Choices
from tests.scripted_model import (
    Answer,
    Body,
    Script,
    ScriptedModel,
    both,
    calls,
    cuts,
    empty,
    fails,
    garbage,
    hangs,
    refused_url,
    says,
    stalls,
)

CONTENT = Path(__file__).parents[2]
SOON_S = 15.0
"""Every answer ends before this, whatever the model does; the time-outs below are far shorter."""

QUOTE = ToolSpec(
    name="fx.quote",
    doc="Quote a price.",
    schema={
        "type": "object",
        "properties": {"pair": {"type": "string"}, "amount": {"type": "integer"}},
        "required": ["pair"],
        "additionalProperties": False,
    },
    slots={},
    material=False,
)
QUESTION = ModelMessage("user", MaskedText("给 <PERSON_1> 报个价"))
REQUEST = ModelRequest("chat", "fx", MaskedText("你是外汇交易助手。"), (QUESTION,), (QUOTE,))
GOOD_CALL = {"pair": "USD/CNY", "amount": 5}


class Local:
    """Stands for the local model: says one sentence and counts how often."""

    def __init__(self) -> None:
        self.asked: list[ModelRequest] = []

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelChunk]:
        self.asked.append(request)
        yield ModelChunk("local", text="本地回答")

    async def warm(self) -> None: ...

    async def ping(self) -> None: ...


def choice(base_url: str, **values: Any) -> Choice:
    small = {"first_token_timeout_s": 0.4, "idle_timeout_s": 0.3, "total_timeout_s": 2.0, "breaker_failures": 99}
    return Choice(model="openai/scripted", base_url=base_url, **{**small, **values})


def models_at(base_url: str, **values: Any) -> tuple[LitellmModels, Local]:
    local = Local()
    return LitellmModels(Choices(choice(base_url, **values), {}, {}), local), local


async def answer(models: LitellmModels, request: ModelRequest = REQUEST) -> list[ModelChunk]:
    await models.warm()
    async with asyncio.timeout(SOON_S):
        return [chunk async for chunk in models.stream(request)]


def text(chunks: list[ModelChunk], mode: str | None = None) -> str:
    return "".join(chunk.text for chunk in chunks if mode in (None, chunk.mode))


# --- a good model ---


async def test_words_stream_as_they_come_with_the_models_name() -> None:
    async with ScriptedModel(says("今天", "的", "牌价", gap_s=0.03)) as server:
        models, local = models_at(server.base_url)
        chunks = await answer(models)
    assert [chunk.text for chunk in chunks] == ["今天", "的", "牌价"]
    assert {(chunk.mode, chunk.model) for chunk in chunks} == {("model", "scripted")}
    assert not local.asked


async def test_a_tool_call_comes_whole_and_under_the_skills_name() -> None:
    async with ScriptedModel(calls("fx.quote", GOOD_CALL)) as server:
        chunks = await answer(models_at(server.base_url)[0])
        (offered,) = server.requests[0]["tools"]
    assert offered["function"]["name"] == "fx-quote"
    assert offered["function"]["parameters"] == QUOTE.schema
    assert [chunk.tool_call for chunk in chunks] == [ToolCall("call-1-0", "fx.quote", GOOD_CALL)]


async def test_words_and_several_calls_in_one_answer() -> None:
    script = both(says("先看两个："), calls("fx.quote", {"pair": "USD/CNY"}), calls("fx.quote", {"pair": "EUR/CNY"}))
    async with ScriptedModel(script) as server:
        chunks = await answer(models_at(server.base_url)[0])
    assert text(chunks) == "先看两个："
    found = [chunk.tool_call for chunk in chunks if chunk.tool_call]
    assert [call.arguments["pair"] for call in found] == ["USD/CNY", "EUR/CNY"]
    assert len({call.id for call in found}) == 2


async def test_calls_without_index_or_id_are_told_apart() -> None:
    def event(delta: object, reason: str | None = None) -> bytes:
        return b"data: " + json.dumps({"choices": [{"delta": delta, "finish_reason": reason}]}).encode() + b"\r\n\r\n"

    one = {"id": "same", "function": {"name": "fx.quote", "arguments": '{"pair": "A"}'}}
    two = {"id": "same", "function": {"name": "fx-quote", "arguments": '{"pair": "B"}'}}
    raw = b": comment\n\nevent: x\n" + event({"tool_calls": [one, two]}) + event({}, "tool_calls")
    async with ScriptedModel(garbage(raw)) as server:
        chunks = await answer(models_at(server.base_url)[0])
    found = [chunk.tool_call for chunk in chunks if chunk.tool_call]
    assert [call.arguments["pair"] for call in found] == ["A", "B"]
    assert len({call.id for call in found}) == 2


async def test_many_words_at_once_lose_nothing() -> None:
    pieces = [f"第{number}条，" for number in range(400)]
    async with ScriptedModel(says(*pieces)) as server:
        chunks = await answer(models_at(server.base_url)[0])
    assert text(chunks) == "".join(pieces)


@pytest.mark.parametrize("model", ["openai/scripted", "hosted_vllm/scripted", "deepseek/scripted"])
async def test_any_provider_of_litellm_gives_the_same_answer(model: str) -> None:
    """The first is read from the HTTP response, the others through litellm's own loop."""
    script = both(says("好的，", "请看："), calls("fx.quote", GOOD_CALL))
    async with ScriptedModel(script) as server:
        limits = {
            "first_token_timeout_s": 9.0,
            "idle_timeout_s": 9.0,
            "total_timeout_s": 9.0,
        }  # its loop loads a lot at first
        patient = choice(server.base_url, **limits).model_copy(update={"model": model})
        models = LitellmModels(Choices(patient, {}, {}), Local())
        chunks = await answer(models)
    assert text(chunks, "model") == "好的，请看："
    assert [chunk.tool_call.arguments for chunk in chunks if chunk.tool_call] == [GOOD_CALL]


async def test_only_the_masked_request_goes_out() -> None:
    async with ScriptedModel(says("好")) as server:
        models, _ = models_at(server.base_url)
        await answer(models)
        assert "<PERSON_1>" in server.heard
        assert set(server.requests[0]) == {"model", "messages", "stream", "temperature", "max_tokens", "tools"}


# --- a model that is dead, slow or wrong ---

BEFORE_A_WORD: dict[str, Script] = {
    "429": fails(429),
    "500": fails(500),
    "401": fails(401),
    "hang": hangs(),
    "silent after the head": stalls(),
    "slow to begin": says("太慢", first_s=1.5),
    "cut at once": cuts(),
    "empty": empty(),
    "blank": says(" ", "\n"),
    "not JSON": garbage(),
    "JSON of another shape": garbage(b'data: {"choices": [{"delta": {"content": 7}}]}\n\ndata: [DONE]\n\n'),
    "error in the stream": garbage(b'data: {"error": {"message": "overloaded"}}\n\ndata: [DONE]\n\n'),
    "not a stream": garbage(b'{"choices": [{"message": {"content": "whole"}}]}'),
    "only comments": garbage(b": ping\n\n: ping\n\n"),
    "unknown tool": calls("fx.transfer", GOOD_CALL),
    "broken JSON": calls("fx.quote", '{"pair": "USD'),
    "arguments that are a list": calls("fx.quote", "[1]"),
    "arguments nested without end": calls("fx.quote", "[" * 100_000),
    "not a number": calls("fx.quote", '{"pair": "USD/CNY", "amount": NaN}'),
    "wrong types, twice": calls("fx.quote", {"pair": 7}),
    "missing argument, twice": calls("fx.quote", {}),
    "argument nobody knows, twice": calls("fx.quote", {"pair": "USD/CNY", "secret": 1}),
    "a hundred calls at once": both(*[calls("fx.quote", GOOD_CALL)] * 100),
}


@pytest.mark.parametrize("script", BEFORE_A_WORD.values(), ids=BEFORE_A_WORD.keys())
async def test_before_a_word_was_said_the_local_model_answers_silently(script: Answer) -> None:
    async with ScriptedModel(script) as server:
        models, local = models_at(server.base_url)
        chunks = await answer(models)
    assert text(chunks).strip() == "本地回答"
    assert not any(chunk.tool_call for chunk in chunks)
    assert local.asked == [REQUEST]
    assert 1 <= len(server.requests) <= 2


async def test_nobody_listens_at_the_address() -> None:
    models, local = models_at(refused_url())
    assert text(await answer(models)) == "本地回答"
    assert len(local.asked) == 1


@pytest.mark.parametrize(
    "script",
    [cuts("您好，", "美元"), stalls("您好，", "美元"), says("您好，", "美元", *["…"] * 50, gap_s=0.06)],
    ids=["cut", "stalled", "longer than the whole time allowed"],
)
async def test_in_the_middle_one_sentence_says_so_and_the_local_model_goes_on(script: Answer) -> None:
    async with ScriptedModel(script) as server:
        models, local = models_at(server.base_url, total_timeout_s=1.0)
        chunks = await answer(models)
    assert text(chunks, "model").startswith("您好，美元")
    assert text(chunks, "local") == say("model_broke_off") + "本地回答"
    assert [chunk.mode for chunk in chunks][-2:] == ["local", "local"]
    assert len(local.asked) == 1


async def test_words_before_a_wrong_tool_call_are_broken_off_too() -> None:
    async with ScriptedModel(calls("fx.transfer", GOOD_CALL, words="我来转账。")) as server:
        with speaking("en"):
            chunks = await answer(models_at(server.base_url)[0])
            assert text(chunks) == "我来转账。" + say("model_broke_off") + "本地回答"
    assert "made by rules" in text(chunks)


async def test_wrong_types_are_sent_back_once_and_mended() -> None:
    async with ScriptedModel(
        calls("fx.quote", {"pair": "USD/CNY", "amount": "五"}), calls("fx.quote", GOOD_CALL)
    ) as server:
        models, local = models_at(server.base_url)
        chunks = await answer(models)
        wish, verdict = server.requests[1]["messages"][-2:]
    assert [chunk.tool_call.arguments for chunk in chunks if chunk.tool_call] == [GOOD_CALL]
    assert wish["tool_calls"][0]["id"] == verdict["tool_call_id"]
    assert verdict["content"] == '$.amount: type "integer"'
    assert not local.asked


def after_rounds(rounds: int) -> ModelRequest:
    """The question, and so many tool rounds after it."""
    done: list[ModelMessage] = []
    for number in range(rounds):
        call = ToolCall(f"c{number}", "fx.quote", GOOD_CALL)
        done.append(ModelMessage("assistant", MaskedText(""), speaker="fx", tool_calls=(call,)))
        done.append(ModelMessage("tool", MaskedText("7.1"), tool_call_id=call.id, tool_name=call.name))
    return replace(REQUEST, messages=(*after_earlier_talk(), QUESTION, *done))


def after_earlier_talk() -> tuple[ModelMessage, ...]:
    call = ToolCall("early", "fx.quote", GOOD_CALL)
    return (
        ModelMessage("user", MaskedText("早先的问题")),
        ModelMessage("assistant", MaskedText(""), speaker="fx", tool_calls=(call,)),
        ModelMessage("tool", MaskedText("7.0"), tool_call_id="early", tool_name="fx.quote"),
    )


@pytest.mark.parametrize(("rounds", "mode"), [(0, "model"), (1, "model"), (2, "local"), (9, "local")])
async def test_endless_tool_calls_end(rounds: int, mode: str) -> None:
    async with ScriptedModel(calls("fx.quote", GOOD_CALL)) as server:
        models, _ = models_at(server.base_url, max_tool_rounds=2)
        chunks = await answer(models, after_rounds(rounds))
    assert {chunk.mode for chunk in chunks} == {mode}


async def test_after_the_last_round_the_model_may_still_answer_in_words() -> None:
    def reply(body: Body) -> Answer:
        return says("按 7.1 报价。") if body["messages"][-1]["role"] == "tool" else calls("fx.quote", GOOD_CALL)

    async with ScriptedModel(reply) as server:
        models, _ = models_at(server.base_url, max_tool_rounds=2)
        assert text(await answer(models, after_rounds(2)), "model") == "按 7.1 报价。"


async def test_a_dead_model_is_left_alone_and_tried_again() -> None:
    async with ScriptedModel(fails(500)) as server:
        models, local = models_at(server.base_url, breaker_failures=2, breaker_pause_s=0.3)
        for _ in range(4):
            assert text(await answer(models)) == "本地回答"
        assert len(server.requests) == 2, "the third and fourth went to the local model at once"
        server.now_says(says("我回来了"))
        await asyncio.sleep(0.35)
        assert text(await answer(models)) == "我回来了"
        assert text(await answer(models)) == "我回来了"
    assert len(local.asked) == 4


async def test_nonsense_does_not_open_the_breaker() -> None:
    async with ScriptedModel(empty()) as server:
        models, _ = models_at(server.base_url, breaker_failures=1)
        await answer(models)
        server.now_says(says("好"))
        assert text(await answer(models)) == "好"


async def test_who_stops_listening_ends_the_request() -> None:
    async with ScriptedModel(says(*["字"] * 200, gap_s=0.02)) as server:
        models, local = models_at(server.base_url)
        await models.warm()
        stream = models.stream(REQUEST)
        assert (await anext(stream)).text == "字"
        await stream.aclose()
        async with asyncio.timeout(SOON_S):
            while not server.closed_early:
                await asyncio.sleep(0.02)
    assert not local.asked


async def test_cancelling_goes_through_and_asks_nobody_else() -> None:
    async with ScriptedModel(hangs()) as server:
        models, local = models_at(server.base_url, first_token_timeout_s=2.0)
        await models.warm()
        waiting = asyncio.create_task(answer(models))
        while not server.requests:
            await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert not local.asked


async def test_a_connection_is_used_again() -> None:
    async with ScriptedModel(says("好")) as server:
        models, _ = models_at(server.base_url)
        for _ in range(5):
            await answer(models)
        assert len(server._connections) == 1


# --- what must not be told ---


@pytest.mark.parametrize(
    "script", [fails(401), fails(500), garbage(), calls("fx.quote", {"pair": "机密七号"}), cuts("机密七号"), says("好")]
)
async def test_logs_hold_no_text_no_key_no_address(
    script: Answer, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = replace(REQUEST, messages=(ModelMessage("user", MaskedText("机密七号")),))
    async with ScriptedModel(script) as server:
        one = choice(server.base_url, key_variable="BANK_KEY")
        models = LitellmModels(Choices(one, {}, {"BANK_KEY": "sk-very-secret"}), Local())
        await models.warm()
        with caplog.at_level(logging.DEBUG):
            await answer(models, secret)
        assert "authorization: bearer sk-very-secret" in server.heard.lower()
        told = caplog.text + "".join(capfd.readouterr()) + repr(models._choices)
        assert "机密七号" not in told
        assert "sk-very-secret" not in told
        assert server.base_url not in "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("app."))


async def test_the_providers_key_in_the_environment_goes_to_no_other_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-for-the-provider")
    async with ScriptedModel(says("好")) as server:
        await answer(models_at(server.base_url)[0])
        assert "sk-for-the-provider" not in server.heard


# --- loading ---


async def test_a_name_that_litellm_does_not_know_is_logged_and_answered_locally(
    caplog: pytest.LogCaptureFixture,
) -> None:
    local = Local()
    models = LitellmModels(Choices(Choice(model="nosuchprovider/x"), {}, {}), local)
    assert text(await answer(models)) == "本地回答"
    assert "nosuchprovider/x" in caplog.text


async def test_ping_tells_when_litellm_is_loaded() -> None:
    models, _ = models_at(refused_url())
    with pytest.raises(Unavailable):
        await models.ping()
    await models.warm()
    await models.ping()


def test_nothing_heavy_is_imported_before_it_is_needed() -> None:
    code = "import sys, app.engines.models; sys.exit('litellm' in sys.modules or 'openai' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=CONTENT).returncode == 0
