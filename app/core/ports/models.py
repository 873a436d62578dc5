"""What answers: any language model, or the local one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.core.model_talk import ModelChunk, ModelRequest


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
