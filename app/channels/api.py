"""HTTP: an OpenAI-compatible endpoint over the gateway, liveness, readiness, metrics."""

from __future__ import annotations

import asyncio
import contextlib
import json
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, ValidationError

from app.core.errors import AssistantError, BadInput, Refused, Unavailable, place_of
from app.core.ports import Delta, Metrics, Progress
from app.core.settings import PACKAGE
from app.core.texts import Texts
from app.core.turn import Mention, Person, Reply, Turn
from app.gateway.desk import STATELESS
from app.gateway.gateway import Clock, Gateway
from app.gateway.identity import Identity

ANYBODY = "deskmate"
"""The model name that leaves the choice of assistants to the router."""
_LARGEST_BODY = 4 * 2**20
say = Texts(PACKAGE / "channels" / "texts")


class _Message(BaseModel):
    model_config = ConfigDict(extra="ignore")
    role: str
    content: str | list[dict[str, Any]] | None = None

    @property
    def text(self) -> str:
        """The words of the message; a part that is no text is refused."""
        if isinstance(self.content, str):
            return self.content
        parts = self.content or []
        if any(part.get("type") != "text" for part in parts):
            raise BadInput("NOT_TEXT", say("api_only_text"))
        return "".join(str(part.get("text", "")) for part in parts)


class _Completion(BaseModel):
    model_config = ConfigDict(extra="ignore")
    model: str
    messages: list[_Message]
    stream: bool = False


class Api:
    """The endpoints, as methods, over one gateway."""

    def __init__(
        self,
        gateway: Gateway,
        identity: Identity,
        metrics: Metrics,
        clock: Clock,
        pings: Mapping[str, Callable[[], Awaitable[None]]],
    ) -> None:
        self._gateway = gateway
        self._identity = identity
        self._metrics = metrics
        self._clock = clock
        self._pings = pings

    def add_to(self, app: FastAPI) -> None:
        """Put the endpoints into `app`."""
        app.add_api_route("/healthz", self.healthz)
        app.add_api_route("/readyz", self.readyz)
        app.add_api_route("/metrics", self.metrics)
        app.add_api_route("/v1/models", self.models)
        app.add_api_route("/v1/chat/completions", self.chat_completions, methods=["POST"])
        app.add_exception_handler(AssistantError, _as_response)

    async def healthz(self) -> dict[str, str]:
        """The process lives."""
        return {"status": "ok"}

    async def readyz(self) -> JSONResponse:
        """Every engine answered."""
        engines = {}
        for name, ping in self._pings.items():
            try:
                async with asyncio.timeout(5):
                    await ping()
                engines[name] = "ok"
            except Exception as error:
                engines[name] = error.code if isinstance(error, AssistantError) else place_of(error)
        ready = all(state == "ok" for state in engines.values())
        return JSONResponse({"status": "ok" if ready else "not ready", "engines": engines}, 200 if ready else 503)

    async def metrics(self) -> PlainTextResponse:
        """Prometheus."""
        return PlainTextResponse(self._metrics.exposition(), media_type="text/plain; version=0.0.4")

    async def models(self, request: Request) -> dict[str, Any]:
        """The assistants, as OpenAI lists models."""
        await self._person(request)
        names = [ANYBODY, *self._gateway.assistants]
        return {
            "object": "list",
            "data": [{"id": name, "object": "model", "created": 0, "owned_by": "deskmate"} for name in names],
        }

    async def chat_completions(self, request: Request) -> Response:
        """One turn, streamed or whole. Earlier messages come with the request and are masked like the last one."""
        person = await self._person(request)
        asked = await _read(request)
        turn = self._turn(person, asked)
        if asked.stream:
            return await _streamed(self._gateway, turn, asked.model)
        reply = await self._gateway.handle(turn)
        if problem := _problem(reply):
            return problem
        return JSONResponse(
            {
                "id": f"chatcmpl-{turn.id}",
                "object": "chat.completion",
                "created": int(time.time()),
                "model": asked.model,
                "choices": [
                    {
                        "index": 0,
                        "message": {"role": "assistant", "content": reply.text},
                        "finish_reason": _finish(reply),
                    }
                ],
                "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
                "deskmate": _besides(reply),
            }
        )

    async def _person(self, request: Request) -> Person:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            return self._identity.bearer(token if scheme.lower() == "bearer" else "")
        except Refused as error:
            await self._gateway.door.turned_away(error.code, "http")
            raise

    def _turn(self, person: Person, asked: _Completion) -> Turn:
        if asked.model != ANYBODY and asked.model not in self._gateway.assistants:
            raise BadInput("NO_MODEL", say("api_no_model", name=asked.model[:60]))
        said = [message for message in asked.messages if message.role in ("user", "assistant")]
        if not said or said[-1].role != "user":
            raise BadInput("NO_MESSAGE", say("api_no_message"))
        called = () if asked.model == ANYBODY else (Mention(asked.model, 0, 0, asked.model),)
        id = secrets.token_hex(12)
        return Turn(
            id=id,
            room=f"{STATELESS}{id}",
            person=person.id,
            text=said[-1].text,
            channel="http",
            at=self._clock(),
            mentions=called,
            earlier=tuple(_earlier(said[:-1])),
        )


