"""The way back: what a run did is taken back, the latest first, each before the next."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.core.errors import AssistantError
from app.core.run import RunState, Token, wait_key
from app.core.skill import Proposal, Result
from app.team.workflow_steps import arguments, called

if TYPE_CHECKING:
    from app.team.workflow_walk import Walk


async def begin_undo(walk: Walk, outcome: RunState) -> None:
    """From now on the run only goes back."""
    steps = tuple(one.step for one in reversed(walk.run.done) if walk.workflow.every[one.step].undo is not None)
    walk.run = replace(walk.run, state="undoing", outcome=outcome, tokens=(), undoing=steps)


async def undo_on(walk: Walk) -> None:
    """Take back what is left, as far as nobody has to be waited for; then it is over."""
    while walk.run.undoing and not walk.run.tokens:
        id, *left = walk.run.undoing
        walk.run = replace(walk.run, undoing=tuple(left), visits=walk.run.visits + 1)
        undo = walk.workflow.every[id].undo
        assert undo is not None
        token = Token(id, walk.run.visits)
        try:
            ran = await called(walk, undo.skill, arguments(walk, undo.given), token)
        except AssistantError as error:
            # The others are still taken back; what could not be is said, for a person to see to it.
            await walk.say(error.message)
            await _could_not(walk, id)
            continue
        if isinstance(ran.outcome, Proposal) and ran.action is not None:
            await walk.say(
                f"{ran.masked.text}\n\n{walk.house.runner.how_to_decide(walk.work, ran.action)}", masked=True
            )
            place = replace(token, since=walk.work.now, waits=(wait_key("action", ran.action.id),))
            walk.run = replace(walk.run, tokens=(place,))
        elif isinstance(ran.outcome, Result):
            await walk.say(ran.masked.text, masked=True)
        else:
            await _could_not(walk, id)
    if not walk.run.tokens:
        walk.run = replace(walk.run, state=walk.run.outcome)


async def undo_decided(walk: Walk, token: Token, *, executed: bool) -> None:
    """People have decided on what takes a step back: either way the next one follows."""
    walk.run = replace(walk.run, tokens=())
    if not executed:
        await _could_not(walk, token.step)


async def _could_not(walk: Walk, id: str) -> None:
    await walk.say(walk.house.texts("run_not_undone", step=walk.title_of(walk.workflow.every[id])))
