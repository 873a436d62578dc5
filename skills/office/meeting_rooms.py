"""The meeting rooms of `config/meeting_rooms.yaml`: what there is, and which of them a wish means."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import time
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.core.assistant import ContentError, read_yaml


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Hours(_Strict):
    """When rooms are open, in the bank's time zone."""

    open: time
    close: time

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.open >= self.close:
            raise ValueError("open must be before close")
        return self


class MeetingRoom(_Strict):
    """One room."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    """Stands in bookings: never reuse one."""
    name: str = Field(min_length=2)
    place: str = Field(min_length=2)
    """Building or branch; a person's own place begins with it (总行 – 总行办公室)."""
    floor: int
    seats: int = Field(ge=1)
    equipment: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Place and name: what tells it from every other room."""
        return f"{self.place} {self.name}"


class MeetingRooms(_Strict):
    """All rooms and the rules of booking them."""

    hours: Hours
    days_ahead: int = Field(ge=1)
    longest_hours: int = Field(ge=1, le=24)
    equipment: dict[str, Annotated[tuple[str, ...], Field(min_length=1)]]
    """Kind -> what people call it; the first word is shown."""
    rooms: tuple[MeetingRoom, ...] = Field(min_length=1)

    @property
    def places(self) -> tuple[str, ...]:
        """Every place with rooms, in the order of the file."""
        return tuple(dict.fromkeys(room.place for room in self.rooms))

    def room(self, id: str) -> MeetingRoom | None:
        """The room of that id."""
        return next((room for room in self.rooms if room.id == id), None)

    def titled(self, title: str) -> MeetingRoom | None:
        """The room of that title."""
        return next((room for room in self.rooms if room.title == title), None)

    def place_of(self, text: str) -> str | None:
        """The place that a person's post or a text names; the longest where one contains another."""
        named = [place for place in self.places if place in text]
        return max(named, key=len, default=None)

    def named_in(self, text: str) -> tuple[MeetingRoom, ...]:
        """The rooms that `text` names; the longest name counts where one contains another."""
        plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()
        found: dict[str, list[MeetingRoom]] = {}
        for room in self.rooms:
            for name in (room.name, *room.aliases):
                key = re.sub(r"\s+", "", name).casefold()
                if re.search(rf"(?<![\d.:]){re.escape(key)}(?![\d:])", plain):
                    found.setdefault(key, []).append(room)
        longest = [key for key in found if not any(key != other and key in other for other in found)]
        return tuple(dict.fromkeys(room for key in longest for room in found[key]))

    def equipment_of(self, text: str) -> frozenset[str]:
        """The kinds of equipment that `text` speaks of."""
        lower = text.casefold()
        return frozenset(kind for kind, words in self.equipment.items() if any(w.casefold() in lower for w in words))

    def shown_equipment(self, room: MeetingRoom) -> Sequence[str]:
        """What stands in `room`, in words."""
        return [self.equipment[kind][0] for kind in room.equipment]


def load_rooms(content: Path) -> MeetingRooms:
    """The rooms of this content folder. Raises `ContentError` with file and line."""
    path = content / "config" / "meeting_rooms.yaml"
    stamp = path.stat().st_mtime_ns if path.exists() else 0
    return _read(path, stamp)


@lru_cache(maxsize=8)
def _read(path: Path, _stamp: int) -> MeetingRooms:
    values = read_yaml(path)
    if not isinstance(values, dict):
        raise ContentError(path, 1, "a mapping is expected")
    try:
        rooms = MeetingRooms.model_validate(values)
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in problem["loc"])
        raise ContentError(path, _line_at(path, problem["loc"]), f"{where}: {problem['msg']}") from None
    seen: set[str] = set()
    for index, room in enumerate(rooms.rooms):
        line = _line_at(path, ("rooms", index))
        if room.id in seen or room.title in seen:
            raise ContentError(path, line, f"{room.title!r} ({room.id}) is there twice")
        seen |= {room.id, room.title}
        for kind in room.equipment:
            if kind not in rooms.equipment:
                raise ContentError(path, line, f"{room.id}: no equipment {kind!r}")
    return rooms


def _line_at(path: Path, place: Sequence[int | str]) -> int:
    """The line of the innermost part of `place` (keys and indices) that the file has."""
    node = yaml.compose(path.read_text(encoding="utf-8"))
    line = 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            inner = [(key, value) for key, value in node.value if key.value == part]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            inner = [(node.value[part], node.value[part])]
        else:
            break
        if not inner:
            break
        line, node = inner[0][0].start_mark.line + 1, inner[0][1]
    return line
