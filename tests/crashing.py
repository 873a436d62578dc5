"""A house in its own process that proposes, approves, and dies on the way: `python -m tests.crashing HOME CONTENT`.

The points at which it dies stand here and in the skill of the tests; the product has none.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import app.team.runner
from app.main import opened
from tests.conftest import asking, clock, settings_in
from tests.dying import KILL, die_at
from tests.houses import fixture_skills

POINTS = (
    "after the proposal",
    "after the approval",
    "after the claim",
    "before the effect",
    "after the effect",
    "before the record",
    "after the record",
)
CLAIM = 0.5
"""Seconds for which an execution is claimed here, so that nobody waits a minute and a half for its end."""


class Deadly:
    """`ports.Actions` that dies before or after what it is asked to keep."""

    def __init__(self, actions: Any) -> None:
        self._actions = actions

    def __getattr__(self, name: str) -> Any:
        return getattr(self._actions, name)

    async def propose(self, *arguments: Any, **named: Any) -> Any:
        kept = await self._actions.propose(*arguments, **named)
        die_at("after the proposal")
        return kept

    async def approve(self, *arguments: Any, **named: Any) -> Any:
        kept = await self._actions.approve(*arguments, **named)
        die_at("after the approval")
        return kept

    async def claim(self, *arguments: Any, **named: Any) -> Any:
        kept = await self._actions.claim(*arguments, **named)
        die_at("after the claim")
        return kept

    async def move(self, *arguments: Any, **named: Any) -> Any:
        die_at("before the record")
        kept = await self._actions.move(*arguments, **named)
        die_at("after the record")
        return kept


async def propose_and_approve(home: Path, content: Path) -> None:
    """Never returns when `DESKMATE_TEST_KILL` names a point that is passed."""
    app.team.runner.CLAIM = CLAIM
    with fixture_skills():
        async with opened(settings_in(home, DESKMATE_CONTENT=str(content)), clock=clock) as house:
            approvals: Any = house.approvals
            approvals._actions = approvals._runner._actions = Deadly(approvals._actions)
            reply = await asking(house, "crash")("@外汇 划转500000 USD到备付金账户", id="the-turn")
            (action,) = reply.actions
            await house.gateway.decide("E1002", action.id, yes=True, digest=action.digest, channel="test")


if __name__ == "__main__":
    assert os.environ.get(KILL) in POINTS
    asyncio.run(propose_and_approve(Path(sys.argv[1]), Path(sys.argv[2])))
