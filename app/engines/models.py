"""Any model that litellm knows, behind the `Models` port, with the local model behind its back.

A model's fault ends in the local model's answer, never in an error: see `breaker.py` for the kinds of fault.
"""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

from app.core.errors import Unavailable
from app.core.model_talk import ModelChunk, ModelRequest
from app.core.ports import Models
from app.core.settings import Settings
from app.core.texts import Texts
from app.engines.provider.breaker import Breaker, Fault
from app.engines.provider.model_choice import Choice, Choices, read_choices, read_file
from app.engines.provider.model_wire import (
    Answer,
    Event,
    EventReader,
    Message,
    WrongArguments,
    messages_of,
    rounds_of,
    tools_of,
)

say = Texts(Path(__file__).parent / "provider" / "texts")
log = logging.getLogger(__name__)

_FILE = Path("config", "models.yaml")
GRACE_S = 0.05
"""How long after `[DONE]` the connection may take to end, so that it can be used again."""


def build_models(settings: Settings, content: Path, local: Models) -> Models:
    """The models of `config/models.yaml`; `local` itself when none is configured. Raises `ContentError`."""
    choices = read_choices(content / _FILE, settings)
    if not choices.models:
        return local
    return LitellmModels(choices, local)


def check_content(content: Path) -> None:
    """Raises `ContentError` with file and line for a wrong `config/models.yaml`."""
    read_file(content / _FILE)


class LitellmModels:
    """Streams from the model that a task's choice names; falls back to `local`."""

    def __init__(self, choices: Choices, local: Models) -> None:
        self._choices = choices
        self._local = local
        self._breakers: dict[tuple[str | None, str | None], Breaker] = {}
        self._litellm: Any = None

    def serving(self, task: str) -> str:
        """The litellm name of the model that is asked for `task`; empty for the local model."""
        choice = self._choices.of(task)
        return "" if choice.is_local else str(choice.model)

    async def warm(self) -> None:
        """Load litellm in a thread: on the event loop it would hold everybody up for seconds."""
        if self._litellm is None:
            self._litellm = await asyncio.to_thread(_load_litellm, self._choices.models)

    async def ping(self) -> None:
        """Raises `Unavailable` while litellm is not loaded."""
        if self._litellm is None:
            raise Unavailable("MODEL_NOT_LOADED", say("model_not_loaded"))

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        """Answer `request`. When the model fails after its first word, one sentence says so before the local answer."""
        choice = self._choices.of(request.task)
        breaker = self._breaker(choice)
        if request.local or choice.is_local or not breaker.allows():
            async for chunk in self._local.stream(request):
                yield chunk
            return
        spoke = False
        try:
            async with aclosing(self._answer(choice, request)) as answer:
                async for chunk in answer:
                    spoke = spoke or bool(chunk.text.strip())
                    yield chunk
            breaker.succeeded()
            return
        except Fault as fault:
            self._note(choice, breaker, fault)
        except Exception as error:
            # Whatever a provider's client raises: its text may quote the talk, so only its kind is kept.
            self._note(choice, breaker, Fault("error", type(error).__name__))
        if spoke:
            yield ModelChunk("local", text=say("model_broke_off"))
        async for chunk in self._local.stream(request):
            yield chunk

    def _breaker(self, choice: Choice) -> Breaker:
        """One per endpoint, whatever the task."""
        fresh = Breaker(choice.breaker_failures, choice.breaker_pause_s)
        return self._breakers.setdefault((choice.model, choice.base_url), fresh)

    def _note(self, choice: Choice, breaker: Breaker, fault: Fault) -> None:
        if fault.kind == "malformed":
            breaker.succeeded()  # it talks nonsense, but it is there
        else:
            breaker.failed()
        log.warning("model %s: %s%s", choice.label, fault, ", left alone for a while" if breaker.open else "")

    async def _answer(self, choice: Choice, request: ModelRequest) -> AsyncGenerator[ModelChunk, None]:
        await self.warm()
        end = asyncio.get_running_loop().time() + choice.total_timeout_s
        messages = messages_of(request)
        answer = Answer(request.tools)
        for may_repair in (True, False):
            async with aclosing(self._words(choice, request, messages, answer, end)) as words:
                async for text in words:
                    yield ModelChunk("model", text=text, model=choice.label)
            if answer.wants_tools and rounds_of(request) >= choice.max_tool_rounds:
                raise Fault("malformed", "endless tool calls")
            try:
                calls = answer.calls()
                break
            except WrongArguments as wrong:
                if not may_repair:
                    raise Fault("malformed", str(wrong)) from None
                messages = [*messages, *wrong.messages]
                answer = Answer(request.tools)
        if not calls and not answer.said:
            raise Fault("malformed", "empty answer")
        for call in calls:
            yield ModelChunk("model", tool_call=call, model=choice.label)

    async def _words(
        self, choice: Choice, request: ModelRequest, messages: Sequence[Message], answer: Answer, end: float
    ) -> AsyncGenerator[str, None]:
        """Fill `answer`, and give its words as they come: those that arrived together as one piece."""
        clock = asyncio.get_running_loop().time
        patience = min(clock() + choice.first_token_timeout_s, end)
        stream: Any = None
        try:
            async with asyncio.timeout_at(patience):
                stream = await self._open(choice, request, messages)
            async with aclosing(_events(stream)) as events:
                while True:
                    async with asyncio.timeout_at(patience):
                        batch = await anext(events, None)
                    if batch is None:
                        break
                    if words := answer.take(batch):
                        yield words
                    if answer.began:
                        patience = min(clock() + choice.idle_timeout_s, end)
        except TimeoutError:
            raise Fault("cut" if answer.began else "silence", "time is up") from None
        except Fault:
            raise
        except Exception as error:
            raise Fault("cut" if answer.began else "error", type(error).__name__) from None
        finally:
            if stream is not None:
                await stream.aclose()
        if not answer.finished:
            raise Fault("cut", "stream ended early")

    async def _open(self, choice: Choice, request: ModelRequest, messages: Sequence[Message]) -> Any:
        key = self._choices.key_of(choice)
        if key is None and choice.base_url:
            key = "none"  # or litellm would send the provider's key from the environment to this address
        tools = tools_of(request)
        return await self._litellm.acompletion(
            model=choice.model,
            messages=list(messages),
            base_url=choice.base_url,
            api_key=key,
            stream=True,
            temperature=choice.temperature,
            max_tokens=choice.max_tokens,
            timeout=choice.total_timeout_s,
            max_retries=0,
            drop_params=True,
            **({"tools": tools, "_skip_mcp_handler": True} if tools else {}),
        )


