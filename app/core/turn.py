"""The values that walk through the house: what a person said, and what is answered. All frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

Mode = Literal["local", "model"]


@dataclass(frozen=True, slots=True)
class Person:
    """An employee, as `config/people.yaml` or the bank's directory knows him."""

    id: str
    """Staff number, e.g. `E1002`."""
    name: str
    role: str
    """The key that `config/permissions.csv` speaks of, e.g. `branch_dealer`."""
    place: str
    """Branch or department, e.g. `城东支行`."""
    post: str = ""
    """What stands on the door, e.g. `外汇交易员`."""
    phone: str = ""
    extension: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """A conversation: its members see what is said in it."""

    id: str
    title: str
    members: tuple[str, ...]
    """Staff numbers; the first one opened the room."""
    assistants: tuple[str, ...] = ()
    """Canonical names of the digital employees that sit in a shared room; a person's own talk has them all."""
    shared: bool = False
    """Opened for several people: assistants listen there, and speak only when they are called or must."""
    keeper: str = ""
    """Of a shared room: staff number of who may invite, hand over and close it."""
    closed: bool = False
    """Nobody speaks in it any more; its talk stays for its members."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One `@name` in a text. `assistant` is the canonical name, or None when it names nobody."""

    text: str
    """As written, without the `@`."""
    start: int
    end: int
    assistant: str | None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that belongs to a room: uploaded by a person or made by a skill."""

    id: str
    name: str
    """What people call it. Never a path: the bytes are sealed, and `ports.Files.read` gives them."""
    size: int
    mime: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class MaskedText:
    """Text without personal data, safe for a model, a log or a record.

    Not a `str` on purpose: the type checker refuses raw text where this is asked for.
    Only `engines/privacy.py` makes one.
    """

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Turn:
    """One message from one person, as a channel received it. `text` is raw: it goes no further than the mask."""

    id: str
    """Made by the channel; the same id twice is the same message delivered twice."""
    room: str
    person: str
    """Staff number, vouched for by the channel."""
    text: str
    channel: str
    """`browser`, `http`, `cli` …"""
    at: datetime
    mentions: tuple[Mention, ...] = ()
    """Mentions that the channel itself knows of; the router finds those in the text."""
    attachments: tuple[Attachment, ...] = ()
    earlier: tuple[tuple[Literal["user", "assistant"], str], ...] = ()
    """What was said before, where the channel itself keeps the talk (HTTP); raw, oldest first."""
    operator: str | None = None
    """Who acts for `person` on the command line; None where the person acts himself."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a statement stands. `quote` is a verbatim part of `source` at `locator`."""

    source: str
    """`<set>/<file>`."""
    locator: str
    """`p.12`, `§3.2`, `第三十二条`, `Sheet1!B7`, `slide 4`, `¶5`; the page first where there are several."""
    quote: str
    url: str
    """Opens the original at that place."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of figures: a Plotly figure as plain JSON, and its title as alternative text."""

    title: str
    figure: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency."""

    amount: Decimal
    currency: str
    """ISO 4217, e.g. `USD`."""

    def __str__(self) -> str:
        return f"{self.currency} {self.amount:,f}"


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's yes."""

    by: str
    at: datetime
    on_behalf_of: str = ""
    """Staff number of the absent approver whose right it was given with; empty for one's own."""


ActionState = Literal["proposed", "approved", "executed", "rejected", "expired", "failed"]


@dataclass(frozen=True, slots=True)
class Action:
    """Something that changes the world outside, waiting for people or done."""

    id: str
    skill: str
    arguments: Mapping[str, Any]
    """Exact and true; what `digest` binds."""
    digest: str
    """SHA-256 over skill and arguments in canonical JSON."""
    state: ActionState
    approvals: tuple[Approval, ...]
    expires_at: datetime
    summary: str = ""
    """What will happen, in one sentence."""
    room: str = ""
    proposed_by: str = ""
    """Staff number of the person the assistant acts for."""
    assistant: str = ""
    outcome: str = ""
    """What came of it: the skill's rendering after execution, or the reason it failed."""
    amount: Money | None = None
    """What it is worth, where the skill says so: value limits apply to it."""


@dataclass(frozen=True, slots=True)
class ErrorNote:
    """An error as part of a reply: a stable code and a sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Part:
    """What one assistant said within a reply."""

    speaker: str
    """Canonical name; empty for Deskmate itself."""
    text: str
    """Markdown. `[1]` marks the first of `citations`."""
    mode: Mode = "local"
    model: str = ""
    """The model's name where `mode` is `model`."""
    citations: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What a turn ends in. Always: an answer, a question, or an error. Never silence."""

    text: str
    """Markdown: all parts joined; citation marks count through `citations`."""
    parts: tuple[Part, ...] = ()
    """The same by speaker, for channels that show one message per speaker."""
    speakers: tuple[str, ...] = ()
    """Canonical names of the assistants that spoke."""
    mode: Mode = "local"
    """`model` when any part was made by a model."""
    citations: tuple[Citation, ...] = ()
    actions: tuple[Action, ...] = ()
    files: tuple[Attachment, ...] = ()
    charts: tuple[Chart, ...] = ()
    refused: bool = False
    error: ErrorNote | None = None
    trace_id: str = ""
    turn_id: str = ""
    pending: Mapping[str, Any] = field(default_factory=dict)
    """What the assistants wait for (see `ports.Pending`), by assistant's name."""
    rests_on: tuple[str, ...] = ()
    """What it was made with, as `<assistant>/<skill or knowledge set>`: it is shown to those who may see these."""
