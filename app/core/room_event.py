"""Something that the members of a room are to see: somebody spoke, came or left, a ticket changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

RoomEventKind = Literal["said", "answered", "opened", "joined", "left", "handed_over", "renamed", "closed", "ticket"]
"""`said`: a person's turn was stored; `answered`: its reply was, or an assistant spoke by itself; `ticket`: what the
room is about may have changed: a turn was only heard, or what was proposed in it was decided."""


@dataclass(frozen=True, slots=True)
class RoomEvent:
    """One of a room, kept with what it tells of in one transaction. It holds no words: each viewer's are asked for."""

    number: int
    """Grows through all rooms: the order in which everybody sees things."""
    room: str
    what: RoomEventKind
    about: str
    """Turn id, staff number or room id, by `what`."""
    by: str
    """Staff number of the person behind it; an assistant's name where it spoke by itself."""
    at: datetime