async def _events(stream: Any) -> AsyncGenerator[list[Event], None]:
    """The events of litellm's stream, those that arrived together in one list.

    Where the provider is OpenAI-compatible, litellm's stream holds the OpenAI client's, and that one the HTTP
    response: read there, an answer of 60 words costs a fraction of the CPU of litellm's own loop
    (`bench/bench_models.py`). Every other provider is read through litellm's loop, which speaks the same format.
    """
    from openai import AsyncStream

    inner = stream.completion_stream
    if not isinstance(inner, AsyncStream):
        async for chunk in stream:
            yield [chunk.model_dump(exclude_none=True)]
        return
    reader = EventReader()
    pieces = inner.response.aiter_bytes()
    while not reader.done:
        data = await anext(pieces, None)
        if data is None:
            return
        yield reader.feed(data)
    try:
        async with asyncio.timeout(GRACE_S):
            await anext(pieces, None)
    except TimeoutError:
        return


def _load_litellm(models: Iterable[str]) -> Any:
    """litellm, silent: no request of its own, no telemetry, no log of what is said."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # or it asks the network while it is imported
    import litellm
    import openai.resources  # noqa: F401  # else the first answer waits for it

    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.turn_off_message_logging = True
    litellm.disable_streaming_logging = True
    for callbacks in ("callbacks", "input_callback", "success_callback", "failure_callback"):
        setattr(litellm, callbacks, [])
    for callbacks in ("_async_input_callback", "_async_success_callback", "_async_failure_callback"):
        setattr(litellm, callbacks, [])
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy", "httpx", "openai"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    for model in models:
        # An answer that litellm makes up itself: what it loads at its first call is loaded here.
        try:
            litellm.completion(model, [{"role": "user", "content": "warm"}], mock_response="warm", stream=True)
        except Exception as error:
            log.warning("model %s: litellm refuses the name (%s)", model, type(error).__name__)
    return litellm
