"""The contracts between floors.

`engines/` implements them, `team/` and `gateway/` are typed against them, `main` joins them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from app.core.audit import AuditEntry
from app.core.model_talk import ModelChunk, ModelRequest
from app.core.turn import Action, Approval, Attachment, Citation, MaskedText, Mode, Person, Reply, Room, Turn
from app.core.verdict import Verdict

# --- models ---------------------------------------------------------------------------------------


class Models(Protocol):
    """Any language model, or the local one."""

    def stream(self, request: ModelRequest) -> AsyncIterator[ModelChunk]:
        """Answer `request`: at least one chunk, within a bounded time; a model's fault is never raised."""
        ...

    def serving(self, task: str) -> str:
        """The name of the model that is asked for `task`, as configured; empty for the local model."""
        ...

    async def warm(self) -> None:
        """Load what is slow to load, off the event loop; `stream` works before it is done, only later."""
        ...

    async def ping(self) -> None:
        """Raises `Unavailable` while a configured model's library is not loaded."""
        ...


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a text fits an assistant, 0 to 1."""

    assistant: str
    confidence: float
    skill: str | None
    """The best fitting skill's name, where one fits."""


class Understanding(Protocol):
    """Which assistant a text is for, from what the folders declare."""

    def fits(self, text: str) -> Sequence[Fit]:
        """Every assistant's fit, best first."""
        ...


# --- privacy --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entity:
    """One piece of personal data found in a text; `start` and `end` are character offsets."""

    type: str
    start: int
    end: int
    text: str
    placeholder: str
    score: float


@dataclass(frozen=True, slots=True)
class Masking:
    """A text with its personal data replaced."""

    masked: MaskedText
    entities: tuple[Entity, ...]
    blocked: tuple[str, ...] = ()
    """Types found with which no message is taken (`config/masking.yaml`)."""


class Restorer(Protocol):
    """Restores placeholders in words that come in pieces."""

    def feed(self, piece: str) -> str:
        """What can be shown now; only a tail that could still become a placeholder is held back."""
        ...

    def close(self) -> str:
        """The rest."""
        ...


class Sight(Protocol):
    """What one model may see of a room's talk where that is more, or less, than the records keep.

    True values that it lets through go to that model and nowhere else: what the model says is hidden again.
    """

    async def seen(self, request: ModelRequest) -> ModelRequest | None:
        """`request` as this model may read it; None where the talk holds a type that must not be sent to it."""
        ...

    @property
    def shown(self) -> tuple[str, ...]:
        """Types whose true values `seen` let through."""
        ...

    def hider(self) -> Restorer:
        """Puts the placeholders back into words that come in pieces."""
        ...

    def hidden_value(self, value: Any) -> Any:
        """JSON `value` with the placeholders put back in all its texts."""
        ...


class Privacy(Protocol):
    """Masks and restores. The same value has the same placeholder in one room, for ever."""

    async def mask(self, room: str, text: str) -> Masking:
        """Replace personal data by placeholders of the room's vault. Raises `Unavailable` rather than let data pass."""
        ...

    async def unmask(self, room: str, text: str, viewer: Person | None = None) -> str:
        """Restore exactly the placeholders of this room, for `viewer` only what he may see."""
        ...

    async def unmask_value(self, room: str, value: Any, viewer: Person | None = None) -> Any:
        """JSON `value` with the placeholders of this room restored in all its texts."""
        ...

    async def restorer(self, room: str, viewer: Person | None = None) -> Restorer:
        """Restores a stream of this room, wherever a placeholder is cut."""
        ...

    def refused_by(self, assistant: str, text: MaskedText) -> tuple[str, ...]:
        """Types in `text` that this assistant does not take."""
        ...

    async def sight(self, room: str, assistant: str, model: str) -> Sight | None:
        """What `model` may see there for `assistant`; None where it sees just what the records keep."""
        ...

    def forget(self, room: str | None = None) -> None:
        """Drop what is remembered of a room whose vault was erased, or of all rooms."""
        ...

    def vouch(self, text: str) -> MaskedText:
        """For texts of the project itself (prompts, catalogue, manifests): never for what people or files said."""
        ...


