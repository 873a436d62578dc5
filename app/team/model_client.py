"""The `Models` port as AutoGen's `ChatCompletionClient`: one assistant, one turn.

AutoGen decides when a model is asked; what it is asked is the house's own `ModelRequest`. The words of an answer
go to `on_chunk` as they come and never wait in AutoGen's queues.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from autogen_core import CancellationToken, FunctionCall
from autogen_core.models import (
    AssistantMessage,
    ChatCompletionClient,
    CreateResult,
    FunctionExecutionResultMessage,
    LLMMessage,
    ModelFamily,
    ModelInfo,
    RequestUsage,
    SystemMessage,
    UserMessage,
)
from autogen_core.tools import Tool, ToolSchema
from pydantic import BaseModel

from app.core.model_talk import ModelChunk, ModelMessage, ModelRequest, ToolCall
from app.core.ports import Models
from app.core.turn import MaskedText

PERSON = "user"
"""AutoGen's name for whoever gave the task; `ModelRequest.messages` has those words already."""

_NO_USAGE = RequestUsage(prompt_tokens=0, completion_tokens=0)
_INFO = ModelInfo(
    vision=False, function_calling=True, json_output=False, structured_output=False, family=ModelFamily.UNKNOWN
)


class ModelClient(ChatCompletionClient):
    """`request` is the talk up to this turn, with the person's message last.

    AutoGen adds what happens within the turn: what the other assistants said, tool calls and their results. All of
    it was masked before AutoGen saw it, so `vouch` may take it.
    """

    def __init__(
        self,
        models: Models,
        request: ModelRequest,
        on_chunk: Callable[[ModelChunk], Awaitable[None]],
        vouch: Callable[[str], MaskedText],
    ) -> None:
        self._models = models
        self._request = request
        self._on_chunk = on_chunk
        self._vouch = vouch
        self._answering = frozenset(tool.name for tool in request.tools if not tool.material)

    async def create(
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        tool_choice: Tool | Literal["auto", "required", "none"] = "auto",
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, Any] | None = None,
        cancellation_token: CancellationToken | None = None,
    ) -> CreateResult:
        """The model's words, or its function calls.

        When the last tools' renderings are the answer already, they are returned as they are for the next speaker to
        see, and the model is not asked; the person has them from the tools.
        """
        if rendering := self._answered_by_tools(messages):
            return _result(rendering)
        request = replace(self._request, messages=(*self._request.messages, *self._of_this_turn(messages)))
        answer = asyncio.ensure_future(self._ask(request))
        if cancellation_token is not None:
            cancellation_token.link_future(answer)
        return await answer

    async def create_stream(
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        tool_choice: Tool | Literal["auto", "required", "none"] = "auto",
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, Any] | None = None,
        cancellation_token: CancellationToken | None = None,
    ) -> AsyncGenerator[str | CreateResult, None]:
        """As `create`: the words have gone to `on_chunk`, so there is only the result to yield."""
        yield await self.create(messages, cancellation_token=cancellation_token)

    async def _ask(self, request: ModelRequest) -> CreateResult:
        words: list[str] = []
        calls: list[ToolCall] = []
        async for chunk in self._models.stream(request):
            if chunk.text:
                words.append(chunk.text)
            if chunk.tool_call:
                calls.append(chunk.tool_call)
            await self._on_chunk(chunk)
        return _result("".join(words), calls)

    def _answered_by_tools(self, messages: Sequence[LLMMessage]) -> str | None:
        """The renderings, if answers are all that the tools gave: an error of a tool may be mended by the model."""
        last = messages[-1] if messages else None
        if not isinstance(last, FunctionExecutionResultMessage) or not last.content:
            return None
        if all(result.name in self._answering and not result.is_error for result in last.content):
            return "\n\n".join(result.content for result in last.content) or " "
        return None

    def _of_this_turn(self, messages: Sequence[LLMMessage]) -> Iterable[ModelMessage]:
        for message in messages:
            if isinstance(message, SystemMessage):
                continue  # the request has its own
            if isinstance(message, UserMessage):
                if message.source != PERSON and isinstance(message.content, str) and message.content:
                    yield ModelMessage("assistant", self._vouch(message.content), speaker=message.source)
            elif isinstance(message, AssistantMessage):
                yield self._own(message)
            else:
                for result in message.content:
                    yield ModelMessage(
                        "tool", self._vouch(result.content), tool_call_id=result.call_id, tool_name=result.name
                    )

    def _own(self, message: AssistantMessage) -> ModelMessage:
        if isinstance(message.content, str):
            return ModelMessage("assistant", self._vouch(message.content), speaker=self._request.assistant)
        calls = tuple(ToolCall(call.id, call.name, json.loads(call.arguments)) for call in message.content)
        words = self._vouch(message.thought or "")
        return ModelMessage("assistant", words, speaker=self._request.assistant, tool_calls=calls)

    async def close(self) -> None:
        """Nothing to close: the models outlive the turn."""

    def actual_usage(self) -> RequestUsage:
        """Not counted here."""
        return _NO_USAGE

    def total_usage(self) -> RequestUsage:
        """Not counted here."""
        return _NO_USAGE

    def count_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        """Not counted: the length of a talk is bounded where the request is made."""
        return 0

    def remaining_tokens(self, messages: Sequence[LLMMessage], *, tools: Sequence[Tool | ToolSchema] = ()) -> int:
        """Never the limit (see `count_tokens`)."""
        return 1_000_000

    @property
    def capabilities(self) -> ModelInfo:
        return _INFO

    @property
    def model_info(self) -> ModelInfo:
        return _INFO


def _result(words: str, calls: Sequence[ToolCall] = ()) -> CreateResult:
    functions = [
        FunctionCall(id=call.id, name=call.name, arguments=json.dumps(dict(call.arguments), ensure_ascii=False))
        for call in calls
    ]
    return CreateResult(
        finish_reason="function_calls" if functions else "stop",
        content=functions or words,
        thought=words if functions and words else None,
        usage=_NO_USAGE,
        cached=False,
    )
