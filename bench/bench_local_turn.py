"""A whole turn in local mode, in process: mask, review, route, skill, audit, record."""

from __future__ import annotations

import asyncio
import secrets
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime

from app.core.settings import read_settings
from app.core.turn import Turn
from app.main import opened
from bench.table import Row, show

SAID = [
    ("E1002", "@外汇 客户华星科技要买500万美元"),
    ("E1001", "李娜的电话是多少"),
    ("E1001", "@信贷 流动资金贷款期限最长多久"),
    ("E5001", "@研究 人民币汇率怎么看"),
    ("E6001", "@办公 差旅住宿标准是多少"),
    ("E1002", "@外汇 欧元美元三个月远期什么价"),
]
ROUNDS = 20


async def measure() -> list[float]:
    """Milliseconds of each turn."""
    took: list[float] = []
    with tempfile.TemporaryDirectory() as home:
        async with opened(read_settings({"DESKMATE_HOME": home})) as house:
            for number in range(ROUNDS):
                room = secrets.token_hex(6)
                for person, text in SAID:
                    turn = Turn(secrets.token_hex(8), f"{room}-{person}", person, text, "bench", datetime.now(UTC))
                    started = time.perf_counter()
                    reply = await house.gateway.handle(turn)
                    if reply.error:
                        raise RuntimeError(f"{text}: {reply.error}")
                    if number:
                        took.append((time.perf_counter() - started) * 1000)
    return took


def main() -> int:
    """Measure and print."""
    took = asyncio.run(measure())
    p50, p95 = statistics.median(took), statistics.quantiles(took, n=20)[-1]
    return show(
        [
            Row("local turn, whole walk, p50", f"{p50:.1f} ms", "<= 40 ms", p50 <= 40),
            Row("local turn, whole walk, p95", f"{p95:.1f} ms"),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
