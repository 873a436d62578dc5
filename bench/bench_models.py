"""The models engine alone: what it costs over a raw streaming call to the same model, and over litellm's own loop.

Sixty pieces an answer, the first after 50 ms, one each 5 ms (`bench/scripted_model.py`, a process of its own).
CPU is this process's, clients included; "at once" answers arrive faster than they are read, so pieces share reads.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from app.core.model_talk import ModelChunk, ModelMessage, ModelRequest
from app.core.turn import MaskedText
from app.engines.models import LitellmModels
from app.engines.provider.model_choice import Choice, Choices
from bench.server import free_port, wait_port
from bench.table import Row, show

ALONE, AT_ONCE, TOTAL = 20, 100, 300
CPU_TARGET_MS = 6.0
"""Per answer at 100 at once: 50 requests a second leave 20 ms of one core for the whole house."""
FIRST_TARGET_MS = 8.0
"""Of the 30 ms that the whole house may add to the first word."""

REQUEST = ModelRequest(
    "chat",
    "fx",
    MaskedText("你是外汇交易助手，只根据牌价回答。" * 20),
    (ModelMessage("user", MaskedText("今天美元的牌价是多少？")),),
)
Call = Callable[[], Awaitable[float]]
"""One answer, read to its end; seconds to its first word."""


class NoLocal:
    """In a measurement the local model must not answer."""

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelChunk]:
        raise RuntimeError("the model failed")
        yield

    async def warm(self) -> None: ...

    async def ping(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Figures:
    """Milliseconds."""

    first: float
    cpu_alone: float
    cpu_at_once: float
    per_second: float


def raw(base_url: str) -> Call:
    """A socket, and nothing parsed: the floor."""
    address = urlsplit(base_url)
    body = json.dumps({"model": "scripted", "stream": True, "messages": [{"role": "user", "content": "牌价"}]}).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n".encode()

    async def call() -> float:
        started = time.perf_counter()
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(head + body)
        await reader.readuntil(b"data: ")
        first = time.perf_counter() - started
        rest = b""
        while not rest.endswith(b"0\r\n\r\n"):
            rest = rest[-5:] + await reader.read(65536)
        writer.close()
        return first

    return call


def engine(models: LitellmModels) -> Call:
    async def call() -> float:
        started, first = time.perf_counter(), 0.0
        async for chunk in models.stream(REQUEST):
            if chunk.text and not first:
                first = time.perf_counter() - started
        return first

    return call


def own_loop(litellm: Any, base_url: str) -> Call:
    """litellm as its manual shows it."""
    messages = [
        {"role": "system", "content": REQUEST.system.text},
        {"role": "user", "content": REQUEST.messages[0].text.text},
    ]

    async def call() -> float:
        started, first = time.perf_counter(), 0.0
        stream = await litellm.acompletion(
            "openai/scripted", messages, base_url=base_url, api_key="none", stream=True, max_retries=0
        )
        async for chunk in stream:
            if chunk.choices[0].delta.content and not first:
                first = time.perf_counter() - started
        return first

    return call


async def measured(call: Call) -> Figures:
    for _ in range(3):
        await call()
    cpu = time.process_time()
    firsts = [await call() for _ in range(ALONE)]
    cpu_alone = (time.process_time() - cpu) / ALONE
    places = asyncio.Semaphore(AT_ONCE)

    async def one() -> None:
        async with places:
            await call()

    cpu, started = time.process_time(), time.perf_counter()
    await asyncio.gather(*(one() for _ in range(TOTAL)))
    wall = time.perf_counter() - started
    cpu_at_once = (time.process_time() - cpu) / TOTAL
    return Figures(statistics.median(firsts) * 1000, cpu_alone * 1000, cpu_at_once * 1000, TOTAL / wall)


async def measure(base_url: str) -> tuple[Figures, Figures, Figures]:
    """Raw, our engine, litellm's own loop."""
    models = LitellmModels(Choices(Choice(model="openai/scripted", base_url=base_url), {}, {}), NoLocal())
    await models.warm()
    import litellm

    return (
        await measured(raw(base_url)),
        await measured(engine(models)),
        await measured(own_loop(litellm, base_url)),
    )


def main() -> int:
    """Measure and print."""
    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "bench.scripted_model", str(port)])
    try:
        wait_port(port)
        floor, ours, own = asyncio.run(measure(f"http://127.0.0.1:{port}/v1"))
    finally:
        server.terminate()
        server.wait(10)
    added = ours.first - floor.first

    def row(what: str, figure: float, beside: float, target: float) -> Row:
        return Row(what, f"{figure:.1f} ms", f"≤ {target:.0f} ms", figure <= target, f"raw {beside:.1f} ms")

    def litellm_row(what: str, figure: float) -> Row:
        return Row(f"litellm's own loop: {what}", f"{figure:.1f} ms")

    return show(
        [
            row("first word added, p50", added, 0.0, FIRST_TARGET_MS),
            row(f"CPU an answer, {AT_ONCE} at once", ours.cpu_at_once, floor.cpu_at_once, CPU_TARGET_MS),
            Row("CPU an answer, alone", f"{ours.cpu_alone:.1f} ms", floor=f"raw {floor.cpu_alone:.1f} ms"),
            Row(f"answers / s, {AT_ONCE} at once", f"{ours.per_second:.0f}", floor=f"raw {floor.per_second:.0f}"),
            litellm_row("first word added, p50", own.first - floor.first),
            litellm_row(f"CPU an answer, {AT_ONCE} at once", own.cpu_at_once),
            litellm_row("CPU an answer, alone", own.cpu_alone),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
