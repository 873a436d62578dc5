"""What happens in shared rooms, told to this process's channels, whichever process it happened in: `ports.Bus`.

The table of events is followed, not copied: what is told was stored with its cause. Within a process a write wakes the
bus; of other processes SQLite tells by a counter that is looked at, PostgreSQL by NOTIFY.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from contextvars import Context
from typing import Protocol

from app.core.errors import AssistantError, place_of
from app.core.ports import RoomListener
from app.core.room_event import RoomEvent

_log = logging.getLogger("deskmate.bus")


class Events(Protocol):
    """Where events are kept."""

    async def last_event(self) -> int: ...

    async def events_behind(self, number: int, room: str = "") -> Sequence[RoomEvent]: ...


class StoredBus:
    """`ports.Bus` over the stored events."""

    def __init__(self, events: Events, wakened: Callable[[], AsyncIterator[None]], *, late: int = 0) -> None:
        """`wakened` comes round whenever another process may have written.

        `late`: how many events back one may still appear that was written beside later ones.
        """
        self._events = events
        self._wakened = wakened
        self._late = late
        self._listeners: list[RoomListener] = []
        self._woken = asyncio.Event()
        self._following: list[asyncio.Task[None]] = []
        self._queues: dict[str, asyncio.Queue[RoomEvent]] = {}
        self._telling: dict[str, asyncio.Task[None]] = {}
        self._told: OrderedDict[int, None] = OrderedDict()
        self._last = 0

    async def open(self) -> None:
        """Begin to follow, with the next event."""
        self._last = await self._events.last_event()
        self._told.update(dict.fromkeys(range(max(1, self._last - self._late + 1), self._last + 1)))
        self._following = [asyncio.create_task(self._follow()), asyncio.create_task(self._look())]

    async def close(self) -> None:
        """Stop; what is being told is told to its end."""
        for task in self._following:
            task.cancel()
        await asyncio.gather(*self._following, return_exceptions=True)
        await asyncio.gather(*self._telling.values(), return_exceptions=True)

    def wake(self) -> None:
        """Something was stored in this process."""
        self._woken.set()

    def subscribe(self, listener: RoomListener) -> None:
        """Have `listener` told of every event from now on."""
        self._listeners.append(listener)

    async def since(self, room: str, number: int) -> Sequence[RoomEvent]:
        """The room's events behind `number`, in order."""
        found: list[RoomEvent] = []
        while more := await self._events.events_behind(found[-1].number if found else number, room):
            found += more
        return found

    async def _look(self) -> None:
        """Wake up for what other processes wrote."""
        while True:
            try:
                async for _ in self._wakened():
                    self._woken.set()
            except AssistantError as error:
                _log.error("the rooms' events could not be looked at: %s", error.code)
                await asyncio.sleep(1)

    async def _follow(self) -> None:
        while True:
            await self._woken.wait()
            self._woken.clear()
            try:
                await self._tell_new()
            except AssistantError as error:
                _log.error("the rooms' events could not be read: %s", error.code)
                await asyncio.sleep(1)
                self._woken.set()

    async def _tell_new(self) -> None:
        number = max(0, self._last - self._late)
        while events := await self._events.events_behind(number):
            number = events[-1].number
            for event in events:
                if event.number in self._told:
                    continue
                self._told[event.number] = None
                self._last = max(self._last, event.number)
                self._tell(event)
        while len(self._told) > 2 * self._late:
            self._told.popitem(last=False)

    def _tell(self, event: RoomEvent) -> None:
        """Put it behind what is being told of its room: one room's events come one after the other."""
        queue = self._queues.setdefault(event.room, asyncio.Queue())
        queue.put_nowait(event)
        if event.room not in self._telling:
            task = asyncio.get_running_loop().create_task(self._tell_room(event.room, queue), context=Context())
            self._telling[event.room] = task

    async def _tell_room(self, room: str, queue: asyncio.Queue[RoomEvent]) -> None:
        while not queue.empty():
            event = queue.get_nowait()
            for listener in self._listeners:
                try:
                    await listener(event)
                except Exception as error:
                    _log.error("an event was not delivered: %s", place_of(error))
        del self._telling[room], self._queues[room]
