"""What is said to a model and what comes back: masked words, and skills as a model sees them. All frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from app.core.assistant import Example
from app.core.turn import MaskedText, Mode


@dataclass(frozen=True, slots=True)
class SlotSpec:
    """A tool's parameter as the local model fills it (see `skill.Slot`)."""

    kind: str
    question: str
    """Asked when it is missing; empty for optional ones."""
    required: bool
    choices: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A skill as a model sees it."""

    name: str
    doc: str
    schema: Mapping[str, Any]
    slots: Mapping[str, SlotSpec]
    material: bool


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A model's wish to run a skill. Arguments are masked."""

    id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Pending:
    """What an assistant's last answer was about, so that the next message can answer or correct it."""

    skill: str
    arguments: Mapping[str, str]
    """Masked; what is known so far."""
    missing: str | None
    """The parameter that was asked for; None when the call was complete (it can still be corrected)."""


@dataclass(frozen=True, slots=True)
class ModelMessage:
    """One message of the talk as a model sees it."""

    role: Literal["user", "assistant", "tool"]
    text: MaskedText
    speaker: str = ""
    """Canonical name of the assistant that spoke; empty for people."""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""
    tool_name: str = ""
    pending: Pending | None = None


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One question to a model."""

    task: str
    """What it is for (`chat`, …): `config/models.yaml` chooses the model by it."""
    assistant: str
    system: MaskedText
    messages: tuple[ModelMessage, ...]
    tools: tuple[ToolSpec, ...] = ()
    examples: tuple[Example, ...] = ()
    skills_in_words: str = ""
    """One line on what this assistant can do, for the honest "nothing found"."""
    local: bool = False
    """True: only the local model may answer."""


@dataclass(frozen=True, slots=True)
class ModelChunk:
    """A piece of an answer. A tool call comes whole, with arguments that fit the tool's schema."""

    mode: Mode
    text: str = ""
    tool_call: ToolCall | None = None
    pending: Pending | None = None
    """Set by the local model when it asks for what is missing."""
    model: str = ""
    """The model's name, for the mark on the message."""
