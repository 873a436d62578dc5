"""The only way to run a skill: rights, true arguments, the confirmation that an action needs, masking, audit."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.core.assistant import Assistant
from app.core.audit import AuditEntry, canonical_json
from app.core.errors import AssistantError, Refused, Retry, SkillFailed, place_of
from app.core.follow_ups import in_full
from app.core.model_talk import ToolCall
from app.core.ports import (
    Actions,
    AuditLog,
    Database,
    Files,
    Gaps,
    Imports,
    Knowledge,
    MaterialReview,
    Notice,
    Notices,
    Privacy,
    Progress,
    Rights,
    Shelf,
)
from app.core.skill import Ask, Context, Outcome, Proposal, Result, Skill
from app.core.texts import Texts
from app.core.turn import Action, MaskedText, Person
from app.team.approval_rules import ApprovalRules
from app.team.material import Material, numbered, passages_of, without
from app.team.permits import Permits, skills_of
from app.team.room_keeping import RoomKeeping
from app.team.work import Work

_LONGEST_RUN = 60  # seconds
_LEANS_ON = 4  # earlier messages
_CALL = re.compile(r"@\S+\s*")
_BROKE = ("SKILL_TIMEOUT", "SKILL_FAILED")
CLAIM = 90.0
"""Seconds after which an execution that nobody finished was cut off by a crash: none runs for longer."""
_ID_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # read aloud without mistakes: no 0 O 1 I
_UNITS = (("days", 1440), ("hours", 60), ("minutes", 1))
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


def _in_full(skill: Skill, arguments: Mapping[str, Any], work: Work) -> dict[str, Any]:
    """A search's arguments; a question that leans on the talk of this room (那二类地区呢) is said in full."""
    earlier = [_CALL.sub("", turn.text.text) for turn in work.earlier[-_LEANS_ON:]]
    return {
        name: in_full(value, earlier) if isinstance(value, str) and _is_utterance(skill, name) else value
        for name, value in arguments.items()
    }


