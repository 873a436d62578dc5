"""A scripted OpenAI-compatible model: good, slow, wrong or dead, as a test says.

    async with ScriptedModel(says("你好"), calls("fx.quote", {"text": "…"})) as model:
        ...  # DESKMATE_MODEL=openai/scripted, DESKMATE_MODEL_BASE_URL=model.base_url
        assert "13800000000" not in model.heard

Each request takes the next answer of the script; the last one is repeated. `model.requests` are the request bodies,
`model.heard` is every byte that came in, headers included: what is not in there never left the house.
"""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """What the model does with one request."""

    pieces: tuple[str, ...] = ()
    tool_calls: tuple[tuple[str, str], ...] = ()
    """Name as sent, arguments as sent (not necessarily JSON)."""
    status: int = 200
    first_s: float = 0.0
    gap_s: float = 0.0
    stop_after: int | None = None
    """Pieces before the stream breaks or falls silent."""
    silent: bool = False
    """Keeps the connection open and says nothing (any more)."""
    raw: bytes | None = None
    """Sent in place of the events."""


Script = Answer | Callable[[Body], Answer]


def says(*pieces: str, first_s: float = 0.0, gap_s: float = 0.0) -> Answer:
    return Answer(pieces=pieces, first_s=first_s, gap_s=gap_s)


def calls(name: str, arguments: Mapping[str, Any] | str = "{}", *, words: str = "") -> Answer:
    """One tool call. A skill's name is sent as models see it (`fx.quote` → `fx-quote`); text arguments as they are."""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False)
    return Answer(pieces=(words,) if words else (), tool_calls=((name.replace(".", "-"), text),))


def both(*answers: Answer) -> Answer:
    """One answer with the words and the tool calls of all of them."""
    return Answer(
        pieces=tuple(piece for answer in answers for piece in answer.pieces),
        tool_calls=tuple(call for answer in answers for call in answer.tool_calls),
    )


def fails(status: int) -> Answer:
    return Answer(status=status)


def hangs() -> Answer:
    """Takes the request and never answers."""
    return Answer(silent=True, stop_after=-1)


def cuts(*pieces: str) -> Answer:
    """Closes the connection after `pieces`."""
    return Answer(pieces=pieces, stop_after=len(pieces))


def stalls(*pieces: str) -> Answer:
    """Falls silent after `pieces`."""
    return Answer(pieces=pieces, stop_after=len(pieces), silent=True)


def empty() -> Answer:
    return Answer()


def garbage(raw: bytes = b"data: {not json\n\n") -> Answer:
    return Answer(raw=raw)


def refused_url() -> str:
    """An address where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/v1"


class ScriptedModel:
    """The server; listens on a free port while the block lasts."""

    def __init__(self, *script: Script) -> None:
        self.script: list[Script] = list(script)
        self.requests: list[dict[str, Any]] = []
        self.heard = ""
        self.closed_early = 0
        """Answers that the client did not wait for."""
        self._port = 0
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port, backlog=1024)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        assert self._server
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    def now_says(self, *script: Script) -> None:
        """A new script from the next request on."""
        self.script = list(script)

    def _next(self, body: Body) -> Answer:
        chosen = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        return chosen(body) if callable(chosen) else chosen

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._connections.add(task)
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        except asyncio.CancelledError:
            pass  # the block is over
        finally:
            self._connections.discard(task)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; False when the connection ends with it."""
        head = await reader.readuntil(b"\r\n\r\n")
        lengths = [
            int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")
        ]
        content = await reader.readexactly(lengths[0] if lengths else 0)
        self.heard += head.decode("latin-1") + content.decode()
        body = json.loads(content)
        # JSON may write a character as an escape: what was heard must be found as it reads.
        self.heard += json.dumps(body, ensure_ascii=False)
        self.requests.append(body)
        answer = self._next(body)
        if answer.status != 200:
            error = json.dumps(
                {"error": {"message": f"scripted {answer.status}", "type": "scripted", "code": answer.status}}
            )
            writer.write(
                _head(answer.status, f"Content-Type: application/json\r\nContent-Length: {len(error)}") + error.encode()
            )
            return True
        if answer.stop_after == -1:
            return await self._silence(reader)
        writer.write(_head(200, "Content-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked"))
        await self._stream(answer, str(body.get("model")), writer)
        if answer.stop_after is None:
            writer.write(b"0\r\n\r\n")
            await writer.drain()
            return True
        await writer.drain()
        return await self._silence(reader) if answer.silent else False

    async def _stream(self, answer: Answer, model: str, writer: asyncio.StreamWriter) -> None:
        if answer.raw is not None:
            writer.write(_chunk(answer.raw))
            return
        frames = [_event(model, {"content": piece}) for piece in answer.pieces]
        for index, (name, arguments) in enumerate(answer.tool_calls):
            half = len(arguments) // 2  # calls come in pieces, as real servers send them
            call = {"index": index, "id": f"call-{len(self.requests)}-{index}", "type": "function"}
            frames.append(
                _event(model, {"tool_calls": [call | {"function": {"name": name, "arguments": arguments[:half]}}]})
            )
            frames.append(
                _event(model, {"tool_calls": [{"index": index, "function": {"arguments": arguments[half:]}}]})
            )
        end = _event(model, {}, "tool_calls" if answer.tool_calls else "stop") + _chunk(b"data: [DONE]\n\n")
        clock = asyncio.get_running_loop().time
        due = clock() + answer.first_s
        for frame in frames:
            await asyncio.sleep(due - clock())
            if writer.is_closing():
                self.closed_early += 1
                return
            writer.write(frame)
            due += answer.gap_s
        if answer.stop_after is None:
            writer.write(end)

    async def _silence(self, reader: asyncio.StreamReader) -> bool:
        await reader.read()  # until the client has had enough
        self.closed_early += 1
        return False


def _head(status: int, fields: str) -> bytes:
    return f"HTTP/1.1 {status} Scripted\r\n{fields}\r\n\r\n".encode()


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _event(model: str, delta: Mapping[str, Any], reason: str | None = None) -> bytes:
    content = {
        "id": "chatcmpl-scripted",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": model,
        "choices": [{"index": 0, "delta": {"role": "assistant", **delta}, "finish_reason": reason}],
    }
    return _chunk(b"data: " + json.dumps(content, ensure_ascii=False).encode() + b"\n\n")
