"""What is kept: talk, files, actions, the audit chain."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol

from app.core.audit import AuditEntry
from app.core.ports.happenings import News
from app.core.run import Run
from app.core.turn import Action, Approval, Attachment, MaskedText, Reply, Room, Turn


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

    async def change_room(
        self,
        id: str,
        *,
        by: str,
        joining: Sequence[str] = (),
        leaving: Sequence[str] = (),
        keeper: str = "",
        closed: bool = False,
        entry: AuditEntry,
    ) -> Room | None:
        """Change who is in a shared room, who keeps it, or close it, with its audit entry; None for no such room."""
        ...

    async def unread(self, person: str) -> Mapping[str, int]:
        """How many messages of others a person has not seen, by room."""
        ...

    async def mark_seen(self, room: str, person: str) -> None:
        """The person has seen everything of the room so far."""
        ...

    async def rename_room(self, id: str, title: str) -> None: ...

    async def delete_room(self, id: str) -> None:
        """Remove the talk and its vault. The audit chain stays."""
        ...

    async def begin_turn(self, turn: Turn, masked: MaskedText) -> StoredTurn | None:
        """Store what was said. Returns the stored turn instead when this id is known already."""
        ...

    async def finish_turn(
        self,
        turn_id: str,
        masked_reply: Reply,
        entries: Iterable[AuditEntry],
        *,
        runs: Iterable[Run] = (),
        news: Iterable[News] = (),
    ) -> None:
        """Store the masked reply, append to the audit chain, keep the runs it moved and the news, in one transaction.

        Raises `Unavailable` where somebody else has moved one of the runs: nothing is kept then.
        """
        ...

    async def turns(self, room: str, *, limit: int = 50, whole: bool = True) -> Sequence[StoredTurn]:
        """The room's latest turns, oldest first. Not `whole`: without feedback and the present state of actions."""
        ...

    async def turn(self, room: str, id: str) -> StoredTurn | None:
        """One turn of a room; None where it has none of that id."""
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
