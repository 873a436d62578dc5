"""The one door: every message of every channel walks `Gateway.handle`. No second path leads to a model or a skill."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from app.core.assistant import Assistant
from app.core.audit import AuditEntry
from app.core.errors import AssistantError, Refused, place_of
from app.core.model_talk import ModelMessage, Pending
from app.core.ports import (
    AuditLog,
    Files,
    Knowledge,
    Listener,
    Masking,
    Metrics,
    Privacy,
    Progress,
    Records,
    StoredTurn,
    nobody_listens,
)
from app.core.texts import Texts, speaking
from app.core.trace import trace_id, traced
from app.core.turn import Action, ErrorNote, MaskedText, Person, Reply, Room, Turn
from app.core.verdict import Verdict
from app.gateway.conclusion import concluded
from app.gateway.desk import Desk
from app.gateway.door import Door
from app.gateway.identity import Identity
from app.gateway.judge import Judge
from app.gateway.nobody_here import nobody_here
from app.gateway.review import Review
from app.gateway.rooms import Rooms
from app.gateway.voice import Voice
from app.team.approval_words import asks_what_waits, decision_in
from app.team.approvals import Approvals, Outlook
from app.team.group_chat import GroupChat
from app.team.listening import Listening
from app.team.panels import Panel, Panels
from app.team.router import Router
from app.team.work import Work
from app.team.workflow import Workflows
from app.team.workflow_tasks import WorkflowTasks

_REMEMBERED = 20  # turns of a room that the models see
_QUIET = 2.0  # seconds of silence after which a person is told that work goes on
_LONGEST_TURN = 120.0  # seconds
_log = logging.getLogger("deskmate.gateway")


class Clock(Protocol):
    """The bank's time."""

    def __call__(self) -> datetime: ...


