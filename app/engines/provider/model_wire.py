"""OpenAI's chat format, in which litellm speaks with every provider: requests on the way out, answers on the way in."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from app.core.model_talk import ModelMessage, ModelRequest, ToolCall, ToolSpec
from app.engines.provider.breaker import Fault

Event = Mapping[str, Any]
Message = dict[str, Any]

MOST_CALLS = 8
"""Tool calls in one answer; nobody asks that much at once."""
LONGEST_LINE = 1_000_000
"""Bytes of one event."""


def messages_of(request: ModelRequest) -> list[Message]:
    """The talk in OpenAI's roles. Only its own words are `assistant`: other assistants' are `user`, with their name."""
    answered = {message.tool_call_id for message in request.messages if message.role == "tool"}
    own: set[str] = set()
    found: list[Message] = [{"role": "system", "content": request.system.text}]
    for message in request.messages:
        if message.role == "tool":
            if message.tool_call_id in own:
                found.append({"role": "tool", "tool_call_id": message.tool_call_id, "content": message.text.text})
        elif message.role == "assistant" and message.speaker in ("", request.assistant):
            # A call without its result is refused by every provider.
            calls = [call for call in message.tool_calls if call.id in answered]
            own.update(call.id for call in calls)
            found += _own(message, calls)
        elif message.text.text:
            name = f"[{message.speaker}] " if message.speaker else ""
            found.append({"role": "user", "content": name + message.text.text})
    return found


def _own(message: ModelMessage, calls: Sequence[ToolCall]) -> Iterable[Message]:
    if calls:
        wishes = [_call(call.id, wire_name(call.name), _json(call.arguments)) for call in calls]
        yield {"role": "assistant", "content": message.text.text or None, "tool_calls": wishes}
    elif message.text.text:
        yield {"role": "assistant", "content": message.text.text}


def tools_of(request: ModelRequest) -> list[Message]:
    return [
        {
            "type": "function",
            "function": {"name": wire_name(tool.name), "description": tool.doc, "parameters": dict(tool.schema)},
        }
        for tool in request.tools
    ]


def rounds_of(request: ModelRequest) -> int:
    """How often tools were called since a person last spoke."""
    rounds = 0
    for message in reversed(request.messages):
        if message.role == "user":
            break
        rounds += bool(message.role == "assistant" and message.tool_calls)
    return rounds


def wire_name(name: str) -> str:
    """`fx.quote` as `fx-quote`: OpenAI allows letters, digits, `_` and `-`; a skill's name has no `-`."""
    return name.replace(".", "-")


class WrongArguments(Exception):
    """Arguments that do not fit a tool's schema. `messages` tell the model, for one more try."""

    def __init__(self, messages: Sequence[Message]) -> None:
        super().__init__("arguments do not fit the schema")
        self.messages = messages


