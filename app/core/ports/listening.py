"""What a turn tells while it is answered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from app.core.turn import Mode


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
