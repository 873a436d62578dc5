"""What somebody wants of a room: its title, and the colleagues whom he names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.core.turn import Person

_INVITED = re.compile(
    r"[,，;；。\s]*(?:并|再|同时)?(?:邀请|邀|拉上|叫上|请上|加上|拉|叫|invite|with|add)\s*(?P<people>.+)$",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^\s*(?:请|帮我|帮忙|麻烦|给我|please\s+)*(?:新?开|新?建|建立|创建|开设|拉|open|create|start)\s*(?:一个|个|一间|间|新的?|a|the|new)*\s*"
    r"(?:共享|多人|协作|交易|询价|shared|dealing)?\s*(?:房间|聊天室|群聊|群|room)\s*(?:叫|名为|名叫|主题是?|called|for|:|：|，|,)*\s*",
    re.IGNORECASE,
)
_BETWEEN = re.compile(
    r"[\s，,、；;。.：:！!？?和与及跟]+|(?:请|邀请|帮我|麻烦|拉上|拉|叫上|叫|加上|把|也|再|移交|交给|给|一起|进来|进|加入|到|这个|房间|群|管理|吧|来|"
    r"同事|老师|经理)|\b(?:and|please|invite|into|here|to|the|room|hand|over|add)\b",
    re.IGNORECASE,
)
_STAFF_NUMBER = re.compile(r"(?<![A-Za-z0-9])[A-Z]\d{4,8}(?!\d)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Named:
    """Colleagues whom a text names, and names in it that nobody bears."""

    people: tuple[Person, ...]
    unknown: tuple[str, ...]


def title_and_people(text: str, people: Sequence[Person]) -> tuple[str, Named]:
    """Of "开房间 华星科技询价，邀请 王芳 陈杰": the title, and who is invited."""
    line = " ".join(text.split())
    invited = _INVITED.search(line)
    named = named_in(invited["people"], people) if invited else Named((), ())
    title = line[: invited.start()] if invited else line
    return _OPENING.sub("", title).strip(" ，,。.：:"), named


def named_in(text: str, people: Sequence[Person]) -> Named:
    """The colleagues named by name or staff number, in the order of the text; what else looks like a name."""
    found: list[tuple[int, Person]] = []
    rest = text
    for person in sorted(people, key=lambda one: -len(one.name)):
        for name in (person.name, person.id):
            at = rest.upper().find(name.upper())
            if at >= 0:
                found.append((at, person))
                rest = rest[:at] + "，" * len(name) + rest[at + len(name) :]
    unknown = [word for word in _BETWEEN.split(rest) if word and (_STAFF_NUMBER.fullmatch(word) or _is_name(word))]
    ordered = dict.fromkeys(person for _, person in sorted(found, key=lambda one: one[0]))
    return Named(tuple(ordered), tuple(unknown))


def _is_name(word: str) -> bool:
    return re.fullmatch(r"[㐀-鿿·]{2,4}", word) is not None
