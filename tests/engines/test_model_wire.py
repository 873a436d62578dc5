"""OpenAI's format on the way out and in, without a server."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.model_talk import ModelMessage, ModelRequest, ToolCall
from app.core.turn import MaskedText
from app.engines.provider.breaker import Fault
from app.engines.provider.model_wire import Answer, EventReader, messages_of


def event(words: str) -> bytes:
    return b"data: " + json.dumps({"choices": [{"delta": {"content": words}}]}, ensure_ascii=False).encode() + b"\n\n"


@given(st.lists(st.text(max_size=8), max_size=12), st.lists(st.integers(1, 40), max_size=40))
def test_events_are_read_whole_however_the_network_cuts_them(pieces: list[str], cuts: list[int]) -> None:
    data = b"".join(event(piece) for piece in pieces) + b"data: [DONE]\n\n"
    reader, answer, words = EventReader(), Answer(()), ""
    for size in (*cuts, len(data)):
        words += answer.take(reader.feed(data[:size]))
        data = data[size:]
    assert words == "".join(pieces)
    assert reader.done


@given(st.binary(max_size=200))
def test_whatever_comes_in_is_words_or_a_fault(noise: bytes) -> None:
    answer = Answer(())
    try:
        answer.take(EventReader().feed(b"data: " + noise + b"\n" + event("好")))
        answer.calls()
    except Fault:
        return


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ["choices", "delta", "content", "tool_calls", "function", "index", "id", "name", "arguments"]
                ),
                inner,
            )
        ),
    )
)
def test_json_of_any_shape_is_words_or_a_fault(value: object) -> None:
    answer = Answer(())
    try:
        answer.take(EventReader().feed(b"data: " + json.dumps(value).encode() + b"\n"))
        answer.take([{"choices": [{"delta": value}]}])
        answer.calls()
    except Fault:
        return


def test_an_event_without_an_end_is_a_fault() -> None:
    reader = EventReader()
    with pytest.raises(Fault):
        for _ in range(20):
            reader.feed(b"x" * 100_000)


def test_the_talk_as_the_model_reads_it() -> None:
    call = ToolCall("c1", "fx.quote", {"pair": "USD/CNY"})
    talk = (
        ModelMessage("user", MaskedText("第一句")),
        ModelMessage("assistant", MaskedText("信贷说的"), speaker="credit"),
        ModelMessage("assistant", MaskedText("外汇说的"), speaker="fx"),
        ModelMessage("assistant", MaskedText(""), speaker="fx", tool_calls=(ToolCall("lost", "fx.quote", {}),)),
        ModelMessage("user", MaskedText("给 <PERSON_1> 报个价")),
        ModelMessage("assistant", MaskedText(""), speaker="fx", tool_calls=(call,)),
        ModelMessage("tool", MaskedText("7.10"), tool_call_id="c1", tool_name="fx.quote"),
        ModelMessage("tool", MaskedText("别人的"), tool_call_id="other", tool_name="fx.quote"),
    )
    request = ModelRequest("chat", "fx", MaskedText("你是外汇交易助手。"), talk)
    function = {"name": "fx-quote", "arguments": json.dumps(call.arguments)}
    assert messages_of(request) == [
        {"role": "system", "content": "你是外汇交易助手。"},
        {"role": "user", "content": "第一句"},
        {"role": "user", "content": "[credit] 信贷说的"},
        {"role": "assistant", "content": "外汇说的"},
        {"role": "user", "content": "给 <PERSON_1> 报个价"},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "type": "function", "function": function}]},
        {"role": "tool", "tool_call_id": "c1", "content": "7.10"},
    ]