def _earlier(messages: Sequence[_Message]) -> Sequence[tuple[Any, str]]:
    return [(message.role, message.text) for message in messages]


async def _read(request: Request) -> _Completion:
    if int(request.headers.get("content-length") or 0) > _LARGEST_BODY:
        raise BadInput("TOO_LARGE", say("api_too_large"))
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _LARGEST_BODY:
            raise BadInput("TOO_LARGE", say("api_too_large"))
    try:
        return _Completion.model_validate_json(bytes(body))
    except ValidationError:
        raise BadInput("BAD_REQUEST", say("api_bad_request")) from None


async def _streamed(gateway: Gateway, turn: Turn, model: str) -> Response:
    """Server-sent events. Waits for the first words, so that an error before them has its own status."""
    words: asyncio.Queue[str | None] = asyncio.Queue()
    spoken: list[str] = []

    async def listener(event: Delta | Progress) -> None:
        if isinstance(event, Delta) and event.text:
            if spoken and spoken[-1] != event.speaker:
                words.put_nowait("\n\n")
            spoken.append(event.speaker)
            words.put_nowait(event.text)

    answering = asyncio.create_task(gateway.handle(turn, listener))
    answering.add_done_callback(lambda _: words.put_nowait(None))
    first = await words.get()
    if first is None and (problem := _problem(answering.result())):
        return problem
    return StreamingResponse(_events(turn, model, first, words, answering), media_type="text/event-stream")


async def _events(
    turn: Turn, model: str, first: str | None, words: asyncio.Queue[str | None], answering: asyncio.Task[Reply]
) -> AsyncIterator[bytes]:
    head = {
        "id": f"chatcmpl-{turn.id}",
        "object": "chat.completion.chunk",
        "created": int(time.time()),
        "model": model,
    }
    # One event a piece of text: the head is written once, not sixty times an answer.
    before = f'data: {json.dumps(head, ensure_ascii=False)[:-1]}, "choices": [{{"index": 0, "delta": {{"content": '
    after = '}, "finish_reason": null}]}\n\n'
    try:
        text = first
        while text is not None:
            yield f"{before}{json.dumps(text, ensure_ascii=False)}{after}".encode()
            text = await words.get()
        reply = await answering
        end = {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": _finish(reply)}]}
        yield f"data: {json.dumps({**end, 'deskmate': _besides(reply)}, ensure_ascii=False)}\n\n".encode()
        yield b"data: [DONE]\n\n"
    finally:
        if not answering.done():  # the client went away
            answering.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await answering


def _finish(reply: Reply) -> str:
    return "content_filter" if reply.refused else "stop"


def _besides(reply: Reply) -> dict[str, Any]:
    """What OpenAI's shape has no place for."""
    return {
        "mode": reply.mode,
        "speakers": list(reply.speakers),
        "citations": [asdict(citation) for citation in reply.citations],
        "actions": [{"id": action.id, "state": action.state, "summary": action.summary} for action in reply.actions],
        "refused": reply.refused,
        "error": asdict(reply.error) if reply.error else None,
        "trace_id": reply.trace_id,
    }


_STATUS = {"TOKEN": 401, "UNKNOWN_PERSON": 401, "NO_MODEL": 404, "TOO_LARGE": 413, "INTERNAL": 500}


def _problem(reply: Reply) -> Response | None:
    """An error as HTTP says it; a reply that was spoken by somebody stays a reply."""
    if reply.error is None or reply.parts:
        return None
    return _error(reply.error.code, reply.error.message, _STATUS.get(reply.error.code, 400))


def _as_response(request: Request, error: Exception) -> Response:
    assert isinstance(error, AssistantError)
    usual = 403 if isinstance(error, Refused) else 503 if isinstance(error, Unavailable) else 400
    return _error(error.code, error.message, _STATUS.get(error.code, usual))


def _error(code: str, message: str, status: int) -> Response:
    kind = "authentication_error" if status == 401 else "server_error" if status >= 500 else "invalid_request_error"
    return JSONResponse({"error": {"message": message, "type": kind, "param": None, "code": code}}, status)
