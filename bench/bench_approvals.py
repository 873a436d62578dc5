"""From the proposal to the executed action, in local mode: one yes, four eyes, two yeses, beside the bare transactions.

The floor is what a disk asks for: as many durable transactions as the walk makes, each one row, with nothing else done.
"""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.core.settings import read_settings
from app.core.turn import Action
from app.main import Deskmate, opened
from bench.table import Row, show
from tests.conftest import asking, clock
from tests.houses import content_in, fixture_skills, with_payments

ROUNDS = 40
COMMITS = {"one yes": 4, "two yeses": 5}
"""Durable transactions: each approval, the claim, the skill's own, the record that it was executed."""


def floor(folder: Path, commits: int) -> float:
    """Milliseconds of that many durable SQLite transactions of one row, median."""
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS t (v TEXT)")
    took = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        for _ in range(commits):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO t VALUES (?)", ("x" * 400,))
            connection.execute("COMMIT")
        took.append((time.perf_counter() - started) * 1000)
    connection.close()
    return statistics.median(took)


async def timed(took: list[float], work: Callable[[], Awaitable[Action]]) -> Action:
    """Add the milliseconds of `work`."""
    started = time.perf_counter()
    result = await work()
    took.append((time.perf_counter() - started) * 1000)
    return result


async def measure(house: Deskmate) -> dict[str, list[float]]:
    """Milliseconds by part of the walk."""
    took: dict[str, list[float]] = {"proposal": [], "one yes": [], "two yeses": [], "what waits": []}
    for number in range(ROUNDS + 3):
        for amount, approvers, part in (
            ("500000", ("E1002",), "one yes"),
            ("20000000", ("E3001", "E3002"), "two yeses"),
        ):
            ask = asking(house, secrets.token_hex(6))

            async def propose(ask: Callable[..., Awaitable[object]] = ask, amount: str = amount) -> Action:
                reply = await ask(f"@外汇 划转{amount} USD到备付金账户")
                return reply.actions[-1]  # type: ignore[attr-defined, no-any-return]

            action = await timed(took["proposal"], propose)
            started = time.perf_counter()
            waiting = await house.gateway.waiting(approvers[0])
            took["what waits"].append((time.perf_counter() - started) * 1000)
            assert [one.id for one in waiting] == [action.id]

            async def decide(action: Action = action, approvers: tuple[str, ...] = approvers) -> Action:
                for one in approvers:
                    after = await house.gateway.decide(one, action.id, yes=True, digest=action.digest, channel="bench")
                return after

            done = await timed(took[part], decide)
            if done.state != "executed":
                raise RuntimeError(f"{part}: {done.state}")
        if number == 2:  # warm now
            for figures in took.values():
                figures.clear()
    return took


async def measured(folder: Path) -> dict[str, list[float]]:
    """The same, in a house on disk."""
    content = with_payments(content_in(folder / "content"))
    environment = {"DESKMATE_HOME": str(folder / "home"), "DESKMATE_SECRET": "bench", "DESKMATE_CONTENT": str(content)}
    with fixture_skills():
        async with opened(read_settings(environment), clock=clock) as house:
            return await measure(house)


def main() -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        took = asyncio.run(measured(Path(folder)))
        floors = {name: floor(Path(folder), commits) for name, commits in COMMITS.items()}
    p50 = {name: statistics.median(figures) for name, figures in took.items()}
    return show(
        [
            Row("a turn that proposes, p50", f"{p50['proposal']:.1f} ms", "<= 40 ms", p50["proposal"] <= 40),
            Row("what waits for one, p50", f"{p50['what waits']:.2f} ms", "<= 5 ms", p50["what waits"] <= 5),
            *(
                Row(
                    f"{name} -> executed, p50",
                    f"{p50[name]:.1f} ms",
                    "<= 30 ms",
                    p50[name] <= 30,
                    f"{floors[name]:.1f} ms ({commits} commits)",
                )
                for name, commits in COMMITS.items()
            ),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
