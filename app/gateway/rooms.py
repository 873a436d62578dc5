"""Who is in a room, and whose turn it is to be answered there."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary

from app.core.errors import Refused
from app.core.ports import Records
from app.core.texts import Language, Texts, language_of
from app.core.turn import Person, Room, Turn

_TITLE = 30  # characters
_REMEMBERED = 10_000  # rooms whose language is known


class Rooms:
    """Lets members in, keeps others out, and answers the messages of one room one after the other."""

    def __init__(self, records: Records, texts: Texts) -> None:
        self._records = records
        self._texts = texts
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._languages: OrderedDict[str, Language] = OrderedDict()

    def language(self, turn: Turn) -> Language:
        """The language to answer in: the message's own, or what the room spoke before where it is too short to tell."""
        spoken = language_of(turn.text, before=self._languages.get(turn.room, "zh"))
        self._languages[turn.room] = spoken
        self._languages.move_to_end(turn.room)
        if len(self._languages) > _REMEMBERED:
            self._languages.popitem(last=False)
        return spoken

    async def enter(self, turn: Turn, person: Person) -> tuple[Room, bool]:
        """The room of this turn, and whether this message made it.

        Raises `Refused` for people who are not in it, and for a room that was closed.

        On the command line the operator chooses the room, and the person he acts for joins it.
        """
        room = await self._records.room(turn.room)
        if room is None or (turn.operator is not None and person.id not in room.members):
            joined = await self._records.open_room(Room(turn.room, _title(turn.text), (person.id,)))
            return joined, room is None
        known = self.known_to(room, person)
        if known.closed:
            raise Refused("ROOM_CLOSED", self._texts("room_closed"))
        return known, False

    async def of(self, id: str, person: Person) -> Room:
        """A room that `person` is in. A room that is not there is refused in the same words as one of others."""
        return self.known_to(await self._records.room(id), person)

    def known_to(self, room: Room | None, person: Person) -> Room:
        """`room` if `person` is a member of it. Raises `Refused`."""
        if room is None or person.id not in room.members:
            raise Refused("NOT_A_MEMBER", self._texts("not_a_member"))
        return room

    @asynccontextmanager
    async def one_at_a_time(self, id: str) -> AsyncIterator[None]:
        """Two people writing at once are answered in the order they came."""
        lock = self._locks.setdefault(id, asyncio.Lock())
        async with lock:
            yield


def _title(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _TITLE else f"{line[: _TITLE - 1]}…"
