"""People's yes or no to an action. A model has no way in here: only what a person typed or clicked counts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakValueDictionary

from app.core.assistant import Assistant
from app.core.errors import AssistantError, BadInput, Refused, Retry, place_of
from app.core.happening import Happening
from app.core.ports import Actions, AuditLog, Files, Happenings, Notice, Notices, Progress, Records
from app.core.texts import Texts
from app.core.turn import Action, ActionState, Approval, Mode, Person, Room, Turn
from app.team.approval_rules import ApprovalRules, Standing
from app.team.approval_words import Decision
from app.team.runner import Runner
from app.team.work import Work

_OVER: tuple[ActionState, ...] = ("executed", "rejected", "expired", "failed")
_PAUSE = 20.0  # seconds between two looks at what waits
_log = logging.getLogger("deskmate.approvals")


@dataclass(frozen=True, slots=True)
class Outlook:
    """What one person can do with an action, for whoever draws it."""

    may_approve: bool
    mine: bool
    """He proposed it."""
    needed: str
    """Who must say yes, in words."""


class _Silence:
    """The speaker of work that nobody listens to."""

    async def say(self, speaker: str, text: str, mode: Mode, model: str = "", **more: object) -> None:
        """Nobody hears it."""

    async def progress(self, event: Progress) -> None:
        """Nobody sees it."""


class Approvals:
    """Collects the approvals an action needs, and has it run once."""

    def __init__(
        self,
        *,
        actions: Actions,
        audit: AuditLog,
        records: Records,
        files: Files,
        runner: Runner,
        rules: ApprovalRules,
        notices: Notices,
        happenings: Happenings,
        people: Mapping[str, Person],
        assistants: Mapping[str, Assistant],
        texts: Texts,
    ) -> None:
        self._actions = actions
        self._audit = audit
        self._records = records
        self._files = files
        self._runner = runner
        self._rules = rules
        self._notices = notices
        self._happenings = happenings
        self._people = people
        self._assistants = assistants
        self._texts = texts
        # A double click, or two approvers at once: one after the other. Between processes the database decides.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    # --- what waits ---

    async def find(self, id: str) -> Action | None:
        """The action in its present state."""
        return await self._actions.find(id)

    async def waiting_for(self, person: Person, now: datetime) -> Sequence[Action]:
        """What this person's yes counts for now, in whatever room; what expires first at the head."""
        waiting = await self._actions.in_state("proposed")
        return [one for one in waiting if one.expires_at > now and self._rules.standing(person, one, now).may]

    def in_line(self, person: Person, action: Action, now: datetime) -> bool:
        """Whether this person has to do with such actions: a refusal is explained to him, in the room or not."""
        return self._rules.standing(person, action, now).in_line

    def outlook(self, person: Person, action: Action, now: datetime) -> Outlook:
        """What this person can do with the action."""
        may = action.state == "proposed" and self._rules.standing(person, action, now).may
        return Outlook(may, person.id == action.proposed_by, self._rules.needed(action))

    def listing(self, work: Work, waiting: Sequence[Action]) -> str:
        """What waits, for people. In a room with others only what belongs to that room is named."""
        shown = [one for one in waiting if one.room == work.room.id or len(work.room.members) == 1]
        work.actions.extend(shown)
        if not waiting:
            return self._texts("nothing_waits")
        said = []
        if shown:
            said.append(self._texts("waiting_head", count=len(shown)))
            said.append("\n".join(self._line(one, work.now) for one in shown))
            said.append(self._texts("waiting_how", id=shown[0].id))
        if hidden := len(waiting) - len(shown):
            said.append(self._texts("waiting_elsewhere" if shown else "waiting_not_here", count=hidden))
        return "\n\n".join(said)

    def _line(self, action: Action, now: datetime) -> str:
        until = action.expires_at.astimezone(now.tzinfo)
        return self._texts(
            "waiting_one" if action.amount is None else "waiting_one_amount",
            id=action.id,
            summary=action.summary,
            person=self._name(action.proposed_by),
            amount=action.amount,
            until=f"{until:%H:%M}" if until.date() == now.date() else f"{until:%Y-%m-%d %H:%M}",
        )

    async def meant(self, work: Work, decision: Decision) -> Action | None:
        """The action that a typed decision is about. Raises `BadInput` when several wait and none is named.

        Without its number only an action of this room is meant: a "好的" in one talk decides nothing of another.
        """
        if decision.id:
            action = await self._actions.find(decision.id)
            here = action is not None and action.room == work.room.id
            return action if action and (here or self.in_line(work.person, action, work.now)) else None
        waiting = [
            action
            for action in await self._actions.of_room(work.room.id, state="proposed")
            if action.expires_at > work.now
        ]
        if len(waiting) > 1:
            listed = "\n".join(f"- `{action.id}` {action.summary}" for action in waiting)
            raise BadInput("WHICH_ACTION", self._texts("which_action", listed=listed))
        return waiting[0] if waiting else None

    # --- deciding ---

    async def decide(self, work: Work, action_id: str, *, yes: bool, digest: str) -> Action:
        """Count one person's decision; with the last yes the action runs. A decision that came before stays.

        Raises `Refused` for a person whose yes does not count, or another digest; each refusal is in the audit.
        A person who presses stop after his yes does not stop what it set going half way.
        """
        return await asyncio.shield(asyncio.ensure_future(self._decided(work, action_id, yes=yes, digest=digest)))

    async def _decided(self, work: Work, action_id: str, *, yes: bool, digest: str) -> Action:
        async with self._locks.setdefault(action_id, asyncio.Lock()):
            while True:
                action = await self._actions.find(action_id)
                if action is None or not (action.room == work.room.id or self.in_line(work.person, action, work.now)):
                    raise BadInput("NO_ACTION", self._texts("no_action", id=action_id))
                member = action.room == work.room.id and work.person.id in work.room.members
                if not (member or self._rules.concerns(work.person, action)):
                    standing = self._rules.standing(work.person, action, work.now)
                    raise await self._refused(work, action, standing)
                if action.digest != digest:
                    raise await self._refusal(work, action, "DIGEST", self._texts("action_digest"))
                if action.state in _OVER:
                    return action
                if action.state == "approved":
                    # Being executed, or cut off by a crash: its key makes running it again harmless.
                    if yes:
                        await self._execute(work, action, resumed=True)
                    return await self._present(action.id)
                if await self._counted(work, action, yes=yes):
                    return await self._present(action.id)

    async def _counted(self, work: Work, action: Action, *, yes: bool) -> bool:
        """Whether the decision changed what was read; if not, somebody else was quicker, and it is judged again."""
        if action.expires_at <= work.now:
            entry = self._entry(work, action, "expired")
            return await self._moved(work.person.id, action, to="expired", entry=entry)
        standing = self._rules.standing(work.person, action, work.now)
        if not yes:
            if not standing.may and work.person.id != action.proposed_by:
                raise await self._refused(work, action, standing)
            entry = self._entry(work, action, "rejected", on_behalf_of=standing.on_behalf_of)
            return await self._moved(work.person.id, action, to="rejected", entry=entry)
        if not standing.may:
            raise await self._refused(work, action, standing)
        approval = Approval(work.person.id, work.now, standing.on_behalf_of)
        complete = self._rules.complete(action, (*action.approvals, approval))
        entry = self._entry(work, action, "approved", on_behalf_of=standing.on_behalf_of)
        if not await self._actions.approve(action, approval, complete=complete, entry=entry):
            return False
        approved = await self._present(action.id)
        if complete:
            await self._execute(work, approved)
        else:
            self._tell(work.person.id, approved)
            await self._happened(approved, by=work.person.id)
        return True

    async def _refused(self, work: Work, action: Action, standing: Standing) -> Refused:
        who = self._rules.needed(action)
        code, said = {
            "own": ("FOUR_EYES", self._texts("four_eyes")),
            "again": ("APPROVED_BEFORE", self._texts("approved_before", who=who)),
            "limit": ("LIMIT", self._texts("over_limit", who=who)),
            "role": ("NOT_AN_APPROVER", self._texts("not_an_approver", who=who)),
        }[standing.reason or "role"]
        return await self._refusal(work, action, code, said)

    async def _refusal(self, work: Work, action: Action, code: str, said: str) -> Refused:
        await self._audit.append(self._entry(work, action, "refused", decision="refuse", reason=code))
        return Refused(code, said)

    async def _moved(self, by: str, action: Action, *, to: ActionState, outcome: str = "", entry: Any) -> bool:
        expected = "approved" if to in ("executed", "failed") else "proposed"
        moved = await self._actions.move(action.id, expected=expected, to=to, outcome=outcome, entry=entry)
        if moved:
            present = await self._present(action.id)
            self._tell(by, present)
            await self._happened(present, by=by)
        return moved

    # --- running ---

    async def resume(self, now: datetime) -> int:
        """Run what was approved and cut off by a crash; returns how many. What still runs elsewhere is left alone."""
        resumed = 0
        for action in await self._actions.in_state("approved"):
            async with self._locks.setdefault(action.id, asyncio.Lock()):
                work = await self._execution(action, now, channel="resume", operator="")
                try:
                    await self._execute(work, action, resumed=True)
                except AssistantError as error:  # the next one may go better; this one is tried again later
                    _log.error("action %s was not resumed: %s", action.id, error.code)
                except Exception as error:
                    _log.error("action %s was not resumed: %s", action.id, place_of(error))
                else:
                    resumed += (await self._present(action.id)).state in _OVER
        return resumed

    async def expire(self, now: datetime) -> int:
        """Close what nobody decided in time, so that its proposer hears of it; returns how many."""
        expired = 0
        for action in await self._actions.in_state("proposed"):
            if action.expires_at <= now:
                work = await self._execution(action, now, channel="expire", operator="")
                expired += await self._moved("", action, to="expired", entry=self._entry(work, action, "expired"))
        return expired

    async def tend(self, clock: Callable[[], datetime]) -> None:
        """Until cancelled: run what a crash of any process cut off, and close what nobody decided in time."""
        while True:
            await asyncio.sleep(_PAUSE)
            try:
                await self.resume(clock())
                await self.expire(clock())
            except AssistantError as error:  # the database may be away for a moment
                _log.error("waiting actions were not tended: %s", error.code)

    async def _execute(self, work: Work, action: Action, *, resumed: bool = False) -> None:
        """Run it for the person who proposed it."""
        operator = work.turn.operator or (work.person.id if work.person.id != action.proposed_by else "")
        execution = await self._execution(action, work.now, channel=work.turn.channel, operator=operator)
        await self._run(work.person.id, execution, action, resumed=resumed)
        if execution.entries:  # rights that ended in between
            await self._audit.append(*execution.entries)
        if work.room.id == action.room:
            work.files.extend(execution.files)
            work.charts.extend(execution.charts)

    async def _run(self, by: str, work: Work, action: Action, *, resumed: bool) -> None:
        try:
            assistant = self._assistants.get(action.assistant)
            if assistant is None:
                raise Retry(f"there is no assistant {action.assistant!r}")
            result = await self._runner.execute(work, assistant, action, resumed=resumed)
        except (AssistantError, Retry) as error:
            gone = AssistantError("GONE", self._texts("action_gone"))
            told = error if isinstance(error, AssistantError) else gone
            entry = self._entry(work, action, "failed", decision="failed", code=told.code)
            await self._moved(by, action, to="failed", outcome=told.message, entry=entry)
        else:
            if result is not None:
                # Before its record: what a crash cuts off is executed again, with the same effect and the same news.
                await self._happenings.tell(
                    result.happened, room=action.room, person=action.proposed_by, cause=f"action/{action.id}"
                )
                entry = self._entry(work, action, "executed")
                await self._moved(by, action, to="executed", outcome=result.text, entry=entry)

    async def _execution(self, action: Action, now: datetime, *, channel: str, operator: str) -> Work:
        """The work of executing `action`: in its room, for its proposer, whoever gave the last yes."""
        person = self._people.get(action.proposed_by) or Person(action.proposed_by, "", "", "")
        room = await self._records.room(action.room) or Room(action.room, "", (person.id,))
        turn = Turn(action.id, room.id, person.id, "", channel, now, operator=operator or None)
        files = tuple(await self._files.of_room(room.id))
        return Work(turn, room, person, now, files, _Silence())

    # --- words, notes, notices ---

    async def _present(self, id: str) -> Action:
        action = await self._actions.find(id)
        if action is None:
            raise BadInput("NO_ACTION", self._texts("no_action", id=id))
        return action

    def _entry(self, work: Work, action: Action, state: str, *, decision: str = "done", **more: str) -> Any:
        given = {key: value for key, value in more.items() if value}
        detail = {"action": action.id, "skill": action.skill, "digest": action.digest, **given}
        return work.entry(f"action.{state}", decision, assistant=action.assistant, detail=detail)

    async def _happened(self, action: Action, *, by: str) -> None:
        """What people decided, for the workflows that wait for it."""
        data = {"skill": action.skill, "room": action.room, "by": by, "outcome": action.outcome}
        cause = f"action/{action.id}/{action.state}" + (f"/{len(action.approvals)}" * (action.state == "approved"))
        happening = Happening(f"action.{action.state}", action.id, data)
        await self._happenings.tell((happening,), room=action.room, person=action.proposed_by, cause=cause)

    def _tell(self, by: str, action: Action) -> None:
        """Everybody who had to do with it but the one who decided: the proposer, and who may have it on the screen."""
        for person in self._rules.concerned(action):
            if person.id != by:
                self._notices.tell(Notice(person.id, "decided", action, by))

    def _name(self, id: str) -> str:
        known = self._people.get(id)
        return known.name if known else id
