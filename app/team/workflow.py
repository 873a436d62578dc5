"""Workflows in people's turns: started, answered, corrected, cancelled, told of.

A run moves by what comes to it: an answer in a turn of its person (here), something that happened, or a time
(`workflow_tasks.py`). Either way `workflow_walk.py` walks. Between two moves there is neither a thread nor a
coroutine; a run's state is one sealed row.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from dataclasses import replace

from app.core.assistant import Assistant
from app.core.errors import SkillFailed
from app.core.happening import Happening
from app.core.model_talk import ModelMessage, Pending, ToolCall, ToolSpec
from app.core.ports import Runs
from app.core.run import Run, wait_key
from app.core.texts import Texts, language
from app.core.turn import Person
from app.core.workflow import Workflow
from app.team.runner import Runner
from app.team.work import Work
from app.team.workflow_talk import asks_progress, asks_to_cancel, is_start, listing, pending_of, tool_of
from app.team.workflow_values import Readers, read_slot, starts_on
from app.team.workflow_walk import Walk, new_id

_NUMBERS = ("number", "percent")
_SHORT = 24  # characters of an answer
_PAST = 3  # runs that are over and still listed


class Workflows:
    """Every workflow of the house, as people's turns start and move it."""

    def __init__(
        self,
        *,
        workflows: Mapping[str, Workflow],
        assistants: Mapping[str, Assistant],
        people: Mapping[str, Person],
        runner: Runner,
        runs: Runs,
        readers: Readers,
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

    def present(self, work: Work, pending: Pending | None) -> Pending | None:
        """What an earlier answer was about, as it is now: of a workflow, only the person's own run that is open."""
        if pending is None or pending.skill not in self._workflows:
            return pending
        run = self._going_on(work, pending.skill)
        return pending_of(run, work.person.id) if run is not None else None

    def question(self, work: Work) -> tuple[ModelMessage, ...]:
        """What is asked, as the last word of the talk: people may have talked of other things since."""
        run = self.asking(work)
        if run is None or run.asking is None or run.workflow not in self._workflows:
            return ()
        workflow = self._workflows[run.workflow]
        asked = self.runner.vouch(str(workflow.slots[run.asking.missing].ask))
        return (ModelMessage("assistant", asked, speaker=workflow.assistant, pending=pending_of(run, work.person.id)),)

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
            run = replace(run, slots=self._readable(workflow, said, work), heard=await self._runs.last_news())
            walk = Walk(self, work, run, workflow, assistant)
            await self.within(walk, walk.begin())
        else:
            walk = Walk(self, work, run, workflow, assistant)
            before = run
            await self.within(walk, walk.answered(said))
            if walk.run is before:
                await self._where(walk)
        self.leave_pending(work)
        return str(workflow.title)

    async def steered(self, work: Work) -> bool:
        """Whether the message cancels what is going on here, or asks where one's procedures stand; it is then done."""
        text = work.turn.text
        # People who talk to each other drop many things; what is meant here was asked for here.
        run = self.asking(work) if work.room.shared else self._latest(work)
        if run is not None and asks_to_cancel(text):
            walk = self.walk(work, run)
            await walk.say(self.texts("run_cancelled", title=walk.workflow.title))
            await self.within(walk, walk.cancel())
            await self.remind(work)
            return True
        if asks_progress(text):
            runs = await self._runs.of_person(work.person.id, over=_PAST)
            here = [one for one in runs if one.room == work.room.id or len(work.room.members) == 1]
            if not here:
                return False
            said = listing(here, self._workflows, work.room.id, work.now, self.texts)
            await work.voice.say("", (await self.runner.remasked(work, said)).text, "local", rendered=())
            self.leave_pending(work)
            return True
        return False

    async def after(self, work: Work) -> None:
        """When the message was answered: runs that waited for just a message go on; an open question stays open."""
        key = wait_key("message", work.person.id)
        for run in [one for one in work.runs if any(key in at.waits and not at.missing for at in one.tokens)]:
            walk = self.walk(work, run)
            await self.within(walk, walk.spoken())
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
        self.leave_pending(work)

    # --- what walks and tasks ask of the house ---

    def starting_on(self, happened: Happening) -> list[Workflow]:
        """The workflows that start on it."""
        return [one for one in self._workflows.values() if one.starts and starts_on(one.starts, happened)]

    def known(self, tool: str) -> bool:
        """Whether there is such a workflow (still)."""
        return tool in self._workflows

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
            walk = self.walk(work, run)
            await walk.cancel()

    # --- inside ---

    def walk(self, work: Work, run: Run) -> Walk:
        """A move of `run` within this turn. Raises `SkillFailed` for a workflow that is no more."""
        workflow = self.workflow(run.workflow)
        return Walk(self, work, run, workflow, self._assistants[workflow.assistant])

    async def within(self, walk: Walk, moving: Awaitable[None]) -> None:
        """Move it: what it proposes belongs to this run alone."""
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

    def leave_pending(self, work: Work) -> None:
        """The next message can answer or correct what was moved last."""
        run = self.asking(work) or (work.runs[-1] if work.runs and work.runs[-1].id in work.moved else None)
        for one in work.moved.values():
            work.pending.pop(self.workflow(one.workflow).assistant, None)
        if run is not None:
            work.pending[self.workflow(run.workflow).assistant] = pending_of(run, work.person.id)

    async def _where(self, walk: Walk) -> None:
        """Nothing was changed: say where it stands."""
        said = listing([walk.run], self._workflows, walk.run.room, walk.work.now, self.texts)
        await walk.say(said)


def _is_of(run: Run, work: Work) -> bool:
    asked = run.asking.asked if run.asking else run.person
    return work.person.id in (asked, run.person)