class Vault(Protocol):
    """Keeps a room's placeholders, encrypted at rest."""

    async def load(self, room: str) -> Mapping[str, str | None]:
        """Placeholder -> value; None for one that was erased: it is ours, and stands for nothing any more."""
        ...

    async def add(self, room: str, values: Sequence[tuple[str, str]]) -> Sequence[str]:
        """The placeholders of these (type, value) pairs in `room`, in order: the ones they have, or new ones."""
        ...


# --- review ---------------------------------------------------------------------------------------


class Classifier(Protocol):
    """A small trained model over a text's characters: what kinds of harm it looks like."""

    def scores(self, text: str) -> Mapping[str, float]:
        """Kind -> probability, 0 to 1. Raises `Unavailable` when it cannot judge."""
        ...


class MaterialReview(Protocol):
    """Looks at what skills found, before a model may read it."""

    def of_material(self, text: MaskedText) -> Verdict:
        """The verdict on a passage or a file's text. Raises `Unavailable`."""
        ...


# --- knowledge ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found. `text` is verbatim."""

    source: str
    locator: str
    text: str
    score: float
    """Share of what was asked about that stands in the passage, 0 to 1: the same measure for every query."""
    title: str
    """The document's title, for people."""
    url: str
    dated: str = ""
    """The document's date (`valid_from` of its front matter), ISO."""
    heading: str = ""
    """Titles above the passage within its document, outermost first, joined by ` › `."""

    def citation(self, quote: str | None = None) -> Citation:
        """This place as a citation; `quote` must be a part of `text`."""
        return Citation(self.source, self.locator, quote or self.text, self.url)


ANSWERS_FROM = 0.36
"""A `Hit.score` from here on probably answers; below, "nothing found" is the honest reply.

Measured by `bench/bench_search.py`: of own questions kept aside 85 % are answered with the right passage at this
score, of questions that the sets cannot answer at least 98 % find nothing.
"""


class Knowledge(Protocol):
    """Documents in sets; finds passages."""

    async def search(self, query: str, *, sets: Sequence[str] | None = None, limit: int = 10) -> Sequence[Hit]:
        """Best passages first. `sets=None` means every set this view may read."""
        ...

    async def index(self, paths: Sequence[Path], *, into: str, progress: Callable[[str], None]) -> Mapping[str, Any]:
        """Add documents to a set. Returns the summary that `deskmate index` prints; a broken file is named in it."""
        ...

    async def passage(self, source: str, locator: str) -> Hit | None:
        """The passage at that place, verbatim."""
        ...

    def narrowed(self, sets: Sequence[str]) -> Knowledge:
        """A view that can read these sets and no other."""
        ...


# --- records --------------------------------------------------------------------------------------


class Sealing(Protocol):
    """Encryption at rest for columns that may hold personal data. `about` binds a seal to its place."""

    def seal(self, value: Any, *, about: str) -> bytes:
        """JSON `value` as bytes that only `open` with the same `about` reads."""
        ...

    def open(self, sealed: bytes, *, about: str) -> Any:
        """The value again. Raises `Unavailable` when no known secret opens it."""
        ...


class Database(Protocol):
    """Where a domain keeps tables of its own.

    A column that may hold personal data is sealed bytes and says so: `Column(LargeBinary, info={"sealed": "…/{key}"})`,
    the `about` of its seals with the row's columns in braces. Rotation, erasure and the tests go by that.
    """

    @property
    def sealing(self) -> Sealing:
        """The seals of this database."""
        ...

    def session(self) -> AbstractAsyncContextManager[Any]:
        """An `sqlmodel.ext.asyncio.session.AsyncSession`; commits are the caller's."""
        ...


