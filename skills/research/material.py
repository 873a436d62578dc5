"""What the research library has on a topic: quotations with their places, grouped by document or by section."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from app.core.ports import ANSWERS_FROM, Hit, Knowledge
from app.core.texts import Texts

NEARLY_AS_GOOD = 0.65
"""Share of the best passage's score: one that says less of the topic is about something else."""
_LOOKED_AT = 60

say = Texts(Path(__file__).parent / "texts")

_ORDINAL = re.compile(r"^(?:\d+(?:\.\d+)*[.、．]?|[一二三四五六七八九十]+、|第[一二三四五六七八九十]+[编章节])\s*")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an outline; a passage belongs to it by the words in the titles above it."""

    key: str
    """Its title's key in the catalogue."""
    words: tuple[str, ...]


async def material_on(topic: str, knowledge: Knowledge, *, passages: int, per_document: int) -> list[Hit]:
    """The best passages on a topic, not too many of one document. Notes about a document itself are left out."""
    found = await knowledge.search(topic, limit=_LOOKED_AT)
    enough = max([ANSWERS_FROM, *(NEARLY_AS_GOOD * hit.score for hit in found)])
    taken: Counter[str] = Counter()
    chosen = []
    for hit in found:
        if hit.score >= enough and not hit.text.startswith(">") and taken[hit.source] < per_document:
            taken[hit.source] += 1
            chosen.append(hit)
    return chosen[:passages]


def by_document(hits: Sequence[Hit]) -> list[list[Hit]]:
    """Newest document first, its passages in the order they were found."""
    groups: dict[str, list[Hit]] = {}
    for hit in hits:
        groups.setdefault(hit.source, []).append(hit)
    return sorted(groups.values(), key=lambda group: group[0].dated, reverse=True)


def by_section(hits: Sequence[Hit]) -> dict[str, list[Hit]]:
    """Section key -> its passages, every section in the outline's order; those that fit nowhere count as facts."""
    groups: dict[str, list[Hit]] = {section.key: [] for section in sections()}
    for hit in hits:
        groups[_section_of(hit)].append(hit)
    return groups


@cache
def sections() -> tuple[Section, ...]:
    """The usual parts of a research note, in order, from `sections.yaml`."""
    listed: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "sections.yaml").read_text(encoding="utf-8"))
    return tuple(Section(str(one["key"]), tuple(one["words"])) for one in listed)


def heading_of(hit: Hit) -> str:
    """The nearest title above a passage, without its number."""
    return _ORDINAL.sub("", hit.heading.rpartition(" › ")[2])


def is_table(hit: Hit) -> bool:
    """True where the passage is a table and nothing else."""
    return all(line.startswith("|") for line in hit.text.splitlines())


def _section_of(hit: Hit) -> str:
    for title in reversed(hit.heading.split(" › ")):
        for section in sections():
            if any(word in title for word in section.words):
                return section.key
    return "section_facts"
