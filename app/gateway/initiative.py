"""An assistant speaks of its own accord, when a deadline nears or a check has come back: by the door, like anybody."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime

from app.core.assistant import Assistant
from app.core.errors import AssistantError, place_of
from app.core.ports import Privacy, Records, nobody_listens
from app.core.texts import Language, Texts, speaking
from app.core.trace import trace_id, traced
from app.core.turn import Reply, Turn
from app.gateway.conclusion import concluded
from app.gateway.identity import Identity
from app.gateway.review import Review
from app.gateway.rooms import Rooms
from app.gateway.voice import Voice
from app.team.work import Work
from app.team.workflow import Workflows
from app.team.workflow_tasks import WorkflowTasks

CHANNEL = "initiative"
Act = Callable[[Work], Awaitable[None]]
"""Does something for the person behind it, and says through `work.voice` what he and the room should know."""
_log = logging.getLogger("deskmate.initiative")


class Initiative:
    """Has assistants act without having been spoken to, always on somebody's behalf and by his rights."""

    def __init__(
        self,
        *,
        identity: Identity,
        rooms: Rooms,
        review: Review,
        privacy: Privacy,
        records: Records,
        workflows: Workflows,
        tasks: WorkflowTasks,
        assistants: Mapping[str, Assistant],
        clock: Callable[[], datetime],
        texts: Texts,
    ) -> None:
        self._identity = identity
        self._rooms = rooms
        self._review = review
        self._privacy = privacy
        self._records = records
        self._workflows = workflows
        self._tasks = tasks
        self._assistants = assistants
        self._clock = clock
        self._texts = texts

    async def take(self, id: str, room: str, behind: str, act: Act, *, tongue: Language = "zh") -> Reply | None:
        """Run `act` in a room on behalf of a person (staff number), and keep what it says as a turn without a message.

        The same `id` again gives what was said then; None where the person is gone, or no longer in the room. What
        goes wrong inside is said in the room, raised is nothing but `CancelledError` and `Unavailable` records.
        """
        with traced() as trace, speaking(tongue):
            try:
                person = self._identity.person(behind)
                known = await self._rooms.of(room, person)
            except AssistantError as error:
                _log.warning("nobody to act for in a room: %s", error.code)
                return None
            turn = Turn(id, known.id, person.id, "", CHANNEL, self._clock())
            async with self._rooms.one_at_a_time(known.id):
                told = await self._records.begin_turn(turn, self._privacy.vouch(""))
                if told is not None and told.reply is not None:
                    return told.reply
                voice = Voice(known.id, person, self._review, self._privacy, self._texts, nobody_listens)
                work = Work(turn, known, person, turn.at, (), voice)
                voice.follow(work)
                work.runs = await self._workflows.open_in(known.id)
                await self._acted(work, act)
                await voice.finish()
                reply = replace(concluded(work, voice, self._assistants), trace_id=trace, turn_id=id)
                await self._records.finish_turn(id, reply, work.entries, runs=work.moved.values(), news=work.news)
            await self._tasks.settle(work)
            return reply

    async def _acted(self, work: Work, act: Act) -> None:
        try:
            await act(work)
        except AssistantError as error:
            work.failure = error
            await work.voice.say("", (await self._privacy.mask(work.room.id, error.message)).masked.text, "local")
        except Exception as error:
            _log.error("trace %s: %s", trace_id(), place_of(error))
            work.failure = AssistantError("INTERNAL", self._texts("internal", trace_id=trace_id()))
            await work.voice.say("", work.failure.message, "local")
