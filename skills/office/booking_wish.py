"""What a person wants booked, read from the talk line by line: later lines correct earlier ones."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from skills.office.meeting_rooms import MeetingRoom, MeetingRooms
from skills.office.numerals import CHINESE, number_of
from skills.office.when import When, read_when

_WORDS = r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty)\b"
_N = rf"(?:\d{{1,3}}|{CHINESE}{{1,4}}|{_WORDS})"
_PEOPLE = re.compile(
    rf"(?<![\d.])(?P<n>{_N})\s*(?:来|多|几)?\s*(?:个|位|名)?\s*"
    rf"(?:人(?![事员民力行数才])|同事|客人|领导|people\b|persons?\b|attendees\b|participants\b|of us\b)"
    rf"|人数[是为:：约]*\s*(?P<count>{_N})|\bfor\s+(?P<for>\d{{1,3}})\b(?!\s*(?:hours?|h\b|min|:|[ap]m))"
)
_FLOOR = re.compile(rf"(?P<n>{_N})\s*(?:楼|层)")
_OTHER = re.compile(r"换(?:一)?[间个]|换别的|另外?一?[间个]|大一?点|大一些|another|different room|bigger|larger")
_BIGGER = re.compile(r"大一?点|大一些|bigger|larger")
_WHOLE_DAY = re.compile(r"全天|一整天|整天|all day|whole day", re.IGNORECASE)
_END = r"(?=[，,。；;、\n]|$)"
_SUBJECTS = (
    re.compile(rf"(?:会议)?(?:主题|议题|事由|标题)(?:改[成为])?\s*[是为:：]?\s*(?P<s>[^，,。；;\n]{{1,60}}?)\s*{_END}"),
    re.compile(rf"\b(?:subject|topic|title)\b\s*(?:is|to|:)?\s*(?P<s>[^,.;\n]{{1,60}}?)\s*{_END}", re.IGNORECASE),
    re.compile(r"关于(?P<s>[^，,。；;\n]{2,40}?)的?(?:会议|会|讨论|沟通)"),
    re.compile(
        r"(?:召开|举行|举办|开)(?!始|一?[个次场]?会)(?:一?[个次场])?(?P<s>[^，,。；;\n开]{1,20}?(?:会议|会|培训|评审|面试|路演))(?!议?室)"
    ),
    re.compile(rf"\babout\s+(?P<s>[^,.;\n]{{2,60}}?)\s*{_END}", re.IGNORECASE),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A booking as far as it is known."""

    when: When = field(default_factory=When)
    people: int | None = None
    rooms: tuple[MeetingRoom, ...] = ()
    """Named ones; several where the name does not tell them apart."""
    place: str | None = None
    floor: int | None = None
    equipment: frozenset[str] = frozenset()
    subject: str = ""
    others: int = 0
    """How often another room was asked for."""


def read_wish(text: str, rooms: MeetingRooms, now: datetime) -> Wish:
    """The wish in `text`, one line per message. Reads any text."""
    wish = Wish()
    for line in text.splitlines():
        wish = _with_line(wish, line, rooms, now)
    return wish


def _with_line(wish: Wish, line: str, rooms: MeetingRooms, now: datetime) -> Wish:
    for pattern in _SUBJECTS:
        if match := pattern.search(line):
            wish = replace(wish, subject=match["s"].strip())
            # What the meeting is about names neither its time nor its room.
            line = line[: match.start("s")] + " " * len(match["s"]) + line[match.end("s") :]
            break
    if match := _PEOPLE.search(line):
        people = number_of(match["n"] or match["count"] or match["for"])
        wish = replace(wish, people=int(people) if people else wish.people)
        line = line[: match.start()] + " " * len(match[0]) + line[match.end() :]
    if place := rooms.place_of(line):
        wish = replace(wish, place=place, rooms=(), others=0)
    named = rooms.named_in(line)
    if named:
        here = tuple(room for room in named if room.place == (wish.place or room.place))
        wish = replace(wish, rooms=here or named, others=0)
    elif match := _FLOOR.search(line):
        wish = replace(wish, floor=int(number_of(match["n"]) or 0), rooms=(), others=0)
    if not named and _OTHER.search(line):
        wish = _another(wish, bigger=bool(_BIGGER.search(line)))
    wish = replace(wish, equipment=wish.equipment | rooms.equipment_of(line))
    when = read_when(_without(named, line), now, wish.when)
    if _WHOLE_DAY.search(line):
        opening, closing = (hour.hour * 60 + hour.minute for hour in (rooms.hours.open, rooms.hours.close))
        longest = rooms.longest_hours * 60
        when = replace(when, start=opening, end=None, length=min(closing - opening, longest))
    return replace(wish, when=when)


def _another(wish: Wish, *, bigger: bool) -> Wish:
    """Another room than the one named or proposed."""
    if wish.rooms:
        seats = max(room.seats for room in wish.rooms)
        place = wish.place or wish.rooms[0].place
        least = seats + 1 if bigger else wish.people or 1
        return replace(wish, rooms=(), place=place, people=least, others=0 if bigger else 1)
    return replace(wish, others=wish.others + 1)


def _without(named: Sequence[MeetingRoom], line: str) -> str:
    """`line` without the rooms' names: 「301会议室」 is no time."""
    for room in named:
        for name in (room.name, *room.aliases):
            line = line.replace(name, " ")
    return line
