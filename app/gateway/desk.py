"""What a person finds on the desk besides the talk of the moment: rooms, earlier talk, files, originals, starters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from app.core.assistant import Assistant, Example
from app.core.audit import AuditEntry
from app.core.errors import BadInput, Refused
from app.core.ports import AuditLog, Documents, Files, Hit, Privacy, Records, Rights, StoredTurn
from app.core.texts import Texts
from app.core.turn import Attachment, Person, Reply, Room
from app.gateway.identity import Identity
from app.gateway.reading_room import Cited, ReadingRoom
from app.gateway.review import Review
from app.gateway.rooms import Rooms

STATELESS = "http-"
"""Rooms of channels that keep the talk themselves begin so: they live for one request and are not listed."""
_EARLIER = 500  # turns of a room that are shown again


@dataclass(frozen=True, slots=True)
class Told:
    """One turn as its viewer may see it."""

    turn_id: str
    person: Person
    text: str
    at: datetime
    attachments: tuple[Attachment, ...]
    reply: Reply | None
    """None where the server stopped before it could answer."""
    feedback: str | None
    """The viewer's own thumb: `up` or `down`."""


class Desk:
    """Every answer is narrowed to what the asking person may see."""

    def __init__(
        self,
        *,
        identity: Identity,
        rooms: Rooms,
        review: Review,
        rights: Rights,
        privacy: Privacy,
        records: Records,
        audit: AuditLog,
        files: Files,
        knowledge: Documents,
        assistants: Mapping[str, Assistant],
        texts: Texts,
    ) -> None:
        self._identity = identity
        self._rooms = rooms
        self._review = review
        self._rights = rights
        self._privacy = privacy
        self._records = records
        self._audit = audit
        self._files = files
        self.documents = ReadingRoom(
            identity=identity, rights=rights, audit=audit, documents=knowledge, assistants=assistants, texts=texts
        )
        self._assistants = assistants
        self._texts = texts

    async def rooms(self, person: str) -> Sequence[tuple[Room, datetime]]:
        """The person's rooms and when each was last spoken in, latest first."""
        rooms = await self._records.rooms_of(self._identity.person(person).id)
        return [one for one in rooms if not one[0].id.startswith(STATELESS)]

    async def shared_room(self, id: str) -> Room | None:
        """A room of several people, for a channel that tells its members what happens there; None for any other."""
        room = await self._records.room(id)
        return room if room is not None and room.shared else None

    async def talk(self, person: str, room: str) -> Sequence[Told]:
        """What was said in a room, oldest first, restored for this viewer. Raises `Refused`."""
        viewer = self._identity.person(person)
        known = await self._entered(room, viewer)
        told, hidden = [], 0
        for stored in await self._records.turns(known.id, limit=_EARLIER):
            if not stored.text.text and stored.reply is not None and not stored.reply.text:
                continue  # something was done of an assistant's own accord, and there was nothing to say
            told.append(await self._as_told(viewer, known.id, stored))
            hidden += stored.reply is not None and not self._sees(viewer, stored)
        if hidden:
            detail = {"reason": "room", "replies": str(hidden)}
            await self._audit.append(_entry("refused", viewer, known.id, decision="refuse", detail=detail))
        return told

    async def told(self, person: str, room: str, turn_id: str) -> Told | None:
        """One turn of a room, restored for this viewer; None where the room has no such turn. Raises `Refused`."""
        viewer = self._identity.person(person)
        known = await self._entered(room, viewer)
        stored = await self._records.turn(known.id, turn_id)
        return await self._as_told(viewer, known.id, stored) if stored else None

    async def unread(self, person: str) -> Mapping[str, int]:
        """How many messages of others the person has not seen, by room."""
        return await self._records.unread(self._identity.person(person).id)

    async def seen(self, person: str, room: str) -> None:
        """The person has everything of the room before his eyes. Raises `Refused`."""
        viewer = self._identity.person(person)
        await self._records.mark_seen((await self._entered(room, viewer)).id, viewer.id)

    async def _as_told(self, viewer: Person, room: str, stored: StoredTurn) -> Told:
        reply = stored.reply
        if reply and not self._sees(viewer, stored):
            reply = Reply(self._texts("not_for_you"), refused=True, trace_id=reply.trace_id, turn_id=reply.turn_id)
        return Told(
            turn_id=stored.id,
            person=self._identity.person(stored.person),
            text=await self._privacy.unmask(room, stored.text.text, viewer),
            at=stored.at,
            attachments=stored.attachments,
            reply=await self.visible(reply, room, viewer) if reply else None,
            feedback=stored.feedback.get(viewer.id),
        )

    def shared(self, stored: Sequence[StoredTurn], room: Room) -> Sequence[StoredTurn]:
        """`stored` for the models: without the replies that somebody now in the room may not see."""
        members = [self._identity.people.get(id) for id in room.members]
        return [
            one if all(self._sees(member, one) for member in members) else replace(one, reply=None) for one in stored
        ]

    def _sees(self, viewer: Person | None, stored: StoredTurn) -> bool:
        """Whether the viewer may see what a reply was made with: people join a room later. One's own answers stay."""
        if stored.reply is None or (viewer is not None and viewer.id == stored.person):
            return True
        used = (one.split("/", 1) for one in stored.reply.rests_on)
        return all(self._rights.decide(viewer, assistant, object, act="see").allowed for assistant, object in used)

    async def _entered(self, room: str, person: Person) -> Room:
        """A room that the person is in. Raises `Refused`, and the audit knows who looked for it."""
        try:
            return await self._rooms.of(room, person)
        except Refused as error:
            known = await self._records.room(room)  # what names no room was typed by somebody: it goes into no record
            await self._audit.append(_entry("refused", person, known.id if known else "", decision=error.code))
            raise

    async def visible(self, masked: Reply, room: str, viewer: Person) -> Reply:
        """A masked reply as this member of its room may see it."""
        parts = [replace(part, text=await self._privacy.unmask(room, part.text, viewer)) for part in masked.parts]
        return replace(masked, text=await self._privacy.unmask(room, masked.text, viewer), parts=tuple(parts))

    async def rename(self, person: str, room: str, title: str) -> None:
        """Give a room another title."""
        known = await self._entered(room, self._identity.person(person))
        await self._records.rename_room(known.id, title)

    async def forget(self, person: str, room: str) -> None:
        """Delete a room's talk with its vault; that it was deleted, and by whom, stays in the audit chain."""
        who = self._identity.person(person)
        known = await self._entered(room, who)
        await self._audit.append(_entry("room.deleted", who, known.id))
        await self._files.forget(known.id)
        await self._records.delete_room(known.id)
        self._privacy.forget(known.id)

    async def feedback(self, person: str, turn_id: str, value: Literal["up", "down"], comment: str = "") -> None:
        """Keep a thumb; its comment masked."""
        who = self._identity.person(person)
        room = await self._records.room_of_turn(turn_id)
        known = await self._entered(room or "", who)
        masked = (await self._privacy.mask(known.id, comment)).masked.text if comment else ""
        told = await self._records.turn(known.id, turn_id)
        await self._records.store_feedback(turn_id, who.id, value, masked)
        # A thumb down on a refusal says that it was wrong; a second one of the same person says nothing new.
        wrong = (
            told is not None and told.reply is not None and told.reply.refused and told.feedback.get(who.id) != value
        )
        detail = {"refused": True} if wrong else {}
        await self._audit.append(_entry("feedback", who, known.id, decision=value, detail=detail))

    async def upload(
        self, person: str, room: str, name: str, content: bytes, mime: str, *, joining: bool = False, operator: str = ""
    ) -> Attachment:
        """Keep a file for a room. Raises `BadInput` for an empty or too large one.

        The room may not be there yet: its first message makes it. A room of others is refused, unless an operator
        has the person joining it.
        """
        who = self._identity.person(person)
        if (known := await self._records.room(room)) and not joining:
            self._rooms.known_to(known, who)
        most = self._review.limits.file_bytes
        if not content:
            raise BadInput("FILE_EMPTY", self._texts("file_empty", name=name))
        if len(content) > most:
            sizes = {"size": round(len(content) / 2**20, 1), "most": most // 2**20}
            raise BadInput("FILE_TOO_LARGE", self._texts("file_too_large", name=name, **sizes))
        kept = await self._files.store(room, name, content, mime, by=who.id)
        detail = {"file": kept.id, "size": kept.size}
        await self._audit.append(_entry("file.stored", who, room, operator=operator, detail=detail))
        return kept

    async def file(self, person: str, id: str) -> Attachment:
        """A file of a room the person is in. Raises `Refused`, in the same words whether it is there or not."""
        viewer = self._identity.person(person)
        found = await self._files.find(id)
        room = await self._records.room(found[0]) if found else None
        if found is None or room is None or viewer.id not in room.members:
            await self._audit.append(_entry("refused", viewer, room.id if room else "", decision="NO_FILE"))
            raise Refused("NO_FILE", self._texts("no_file"))
        await self._audit.append(_entry("file.read", viewer, room.id, detail={"file": found[1].id}))
        return found[1]

    async def content(self, file: Attachment) -> bytes:
        """The bytes of what `file` or `upload` gave. Raises `Unavailable` when they are gone or were changed."""
        return await self._files.read(file.id)

    async def passage(self, person: str, source: str, locator: str, version: str = "") -> Hit:
        """The original passage of a citation. Raises `Refused` where the person may not read the set."""
        return await self.documents.passage(person, Cited(source, locator, version))

    def starters(self, person: str) -> Sequence[tuple[Assistant, Example]]:
        """What an empty chat offers: one starter of each assistant whose skill, or documents, the person may use."""
        viewer = self._identity.person(person)
        offered = []
        for assistant in self._assistants.values():
            for example in assistant.examples:
                needed = [example.skill] if example.skill else [f"knowledge:{name}" for name in assistant.knowledge]
                if example.starter and any(self._rights.may(viewer, assistant.name, one) for one in needed):
                    offered.append((assistant, example))
                    break
        return offered


def _entry(
    what: str,
    person: Person,
    room: str,
    *,
    decision: str = "done",
    operator: str = "",
    detail: Mapping[str, Any] | None = None,
) -> AuditEntry:
    return AuditEntry(
        what=what,
        person=person.id,
        operator=operator,
        assistant="",
        room=room,
        trace_id="",
        decision=decision,
        detail=detail or {},
    )