class Gateway:
    """Identity, mask, review, route, answer, review, unmask, record: in this order, for everybody."""

    def __init__(
        self,
        *,
        identity: Identity,
        rooms: Rooms,
        desk: Desk,
        review: Review,
        judge: Judge,
        router: Router,
        group_chat: GroupChat,
        listening: Listening,
        workflows: Workflows,
        tasks: WorkflowTasks,
        panels: Panels,
        approvals: Approvals,
        privacy: Privacy,
        records: Records,
        audit: AuditLog,
        files: Files,
        knowledge: Knowledge,
        metrics: Metrics,
        assistants: Mapping[str, Assistant],
        door: Door,
        clock: Clock,
        texts: Texts,
    ) -> None:
        self.assistants = assistants
        self.identity = identity
        self.review = review
        self.desk = desk
        """What channels ask besides: rooms, talk, files, feedback."""
        self.door = door
        """Where channels say whom they let in, and whom not."""
        self._rooms = rooms
        self._judge = judge
        self._router = router
        self._group_chat = group_chat
        self._listening = listening
        self._workflows = workflows
        self._tasks = tasks
        self._panels = panels
        self._approvals = approvals
        self._privacy = privacy
        self._records = records
        self._audit = audit
        self._files = files
        self._knowledge = knowledge
        self._metrics = metrics
        self._clock = clock
        self._texts = texts

    async def handle(self, turn: Turn, listener: Listener = nobody_listens) -> Reply:
        """One message's whole walk. Always ends in a reply; raises nothing but `CancelledError`."""
        started = time.perf_counter()
        with traced() as trace, speaking(self._rooms.language(turn)):
            try:
                person = self.identity.person(turn.person)
                text = self.review.readable(turn.text, files=len(turn.attachments))
                async with self._rooms.one_at_a_time(turn.room):
                    room, new = await self._rooms.enter(turn, person)
                    masking = await self._privacy.mask(room.id, text)
                    masked = masking.masked
                    self._metrics.masked(entity.type for entity in masking.entities)
                    told = await self._records.begin_turn(turn, masked)
                    if told is not None and (told.room, told.person) != (room.id, person.id):
                        raise Refused("NOT_A_MEMBER", self._texts("not_a_member"))
                    if told is not None and told.reply is not None:
                        return await self.desk.visible(told.reply, room.id, person)
                    voice = Voice(room.id, person, self.review, self._privacy, self._texts, listener)
                    work = await self._work(turn, room, person, voice, new=new)
                    masked_reply = await self._answered(work, voice, masking)
                    masked_reply = replace(masked_reply, trace_id=trace, turn_id=turn.id)
                    await self._records.finish_turn(
                        turn.id, masked_reply, work.entries, runs=work.moved.values(), news=work.news
                    )
                    reply = await self.desk.visible(masked_reply, room.id, person)
                await self._tasks.settle(work)
            except AssistantError as error:
                reply = await self._excused(turn, error, trace)
            except Exception as error:
                reply = await self._excused(turn, self._internal(error), trace)
            outcome = reply.error.code if reply.error else "refused" if reply.refused else "answered"
            seconds = time.perf_counter() - started
            self._metrics.turn(channel=turn.channel, mode=reply.mode, outcome=outcome, seconds=seconds)
            return reply

    async def _answered(self, work: Work, voice: Voice, masking: Masking) -> Reply:
        """Review, decision, route, answer. What went wrong after something was said is said behind it."""
        masked = masking.masked
        company = asyncio.create_task(self._keep_company(voice))
        refused = heard = False
        try:
            async with asyncio.timeout(_LONGEST_TURN):
                self._taken(masking.blocked)
                called = not work.room.shared or self._router.calls(masked.text, work.turn.mentions)
                heard = not called and not self._workflows.asking(work)
                verdict = await self._reviewed(work, masked, heard=heard)
                decision = decision_in(work.turn.text)
                asking, _ = self._whose_word_stands(work)
                if verdict.verdict != "allow":
                    refused = True
                    work.note("refused", verdict.verdict, detail={"reasons": list(verdict.reasons)})
                    await voice.say("", verdict.answer, "local")
                elif asks_what_waits(work.turn.text):
                    waiting = await self._approvals.waiting_for(work.person, work.now)
                    listed = self._approvals.listing(work, waiting)
                    await voice.say("", (await self._privacy.mask(work.room.id, listed)).masked.text, "local")
                elif (
                    decision and (decision.id or not asking) and (action := await self._approvals.meant(work, decision))
                ):
                    action = await self._approvals.decide(work, action.id, yes=decision.yes, digest=action.digest)
                    work.actions.append(action)
                    await voice.say(action.assistant, await self._receipt(work, action), "local")
                elif decision and decision.formal and not (asking or heard):
                    await voice.say("", self._texts("nothing_to_decide"), "local")
                elif not self._router.calls(masked.text, work.turn.mentions) and await self._workflows.steered(work):
                    work.read.append(masked.text)
                elif heard:  # people talk to each other: who is not called speaks only where he must
                    await self._listening.hear(work, masked)
                    await self._workflows.after(work)
                else:
                    await self._route_and_answer(work, voice, masked)
                    await self._workflows.after(work)
        except AssistantError as error:
            work.failure = error
            await voice.say("", (await self._privacy.mask(work.room.id, error.message)).masked.text, "local")
        except TimeoutError:
            work.failure = AssistantError("TIMEOUT", self._texts("too_slow"))
            await voice.say("", work.failure.message, "local")
        except Exception as error:
            work.failure = self._internal(error)
            await voice.say("", work.failure.message, "local")
        except asyncio.CancelledError:
            # The person pressed stop: what was said so far stays, and the record says that it was stopped.
            await voice.say("", self._texts("cancelled"), "local")
            await asyncio.shield(self._store_stopped(work, voice))
            raise
        finally:
            company.cancel()
        if voice.silent and not heard:
            await voice.say("", self._texts("cannot_say"), "local")
        await voice.finish()
        return concluded(work, voice, self.assistants, refused=refused or isinstance(work.failure, Refused))

    async def _route_and_answer(self, work: Work, voice: Voice, masked: MaskedText) -> None:
        asking, recent = self._whose_word_stands(work)
        routing = self._router.route(masked.text, work.turn.mentions, asking, recent, work.person)
        if not routing.mentions and (waiting := self._workflows.answered(work, masked.text)):
            routing = replace(routing, assistants=(waiting,), reason="pending", confidence=1.0)
        routing = await self._router.settled(routing, self._knowledge)
        if not routing.assistants:
            await voice.say("", nobody_here(routing, self.assistants, self._texts), "local")
            return
        chosen = [self.assistants[name] for name in routing.assistants]
        for assistant in chosen:
            self._taken(self._privacy.refused_by(assistant.name, masked))
        asked = {name: self._privacy.vouch(routing.part_of(name)) for name in routing.assistants}
        history = [*await self._earlier(work), *self._history(work), *self._workflows.question(work)]
        work.read += [masked.text, *(message.text.text for message in history)]
        await self._group_chat.answer(work, chosen, asked, history)
        if routing.unknown:
            await voice.say("", "\n\n" + nobody_here(routing, self.assistants, self._texts), "local")

    def _whose_word_stands(self, work: Work) -> tuple[list[str], list[str]]:
        """The assistants that asked and wait for this person's answer, and all that spoke last."""
        pending, recent = _whose_word_stands(work.earlier)
        present = {name: self._workflows.present(work, one) for name, one in pending.items()}
        asking = [name for name, one in present.items() if one is not None and one.missing]
        run = self._workflows.asking(work)
        waiting = [run.workflow.partition(".")[0]] if run else []
        return list(dict.fromkeys((*waiting, *asking))), recent

    async def _reviewed(self, work: Work, masked: MaskedText, *, heard: bool) -> Verdict:
        """The verdict on what was said; of what people say to each other only whether it gives an assistant orders."""
        if heard:
            return self.review.of_material(masked)
        verdict = self.review.of_input(masked, _said_by(work.person, work.earlier))
        return await self._judge.of(work.room.id, masked, verdict)

    def _taken(self, blocked: Sequence[str]) -> None:
        """Raises `Refused` for a message with data that the masking policy keeps out."""
        if blocked:
            kinds = "、".join(self._texts(f"type_{type}") for type in blocked)
            raise Refused("BLOCKED_DATA", self._texts("blocked_data", kinds=kinds))

    def _history(self, work: Work) -> list[ModelMessage]:
        """The room's earlier talk as models see it: masked, by speaker, with what each call was about."""
        messages: list[ModelMessage] = []
        for one in work.earlier:
            if one.text.text:  # where it is empty, an assistant has spoken of its own accord
                messages.append(ModelMessage("user", one.text))
            if one.reply is None:
                continue
            for part in one.reply.parts:
                pending = self._workflows.present(work, one.reply.pending.get(part.speaker))
                messages.append(
                    ModelMessage("assistant", self._privacy.vouch(part.text), speaker=part.speaker, pending=pending)
                )
        return messages

    async def _work(self, turn: Turn, room: Room, person: Person, voice: Voice, *, new: bool = False) -> Work:
        known = () if new else await self._files.of_room(room.id)
        stored = () if new else await self._records.turns(room.id, limit=_REMEMBERED, whole=False)
        stored = self.desk.shared(stored, room)
        given = {file.id for file in turn.attachments}
        attachments = (*turn.attachments, *(file for file in known if file.id not in given))
        work = Work(
            turn, room, person, self._clock(), attachments, voice, tuple(one for one in stored if one.id != turn.id)
        )
        voice.follow(work)
        work.runs = [] if new else await self._workflows.open_in(room.id)
        return work

    async def _earlier(self, work: Work) -> list[ModelMessage]:
        return [
            ModelMessage(role, (await self._privacy.mask(work.room.id, text)).masked)
            for role, text in work.turn.earlier[-2 * _REMEMBERED :]
        ]

    async def _store_stopped(self, work: Work, voice: Voice) -> None:
        await voice.finish()
        reply = replace(concluded(work, voice, self.assistants), turn_id=work.turn.id)
        await self._records.finish_turn(work.turn.id, reply, work.entries, runs=work.moved.values(), news=work.news)
        await self._tasks.settle(work)

    async def _excused(self, turn: Turn, error: AssistantError, trace: str) -> Reply:
        """The one place where an error becomes a reply."""
        await self._note_end(error, turn.person, turn.operator or "", turn.room, trace)
        return Reply(
            text=error.message,
            refused=isinstance(error, Refused),
            error=ErrorNote(error.code, error.message),
            trace_id=trace,
            turn_id=turn.id,
        )

    def _internal(self, error: Exception) -> AssistantError:
        """A defect, as a sentence for the person and a place for the log."""
        _log.error("trace %s: %s", trace_id(), place_of(error))
        return AssistantError("INTERNAL", self._texts("internal", trace_id=trace_id()))

    async def _note_end(self, error: AssistantError, person: str, operator: str, room: str, trace: str) -> None:
        """A turn that ended before it had a record. A staff number that nobody has may be anything: it is left out."""
        entry = AuditEntry(
            what="refused" if isinstance(error, Refused) else "turn.failed",
            person=person if person in self.identity.people else "",
            operator=operator,
            assistant="",
            room=room,
            trace_id=trace,
            decision=error.code,
        )
        try:
            await self._audit.append(entry)
        except AssistantError as unwritten:
            _log.error("trace %s: %s not audited: %s", trace, error.code, unwritten.code)

    async def _receipt(self, work: Work, action: Action) -> str:
        if action.room != work.room.id and len(work.room.members) > 1:
            return self._texts("decided_elsewhere", id=action.id)  # the others here have nothing to do with it
        said = self._texts(
            {"executed": "done", "failed": "failed", "rejected": "rejected", "expired": "expired"}.get(
                action.state, "waiting"
            ),
            outcome=action.outcome,
            summary=action.summary,
        )
        return (await self._privacy.mask(work.room.id, said)).masked.text

    async def _keep_company(self, voice: Voice) -> None:
        await asyncio.sleep(_QUIET)
        if voice.silent:
            await voice.progress(Progress(self._texts("working")))

    async def waiting(self, person: str) -> Sequence[Action]:
        """What waits for this person's yes, in whatever room. Raises `Refused` for somebody unknown."""
        return await self._approvals.waiting_for(self.identity.person(person), self._clock())

    async def panels(self, person: str, room: str) -> Sequence[Panel]:
        """What is shown beside a shared room, as this member may see it. Raises `Refused`."""
        who = self.identity.person(person)
        known = await self._rooms.of(room, who)
        voice = Voice(known.id, who, self.review, self._privacy, self._texts, nobody_listens)
        turn = Turn(f"panel/{room}/{person}", known.id, who.id, "", "panel", self._clock())
        return await self._panels.of(Work(turn, known, who, turn.at, (), voice))

    def outlook(self, person: str, action: Action) -> Outlook:
        """What this person can do with an action that he sees. Raises `Refused` for somebody unknown."""
        return self._approvals.outlook(self.identity.person(person), action, self._clock())

    async def decide(self, person: str, action_id: str, *, yes: bool, digest: str, channel: str) -> Action:
        """A decision by a button: it walks the same approvals as a typed one. Raises `AssistantError`."""
        with traced() as trace:
            action = await self._approvals.find(action_id)
            where = action.room if action else ""
            try:
                who = self.identity.person(person)
                room = await self._records.room(where)
                if room is None or action is None or not self._approvals.in_line(who, action, self._clock()):
                    room = self._rooms.known_to(room, who)  # an approver need not be in the room; everybody else must
                turn = Turn(f"{action_id}/{person}", room.id, who.id, "", channel, self._clock())
                voice = Voice(room.id, who, self.review, self._privacy, self._texts, nobody_listens)
                work = Work(turn, room, who, turn.at, (), voice)
                return await self._approvals.decide(work, action_id, yes=yes, digest=digest)
            except Refused as error:
                await self._note_end(error, person, "", where, trace)
                raise


def _said_by(person: Person, stored: Sequence[StoredTurn]) -> list[MaskedText]:
    """What this person said before in the room, the latest last."""
    return [one.text for one in stored if one.person == person.id and one.text.text]


def _whose_word_stands(stored: Sequence[StoredTurn]) -> tuple[Mapping[str, Pending], list[str]]:
    """Of the room's last reply: what its assistants were about, and all that spoke."""
    last = next((one.reply for one in reversed(stored) if one.reply is not None), None)
    if last is None:
        return {}, []
    return last.pending, list(last.speakers)
