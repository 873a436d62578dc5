"""A skill domain of the tests for steps of workflows: effects in a list, happenings on demand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from app.core.errors import SkillFailed
from app.core.happening import Happening
from app.core.skill import Ask, Context, Proposal, Result, Slot, skill
from app.core.texts import Texts
from tests.doings import EFFECTS, LOOKED, UNDONE
from tests.dying import die_at

say = Texts(Path(__file__).parent / "texts")


@skill("tasks.do", texts=say, confirm="one")
async def do(ctx: Context, what: Annotated[str, Slot("text", ask="ask")]) -> Proposal:
    """Do something outside."""
    return Proposal(f"做{what}", {"what": what})


@do.on_confirmed
async def done(ctx: Context, what: str) -> Result:
    """Once for a key."""
    die_at("before the effect")
    EFFECTS[ctx.idempotency_key] = what
    return Result(f"做了{what}", {"what": what}, happened=(Happening("tasks.done", what),))


@skill("tasks.undo", texts=say)
async def undo(ctx: Context, what: Annotated[str, Slot("text", ask="ask")]) -> Result:
    """Take it back."""
    UNDONE.append(what)
    return Result(f"撤了{what}")


@skill("tasks.look", texts=say)
async def look(ctx: Context, what: Annotated[str, Slot("text", ask="ask")]) -> Result | Ask:
    """Look at something: it gives its length, fails for 坏, asks back for 什么, and says that it has happened."""
    if what == "坏":
        raise SkillFailed("TASKS_BROKEN", f"看不了{what}")
    if what == "什么":
        return Ask("看什么？", "what")
    LOOKED.append(what)
    return Result(f"看了{what}", {"length": len(what), "what": what}, happened=(Happening("tasks.looked", what),))


SKILLS = (do, undo, look)
