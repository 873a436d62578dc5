"""The tables of `records`. Text columns hold masked text only; what may be personal is sealed bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Column, DateTime, LargeBinary, UniqueConstraint, false
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from app.engines.storage.append_only import keep_append_only


class Moment(TypeDecorator[datetime]):
    """A point in time, kept in UTC: SQLite drops time zones, so they are put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """To UTC; a time without a zone is a defect."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """As UTC."""
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


def sealed(about: str, *, nullable: bool = False) -> Column[bytes]:
    """A column of seals; `about` with the row's columns in braces. Rotation and erasure find it by that."""
    return Column(LargeBinary, nullable=nullable, info={"sealed": about})


class RoomRow(SQLModel, table=True):
    """A conversation."""

    __tablename__ = "room"

    id: str = Field(primary_key=True)
    title: bytes = Field(sa_column=sealed("room/{id}"))
    """Sealed: a title is often the first sentence."""
    spoken_at: datetime = Field(sa_column=Column(Moment, nullable=False, index=True))
    shared: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    assistants: list[str] = Field(default=[], sa_column=Column(JSON, nullable=False, server_default="[]"))
    keeper: str = Field(default="", sa_column_kwargs={"server_default": ""})
    closed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class MemberRow(SQLModel, table=True):
    """Who is in a room."""

    __tablename__ = "room_member"

    room: str = Field(primary_key=True)
    person: str = Field(primary_key=True, index=True)
    position: int
    seen: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Number of the last event of the room that this member has seen."""


class RoomEventRow(SQLModel, table=True):
    """Something that a shared room's members are to see. It holds no words."""

    __tablename__ = "room_event"

    number: int | None = Field(default=None, primary_key=True)
    room: str = Field(index=True)
    what: str
    about: str
    by: str
    at: datetime = Field(sa_column=Column(Moment, nullable=False))


class TurnRow(SQLModel, table=True):
    """What was said, and what was answered."""

    __tablename__ = "turn"

    number: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    room: str = Field(index=True)
    person: str
    channel: str
    at: datetime = Field(sa_column=Column(Moment, nullable=False))
    text: str
    """Masked."""
    attachments: bytes = Field(sa_column=sealed("turn/{id}"))
    """Sealed list of file ids and names."""
    reply_text: str | None = None
    """Masked; None while it is being answered."""
    reply: bytes | None = Field(default=None, sa_column=sealed("reply/{id}", nullable=True))
    """Sealed: the reply's other parts."""


class FeedbackRow(SQLModel, table=True):
    """A thumb, up or down."""

    __tablename__ = "feedback"

    turn: str = Field(primary_key=True)
    person: str = Field(primary_key=True)
    value: str
    comment: str
    """Masked."""
    at: datetime = Field(sa_column=Column(Moment, nullable=False))


class ActionRow(SQLModel, table=True):
    """Something that waits for people, or is done."""

    __tablename__ = "action"
    __table_args__ = (UniqueConstraint("turn", "skill", "digest"),)

    id: str = Field(primary_key=True)
    turn: str
    room: str = Field(index=True)
    skill: str
    digest: str
    state: str = Field(index=True)
    assistant: str
    proposed_by: str
    approvals: list[dict[str, str]] = Field(sa_column=Column(JSON, nullable=False))
    approval_count: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How many approvals there are: of two that come at once, one changes it first."""
    claimed_until: datetime | None = Field(default=None, sa_column=Column(Moment))
    """Until then the process that runs it is the only one that may."""
    expires_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    content: bytes = Field(sa_column=sealed("action/{id}"))
    """Sealed: arguments and summary."""
    outcome: bytes | None = Field(default=None, sa_column=sealed("outcome/{id}", nullable=True))
    """Sealed: what came of it."""


class RunRow(SQLModel, table=True):
    """A workflow under way, or over."""

    __tablename__ = "run"

    number: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    workflow: str
    room: str = Field(index=True)
    person: str = Field(index=True)
    parent: str
    about: str = Field(index=True)
    """What it concerns: a deal's number, never words of people."""
    state: str = Field(index=True)
    due: datetime | None = Field(default=None, sa_column=Column(Moment, nullable=True, index=True))
    started_at: datetime = Field(sa_column=Column(Moment, nullable=False))
    version: int
    body: bytes = Field(sa_column=sealed("run/{id}"))
    """Sealed: the whole `Run`."""


class RunWaitRow(SQLModel, table=True):
    """One thing that an open run waits for."""

    __tablename__ = "run_wait"

    run: str = Field(primary_key=True)
    key: str = Field(primary_key=True, index=True)


class NewsRow(SQLModel, table=True):
    """Something that happened, on its way to the workflows."""

    __tablename__ = "news"

    number: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    name: str
    key: str = Field(index=True)
    """What a run that waits for it waits for."""
    room: str = Field(index=True)
    person: str
    body: bytes = Field(sa_column=sealed("news/{id}"))
    """Sealed: what it is about, and its data."""
    at: datetime = Field(sa_column=Column(Moment, nullable=False))
    handed: bool = Field(index=True)


