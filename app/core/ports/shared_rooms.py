"""Rooms of several people, as one person may open and change them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from app.core.turn import Room


class SharedRooms(Protocol):
    """Narrowed to one person, and to what he may do. Each change is audited, and told to the room's members."""

    async def open(self, title: str, people: Sequence[str], assistants: Sequence[str]) -> Room:
        """A new room that the person keeps, with these colleagues (staff numbers) and assistants in it.

        Raises `Refused` where one of the colleagues may not see what one of the assistants says.
        """
        ...

    async def of(self, room: str) -> Room | None:
        """The shared room, where the person is in it."""
        ...

    async def invite(self, room: str, people: Sequence[str]) -> Room:
        """Let colleagues in. Raises `Refused` for somebody who does not keep the room, for a closed one, as `open`."""
        ...

    async def leave(self, room: str) -> Room | None:
        """Go. The next member keeps what the keeper leaves; None where nobody is left: the room is closed then."""
        ...

    async def hand_over(self, room: str, to: str) -> Room:
        """Have another member keep the room. Raises `Refused`."""
        ...

    async def close(self, room: str) -> Room:
        """Nobody speaks in it any more. Raises `Refused` for somebody who does not keep it."""
        ...