class EventReader:
    """Server-sent events from pieces of bytes, cut anywhere."""

    def __init__(self) -> None:
        self._rest = b""
        self.done = False
        """`[DONE]` was read."""

    def feed(self, data: bytes) -> list[Event]:
        """The events that `data` completes. Raises `Fault` for what is not JSON or has no end."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > LONGEST_LINE:
            raise Fault("malformed", "event without an end")
        events: list[Event] = []
        for line in lines:
            if not line.startswith(b"data:"):
                continue  # comments, empty lines, event names
            payload = line[5:].strip()
            if payload == b"[DONE]":
                self.done = True
            elif payload:
                events.append(_parsed(payload))
        return events


def _parsed(payload: bytes) -> Event:
    try:
        event = json.loads(payload)
    except (ValueError, RecursionError):
        raise Fault("malformed", "event is not JSON") from None
    if not isinstance(event, dict):
        raise Fault("malformed", "event is not an object")
    if "error" in event:
        raise Fault("error", "error in the stream")
    return event


@dataclass(slots=True)
class _Wish:
    """A tool call as it arrives, piece by piece."""

    id: str = ""
    name: str = ""
    arguments: list[str] = field(default_factory=list)


class Answer:
    """One answer as it arrives: words at once, tool calls whole at the end."""

    def __init__(self, tools: Sequence[ToolSpec]) -> None:
        self._tools = {wire_name(tool.name): tool for tool in tools} | {tool.name: tool for tool in tools}
        self._wishes: dict[int, _Wish] = {}
        self.began = False
        """Anything but silence came: words, thoughts, or a call."""
        self.said = False
        """Words came."""
        self.finished = False
        """The model said that it is done."""

    def take(self, events: Iterable[Event]) -> str:
        """Keep `events`; the words in them."""
        try:
            return "".join(self._take(event) for event in events)
        except (TypeError, AttributeError, KeyError, IndexError, ValueError):
            raise Fault("malformed", "event of another shape") from None

    def _take(self, event: Event) -> str:
        choices = event.get("choices")
        if not choices:
            return ""
        self.finished = self.finished or bool(choices[0].get("finish_reason"))
        delta = choices[0].get("delta") or {}
        for piece in delta.get("tool_calls") or ():
            self._take_call(piece)
        words = delta.get("content") or ""
        if not isinstance(words, str):
            raise TypeError
        self.said = self.said or bool(words.strip())
        self.began = self.began or bool(words or self._wishes or delta.get("reasoning_content"))
        return words

    def _take_call(self, piece: Mapping[str, Any]) -> None:
        # Some servers send whole calls without an index: each new id is then a new call.
        index = piece.get("index")
        if index is None:
            index = len(self._wishes) if piece.get("id") else max(len(self._wishes) - 1, 0)
        wish = self._wishes.setdefault(int(index), _Wish())
        if len(self._wishes) > MOST_CALLS:
            raise Fault("malformed", "too many tool calls at once")
        function = piece.get("function") or {}
        wish.id = wish.id or str(piece.get("id") or "")
        wish.name = wish.name or str(function.get("name") or "")
        wish.arguments.append(str(function.get("arguments") or ""))

    @property
    def wants_tools(self) -> bool:
        return bool(self._wishes)

    def calls(self) -> tuple[ToolCall, ...]:
        """The tool calls, checked. Raises `Fault` (unknown tool, broken JSON) or `WrongArguments` (wrong types)."""
        found = tuple(self._call(wish) for _, wish in sorted(self._wishes.items()))
        problems = {call.id: self._problems(call) for call in found}
        if any(problems.values()):
            wishes = [_call(call.id, wire_name(call.name), _json(call.arguments)) for call in found]
            verdicts = [
                {"role": "tool", "tool_call_id": id, "content": "; ".join(wrong) or "not run: another call was wrong"}
                for id, wrong in problems.items()
            ]
            raise WrongArguments([{"role": "assistant", "content": None, "tool_calls": wishes}, *verdicts])
        return found

    def _call(self, wish: _Wish) -> ToolCall:
        tool = self._tools.get(wish.name)
        if tool is None:
            raise Fault("malformed", "unknown tool")
        try:
            arguments = json.loads("".join(wish.arguments) or "{}", parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise Fault("malformed", "arguments are not JSON") from None
        if not isinstance(arguments, dict):
            raise Fault("malformed", "arguments are not an object")
        # One id per call, whatever the server sent: results find their call by it.
        known = re.fullmatch(r"[\w.:-]{1,64}", wish.id) and sum(w.id == wish.id for w in self._wishes.values()) == 1
        return ToolCall(wish.id if known else f"call_{secrets.token_hex(6)}", tool.name, arguments)

    def _problems(self, call: ToolCall) -> list[str]:
        """What does not fit, without the values."""
        validator = Draft202012Validator(dict(self._tools[call.name].schema))
        return [
            f"{error.json_path}: {error.validator} {_json(error.validator_value)}"
            for error in validator.iter_errors(dict(call.arguments))
        ]


def _call(id: str, name: str, arguments: str) -> Message:
    return {"id": id, "type": "function", "function": {"name": name, "arguments": arguments}}


def _json(value: Any) -> str:
    if isinstance(value, Mapping):
        value = dict(value)
    return json.dumps(value, ensure_ascii=False)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
