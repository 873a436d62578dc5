"""People's yes or no to an action. A model has no way in here: only what a person typed or clicked counts."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.assistant import Assistant
from app.core.errors import AssistantError, BadInput, Refused
from app.core.ports import Actions, AuditLog
from app.core.skill import Skill
from app.core.texts import Texts
from app.core.turn import Action, Approval
from app.team.runner import Runner
from app.team.work import Work

_YES = r"确认|同意|确定|好的?|可以|是的?|confirm(?:ed)?|yes|ok(?:ay)?|approve"
_NO = r"拒绝|不同意|取消|不要了?|算了|否|不|reject|no|cancel"
_ID = r"(?P<id>[A-Z0-9]{6})"
_DECISION = re.compile(
    rf"^\s*(?:[@＠]\S+\s+)?(?:(?P<yes>{_YES})|(?P<no>{_NO}))[吧呀啊]?[\s：:，,]*{_ID}?\s*[。.!！]?\s*$", re.I
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person's words decide. `id` is None where no action was named."""

    yes: bool
    id: str | None


def decision_in(text: str) -> Decision | None:
    """The decision that `text` consists of; None for any text that says more than that."""
    found = _DECISION.match(text)
    if found is None:
        return None
    id = found["id"].upper() if found["id"] else None
    return Decision(found["yes"] is not None, id)


class Approvals:
    """Collects the confirmations an action needs, and has it run once."""

    def __init__(
        self,
        *,
        actions: Actions,
        audit: AuditLog,
        runner: Runner,
        skills: Mapping[str, Skill],
        assistants: Mapping[str, Assistant],
        texts: Texts,
    ) -> None:
        self._actions = actions
        self._audit = audit
        self._runner = runner
        self._skills = skills
        self._assistants = assistants
        self._texts = texts
        # A double click, or two approvers at once: one after the other, and the second sees what the first did.
        self._one_at_a_time: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def find(self, id: str) -> Action | None:
        """The action in its present state."""
        return await self._actions.find(id)

    async def meant(self, work: Work, decision: Decision) -> Action | None:
        """The action that a typed decision is about. Raises `BadInput` when several wait and none is named."""
        if decision.id:
            action = await self._actions.find(decision.id)
            return action if action and action.room == work.room.id else None
        waiting = [
            action
            for action in await self._actions.of_room(work.room.id, state="proposed")
            if action.expires_at > work.now
        ]
        if len(waiting) > 1:
            listed = "\n".join(f"- `{action.id}` {action.summary}" for action in waiting)
            raise BadInput("WHICH_ACTION", self._texts("which_action", listed=listed))
        return waiting[0] if waiting else None

    async def decide(self, work: Work, action_id: str, *, yes: bool, digest: str) -> Action:
        """Count one person's decision; with the last yes the action runs. Deciding twice changes nothing.

        Raises `Refused` for a person whose yes does not count, another digest, or an action that is over.
        """
        async with self._one_at_a_time[action_id]:
            action = await self._actions.find(action_id)
            if action is None or action.room != work.room.id:
                raise BadInput("NO_ACTION", self._texts("no_action", id=action_id))
            if action.digest != digest:
                raise Refused("DIGEST", self._texts("action_digest"))
            if action.state in ("executed", "rejected", "failed", "expired"):
                return action
            if action.state == "proposed" and action.expires_at <= work.now:
                await self._actions.move(action.id, expected="proposed", to="expired")
                await self._noted(work, action, "expired")
                return await self._present(action.id)
            if not yes:
                await self._noted(work, action, "rejected")
                await self._actions.move(action.id, expected="proposed", to="rejected")
                return await self._present(action.id)
            return await self._approved(work, action)

    async def _approved(self, work: Work, action: Action) -> Action:
        skill = self._skills[action.skill]
        if skill.confirm == "four_eyes" and work.person.id == action.proposed_by:
            raise Refused("FOUR_EYES", self._texts("four_eyes"))
        if action.state == "proposed":
            await self._noted(work, action, "approved")
            approval = Approval(work.person.id, work.now)
            action = await self._actions.approve(action.id, approval, complete=True)
        # An action found in the state "approved" was interrupted by a crash: its key makes running it again harmless.
        if action.state == "approved":
            await self._execute(work, action)
        return await self._present(action.id)

    async def _execute(self, work: Work, action: Action) -> None:
        try:
            result = await self._runner.execute(work, self._assistants[action.assistant], action)
        except AssistantError as error:
            await self._actions.move(action.id, expected="approved", to="failed", outcome=error.message)
            await self._noted(work, action, "failed", code=error.code)
        else:
            await self._actions.move(action.id, expected="approved", to="executed", outcome=result.text)
            await self._noted(work, action, "executed")

    async def _present(self, id: str) -> Action:
        action = await self._actions.find(id)
        assert action is not None
        return action

    async def _noted(self, work: Work, action: Action, state: str, **more: Any) -> None:
        detail = {"action": action.id, "skill": action.skill, "digest": action.digest, **more}
        await self._audit.append(work.entry(f"action.{state}", "done", assistant=action.assistant, detail=detail))
