"""The only way to run a skill: rights, true arguments, the confirmation that an action needs, masking, audit."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.core.assistant import Assistant
from app.core.audit import canonical_json
from app.core.errors import AssistantError, Refused, Retry, SkillFailed, place_of
from app.core.model_talk import ToolCall
from app.core.ports import Actions, AuditLog, Database, Files, Knowledge, Privacy, Rights
from app.core.skill import Ask, Context, Outcome, Proposal, Result, Skill
from app.core.texts import Texts
from app.core.turn import Action, MaskedText, Person
from app.team.permits import Permits, skills_of
from app.team.work import Work

_LONGEST_RUN = 60  # seconds
_BROKE = ("SKILL_TIMEOUT", "SKILL_FAILED")
_PROPOSAL_LIVES = timedelta(minutes=15)
_ID_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # read aloud without mistakes: no 0 O 1 I
_log = logging.getLogger("deskmate.runner")


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a skill call. `masked` is what a model may read of it."""

    skill: Skill
    outcome: Outcome
    masked: MaskedText
    action: Action | None = None


def digest_of(skill: str, arguments: Mapping[str, Any]) -> str:
    """SHA-256 over skill and arguments in canonical JSON: what a person confirms is exactly this."""
    return hashlib.sha256(canonical_json({"skill": skill, "arguments": arguments}).encode()).hexdigest()