class FileRow(SQLModel, table=True):
    """A file of a room; its bytes lie in the files folder."""

    __tablename__ = "file"

    number: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    room: str = Field(index=True)
    name: bytes = Field(sa_column=sealed("file/{id}"))
    """Sealed: people write names into file names."""
    size: int
    mime: str
    by: str
    at: datetime = Field(sa_column=Column(Moment, nullable=False))
    sealed: bool
    """False for bytes that the first version kept plain; `deskmate rotate` seals them."""


class DocumentRow(SQLModel, table=True):
    """One version of a document that people added, or of a shipped one that something took the place of."""

    __tablename__ = "document"

    source: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    set: str = Field(index=True)
    about: bytes = Field(sa_column=sealed("document/{source}/{version}"))
    """Sealed: title, number and owner, what it takes the place of; people write names into titles."""
    state: str
    valid_from: str
    valid_until: str
    superseded_by: str
    added_by: str
    reviewed_by: str
    released_by: list[str] = Field(sa_column=Column(JSON, nullable=False))
    retired_by: list[str] = Field(sa_column=Column(JSON, nullable=False))
    at: datetime = Field(sa_column=Column(Moment, nullable=False))


class GapRow(SQLModel, table=True):
    """A question that the documents did not answer. It goes with the talk it was asked in."""

    __tablename__ = "gap"
    __table_args__ = (UniqueConstraint("turn", "set"),)

    id: int | None = Field(default=None, primary_key=True)
    turn: str
    room: str = Field(index=True)
    person: str
    set: str = Field(index=True)
    question: str
    """Masked."""
    nearest: list[str] = Field(sa_column=Column(JSON, nullable=False))
    at: datetime = Field(sa_column=Column(Moment, nullable=False))
    closed_by: str


class VaultRow(SQLModel, table=True):
    """One placeholder of one room. An erased one stays without its value: its number is never given again."""

    __tablename__ = "vault"
    __table_args__ = (UniqueConstraint("room", "fingerprint"),)

    room: str = Field(primary_key=True)
    placeholder: str = Field(primary_key=True)
    fingerprint: str
    value: bytes = Field(sa_column=sealed("vault/{room}/{placeholder}"))
    """Sealed; empty when it was erased."""
    at: datetime | None = Field(default=None, sa_column=Column(Moment))
    """When it came: rooms of `deskmate mask` alone are never spoken in. None for those of the first version."""


class AuditRow(SQLModel, table=True):
    """One link of the audit chain. Rows are only ever added."""

    __tablename__ = "audit"

    number: int = Field(primary_key=True)
    at: str
    """ISO, UTC, microseconds: exactly what was hashed."""
    what: str = Field(index=True)
    person: str
    operator: str
    assistant: str
    room: str
    trace_id: str
    decision: str
    detail: str
    """Canonical JSON, masked."""
    previous: str
    hash: str


class ErasureRow(SQLModel, table=True):
    """That something was erased; never what. Processes that remember rooms follow it."""

    __tablename__ = "erasure"

    number: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=Column(Moment, nullable=False))


class KeyRow(SQLModel, table=True):
    """The key that everything is sealed under from now on: a process that does not know it writes nothing more."""

    __tablename__ = "sealing_key"

    id: int = Field(primary_key=True)
    head: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """What its seals begin with."""


class ChainHeadRow(SQLModel, table=True):
    """The end of the audit chain: updating this one row is the lock that keeps the chain in one line."""

    __tablename__ = "audit_head"

    id: int = Field(primary_key=True)
    number: int
    hash: str


class CheckpointRow(SQLModel, table=True):
    """One signed checkpoint of the audit chain. Rows are only ever added."""

    __tablename__ = "audit_checkpoint"

    position: int = Field(primary_key=True)
    number: int
    hash: str
    at: str
    earlier: str
    """Digest of the checkpoint before."""
    key: str
    """The public key that signed, in hexadecimal."""
    signature: str
    former_key: str
    """At the handover to a new key: the key before; else empty."""
    former_signature: str


ROOM = SQLModel.metadata.tables["room"]
MEMBER = SQLModel.metadata.tables["room_member"]
ROOM_EVENT = SQLModel.metadata.tables["room_event"]
TURN = SQLModel.metadata.tables["turn"]
FEEDBACK = SQLModel.metadata.tables["feedback"]
ACTION = SQLModel.metadata.tables["action"]
RUN = SQLModel.metadata.tables["run"]
RUN_WAIT = SQLModel.metadata.tables["run_wait"]
NEWS = SQLModel.metadata.tables["news"]
FILE = SQLModel.metadata.tables["file"]
DOCUMENT = SQLModel.metadata.tables["document"]
GAP = SQLModel.metadata.tables["gap"]
VAULT = SQLModel.metadata.tables["vault"]
AUDIT = SQLModel.metadata.tables["audit"]
ERASURE = SQLModel.metadata.tables["erasure"]
KEY = SQLModel.metadata.tables["sealing_key"]
CHAIN_HEAD = SQLModel.metadata.tables["audit_head"]
CHECKPOINT = SQLModel.metadata.tables["audit_checkpoint"]

keep_append_only(AUDIT)
keep_append_only(CHECKPOINT)
