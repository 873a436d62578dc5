"""A house in its own process whose workflow is killed on the way: `python -m tests.walking_and_dying HOME`.

The points at which it dies stand here; the product has none.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from app.main import Deskmate, opened
from tests.conftest import asking, clock, settings_in
from tests.dying import KILL, die_at

POINTS = ("before it is told", "after it is told", "before the run is kept", "after the run is kept")
ROOM = "walk"
SAID = ("@办公 我要申请出差", "下周三", "3天", "上海", "培训", "0")


class Deadly:
    """Something of the house that dies before or after one of its methods, where `fits` says so."""

    def __init__(self, inside: Any, method: str, before: str, after: str, fits: Any) -> None:
        self._inside = inside
        self._deadly = (method, before, after, fits)

    def __getattr__(self, name: str) -> Any:
        method, before, after, fits = self._deadly
        plain = getattr(self._inside, name)
        if name != method:
            return plain

        async def dying(*arguments: Any, **named: Any) -> Any:
            chosen = fits(*arguments, **named)
            if chosen:
                die_at(before)
            given = await plain(*arguments, **named)
            if chosen:
                die_at(after)
            return given

        return dying


async def approve(house: Deskmate) -> None:
    """Everything up to the office's yes, and what follows from it."""
    ask = asking(house, ROOM)
    for number, text in enumerate(SAID):
        reply = await ask(text, id=f"turn-{number}")
    (action,) = reply.actions
    await house.gateway.decide("E6001", action.id, yes=True, digest=action.digest, channel="test")


async def main(home: Path) -> None:
    """Never returns when `DESKMATE_TEST_KILL` names a point that is passed."""
    async with opened(settings_in(home), clock=clock) as house:
        approvals, initiative = house.approvals, house.initiative
        told, kept = POINTS[:2], POINTS[2:]
        over: Any = lambda happened, **_: happened and happened[0].name == "action.executed"  # noqa: E731
        approvals._happenings = Deadly(approvals._happenings, "tell", *told, over)  # type: ignore[assignment]
        own: Any = lambda turn, *_, **__: "action" in turn  # noqa: E731
        initiative._records = Deadly(initiative._records, "finish_turn", *kept, own)  # type: ignore[assignment]
        await approve(house)
        await asyncio.sleep(30)


if __name__ == "__main__":
    assert os.environ.get(KILL) in POINTS
    asyncio.run(main(Path(sys.argv[1])))
