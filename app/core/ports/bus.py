"""What happens in rooms, told to the channels of every process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from app.core.room_event import RoomEvent

RoomListener = Callable[[RoomEvent], Awaitable[None]]


class Bus(Protocol):
    """Carries what was stored: an event is written with its cause, and the bus tells of it. None is lost or doubled."""

    async def open(self) -> None:
        """Begin to follow, with the next event."""
        ...

    async def close(self) -> None: ...

    def wake(self) -> None:
        """Something was stored in this process: tell of it now. Other processes are woken, or look by themselves."""
        ...

    def subscribe(self, listener: RoomListener) -> None:
        """Have `listener` told of every event from now on, those of one room one after the other, by number."""
        ...

    async def since(self, room: str, number: int) -> Sequence[RoomEvent]:
        """The room's events behind `number`, in order: what a page missed while it was away."""
        ...