class Runner:
    """Runs skills for assistants, on behalf of people."""

    def __init__(
        self,
        *,
        skills: Mapping[str, Skill],
        rights: Rights,
        privacy: Privacy,
        audit: AuditLog,
        actions: Actions,
        knowledge: Knowledge,
        files: Files,
        database: Database,
        people: Sequence[Person],
        content: Path,
        texts: Texts,
    ) -> None:
        self._skills = skills
        self._permits = Permits(rights, people, texts)
        self._privacy = privacy
        self._audit = audit
        self._actions = actions
        self._knowledge = knowledge
        self._files = files
        self._database = database
        self._people = tuple(people)
        self._content = content
        self._texts = texts

    def offered(self, assistant: Assistant) -> tuple[Skill, ...]:
        """The assistant's skills. Those that the person has no right to are offered too: the refusal says why."""
        return tuple(self._skills[name] for name in skills_of(assistant))

    async def run(self, work: Work, assistant: Assistant, call: ToolCall) -> Ran:
        """Run one skill call of a model. Its arguments are masked; so is what the model reads of the outcome.

        Raises `Retry` when the call does not fit, `Refused` where rights end, `SkillFailed` when it could not be done.
        """
        skill = self._permitted(work, assistant, call.name)
        true_arguments = await self._privacy.unmask_value(work.room.id, dict(call.arguments), work.person)
        # Two assistants that ask the same each look into their own sets.
        key = f"{assistant.name}/{digest_of(skill.name, true_arguments)}"
        if key not in work.outcomes:
            arguments = skill.validated(true_arguments)
            detail = {"skill": skill.name, "arguments": dict(call.arguments)}
            work.note("skill", "run", assistant=assistant.name, detail=detail)
            work.outcomes[key] = asyncio.ensure_future(self._run(work, assistant, skill, arguments))
        ran: Ran = await work.outcomes[key]
        return ran

    async def _run(self, work: Work, assistant: Assistant, skill: Skill, arguments: Mapping[str, Any]) -> Ran:
        outcome = await self._bounded(skill, skill.function(self._context(work, assistant), **arguments))
        return await self._concluded(work, assistant, skill, outcome)

    async def masked(self, work: Work, text: str) -> MaskedText:
        """`text` as it may be kept, and read by a model."""
        return (await self._privacy.mask(work.room.id, text)).masked

    async def execute(self, work: Work, assistant: Assistant, action: Action) -> Result:
        """Run what people have confirmed: the digest is computed again, so no other arguments can run.

        The audit entry is written first; when it cannot be written, nothing runs.
        """
        skill = self._permitted(work, assistant, action.skill)
        if digest_of(action.skill, action.arguments) != action.digest or not skill.executors:
            raise Refused("DIGEST", self._texts("action_digest"))
        detail = {"action": action.id, "skill": action.skill, "digest": action.digest}
        await self._audit.append(work.entry("action.executing", "allow", assistant=assistant.name, detail=detail))
        context = self._context(work, assistant, idempotency_key=f"{action.id}/{action.digest}")
        try:
            result: Result = await self._bounded(skill, skill.executors[0](context, **action.arguments))
        except SkillFailed as error:
            if error.code not in _BROKE:
                raise  # the skill itself says what is the matter
            # What was changed before it broke is not known here, so nobody is told "nothing happened".
            raise SkillFailed(error.code, self._texts("action_uncertain", id=action.id)) from None
        work.gather(result)
        return result

    def _permitted(self, work: Work, assistant: Assistant, name: str) -> Skill:
        skill = self._skills.get(name)
        if skill is None or name not in skills_of(assistant):
            raise Retry(f"there is no skill {name!r}")
        self._permits.check(work, assistant, skill)
        return skill

    def _context(self, work: Work, assistant: Assistant, *, idempotency_key: str = "") -> Context:
        return Context(
            person=work.person,
            room=work.room.id,
            turn_id=work.turn.id,
            assistant=assistant.name,
            now=work.now,
            people=self._people,
            attachments=work.attachments,
            knowledge=self._permits.readable(work, assistant, self._knowledge),
            files=self._files,
            database=self._database,
            content=self._content,
            idempotency_key=idempotency_key,
        )

    async def _bounded(self, skill: Skill, running: Any) -> Any:
        """What `running` gives, in bounded time; a defect of a skill becomes a sentence, its values go nowhere."""
        try:
            async with asyncio.timeout(_LONGEST_RUN):
                return await running
        except (AssistantError, Retry):
            raise
        except TimeoutError:
            raise SkillFailed("SKILL_TIMEOUT", self._texts("skill_timeout")) from None
        except Exception as error:
            _log.error("skill %s failed: %s", skill.name, place_of(error))
            raise SkillFailed("SKILL_FAILED", self._texts("skill_failed")) from None

    async def _concluded(self, work: Work, assistant: Assistant, skill: Skill, outcome: Outcome) -> Ran:
        if isinstance(outcome, Ask):
            return Ran(skill, outcome, await self.masked(work, outcome.question))
        if isinstance(outcome, Proposal):
            action = await self._proposed(work, assistant, skill, outcome)
            return Ran(skill, outcome, await self.masked(work, outcome.summary), action)
        work.gather(outcome)
        text = outcome.text
        if skill.material:
            cited = work.material.setdefault(assistant.name, [])
            text = canonical_json(_numbered(outcome.data, after=len(cited)))
            cited.extend(outcome.citations)
        return Ran(skill, outcome, await self.masked(work, text))

    async def _proposed(self, work: Work, assistant: Assistant, skill: Skill, proposal: Proposal) -> Action:
        if skill.confirm == "none":
            raise SkillFailed("SKILL_FAILED", self._texts("skill_failed"))
        action = Action(
            id="".join(secrets.choice(_ID_LETTERS) for _ in range(6)),
            skill=skill.name,
            arguments=dict(proposal.arguments),
            digest=digest_of(skill.name, proposal.arguments),
            state="proposed",
            approvals=(),
            expires_at=work.now + _PROPOSAL_LIVES,
            summary=proposal.summary,
            room=work.room.id,
            proposed_by=work.person.id,
            assistant=assistant.name,
        )
        for earlier in await self._actions.of_room(work.room.id, state="proposed"):
            if (earlier.skill, earlier.proposed_by) == (skill.name, work.person.id):
                over = replace(earlier, state="rejected", outcome=self._texts("superseded"))
                await self._actions.move(earlier.id, expected="proposed", to="rejected", outcome=over.outcome)
                work.actions = [over if one.id == over.id else one for one in work.actions]
        detail = {"action": action.id, "skill": skill.name, "digest": action.digest}
        await self._audit.append(work.entry("action.proposed", "ask", assistant=assistant.name, detail=detail))
        kept = await self._actions.propose(action, turn_id=work.turn.id)
        work.actions.append(kept)
        return kept


def _numbered(data: Mapping[str, Any], *, after: int) -> dict[str, Any]:
    """A search's passages, numbered on from those found earlier in this turn: a mark `[n]` means one passage only."""
    passages = [{**passage, "n": number} for number, passage in enumerate(data.get("passages", ()), start=after + 1)]
    return {**data, "passages": passages}
