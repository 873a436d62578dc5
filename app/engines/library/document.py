"""A document as it is read: its text, and the headings, paragraphs and tables in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["heading", "paragraph", "table"]

CLAUSE = re.compile(
    r"(?:\*\*|__)?(第[一二三四五六七八九十百千零〇两\d]+[条條](?:之[一二三四五六七八九十])?)(?=[\s：:（(【*_]|$)"
)
_PLAIN_HEADING = re.compile(
    r"(?:第[一二三四五六七八九十百零〇\d]{1,4}([编章节])|([一二三四五六七八九十]{1,3})、|(\d{1,2}(?:\.\d{1,2}){1,3})\s)\s*\S"
)
_UNDONE = re.compile(r"[。；;：:，,！!？?.]$")
_LONGEST_HEADING = 40


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph or a table; `start` and `end` are offsets in the document's text."""

    kind: Kind
    start: int
    end: int
    level: int = 0
    """Of a heading: 1 is the highest."""
    place: str = ""
    """Where the format itself has places: `p.12`, `Sheet1!A3:F20`, `slide 4`. Empty where text has none."""
    above: tuple[str, ...] = ()
    """What stands over it besides headings: the header row of a table that goes on, the name of a sheet."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader found in a file. Everything found later is a part of `text`, verbatim."""

    text: str
    blocks: tuple[Block, ...]
    about: Mapping[str, Any] = field(default_factory=dict)
    """What the file says of itself: `title`, `number`, `issued`, `valid_from` …; `left_out` as in `Document`."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document with its title and dates."""

    text: str
    blocks: tuple[Block, ...]
    title: str
    number: str
    """文号; empty where it has none."""
    dated: str
    """`valid_from`, else `issued`, ISO; empty where unknown."""
    until: str = ""
    """`valid_until`, ISO; empty where open."""
    owner: str = ""
    """The department that answers for it; empty where it does not say."""
    supersedes: str = ""
    """Number, title or source of what it takes the place of."""
    audience: tuple[str, ...] = ()
    """Roles that it says it is for; empty where it says none: then for those of its set."""
    places: tuple[str, ...] = ()
    """Places that it says it belongs to."""
    left_out: tuple[str, ...] = ()
    """Sentences for who imports it: what stands in the file and was not read (hidden sheets, attachments …)."""


def plain_heading_level(line: str) -> int:
    """1 to 6 for a line that reads like a heading (`第二章 …`, `三、…`, `3.2 …`), else 0."""
    found = _PLAIN_HEADING.match(line)
    if not found or len(line) > _LONGEST_HEADING or _UNDONE.search(line):
        return 0
    part, listed, dotted = found.groups()
    if part:
        return "编章节".index(part) + 1
    return 4 if listed else min(6, 4 + dotted.count("."))


def begins_clause(line: str) -> bool:
    """True for `第三条 …`, also in bold: a clause of a rule."""
    return bool(CLAUSE.match(line))


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Offset and text of every line."""
    at = 0
    for line in text.split("\n"):
        yield at, line
        at += len(line) + 1
