"""Workflows under way: started, moved, corrected, cancelled. The walk itself is `workflow_walk.py`.

A run moves by what comes to it: an answer in a turn of its person (`called`), something that happened, or a time
(`advance`, a durable task). Between two moves there is neither a thread nor a coroutine; its state is one sealed row.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from app.core.assistant import Assistant
from app.core.errors import AssistantError, SkillFailed
from app.core.happening import Happening
from app.core.model_talk import ModelMessage, ToolCall, ToolSpec
from app.core.ports import Actions, Durable, News, Runs, news_of
from app.core.run import Run, wait_key
from app.core.texts import Language, Texts, language
from app.core.turn import Person, Reply
from app.core.workflow import Workflow
from app.team.runner import Runner
from app.team.work import Work
from app.team.workflow_talk import asks_progress, asks_to_cancel, is_start, listing, pending_of, tool_of
from app.team.workflow_values import Computing, Readers, read_slot, values_of
from app.team.workflow_walk import Walk, new_id

TASK = "workflow"
"""The durable task: `advance`."""
_OVER = ("executed", "rejected", "expired", "failed")
_NUMBERS = ("number", "percent")
_SHORT = 24  # characters of an answer
_PAST = 3  # runs that are over and still listed
_PAUSE = 20.0  # seconds between two looks at what was left behind
_log = logging.getLogger("deskmate.workflows")
Act = Callable[[Work], Awaitable[None]]


class Acting(Protocol):
    """Has an assistant act in a room without having been spoken to: `gateway/initiative.py`."""

    async def __call__(self, id: str, room: str, behind: str, act: Act, *, tongue: Language) -> Reply | None:
        """The same `id` again acts no second time; None where the person is gone or no longer in the room."""
        ...


class Workflows:
    """Every workflow of the house, and its runs: `ports.Happenings`."""

    def __init__(
        self,
        *,
        workflows: Mapping[str, Workflow],
        assistants: Mapping[str, Assistant],
        people: Mapping[str, Person],
        runner: Runner,
        runs: Runs,
        actions: Actions,
        durable: Durable,
        readers: Readers,
        acting: Acting,
        clock: Callable[[], datetime],
        texts: Texts,
    ) -> None:
        """`workflows` by `<assistant>.<name>`."""
        self.runner = runner
        self.readers = readers
        self.texts = texts
        self._workflows = dict(workflows)
        self._assistants = assistants
        self._people = people
        self._runs = runs
        self._actions = actions
        self._durable = durable
        self._acting = acting
        self._clock = clock
        durable.register(TASK, self.advance)

    # --- in a person's turn ---

    async def open_in(self, room: str) -> list[Run]:
        """The room's open runs, for the work of a turn."""
        return list(await self._runs.of_room(room)) if self._workflows else []

    def asking(self, work: Work) -> Run | None:
        """The run of this room that asked this person last and waits for his answer."""
        asked = [one for one in work.runs if one.asking and one.asking.asked == work.person.id]
        return asked[-1] if asked else None

    def answered(self, work: Work, text: str) -> str:
        """The assistant whose question a short message plainly answers: a date for a date, an amount for an amount."""
        run = self.asking(work)
        if run is None or run.asking is None or len(text) > _SHORT or run.workflow not in self._workflows:
            return ""
        workflow = self._workflows[run.workflow]
        plain = workflow.slots[run.asking.missing].kind in self.readers
        meant = read_slot(workflow, self.readers, run.asking.missing, text, work.now) if plain else None
        return workflow.assistant if meant is not None else ""

    def tools(self, work: Work, assistant: Assistant) -> tuple[ToolSpec, ...]:
        """The assistant's workflows as its model sees them in this turn."""
        mine = [one for one in self._workflows.values() if one.assistant == assistant.name]
        return tuple(tool_of(one, self._going_on(work, one.tool)) for one in mine)

    def question(self, work: Work) -> tuple[ModelMessage, ...]:
        """What is asked, as the last word of the talk: people may have talked of other things since."""
        run = self.asking(work)
        if run is None or run.asking is None or run.workflow not in self._workflows:
            return ()
        workflow = self._workflows[run.workflow]
        asked = self.runner.vouch(str(workflow.slots[run.asking.missing].ask))
        return (ModelMessage("assistant", asked, speaker=workflow.assistant, pending=pending_of(run)),)

    async def called(self, work: Work, assistant: Assistant, call: ToolCall) -> str:
        """A model called a workflow with what was said: start it, answer its question, or correct it.

        Returns what it is about, for a model. Raises `Refused` for a person who may not start it.
        """
        workflow = self.workflow(call.name)
        said = {name: str(value) for name, value in call.arguments.items() if value not in (None, "")}
        run = self._going_on(work, call.name)
        if run is None or is_start(run, said):
            self.runner.permit(work, assistant, workflow.tool, str(workflow.title))
            run = self.new_run(work, workflow, cause=f"{work.turn.id}/{len(work.moved)}")
            walk = Walk(self, work, replace(run, slots=self._readable(workflow, said, work)), workflow, assistant)
            await self._within(walk, walk.begin())
        else:
            walk = Walk(self, work, run, workflow, assistant)
            before = run
            await self._within(walk, walk.answered(said))
            if walk.run is before:
                await self._where(walk)
        self._leave_pending(work)
        return str(workflow.title)

    async def steered(self, work: Work) -> bool:
        """Whether the message cancels what is going on here, or asks where one's procedures stand; it is then done."""
        text = work.turn.text
        # People who talk to each other drop many things; what is meant here was asked for here.
        run = self.asking(work) if work.room.shared else self._latest(work)
        if run is not None and asks_to_cancel(text):
            walk = self._walk(work, run)
            await walk.say(self.texts("run_cancelled", title=walk.workflow.title))
            await self._within(walk, walk.cancel())
            await self.remind(work)
            return True
        if asks_progress(text):
            runs = await self._runs.of_person(work.person.id, over=_PAST)
            here = [one for one in runs if one.room == work.room.id or len(work.room.members) == 1]
            if not here:
                return False
            said = listing(here, self._workflows, work.now, self.texts)
            await work.voice.say("", (await self.runner.masked(work, said)).text, "local", rendered=())
            self._leave_pending(work)
            return True
        return False

    async def after(self, work: Work) -> None:
        """When the message was answered: runs that waited for just a message go on; an open question stays open."""
        key = wait_key("message", work.person.id)
        for run in [one for one in work.runs if any(key in at.waits and not at.missing for at in one.tokens)]:
            walk = self._walk(work, run)
            await self._within(walk, walk.spoken())
        if not work.moved:
            await self.remind(work)

    async def remind(self, work: Work) -> None:
        """Behind an answer to something else: what is still asked."""
        run = self.asking(work)
        if run is None or run.asking is None:
            return
        workflow = self.workflow(run.workflow)
        question = workflow.slots[run.asking.missing].ask
        said = self.texts("run_reminder", title=workflow.title, question=question)
        await work.voice.say(workflow.assistant, f"\n\n{said}", "local", rendered=())
        self._leave_pending(work)

    async def settle(self, work: Work) -> None:
        """After the turn was kept: hand on what happened, keep its deadlines, tell the callers of what is over.

        Never raises: the turn is over. What could not be handed on is found again by `resume`.
        """
        try:
            if work.happened:
                await self._hand(work.news, kept=True)
            for run in work.moved.values():
                await self._timed(run)
                if not run.open and run.parent and run.parent not in work.moved:
                    key = f"{run.parent}/{run.id}"
                    await self._enqueue({"run": run.parent, "child": run.id}, key=key, line=run.parent)
        except AssistantError as error:
            _log.error("what a turn brought was not handed on: %s", error.code)

    # --- what the walk asks of the house ---

    def workflow(self, tool: str) -> Workflow:
        """By `<assistant>.<name>`. Raises `SkillFailed` for one that is no more."""
        if tool not in self._workflows:
            raise SkillFailed("NO_WORKFLOW", self.texts("run_no_workflow"))
        return self._workflows[tool]

    def person(self, run: Run) -> Person:
        """On whose behalf it runs."""
        return self._people.get(run.person) or Person(run.person, "", "", "")

    def new_run(self, work: Work, workflow: Workflow, *, cause: str) -> Run:
        """A run that nobody has moved yet; the same cause gives the same."""
        id = new_id(workflow.tool, cause)
        return Run(id, workflow.tool, work.room.id, work.person.id, work.now, tongue=language())

    def moved(self, work: Work, run: Run) -> None:
        """It is written with the reply of this turn."""
        work.moved[run.id] = run
        work.runs = [one for one in work.runs if one.id != run.id]
        if run.open:
            work.runs.append(run)

    def failed(self) -> SkillFailed:
        """A step that cannot be done as its file says."""
        return SkillFailed("WORKFLOW_STEP", self.texts("run_step_failed"))

    async def cancel_child(self, work: Work, id: str) -> None:
        """A run that another one called is over with it."""
        run = next((one for one in work.runs if one.id == id), None) or await self._runs.find(id)
        if run is not None and run.open:
            walk = self._walk(work, run)
            await walk.cancel()

    # --- what happened ---

    async def tell(self, happened: Sequence[Happening], *, room: str, person: str, cause: str) -> None:
        """See `ports.Happenings`."""
        news = news_of(happened, cause=cause, room=room, person=person)
        try:
            await self._hand([one for one in news if await self._concerns(one)], kept=False)
        except AssistantError as error:  # it is kept with its cause, or found again: see `resume`
            _log.error("what happened was not handed on: %s", error.code)

    async def _concerns(self, news: News) -> bool:
        return bool(self._starting(news) or await self._runs.waiting(*_keys(news)))

    async def _hand(self, news: Sequence[News], *, kept: bool) -> None:
        if not kept:
            await self._runs.keep_news(news)
        for one in news:
            for run in await self._runs.waiting(*_keys(one)):
                await self._enqueue({"run": run, "news": one.id}, key=f"{run}/{one.id}", line=run)
            for workflow in self._starting(one):
                key = f"{workflow.tool}/{one.id}"
                await self._enqueue({"start": workflow.tool, "news": one.id}, key=key, line=one.room)
        if news:
            await self._runs.handed(*(one.id for one in news), now=self._clock())

    def _starting(self, news: News) -> list[Workflow]:
        return [one for one in self._workflows.values() if one.starts and news.happened.name in one.starts.on]

    async def _timed(self, run: Run) -> None:
        for token in run.tokens if run.open else ():
            if token.due is not None:
                argument = {"run": run.id, "due": token.visit, "at": token.due.isoformat()}
                key = f"{run.id}/{token.visit}/{token.due.isoformat()}"
                await self._enqueue(argument, key=key, line=run.id, at=token.due)

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
            if news is not None and asked["start"] in self._workflows:
                await self._start(self._workflows[asked["start"]], news)
            return
        run = await self._runs.find(asked["run"])
        if run is None or not run.open or run.workflow not in self._workflows:
            return
        child = await self._runs.find(asked["child"]) if "child" in asked else None
        cause = asked.get("news") or asked.get("child") or f"{asked.get('due')}/{asked.get('at')}"

        async def act(work: Work) -> None:
            known = next((one for one in work.runs if one.id == asked["run"]), None)
            if known is None:
                return
            walk = self._walk(work, known)
            if news is not None:
                await self._within(walk, walk.happened(news.happened))
            elif child is not None:
                await self._within(walk, walk.called_over(child))
            else:
                await self._within(walk, walk.due(int(asked["due"])))
            self._leave_pending(work)

        reply = await self._acting(f"{run.id}/{cause}", run.room, run.person, act, tongue=run.tongue)
        if reply is None:
            await self._orphaned(run)

    async def _start(self, workflow: Workflow, news: News) -> None:
        cause = f"{workflow.tool}/{news.id}"

        async def act(work: Work) -> None:
            run = self.new_run(work, workflow, cause=cause)
            if workflow.starts is None or any(one.id == run.id for one in work.runs):
                return
            event = {"name": news.happened.name, "about": news.happened.about, **news.happened.data}
            run = replace(run, about=news.happened.about, event=event)
            values = values_of(run, workflow, self.readers, work.person, work.now)
            given = {name: Computing(values, self.texts).filled(one) for name, one in workflow.starts.given.items()}
            assistant = self._assistants[workflow.assistant]
            self.runner.permit(work, assistant, workflow.tool, str(workflow.title))
            walk = Walk(self, work, run, workflow, assistant)
            slots = {name: str(await walk.masked_value(str(one))) for name, one in given.items() if one is not None}
            walk.run = replace(run, slots=slots)
            await self._within(walk, walk.begin())
            self._leave_pending(work)

        await self._acting(cause, news.room, news.person, act, tongue="zh")

    async def _orphaned(self, run: Run) -> None:
        """Nobody is there any more on whose behalf it could go on: it ends where it stands."""
        _log.warning("run %s has lost its person or its room", run.id)
        await self._runs.keep(replace(run, state="stopped", outcome="stopped", tokens=()))

    # --- after a crash ---

    async def resume(self) -> None:
        """Make up for what a crash cut off between a record and its handing on: news, deadlines, decided actions."""
        await self._hand(await self._runs.unhanded(), kept=True)
        for run in await self._runs.timed():
            await self._timed(run)
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

    # --- inside ---

    def _walk(self, work: Work, run: Run) -> Walk:
        workflow = self.workflow(run.workflow)
        return Walk(self, work, run, workflow, self._assistants[workflow.assistant])

    async def _within(self, walk: Walk, moving: Awaitable[None]) -> None:
        walk.work.run = walk.run.id
        try:
            await moving
        finally:
            walk.work.run = ""

    def _going_on(self, work: Work, tool: str) -> Run | None:
        """The run of this workflow that a message of this person in this room is about."""
        mine = [one for one in work.runs if one.workflow == tool and _is_of(one, work) and one.state == "going"]
        asking = [one for one in mine if one.asking and one.asking.asked == work.person.id]
        found = asking or mine
        return found[-1] if found else None

    def _latest(self, work: Work) -> Run | None:
        """What a plain "cancel" means: what asked last, else what was moved last."""
        mine = [one for one in work.runs if one.person == work.person.id and one.state == "going"]
        return self.asking(work) or (mine[-1] if mine else None)

    def _readable(self, workflow: Workflow, said: Mapping[str, str], work: Work) -> dict[str, str]:
        """Of what a start gave, what can be read as what its slots are; the rest is asked for.

        A number counts in figures only: in `帮我办一下` there is none.
        """
        slots = workflow.slots
        known = {
            name: value
            for name, value in said.items()
            if name in slots
            and (slots[name].kind not in _NUMBERS or any(one.isascii() and one.isdigit() for one in value))
        }
        return {
            name: value
            for name, value in known.items()
            if read_slot(workflow, self.readers, name, value, work.now) is not None
        }

    def _leave_pending(self, work: Work) -> None:
        """The next message can answer or correct what was moved last."""
        run = self.asking(work) or (work.runs[-1] if work.runs and work.runs[-1].id in work.moved else None)
        for one in work.moved.values():
            work.pending.pop(self.workflow(one.workflow).assistant, None)
        if run is not None:
            work.pending[self.workflow(run.workflow).assistant] = pending_of(run)

    async def _where(self, walk: Walk) -> None:
        """Nothing was changed: say where it stands."""
        said = listing([walk.run], self._workflows, walk.work.now, self.texts)
        await walk.say(said)


def _keys(news: News) -> tuple[str, ...]:
    happened = news.happened
    keys = [wait_key("news", happened.name, happened.about)]
    return (*keys, wait_key("action", happened.about)) if happened.name.startswith("action.") else tuple(keys)


def _is_of(run: Run, work: Work) -> bool:
    asked = run.asking.asked if run.asking else run.person
    return work.person.id in (asked, run.person)
