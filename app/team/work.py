"""One turn's work: what the team knows about the turn, and what it gathers while answering."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from app.core.audit import AuditEntry
from app.core.errors import AssistantError
from app.core.happening import Happening
from app.core.model_talk import Pending
from app.core.ports import News, Progress, StoredTurn, news_of
from app.core.run import Run
from app.core.skill import Result
from app.core.trace import trace_id
from app.core.turn import Action, Attachment, Chart, Citation, Mode, Person, Room, Turn


class Speaker(Protocol):
    """Carries masked words towards the person, reviewed and restored on the way."""

    async def say(
        self,
        speaker: str,
        text: str,
        mode: Mode,
        model: str = "",
        *,
        rendered: Sequence[Citation] | None = None,
    ) -> None:
        """Add `text` (masked) to what `speaker` says in this turn.

        A skill's rendering comes whole, with the citations that it is `rendered` from.
        """
        ...

    async def progress(self, event: Progress) -> None:
        """Tell what is happening."""
        ...


@dataclass
class Work:
    """Made by the gateway for one turn, filled by the team, closed by the gateway."""

    turn: Turn
    room: Room
    person: Person
    now: datetime
    attachments: tuple[Attachment, ...]
    voice: Speaker
    earlier: tuple[StoredTurn, ...] = ()
    """The room's latest turns before this one, the oldest first."""
    material: dict[str, list[Citation]] = field(default_factory=dict)
    """By assistant: the passages it was given to answer from; its marks `[n]` count through them."""
    read: list[str] = field(default_factory=list)
    """Masked texts that the models were given: the talk, results of skills. A figure of theirs must stand there."""
    files: list[Attachment] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    pending: dict[str, Pending] = field(default_factory=dict)
    entries: list[AuditEntry] = field(default_factory=list)
    """Written with the reply, in one transaction."""
    failure: AssistantError | None = None
    """The first refusal or failure of a skill in this turn."""
    outcomes: dict[str, Future[Any]] = field(default_factory=dict)
    """Assistant and digest of a call -> what came of it: a call that a model repeats in a turn runs once."""
    happened: list[Happening] = field(default_factory=list)
    """What workflows are to know of, in order."""
    runs: list[Run] = field(default_factory=list)
    """The room's open runs of workflows, as this turn has moved them so far."""
    moved: dict[str, Run] = field(default_factory=dict)
    """Runs that this turn has moved; written with the reply, in one transaction."""
    run: str = ""
    """The run that is being moved."""
    rests_on: set[str] = field(default_factory=set)
    """What was used in this turn: see `Reply.rests_on`."""

    def gather(self, result: Result) -> None:
        """Keep a skill's files and charts for the reply, and what it says has happened."""
        self.files.extend(file for file in result.files if file not in self.files)
        self.charts.extend(result.charts)
        self.happened.extend(result.happened)

    @property
    def news(self) -> tuple[News, ...]:
        """What happened, for the workflows; written with the reply."""
        return news_of(self.happened, cause=self.turn.id, room=self.room.id, person=self.person.id)

    def note(self, what: str, decision: str, *, assistant: str = "", detail: Mapping[str, Any] | None = None) -> None:
        """Add an entry for the audit chain. `detail` is masked."""
        self.entries.append(self.entry(what, decision, assistant=assistant, detail=detail))

    def entry(
        self, what: str, decision: str, *, assistant: str = "", detail: Mapping[str, Any] | None = None
    ) -> AuditEntry:
        """An audit entry about this turn."""
        return AuditEntry(
            what=what,
            person=self.person.id,
            operator=self.turn.operator or "",
            assistant=assistant,
            room=self.room.id,
            trace_id=trace_id(),
            decision=decision,
            detail=detail or {},
        )