class Files(Protocol):
    """Files of rooms."""

    async def store(self, room: str, name: str, content: bytes, mime: str, *, by: str) -> Attachment:
        """Keep a file. `name` is made harmless; `by` is a staff number or an assistant's name."""
        ...

    async def of_room(self, room: str) -> Sequence[Attachment]:
        """The room's files, latest first."""
        ...

    async def find(self, id: str) -> tuple[str, Attachment] | None:
        """Room and file of an id."""
        ...

    async def read(self, id: str) -> bytes:
        """A file's bytes; they are plain nowhere else. Raises `Unavailable` when they are gone or were changed."""
        ...

    async def forget(self, room: str) -> None:
        """Delete the room's files, record and bytes."""
        ...


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A turn as it is kept: masked. `reply` is None while it is being answered, or after a crash."""

    id: str
    room: str
    person: str
    channel: str
    at: datetime
    text: MaskedText
    attachments: tuple[Attachment, ...]
    reply: Reply | None
    """Its text is masked."""
    feedback: Mapping[str, str] = field(default_factory=dict)


class Records(Protocol):
    """People's talk, actions and the audit chain, in one database."""

    async def open(self) -> None:
        """Create or migrate the tables. Raises `Unavailable` for a database of a newer version."""
        ...

    async def close(self) -> None: ...

    async def ping(self) -> None:
        """Raises `Unavailable` when the database does not answer."""
        ...

    async def room(self, id: str) -> Room | None: ...

    async def open_room(self, room: Room) -> Room:
        """Make the room, or add `room.members` to it when it is there."""
        ...

    async def rooms_of(self, person: str) -> Sequence[tuple[Room, datetime]]:
        """A person's rooms and when each was last spoken in, latest first."""
        ...

    async def rename_room(self, id: str, title: str) -> None: ...

    async def delete_room(self, id: str) -> None:
        """Remove the talk and its vault. The audit chain stays."""
        ...

    async def begin_turn(self, turn: Turn, masked: MaskedText) -> StoredTurn | None:
        """Store what was said. Returns the stored turn instead when this id is known already."""
        ...

    async def finish_turn(self, turn_id: str, masked_reply: Reply, entries: Iterable[AuditEntry]) -> None:
        """Store the masked reply and append to the audit chain, in one transaction."""
        ...

    async def turns(self, room: str, *, limit: int = 50, whole: bool = True) -> Sequence[StoredTurn]:
        """The room's latest turns, oldest first. Not `whole`: without feedback and the present state of actions."""
        ...

    async def room_of_turn(self, id: str) -> str | None:
        """The id of the room a turn was said in."""
        ...

    async def store_feedback(self, turn_id: str, person: str, value: Literal["up", "down"], comment: str) -> None: ...


AuditWatcher = Callable[[AuditEntry], None]
"""Told of each entry after it was written: what is counted and what alarms go by is what the chain holds."""


class AuditLog(Protocol):
    """The audit chain. Rows are only ever added."""

    async def append(self, *entries: AuditEntry) -> None:
        """Append to the chain. Raises `Unavailable` when it cannot be written."""
        ...

    def chain(self) -> AsyncIterator[AuditEntry]:
        """Every entry in order, with the hashes as stored."""
        ...

    async def head(self) -> tuple[int, str]:
        """Number and hash of the last entry as the head says: rows cut off at the end show against it."""
        ...


class Actions(Protocol):
    """What waits for people, and what came of it. A change and its audit entry are one: both are kept, or neither."""

    async def propose(self, action: Action, *, turn_id: str, entry: AuditEntry) -> Action:
        """Keep a proposed action; the same turn, skill and digest gives the one that is there."""
        ...

    async def find(self, id: str) -> Action | None:
        """The action in its present state."""
        ...

    async def of_room(self, room: str, *, state: str | None = None) -> Sequence[Action]:
        """The room's actions, the oldest first."""
        ...

    async def in_state(self, state: str) -> Sequence[Action]:
        """Every action in that state, the one that expires first at the head."""
        ...

    async def approve(self, action: Action, approval: Approval, *, complete: bool, entry: AuditEntry) -> bool:
        """Add one approval; `complete` makes it approved. False when `action` has changed since it was read."""
        ...

    async def claim(self, id: str, *, seconds: float, entry: AuditEntry) -> bool:
        """Be the only one to run an approved action for that long; True for the one caller that is."""
        ...

    async def move(self, id: str, *, expected: str, to: str, outcome: str = "", entry: AuditEntry) -> bool:
        """Change the state only if it is `expected`; True for the one caller that did it."""
        ...


