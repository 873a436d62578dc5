"""Masking and restoring personal data, and the vault that keeps it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from app.core.model_talk import ModelRequest
from app.core.turn import MaskedText, Person


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

    async def shown_value(self, room: str, value: Any, viewer: Person) -> Any:
        """JSON `value` with true texts as this viewer may see them: what his rights hide is shortened."""
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
