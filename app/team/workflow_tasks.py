"""What comes to runs of workflows from outside people's turns: what happened, times, the end of what they called.

Each is a durable task, `advance`: one move of one run, in a turn of its own (`gateway/initiative.py`). What happened is
kept before it is handed on, so that a crash in between is made up for.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from app.core.errors import AssistantError
from app.core.expressions import in_words
from app.core.happening import Happening
from app.core.ports import Actions, Durable, News, Runs, news_of
from app.core.run import Run, wait_key
from app.core.texts import Language
from app.core.turn import Reply
from app.core.workflow import Workflow
from app.team.work import Work
from app.team.workflow import Workflows

TASK = "workflow"
"""The durable task: `advance`."""
_OVER = ("executed", "rejected", "expired", "failed")
_PAUSE = 20.0  # seconds between two looks at what was left behind
_log = logging.getLogger("deskmate.workflows")
Act = Callable[[Work], Awaitable[None]]


class Acting(Protocol):
    """Has an assistant act in a room without having been spoken to: `gateway/initiative.py`."""

    async def __call__(self, id: str, room: str, behind: str, act: Act, *, tongue: Language) -> Reply | None:
        """The same `id` again acts no second time; None where the person is gone or no longer in the room."""
        ...


class WorkflowTasks:
    """Brings to runs what they wait for: `ports.Happenings`."""

    def __init__(
        self,
        *,
        workflows: Workflows,
        runs: Runs,
        actions: Actions,
        durable: Durable,
        acting: Acting,
        clock: Callable[[], datetime],
    ) -> None:
        self._workflows = workflows
        self._runs = runs
        self._actions = actions
        self._durable = durable
        self._acting = acting
        self._clock = clock
        durable.register(TASK, self.advance)

    async def settle(self, work: Work) -> None:
        """After the turn was kept: hand on what happened, keep its deadlines, tell the callers of what is over.

        Never raises: the turn is over. What could not be handed on is found again by `resume`.
        """
        try:
            if work.happened:
                await self._hand(work.news, kept=True)
            for run in work.moved.values():
                await self._timed(run)
                await self._catch_up(run)
                if not run.open and run.parent and run.parent not in work.moved:
                    await self._ended(run, run.parent)
        except AssistantError as error:
            _log.error("what a turn brought was not handed on: %s", error.code)

    # --- what happened ---

    async def tell(self, happened: Sequence[Happening], *, room: str, person: str, cause: str) -> None:
        """See `ports.Happenings`."""
        news = news_of(happened, cause=cause, room=room, person=person)
        try:
            # All or none: what the first one starts may wait for the second.
            if any([await self._concerns(one) for one in news]):
                await self._hand(news, kept=False)
        except AssistantError as error:  # it is kept with its cause, or found again: see `resume`
            _log.error("what happened was not handed on: %s", error.code)

    async def _concerns(self, news: News) -> bool:
        """Whether anybody may want to know: a run that waits, one about the same that may wait later, or a new one."""
        if self._workflows.starting_on(news.happened) or await self._runs.waiting(*_keys(news)):
            return True
        return bool(news.happened.about) and await self._runs.concerning(news.happened.about)

    async def _hand(self, news: Sequence[News], *, kept: bool) -> None:
        if not kept:
            await self._runs.keep_news(news)
        for one in news:
            for run in await self._runs.waiting(*_keys(one)):
                await self._enqueue({"run": run, "news": one.id}, key=f"{run}/{one.id}", line=run)
            for workflow in self._workflows.starting_on(one.happened):
                key = f"{workflow.tool}/{one.id}"
                await self._enqueue({"start": workflow.tool, "news": one.id}, key=key, line=one.room)
        if news:
            await self._runs.handed(*(one.id for one in news), now=self._clock())

    async def _timed(self, run: Run) -> None:
        for token in run.tokens if run.open else ():
            if token.due is not None:
                argument = {"run": run.id, "due": token.visit, "at": token.due.isoformat()}
                key = f"{run.id}/{token.visit}/{token.due.isoformat()}"
                await self._enqueue(argument, key=key, line=run.id, at=token.due)

    async def _catch_up(self, run: Run) -> None:
        """What has happened since the run last heard of anything, and that it waits for only now."""
        keys = [key for one in run.tokens for key in one.waits if key.startswith("news/")]
        missed = await self._runs.next_news(keys, run.heard) if keys and run.open else None
        if missed is not None:
            await self._enqueue({"run": run.id, "news": missed.id}, key=f"{run.id}/{missed.id}", line=run.id)

    async def _ended(self, child: Run, parent: str) -> None:
        await self._enqueue({"run": parent, "child": child.id}, key=f"{parent}/{child.id}", line=parent)

    async def _enqueue(
        self, argument: Mapping[str, object], *, key: str, line: str, at: datetime | None = None
    ) -> None:
        await self._durable.enqueue(TASK, json.dumps(argument), key=key, line=line, at=at)

    # --- the durable task ---

    async def advance(self, argument: str) -> None:
        """Move one run by one thing that came to it: the durable task. Done again, it changes nothing.

        `{"run", "news"}`, `{"run", "due", "at"}`, `{"run", "child"}` or `{"start", "news"}`: ids and times only.
        """
        asked = json.loads(argument)
        news = await self._runs.news(asked["news"]) if "news" in asked else None
        if "start" in asked:
            if news is not None and self._workflows.known(asked["start"]):
                await self._start(self._workflows.workflow(asked["start"]), news)
            return
        run = await self._runs.find(asked["run"])
        if run is None or not run.open or not self._workflows.known(run.workflow):
            return
        child = await self._runs.find(asked["child"]) if "child" in asked else None
        if "due" in asked and not await self._is_time(run, int(asked["due"]), asked["at"]):
            return
        if news is not None and not any(key in one.waits for one in run.tokens for key in _keys(news)):
            return
        cause = asked.get("news") or asked.get("child") or f"{asked.get('due')}/{asked.get('at')}"

        async def act(work: Work) -> None:
            known = next((one for one in work.runs if one.id == asked["run"]), None)
            if known is None:
                return
            walk = self._workflows.walk(work, known)
            if news is not None:
                await self._workflows.within(walk, walk.happened(news.happened, news.number))
            elif child is not None:
                await self._workflows.within(walk, walk.called_over(child))
            else:
                await self._workflows.within(walk, walk.due(int(asked["due"])))
            self._workflows.leave_pending(work)

        reply = await self._acting(f"{run.id}/{cause}", run.room, run.person, act, tongue=run.tongue)
        if reply is None:
            await self._orphaned(run)

    async def _is_time(self, run: Run, visit: int, at: str) -> bool:
        """Whether the run still stands there with that deadline, and it has come.

        Where a clock was put back, the deadline is waited for again.
        """
        token = run.standing(visit)
        if token is None or token.due is None or token.due.isoformat() != at:
            return False
        if token.due > self._clock():
            argument = {"run": run.id, "due": visit, "at": at}
            key = f"{run.id}/{visit}/{at}/{self._clock().isoformat()}"
            await self._enqueue(argument, key=key, line=run.id, at=token.due)
            return False
        return True

    async def _start(self, workflow: Workflow, news: News) -> None:
        cause = f"{workflow.tool}/{news.id}"

        async def act(work: Work) -> None:
            run = self._workflows.new_run(work, workflow, cause=cause)
            if workflow.starts is None or any(one.id == run.id for one in work.runs):
                return
            event = {"name": news.happened.name, "about": news.happened.about, **news.happened.data}
            walk = self._workflows.walk(work, replace(run, about=news.happened.about, event=event, heard=news.number))
            self._workflows.runner.permit(work, walk.assistant, workflow.tool, str(workflow.title))
            given = {name: walk.computing.filled(one) for name, one in workflow.starts.given.items()}
            slots = {name: await walk.masked_value(in_words(one)) for name, one in given.items() if one is not None}
            walk.run = replace(walk.run, slots=slots)
            await self._workflows.within(walk, walk.begin())
            self._workflows.leave_pending(work)

        await self._acting(cause, news.room, news.person, act, tongue="zh")

    async def _orphaned(self, run: Run) -> None:
        """Nobody is there any more on whose behalf it could go on: it ends where it stands."""
        _log.warning("run %s has lost its person or its room", run.id)
        await self._runs.keep(replace(run, state="stopped", outcome="stopped", tokens=()))

    # --- after a crash ---

    async def resume(self) -> None:
        """Make up for what a crash cut off between a record and its handing on: news, deadlines, the ends of what runs
        have called, and decided actions.
        """
        await self._hand(await self._runs.unhanded(), kept=True)
        for run in await self._runs.timed():
            await self._timed(run)
        for id in dict.fromkeys(run for run, _ in await self._runs.open_waits("news")):
            if (waiting := await self._runs.find(id)) is not None:
                await self._catch_up(waiting)
        for parent, key in await self._runs.open_waits("run"):
            child = await self._runs.find(key.removeprefix("run/"))
            if child is not None and not child.open:
                await self._ended(child, parent)
        for _, key in await self._runs.open_waits("action"):
            action = await self._actions.find(key.removeprefix("action/"))
            if action is not None and action.state in _OVER:
                happened = Happening(f"action.{action.state}", action.id, {"outcome": action.outcome})
                cause = f"action/{action.id}/{action.state}"
                await self.tell((happened,), room=action.room, person=action.proposed_by, cause=cause)

    async def tend(self) -> None:
        """Until cancelled: look for what a crash of any process left behind."""
        while True:
            try:
                await self.resume()
            except AssistantError as error:  # the database may be away for a moment
                _log.error("runs were not tended: %s", error.code)
            await asyncio.sleep(_PAUSE)


def _keys(news: News) -> tuple[str, ...]:
    happened = news.happened
    keys = [wait_key("news", happened.name, happened.about)]
    return (*keys, wait_key("action", happened.about)) if happened.name.startswith("action.") else tuple(keys)
