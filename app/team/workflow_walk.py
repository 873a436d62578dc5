"""One move of a run: from what has come (a start, an answer, something that happened) to where it waits next.

A walk changes a copy of the run; it counts when it is kept, with the reply of the turn in which it was made. So a move
that a crash cuts off is made again from where it began, and under the same turn it proposes the same action.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.core.assistant import Assistant
from app.core.errors import AssistantError
from app.core.happening import Happening
from app.core.run import Run, RunState, Token, wait_key
from app.core.workflow import Workflow
from app.core.workflow_graph import behind
from app.core.workflow_step import (
    END,
    STOP,
    CallStep,
    ConfirmStep,
    ParallelStep,
    SkillStep,
    Step,
    WaitStep,
)
from app.team.work import Work
from app.team.workflow_steps import BRANCHES, arguments, executed, take_step, waiting
from app.team.workflow_undo import begin_undo, undo_decided, undo_on
from app.team.workflow_values import Computing, read_slot, values_of

if TYPE_CHECKING:
    from app.team.workflow import Workflows

_MOST_STEPS = 200
"""In one move: what goes on longer than that goes round in circles."""
_REMEMBERED = 200


class Walk:
    """Moves one run within one piece of work."""

    def __init__(self, house: Workflows, work: Work, run: Run, workflow: Workflow, assistant: Assistant) -> None:
        self.house = house
        self.work = work
        self.run = run
        self.workflow = workflow
        self.assistant = assistant
        self._spoke = False

    # --- what a move can begin with ---

    async def begin(self) -> None:
        """From the first step."""
        self._note("started")
        self._enter(self.workflow.steps[0].id, "")
        await self._go()

    async def answered(self, said: Mapping[str, str]) -> None:
        """With what a person said for slots; what cannot be read as what the slot is, is asked for again."""
        token = self.run.asking
        read, unread = {}, []
        for name, value in said.items():
            if name not in self.workflow.slots or self.run.slots.get(name) == value:
                continue
            meant = read_slot(self.workflow, self.house.readers, name, value, self.work.now)
            if meant is None:
                unread.append(name)
            else:
                read[name] = value
        changed = frozenset(name for name in read if name in self.run.slots)
        if changed and not await self._may_change(changed):
            return
        self.run = replace(self.run, slots={**self.run.slots, **read})
        if unread:
            await self.say(self.house.texts("run_unread", what=self._titles(unread)))
        if changed:
            await self.say(self.house.texts("run_changed", what=self._changed(changed)))
            if await self._back_to(changed):
                await self._go()
                return
        if token is not None:
            self.run = self.run.at(token, replace(token, since=None, waits=()))
            await self._go()

    async def happened(self, happening: Happening, number: int = 0) -> None:
        """With what happened and is waited for; nothing where nobody waits for it any more."""
        self.run = replace(self.run, heard=max(self.run.heard, number))
        action = wait_key("action", happening.about)
        news = wait_key("news", happening.name, happening.about)
        for token in self.run.tokens:
            if self.run.standing(token.visit) is None:
                continue
            if action in token.waits and happening.name.startswith("action."):
                await self._decided(token, happening)
            elif news in token.waits:
                data = {"name": happening.name, "about": happening.about, **happening.data}
                self.run = replace(self.run, event=data, results={**self.run.results, token.step: data})
                await self._leave(token, "")
        await self._go()

    async def spoken(self) -> None:
        """With a message of the person behind it, for a step that waits for just that."""
        key = wait_key("message", self.work.person.id)
        for token in self.run.tokens:
            if key in token.waits and not token.missing:
                await self._leave(token, "")
        await self._go()

    async def due(self, visit: int) -> None:
        """With the time that a step waited for, or that it had."""
        token = self.run.standing(visit)
        if token is None or token.due is None or token.due > self.work.now or self.run.state != "going":
            return
        step = self.workflow.every[token.step]
        if isinstance(step, WaitStep) and step.wait.until and not self._is_late(step, token):
            self.run = replace(self.run, event={"name": "time"})
            await self._leave(token, "")
        else:
            await self._withdraw(token)
            if not step.late:
                await self.say(self.house.texts("run_late", step=self.title_of(step)))
            await self._leave(token, step.late or STOP)
        await self._go()

    async def called_over(self, child: Run) -> None:
        """With the end of a workflow that it called."""
        for token in self.run.tokens:
            if wait_key("run", child.id) in token.waits:
                await self._returned(token, child)
        await self._go()

    async def cancel(self, outcome: RunState = "cancelled") -> None:
        """End it, and take back what was done, the latest first."""
        self._note(outcome)
        for token in self.run.tokens:
            await self._withdraw(token)
            for key in token.waits:
                if key.startswith("run/"):
                    await self.house.cancel_child(self.work, key.removeprefix("run/"))
        await begin_undo(self, outcome)
        await self._go()

    # --- walking ---

    async def _go(self) -> None:
        """Take every step that need not wait."""
        for _ in range(_MOST_STEPS):
            if self.run.state == "undoing":
                await undo_on(self)
                break
            token = next((one for one in self.run.tokens if one.since is None and not one.waits), None)
            if token is None:
                break
            await self._take(token)
        else:
            await self.say(self.house.texts("run_circles"))
            await self.cancel("stopped")
        if self.run.state == "going" and not self.run.tokens:
            self._note("done")
            self.run = replace(self.run, state="done", outcome="done")
        self.house.moved(self.work, self.run)

    async def _take(self, token: Token) -> None:
        step = self.workflow.every[token.step]
        try:
            goes = await take_step(self, step, token)
        except AssistantError as error:
            self.work.failure = self.work.failure or error
            await self.say(error.message)
            goes = (step.otherwise if isinstance(step, SkillStep | CallStep) else "") or STOP
        if isinstance(goes, str):
            await self._leave(token, goes)
            return
        self.run = self.run.at(token, goes)
        if isinstance(step, ParallelStep) and goes.waits == (BRANCHES,):
            for number, branch in enumerate(step.parallel):
                self._enter(branch[0].id, f"{step.id}/{number}")

    def _enter(self, step: str, branch: str) -> None:
        visit = self.run.visits + 1
        path = (*self.run.path, step)[-_REMEMBERED:]
        tokens = (*self.run.tokens, Token(step, visit, branch))
        self.run = replace(self.run, tokens=tokens, visits=visit, path=path)

    async def _leave(self, token: Token, to: str) -> None:
        """Go from where `token` stands: to a step, to the end, out of a branch, or to a stop of the whole run."""
        step = self.workflow.every[token.step]
        target = to or behind(self.workflow, step)
        if target == STOP:
            await self.cancel("stopped")
            return
        self.run = self.run.at(token, None)
        self._without_branches(step)
        around = token.branch.rpartition("/")[0]
        if around and target in (around, END):
            await self._through(around)
        elif target != END:
            self._enter(target, token.branch)
        else:
            self.run = replace(self.run, tokens=())

    async def _through(self, parallel: str) -> None:
        """A branch is over: where all are, the `parallel` goes on."""
        if any(one.branch.startswith(f"{parallel}/") for one in self.run.tokens):
            return
        holder = next((one for one in self.run.tokens if one.step == parallel and BRANCHES in one.waits), None)
        if holder is not None:
            await self._leave(holder, "")

    def _without_branches(self, step: Step) -> None:
        """A `parallel` that is left (late, corrected) leaves its branches too."""
        inside = self._inside(step)
        self.run = replace(self.run, tokens=tuple(one for one in self.run.tokens if one.step not in inside))

    def _inside(self, step: Step) -> set[str]:
        if not isinstance(step, ParallelStep):
            return set()
        inner = [one for branch in step.parallel for one in branch]
        return {one.id for one in inner}.union(*(self._inside(one) for one in inner))

    # --- what came ---

    async def _decided(self, token: Token, happening: Happening) -> None:
        """People have decided on the step's action, or time has."""
        state = happening.name.removeprefix("action.")
        if state == "approved":
            return  # one of several yes; it waits on
        if self.run.state == "undoing":
            await undo_decided(self, token, executed=state == "executed")
            return
        step = self.workflow.every[token.step]
        assert isinstance(step, ConfirmStep)
        result = {"state": state, "action": happening.about, **happening.data}
        self.run = replace(self.run, results={**self.run.results, step.id: result}, event=result)
        if state == "executed":
            executed(self, step, token, happening.about)
            await self._leave(token, "")
            return
        if not step.otherwise:
            await self.say(self.house.texts(f"run_{state}", step=self.title_of(step)))
        await self._leave(token, step.otherwise or STOP)

    async def call(self, step: CallStep, token: Token) -> str | Token:
        """Start another workflow of the same assistant; wait for it where it does."""
        other = self.house.workflow(f"{self.assistant.name}.{step.call}")
        given = arguments(self, step.given)
        child = replace(
            self.house.new_run(self.work, other, cause=f"{self.run.id}/{token.visit}"),
            slots={name: str(value) for name, value in given.items()},
            parent=self.run.id,
            about=self.run.about,
            heard=self.run.heard,
        )
        walk = Walk(self.house, self.work, child, other, self.assistant)
        await walk.begin()
        place = waiting(self, step, token, (wait_key("run", child.id),))
        if walk.run.open:
            return place
        self.run = self.run.at(token, place)
        return self._outcome_of(place, walk.run)

    async def _returned(self, token: Token, child: Run) -> None:
        await self._leave(token, self._outcome_of(token, child))

    def _outcome_of(self, token: Token, child: Run) -> str:
        step = self.workflow.every[token.step]
        assert isinstance(step, CallStep)
        result = {"state": child.state, **child.slots}
        self.run = replace(self.run, results={**self.run.results, step.id: result})
        return "" if child.state == "done" else step.otherwise or STOP

    def _is_late(self, step: WaitStep, token: Token) -> bool:
        """Whether its deadline came before the time it waits for."""
        return bool(step.lasts and token.since and token.due == token.since + step.lasts and step.late)

    # --- corrections ---

    async def _may_change(self, changed: frozenset[str]) -> bool:
        """What people have confirmed and was carried out does not change any more; it can be taken back as a whole."""
        touched = self._tainted(changed)
        done = next((one for one in self.run.done if one.step in touched), None)
        if done is None:
            return True
        await self.say(
            self.house.texts("run_too_late", step=self.title_of(self.workflow.every[done.step]), action=done.action)
        )
        return False

    def _tainted(self, changed: frozenset[str]) -> set[str]:
        """The steps taken so far that rest on these slots, or on the result of one that does."""
        names, tainted = set(changed), set[str]()
        for id in self.run.path:
            step = self.workflow.every[id]
            if not isinstance(step, ParallelStep) and step.uses & names:
                tainted.add(id)
                names.add(id)
        return tainted

    async def _back_to(self, changed: frozenset[str]) -> bool:
        """Go back to the first step that rests on what was changed; what came behind it is taken anew."""
        tainted = self._tainted(changed)
        first = next((id for id in self.run.path if id in tainted), None)
        if first is None:
            return False
        while branch := self.workflow.branch_of[first]:
            first = branch.rpartition("/")[0]
        at = self.run.path.index(first)
        for token in self.run.tokens:
            await self._withdraw(token)
        behind_it = set(self.run.path[at:]) - {one.step for one in self.run.done}
        results = {id: one for id, one in self.run.results.items() if id not in behind_it}
        self.run = replace(self.run, tokens=(), results=results, path=self.run.path[:at])
        self._note("corrected")
        self._enter(first, "")
        return True

    async def _withdraw(self, token: Token) -> None:
        """An action that waits for people at this place is void."""
        for key in token.waits:
            if key.startswith("action/"):
                await self.house.runner.withdraw(self.work, key.removeprefix("action/"))

    # --- words and notes ---

    @property
    def computing(self) -> Computing:
        """Over the values of this moment."""
        values = values_of(self.run, self.workflow, self.house.readers, self.house.person(self.run), self.work.now)
        return Computing(values, self.house.texts)

    async def say(self, text: str, *, masked: bool = False) -> None:
        """Have the assistant say it in the room; `masked`: it is masked already."""
        shown = text if masked else (await self.house.runner.remasked(self.work, text)).text
        before = "\n\n" if self._spoke else ""
        self._spoke = True
        await self.work.voice.say(self.assistant.name, before + shown, "local", rendered=())

    async def masked_value(self, value: Any) -> Any:
        """`value` (JSON) with its texts masked."""
        if isinstance(value, str):
            return (await self.house.runner.remasked(self.work, value)).text
        if isinstance(value, Mapping):
            return {key: await self.masked_value(one) for key, one in value.items()}
        if isinstance(value, list | tuple):
            return [await self.masked_value(one) for one in value]
        return value

    def title_of(self, step: Step) -> str:
        """What people call a step."""
        return str(step.title) or step.id

    def _titles(self, names: list[str]) -> str:
        slots = self.workflow.slots
        return self.house.texts("and_post").join(str(slots[name].title) or str(slots[name].ask) for name in names)

    def _changed(self, names: frozenset[str]) -> str:
        said = (f"{self._titles([name])} {self.run.slots[name]}" for name in self.run.slots if name in names)
        return self.house.texts("and_post").join(said)

    def _note(self, decision: str) -> None:
        detail = {"run": self.run.id, "workflow": self.run.workflow}
        self.work.note("workflow", decision, assistant=self.assistant.name, detail=detail)


def new_id(*parts: str) -> str:
    """The same cause starts the same run."""
    return uuid.uuid5(uuid.NAMESPACE_OID, "/".join(parts)).hex[:16]
