"""300 browser sessions over the real Socket.IO channel, one message each five seconds, in local mode.

A reply's time counts from when its message was due, so a server that stalls cannot hide behind a client that waits.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import socketio

from bench.server import resident_mb, serving
from bench.table import Row, show

SESSIONS, INTERVAL, ROUNDS = 300, 5.0, 5
STAFF = ("E1001", "E1002", "E2001", "E3001", "E3002", "E4001", "E5001", "E6001")
SAID = ("李娜的电话是多少", "@外汇 美元兑人民币现在多少", "差旅住宿标准是多少", "@研究 人民币汇率怎么看")


class Session:
    """One browser tab."""

    def __init__(self, base: str, cookie: str, number: int) -> None:
        self._base, self._cookie, self._number = base, cookie, number
        self._client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        self._thread = str(uuid.uuid4())
        self._done = asyncio.Event()
        self._client.on("task_end", self._ended)
        self._client.on("new_message", self._heard)
        self._client.on("stream_token", self._heard)
        self._words = 0

    async def _ended(self, *_: object) -> None:
        self._done.set()

    async def _heard(self, event: dict[str, object], *_: object) -> None:
        self._words += bool(event.get("output") or event.get("token"))

    async def open(self) -> None:
        """Connect as the page does."""
        await self._client.connect(
            self._base,
            socketio_path="ws/socket.io",
            transports=["websocket"],
            headers={"Cookie": self._cookie},
            wait_timeout=30,
            auth={
                "clientType": "webapp",
                "sessionId": str(uuid.uuid4()),
                "threadId": "",
                "userEnv": "{}",
                "chatProfile": "",
            },
        )
        await self._client.emit("connection_successful")
        await asyncio.wait_for(self._done.wait(), 30)

    async def talk(self, start: float) -> list[float]:
        """Seconds from due to answered, per message."""
        took = []
        for number in range(ROUNDS):
            due = start + INTERVAL * (self._number / SESSIONS + number)
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            self._done.clear()
            self._words = 0
            await self._client.emit("client_message", {"message": self._message(number), "fileReferences": []})
            await asyncio.wait_for(self._done.wait(), 30)
            if not self._words:
                raise RuntimeError("an empty reply")
            took.append(time.perf_counter() - due)
        return took

    def _message(self, number: int) -> dict[str, str]:
        return {
            "id": str(uuid.uuid4()),
            "threadId": self._thread,
            "name": "user",
            "type": "user_message",
            "output": SAID[(self._number + number) % len(SAID)],
            "createdAt": datetime.now(UTC).isoformat(),
        }

    async def close(self) -> None:
        """Leave."""
        await self._client.disconnect()


async def log_in(base: str, person: str, password: str) -> str:
    """The cookie of a logged-in person."""
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{base}/login", data={"username": person, "password": password}) as answer,
    ):
        answer.raise_for_status()
        return "; ".join(f"{cookie.key}={cookie.value}" for cookie in answer.cookies.values())


async def measure(base: str, password: str) -> tuple[list[float], int]:
    """Times of all replies, and how many sessions failed."""
    cookies = [await log_in(base, person, password) for person in STAFF]
    sessions = [Session(base, cookies[number % len(cookies)], number) for number in range(SESSIONS)]
    gate = asyncio.Semaphore(20)

    async def opened(session: Session) -> None:
        async with gate:
            await session.open()

    await asyncio.gather(*(opened(session) for session in sessions))
    start = time.perf_counter() + 1
    results = await asyncio.gather(*(session.talk(start) for session in sessions), return_exceptions=True)
    await asyncio.gather(*(session.close() for session in sessions), return_exceptions=True)
    took = [seconds for result in results if isinstance(result, list) for seconds in result]
    return took, sum(isinstance(result, BaseException) for result in results)


def main() -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as (base, process, _):
        password = (Path(folder) / "demo_password").read_text().strip()
        took, failed = asyncio.run(measure(base, password))
        memory = resident_mb(process.pid)
    cuts = statistics.quantiles(took, n=20) if len(took) > 1 else [float("inf")]
    return show(
        [
            Row("reply, p50", f"{statistics.median(took) * 1000:.0f} ms"),
            Row("reply, p95", f"{cuts[-1] * 1000:.0f} ms", "<= 400 ms", cuts[-1] <= 0.4),
            Row("sessions that failed", f"{failed} of {SESSIONS}", "0", failed == 0),
            Row("resident memory with them", f"{memory:.0f} MB"),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
