"""Opening and changing rooms of several people, by the rights of everybody in them: `ports.SharedRooms`."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from app.core.assistant import Assistant
from app.core.errors import Refused
from app.core.ports import Records, Rights
from app.core.texts import Texts, language
from app.core.turn import Person, Room
from app.team.work import Work

_LONGEST_TITLE = 60


class RoomKeeping:
    """Built once; `acting` gives one turn's view of it."""

    def __init__(
        self,
        records: Records,
        rights: Rights,
        people: Sequence[Person],
        assistants: Mapping[str, Assistant],
        texts: Texts,
    ) -> None:
        self.records = records
        self.texts = texts
        self._rights = rights
        self._people = {person.id: person for person in people}
        self._assistants = assistants

    def acting(self, work: Work) -> ActingRooms:
        """What the person of `work` may do with rooms."""
        return ActingRooms(self, work)

    def person(self, id: str) -> Person:
        """A colleague. Raises `Refused` for somebody whom nobody knows."""
        if id not in self._people:
            raise Refused("NO_COLLEAGUE", self.texts("room_no_colleague"))
        return self._people[id]

    def fit(self, people: Sequence[str], assistants: Sequence[str]) -> None:
        """Raises `Refused` where one of `people` may not see what one of `assistants` hears and says in a room."""
        for name in assistants:
            assistant = self._assistants[name]
            for id in people:
                person = self.person(id)
                object = assistant.listens
                if object and not self._rights.decide(person, name, object, act="see").allowed:
                    title = assistant.title if language() == "zh" else assistant.title_en
                    raise Refused("ROOM_RIGHTS", self.texts("room_rights", person=person.name, assistant=title))


class ActingRooms:
    """`ports.SharedRooms` for the person of one turn."""

    def __init__(self, keeping: RoomKeeping, work: Work) -> None:
        self._keeping = keeping
        self._work = work

    async def open(self, title: str, people: Sequence[str], assistants: Sequence[str]) -> Room:
        """A new room, kept by the person."""
        members = tuple(dict.fromkeys((self._me, *people)))
        self._keeping.fit(members, assistants)
        # The same message delivered twice opens one room.
        id = uuid.uuid5(uuid.NAMESPACE_OID, f"{self._work.turn.id}/{title}").hex
        known = await self._records.room(id)
        if known is not None:
            return known
        room = Room(id, title[:_LONGEST_TITLE], members, tuple(assistants), shared=True, keeper=self._me)
        self._work.note("room.opened", "done", detail=_detail(id, invited=list(members[1:])))
        return await self._records.open_room(room)

    async def of(self, room: str) -> Room | None:
        """The shared room, where the person is in it."""
        found = await self._records.room(room)
        return found if found is not None and found.shared and self._me in found.members else None

    async def invite(self, room: str, people: Sequence[str]) -> Room:
        """Let colleagues in."""
        known = await self._kept(room)
        self._keeping.fit(people, known.assistants)
        return await self._changed(known, "room.invited", joining=people)

    async def leave(self, room: str) -> Room | None:
        """Go, and leave the keys to the next."""
        known = await self._entered(room)
        others = [one for one in known.members if one != self._me]
        if not others:
            await self._changed(known, "room.closed", closed=True)
            return None
        keeper = others[0] if known.keeper == self._me else ""
        return await self._changed(known, "room.left", leaving=(self._me,), keeper=keeper)

    async def hand_over(self, room: str, to: str) -> Room:
        """Have another member keep the room."""
        known = await self._kept(room)
        if to not in known.members:
            raise Refused("NOT_IN_ROOM", self._texts("room_not_in", person=self._keeping.person(to).name))
        return await self._changed(known, "room.handed_over", keeper=to)

    async def close(self, room: str) -> Room:
        """Nobody speaks in it any more."""
        return await self._changed(await self._kept(room), "room.closed", closed=True)

    @property
    def _me(self) -> str:
        return self._work.person.id

    @property
    def _records(self) -> Records:
        return self._keeping.records

    @property
    def _texts(self) -> Texts:
        return self._keeping.texts

    async def _entered(self, room: str) -> Room:
        known = await self.of(room)
        if known is None:
            raise Refused("NO_ROOM", self._texts("room_none"))
        return known

    async def _kept(self, room: str) -> Room:
        known = await self._entered(room)
        if known.closed:
            raise Refused("ROOM_CLOSED", self._texts("room_closed"))
        if known.keeper != self._me:
            raise Refused("NOT_THE_KEEPER", self._texts("room_keeper", keeper=self._keeping.person(known.keeper).name))
        return known

    async def _changed(self, room: Room, what: str, **changes: Any) -> Room:
        entry = self._work.entry(what, "done", detail=_detail(room.id, **changes))
        changed = await self._records.change_room(room.id, by=self._me, entry=entry, **changes)
        return changed or room


def _detail(room: str, **changes: Any) -> dict[str, Any]:
    return {"room": room, **{name: list(one) if isinstance(one, tuple) else one for name, one in changes.items()}}
