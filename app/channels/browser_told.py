"""One turn as a viewer's page shows it: what was said, and what came of it. Live talk of others and history alike."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from app.channels.browser_cards import Cards, Json, Place, file_element, parts_of, room_line, say
from app.core.room_event import RoomEvent
from app.core.turn import Reply

if TYPE_CHECKING:
    from app.gateway.desk import Told

_IN_HAND = timedelta(seconds=120)
"""A turn without a reply is being answered for so long at most; then it was cut off."""


@dataclass(slots=True)
class Drawn:
    """Steps and elements, in the order in which a page takes them."""

    steps: list[Json] = field(default_factory=list)
    elements: list[Json] = field(default_factory=list)


async def drawn(cards: Cards, viewer: str, room: str, told: Told, *, shared: bool) -> Drawn:
    """`told` for this viewer. Nothing is drawn for what was only heard.

    `shared`: an answer that is still to come comes by itself, so nothing is said of it.
    """
    place = Place(viewer, room, told.turn_id)
    asked = bool(told.text or told.attachments)
    shown = Drawn()
    if asked:
        shown.steps.append(cards.question(place, told))
        shown.elements += [file_element(place, place.turn_id, file) for file in told.attachments]
    reply = told.reply
    if reply is None:
        if not asked or (shared and datetime.now(UTC) - aware(told.at) < _IN_HAND):
            return shown
        reply = Reply(say("no_answer"))
    parts = parts_of(reply)
    if not parts:
        return shown
    shown.steps.append(cards.run(place, told.at, over=True, feedback=told.feedback, unasked=not asked))
    shown.steps += [cards.message(place, number, part, told.at) for number, part in enumerate(parts)]
    shown.elements += await cards.elements(place, reply, told.text)
    return shown


def line_of(cards: Cards, event: RoomEvent) -> Json | None:
    """A line across the room for who came or went; None for what is no such event."""
    if event.what not in ("joined", "left", "handed_over", "closed"):
        return None
    by = cards.name(event.by)
    who = by if event.what == "closed" else cards.name(event.about)
    key = f"room_{event.what}" + ("_by" if event.what == "joined" and who != by else "")
    return room_line(f"event:{event.number}", event.room, say(key, who=who, by=by), event.at)


def aware(at: datetime) -> datetime:
    """A time without a zone is UTC."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)