def _is_utterance(skill: Skill, name: str) -> bool:
    return name in skill.slots and skill.slots[name].kind == "utterance"


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
        rules: ApprovalRules,
        notices: Notices,
        knowledge: Knowledge,
        shelf: Shelf,
        gaps: Gaps,
        imports: Imports,
        rooms: RoomKeeping,
        files: Files,
        database: Database,
        people: Sequence[Person],
        content: Path,
        home: Path,
        review: MaterialReview,
        texts: Texts,
    ) -> None:
        self._material = Material(review)
        self._skills = skills
        self._permits = Permits(rights, people, texts)
        self._privacy = privacy
        self._audit = audit
        self._actions = actions
        self._rules = rules
        self._notices = notices
        self._knowledge = knowledge
        self._shelf = shelf
        self._gaps = gaps
        self._imports = imports
        self._rooms = rooms
        self._files = files
        self._database = database
        self._people = tuple(people)
        self._content = content
        self._home = home
        self._texts = texts

    def offered(self, assistant: Assistant) -> tuple[Skill, ...]:
        """The assistant's skills. Those that the person has no right to are offered too: the refusal says why."""
        silent = {assistant.listens, assistant.panel, *assistant.workflow_skills} - {*assistant.skills}
        return tuple(self._skills[name] for name in skills_of(assistant) if name not in silent)

    async def run(self, work: Work, assistant: Assistant, call: ToolCall) -> Ran:
        """Run one skill call of a model. Its arguments are masked; so is what the model reads of the outcome.

        Raises `Retry` when the call does not fit, `Refused` where rights end, `SkillFailed` when it could not be done.
        """
        skill = self._permitted(work, assistant, call.name)
        if skill.material:
            call = replace(call, arguments=_in_full(skill, call.arguments, work))
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

    def permit(self, work: Work, assistant: Assistant, object: str, title: str) -> None:
        """Raises `Refused` where nothing of that name may be done in this turn: a workflow, like a skill."""
        self._permits.check_object(work, assistant, object, title)

    async def withdraw(self, work: Work, id: str) -> None:
        """Take back a proposed action that nothing waits for any more; one that was decided stays as it is."""
        action = await self._actions.find(id)
        if action is None or action.state != "proposed":
            return
        over = replace(action, state="rejected", outcome=self._texts("withdrawn"))
        entry = self._action_entry(work, over, "rejected", "done", reason="withdrawn")
        if await self._actions.move(id, expected="proposed", to="rejected", outcome=over.outcome, entry=entry):
            for one in self._rules.concerned(over):
                self._notices.tell(Notice(one.id, "decided", over, work.person.id))

    def vouch(self, text: str) -> MaskedText:
        """`text` of a catalogue or a folder, which holds no personal data."""
        return self._privacy.vouch(text)

    async def masked(self, work: Work, text: str) -> MaskedText:
        """`text` as it may be kept, and read by a model."""
        return (await self._privacy.mask(work.room.id, text)).masked

    async def remasked(self, work: Work, text: str) -> MaskedText:
        """As `masked`, for a text in which placeholders of the room stand already beside true values."""
        return await self.masked(work, await self._privacy.unmask(work.room.id, text))

    async def execute(
        self, work: Work, assistant: Assistant, action: Action, *, resumed: bool = False
    ) -> Result | None:
        """Run what people have confirmed, for the person of `work`; None when another process is running it.

        Rights, digest and approvals are looked at again, so neither other arguments nor an action short of a yes can
        run. The audit entry is written with the claim on the execution; when it cannot be written, nothing runs.
        """
        problem: AssistantError | Retry | None = None
        try:
            skill = self._executable(work, assistant, action)
        except (AssistantError, Retry) as error:
            problem = error
        detail = {
            "action": action.id,
            "skill": action.skill,
            "digest": action.digest,
            "approved_by": [one.by for one in action.approvals],
        }
        what = "stopped" if problem else "resumed" if resumed else "executing"
        entry = work.entry(f"action.{what}", "refuse" if problem else "allow", assistant=assistant.name, detail=detail)
        if not await self._actions.claim(action.id, seconds=CLAIM, entry=entry):
            return None
        if problem is not None:
            raise problem
        context = replace(
            self._context(work, assistant),
            idempotency_key=f"{action.id}/{action.digest}",
            approved_by=tuple(one.by for one in action.approvals),
        )
        try:
            result: Result = await self._bounded(skill, skill.executors[0](context, **action.arguments))
        except SkillFailed as error:
            if error.code not in _BROKE:
                raise  # the skill itself says what is the matter
            # What was changed before it broke is not known here, so nobody is told "nothing happened".
            raise SkillFailed(error.code, self._texts("action_uncertain", id=action.id)) from None
        work.gather(result)
        return result

    def _executable(self, work: Work, assistant: Assistant, action: Action) -> Skill:
        skill = self._permitted(work, assistant, action.skill)
        if digest_of(action.skill, action.arguments) != action.digest or not skill.executors:
            raise Refused("DIGEST", self._texts("action_digest"))
        if not self._rules.complete(action, action.approvals):
            raise Refused("APPROVALS", self._texts("approvals_missing"))
        return skill

    def _permitted(self, work: Work, assistant: Assistant, name: str) -> Skill:
        skill = self._skills.get(name)
        if skill is None or name not in skills_of(assistant):
            raise Retry(f"there is no skill {name!r}")
        self._permits.check(work, assistant, skill)
        return skill

    def _context(self, work: Work, assistant: Assistant) -> Context:
        return Context(
            person=work.person,
            room=work.room.id,
            turn_id=work.turn.id,
            assistant=assistant.name,
            now=work.now,
            people=self._people,
            attachments=work.attachments,
            knowledge=self._permits.readable(work, assistant, self._knowledge),
            shelf=self._shelf.narrowed(self._permits.sets(work, assistant)),
            gaps=self._gaps,
            imports=self._imports,
            rooms=self._rooms.acting(work),
            files=self._files,
            database=self._database,
            content=self._content,
            home=self._home,
            tell=lambda text: work.voice.progress(Progress(text)),
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
        if skill.material:
            outcome = await self._without_orders(work, assistant, outcome)
            cited = work.material.setdefault(assistant.name, [])
            text = await self.masked(work, canonical_json(numbered(outcome, after=len(cited))))
            cited.extend(outcome.citations)
        else:
            text = await self.masked(work, outcome.text)
            if work.attachments and not self._material.harmless(text):
                work.note("material", "withheld", assistant=assistant.name, detail={"skill": skill.name})
                raise SkillFailed("MATERIAL", self._texts("file_with_orders"))
        work.gather(outcome)
        return Ran(skill, outcome, text)

    async def _without_orders(self, work: Work, assistant: Assistant, found: Result) -> Result:
        """What a search found, less the passages that give the assistant orders."""
        withheld = set()
        for place, passage in enumerate(passages_of(found)):
            if not await self._material.passage_harmless(str(passage["text"]), lambda text: self.masked(work, text)):
                withheld.add(place)
                detail = {"source": passage["source"], "locator": passage["locator"]}
                work.note("material", "withheld", assistant=assistant.name, detail=detail)
        return without(found, withheld) if withheld else found

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
            expires_at=work.now + self._rules.lifetime(skill),
            summary=proposal.summary,
            room=work.room.id,
            proposed_by=work.person.id,
            assistant=assistant.name,
            amount=proposal.amount,
        )
        if not self._rules.possible(action):
            raise Refused("NO_APPROVER", self._texts("no_approver"))
        entry = self._action_entry(work, action, "proposed", "ask")
        kept = await self._actions.propose(action, turn_id=work.turn.id, entry=entry)
        await self._supersede(work, kept)
        work.actions.append(kept)
        if kept.id == action.id:
            for one in self._rules.approvers(kept, work.now):
                if one.id != work.person.id:
                    self._notices.tell(Notice(one.id, "to_approve", kept))
        return kept

    def how_to_decide(self, work: Work, action: Action) -> str:
        """What the person who proposed `action` can do now: confirm it himself, or wait for whoever must."""
        within = self._in_words(action.expires_at - work.now)
        if self._rules.standing(work.person, action, work.now).may:
            return self._texts("confirm_hint", id=action.id, within=within)
        return self._texts("approval_hint", id=action.id, within=within, who=self._rules.needed(action))

    def _in_words(self, time: timedelta) -> str:
        """In the largest unit of which there are at least three: whole ones, so that nobody comes too late."""
        minutes = round(time.total_seconds() / 60)
        unit, length = next(one for one in _UNITS if minutes >= 3 * one[1] or one[1] == 1)
        return self._texts(f"within_{unit}", count=minutes // length)

    async def _supersede(self, work: Work, action: Action) -> None:
        """What the same person proposed before of the same kind in this room is void: one of them is meant."""
        if work.run:
            return  # several runs of a workflow go on side by side, each with its own
        for earlier in await self._actions.of_room(work.room.id, state="proposed"):
            if (earlier.skill, earlier.proposed_by) == (action.skill, action.proposed_by) and earlier.id != action.id:
                over = replace(earlier, state="rejected", outcome=self._texts("superseded"))
                entry = self._action_entry(work, earlier, "rejected", "done", superseded_by=action.id)
                if await self._actions.move(
                    earlier.id, expected="proposed", to="rejected", outcome=over.outcome, entry=entry
                ):
                    for one in self._rules.concerned(over):
                        self._notices.tell(Notice(one.id, "decided", over, action.proposed_by))
                work.actions = [over if one.id == over.id else one for one in work.actions]

    def _action_entry(self, work: Work, action: Action, state: str, decision: str, **more: str) -> AuditEntry:
        detail = {"action": action.id, "skill": action.skill, "digest": action.digest, **more}
        return work.entry(f"action.{state}", decision, assistant=action.assistant, detail=detail)