# --- rights, metrics ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Decision:
    """A yes or no of the rights, and what it rests on."""

    allowed: bool
    why: Literal["rule", "no_rule", "denied", "audience", "place", "room", "unknown", "failed"]
    """`rule`: one allows. `no_rule`: none allows. `denied`: one forbids. `audience`: the knowledge set is for others.
    `place`: it belongs to another place. `room`: somebody else in the room may not see it. `unknown`: person or set is
    not known here. `failed`: it could not be decided."""
    rule: str = ""
    """Where that stands: `config/permissions.csv:12`, `knowledge/fx/set.yaml`; empty where there is no rule."""
    whose: str = ""
    """Of `room`: the staff number of the member who may not see it. For the audit, not for the person who asks."""


class Rights(Protocol):
    """Who may do what. Built from `config/permissions.csv`, the directory and the knowledge sets' audiences."""

    def may(self, person: Person, assistant: str, object: str) -> bool:
        """`object` is a skill (`fx.quote`) or a knowledge set (`knowledge:fx`)."""
        ...

    def decide(
        self,
        person: Person | None,
        assistant: str,
        object: str,
        *,
        act: Literal["use", "see"] = "use",
        place: str = "",
    ) -> Decision:
        """Whether `person` may use `object`, or see what others are answered by it. Never raises.

        `place`: the place that what is asked about belongs to; empty where it belongs to none. None is nobody known.
        """
        ...

    def covers(self, person: Person, place: str) -> bool:
        """Whether this person sees what belongs to `place`: his own place, one within it, or one he answers for."""
        ...

    def who_may(self, assistant: str, object: str) -> Sequence[str]:
        """The roles that may use `object`, at some place at least."""
        ...


class Metrics(Protocol):
    """Counters and timings of turns."""

    def turn(self, *, channel: str, mode: Mode, outcome: str, seconds: float) -> None: ...

    def masked(self, types: Iterable[str]) -> None:
        """Count the personal data that was replaced in a message, by type."""
        ...

    def audited(self, entry: AuditEntry) -> None:
        """Count what an audit entry tells: refusals, violations, actions, alarms."""
        ...

    def exposition(self) -> bytes:
        """Prometheus text format."""
        ...


# --- notices ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that one person should know without having asked. Holds nothing that this person may not see."""

    person: str
    """Staff number of the one to be told."""
    what: Literal["to_approve", "decided"]
    """`to_approve`: it waits for this person. `decided`: somebody has decided, or time has."""
    action: Action
    by: str = ""
    """Staff number of who decided; empty where it was time."""


NoticeListener = Callable[[Notice], Awaitable[None]]


class Notices(Protocol):
    """Carries notices to the channels that can reach a person: each subscribes."""

    def tell(self, notice: Notice) -> None:
        """Pass it on. Never waits and never raises: nobody's decision hangs on a page that is closed."""
        ...

    def subscribe(self, listener: NoticeListener) -> None:
        """Have `listener` told of every notice from now on."""
        ...


# --- what a turn tells while it is answered ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the reply, unmasked for its viewer, as it streams."""

    speaker: str
    """Canonical name; empty for Deskmate itself."""
    text: str
    mode: Mode
    model: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """What is happening, for anything longer than two seconds."""

    text: str


Listener = Callable[[Delta | Progress], Awaitable[None]]


async def nobody_listens(event: Delta | Progress) -> None:
    """The listener of a caller that waits for the whole reply."""
