"""Cuts a document into passages along its structure: clauses, paragraphs, tables. Each is verbatim and has a place."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.engines.library.document import CLAUSE, Block, Document

LONGEST = 1200
"""Characters that are found as one; a longer passage is found by its parts, at the same place."""
LONGEST_TABLE = 4000
"""Characters of a table that stays whole: rows without their header say little."""

_SECTION = re.compile(r"(\d{1,2}(?:\.\d{1,2}){0,3})[.、．]?(?:\s+|(?<=[.、．]))(?=\D)")
_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2}){1,3})[.、．]?\s+(?![%％‰亿万元倍个百])(?=\D)")
_QUESTION = re.compile(r"(?:\d{1,3}[.、．)）]\s*)?(?:【问】|(?:问题?|Q|Question)\s*\d{0,3}\s*[：:.．])", re.IGNORECASE)
_ANSWER = re.compile(r"(?:【答】|(?:答复?|A|Answer)\s*\d{0,3}\s*[：:.．])", re.IGNORECASE)
_SENTENCE_END = re.compile(r"\n+|(?<=[。；！？])|(?<=[.;!?])\s+")


@dataclass(frozen=True, slots=True)
class Passage:
    """A place of a document: `text` stands there, verbatim. No two passages of a document share a locator."""

    locator: str
    text: str
    headings: tuple[str, ...]
    """Titles above it, outermost first."""
    parts: tuple[tuple[int, int], ...]
    """Offsets within `text` that are found separately; together they cover it."""


@dataclass(slots=True)
class _Unit:
    """Blocks that belong together, while they are collected."""

    number: int
    """Of its first block, counted from 1 over the whole document."""
    clause: str
    section: str
    headings: tuple[str, ...]
    place: str = ""
    """Of its first block, where the format has places."""
    blocks: list[Block] = field(default_factory=list)


def passages_of(document: Document) -> list[Passage]:
    """The document's passages in order. `¶n` counts blocks (headings, paragraphs, tables) from 1.

    A place of the format comes first: `p.12 第三条`; alone where nothing else stands there: `Sheet1!A1:F20`.
    """
    units = list(_units(document))
    alone = Counter((unit.place, unit.section) for unit in units if not unit.clause)
    taken: set[str] = set()
    found = []
    for unit in units:
        paragraph = f"¶{unit.number}"
        only = alone[unit.place, unit.section] == 1
        if unit.clause:
            locator = unit.clause
        elif unit.section:
            locator = f"§{unit.section}" if only else f"§{unit.section} {paragraph}"
        else:
            locator = "" if unit.place and only else paragraph
        locator = f"{unit.place} {locator}".strip()
        if locator in taken:
            locator = f"{locator} {paragraph}"
        taken.add(locator)
        start = unit.blocks[0].start
        text = document.text[start : unit.blocks[-1].end]
        found.append(Passage(locator, text, unit.headings, tuple(_parts(document, unit, start))))
    return found


def _units(document: Document) -> Iterator[_Unit]:
    """A clause runs until the next clause or heading, a question with its answer until the next question.

    Other paragraphs stand alone, but `…：` keeps what follows.
    """
    above: list[tuple[int, str]] = []
    section = ""
    unit: _Unit | None = None
    bare: _Unit | None = None  # a heading that nothing has followed yet
    for number, block in enumerate(document.blocks, start=1):
        text = document.text[block.start : block.end]
        clause = CLAUSE.match(text) if block.kind != "table" else None
        numbered = _NUMBERED.match(text) if block.kind == "paragraph" else None
        if block.kind == "heading" and not clause:
            if unit:
                yield unit
            if bare and block.level <= bare.blocks[0].level:
                yield bare
            above = [*((level, title) for level, title in above if level < block.level), (block.level, text)]
            opened = _SECTION.match(text)
            section = opened.group(1) if opened else ""
            unit, bare = None, _Unit(number, "", section, tuple(title for _, title in above[:-1]), block.place, [block])
            continue
        bare = None
        headings = (*(title for _, title in above), *block.above)
        if clause or numbered:
            if unit:
                yield unit
            begins = clause.group(1) if clause else f"§{numbered.group(1)}" if numbered else ""
            unit = _Unit(number, begins, section, headings, block.place)
        elif unit is None or not (unit.clause or _holds_on(document, unit) or _is_answer(document, unit, text)):
            if unit:
                yield unit
            unit = _Unit(number, "", section, headings, block.place)
        unit.blocks.append(block)
    if unit or bare:
        yield unit or bare  # type: ignore[misc]


def _holds_on(document: Document, unit: _Unit) -> bool:
    return document.text[: unit.blocks[-1].end].endswith(("：", ":"))


def _is_answer(document: Document, unit: _Unit, text: str) -> bool:
    """`答：…` after `问：…`, and what follows the answer up to the next question."""
    first = unit.blocks[0]
    if not _QUESTION.match(document.text, first.start, first.end) or _QUESTION.match(text):
        return False
    answered = len(unit.blocks) > 1 or "答：" in document.text[first.start : first.end]
    return answered or bool(_ANSWER.match(text))


def _parts(document: Document, unit: _Unit, origin: int) -> Iterator[tuple[int, int]]:
    """Whole blocks packed up to `LONGEST`; a longer block is cut at its sentences. Gaps belong to the block before."""
    cuts = [cut for block in unit.blocks for cut in _cuts(document.text, block)]
    end = unit.blocks[-1].end
    start = cuts[0]
    for this, following in zip(cuts, [*cuts[1:], end], strict=True):
        if following - start > LONGEST and this > start:
            yield start - origin, this - origin
            start = this
    yield start - origin, end - origin


def _cuts(text: str, block: Block) -> Iterator[int]:
    """Where a part may begin: the block's start, and inside a long block after each sentence, or anywhere at worst."""
    yield block.start
    if block.end - block.start <= (LONGEST_TABLE if block.kind == "table" else LONGEST):
        return
    last = block.start
    for found in _SENTENCE_END.finditer(text, block.start, block.end):
        yield from range(last + LONGEST, found.end(), LONGEST)
        if found.end() < block.end:
            yield found.end()
        last = found.end()
    yield from range(last + LONGEST, block.end, LONGEST)
