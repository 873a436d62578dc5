"""Added time to the first token through the whole walk, and throughput at 100 requests at once."""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.server import free_port, serving, token, wait_port
from bench.table import Row, show

PAIRS = 40
AT_ONCE, REQUESTS = 100, 400
QUESTION = "@办公 请介绍一下本行的会议室管理规定"


async def first_and_total(base: str, model: str, bearer: str) -> tuple[float, float, int]:
    """Seconds to the first piece of content, to the end, and pieces. A raw client: it must not be what is measured."""
    host, _, port = base.removeprefix("http://").partition("/")[0].partition(":")
    path = "/" + base.removeprefix("http://").partition("/")[2]
    body = json.dumps({"model": model, "stream": True, "messages": [{"role": "user", "content": QUESTION}]}).encode()
    reader, writer = await asyncio.open_connection(host, int(port))
    started = time.perf_counter()
    writer.write(
        f"POST {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {bearer}\r\n"
        f"content-type: application/json\r\nconnection: close\r\ncontent-length: {len(body)}\r\n\r\n".encode()
        + body
    )
    first, pieces = 0.0, 0
    try:
        status = await reader.readline()
        if b" 200 " not in status:
            raise RuntimeError(f"{status!r} {await reader.read(400)!r}")
        async for line in reader:
            if b'"content": "' in line or b'"content":"' in line:
                first = first or time.perf_counter() - started
                pieces += 1
            if b"[DONE]" in line:
                return first, time.perf_counter() - started, pieces
        raise RuntimeError("the stream was cut")
    finally:
        writer.close()


async def overhead(direct: str, ours: str, bearer: str) -> tuple[list[float], list[float]]:
    """Added seconds to the first piece and to the end, in pairs taken in turn."""
    firsts, totals = [], []
    for number in range(PAIRS + 5):
        floor = await first_and_total(direct, "scripted", "none")
        mine = await first_and_total(ours, "office", bearer)
        if number >= 5:
            firsts.append(mine[0] - floor[0])
            totals.append(mine[1] - floor[1])
    return firsts, totals


async def throughput(base: str, model: str, bearer: str) -> tuple[float, int]:
    """Requests a second with `AT_ONCE` in flight, and how many failed."""
    waiting = asyncio.Semaphore(AT_ONCE)
    failed = 0

    async def one() -> None:
        nonlocal failed
        async with waiting:
            try:
                await first_and_total(base, model, bearer)
            except (RuntimeError, OSError):
                failed += 1

    started = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(REQUESTS)))
    return REQUESTS / (time.perf_counter() - started), failed


def main() -> int:
    """Measure and print."""
    port = free_port()
    model = subprocess.Popen([sys.executable, str(Path(__file__).with_name("scripted_model.py")), str(port)])
    try:
        wait_port(port)
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            direct = f"http://127.0.0.1:{port}/v1/chat/completions"
            variables = {
                "DESKMATE_MODEL": "openai/scripted",
                "DESKMATE_MODEL_BASE_URL": f"http://127.0.0.1:{port}/v1",
                "DESKMATE_MODEL_KEY": "none",
            }
            with serving(home, **variables) as (base, _, _):
                ours, bearer = f"{base}/v1/chat/completions", token(home)
                firsts, totals = asyncio.run(overhead(direct, ours, bearer))
                rate, failed = asyncio.run(throughput(ours, "office", bearer))
                floor_rate, _ = asyncio.run(throughput(direct, "scripted", "none"))
    finally:
        model.kill()
    p50 = statistics.median(firsts) * 1000
    p95 = statistics.quantiles(firsts, n=20)[-1] * 1000
    return show(
        [
            Row("first token added, p50", f"{p50:.1f} ms", "<= 30 ms", p50 <= 30),
            Row("first token added, p95", f"{p95:.1f} ms", "<= 60 ms", p95 <= 60),
            Row("whole answer added, p50", f"{statistics.median(totals) * 1000:.1f} ms"),
            Row(f"requests/s, {AT_ONCE} at once", f"{rate:.0f}", ">= 50", rate >= 50, f"{floor_rate:.0f} direct"),
            Row("failed of these", str(failed), "0", failed == 0),
        ]
    )


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main())
