"""`research.outline`: a document to write from, its points quoted from the library, its gaps named."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from typing import Annotated

from app.core.ports import Hit
from app.core.skill import Ask, Context, Result, Slot, skill
from skills.research.material import by_section, is_table, material_on, say
from skills.research.outline_document import Outline, OutlinePoint, OutlineSection, written
from skills.research.topic import topic_of

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PASSAGES = 24
PER_DOCUMENT = 12
"""More than in a digest: an outline takes one sentence of each, and all of a document's parts."""
_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]?")
_SHORT = 60
"""Characters: a first sentence shorter than this says little without the next."""


@skill("research.outline", texts=say)
async def outline(ctx: Context, topic: Annotated[str, Slot("text", ask="ask_topic")]) -> Result | Ask:
    """Write an outline on a topic into a Word file: headings, points quoted from the research library, sources."""
    about = topic_of(topic)
    if not about:
        return Ask(say("ask_topic"), "topic")
    groups = by_section(await material_on(about, ctx.knowledge, passages=PASSAGES, per_document=PER_DOCUMENT))
    ordered = [hit for group in groups.values() for hit in group]
    if not ordered:
        return Result(say("nothing_on_topic", topic=about), {"topic": about, "sections": []})
    planned = Outline(
        title=say("outline_title", topic=about),
        about=say("outline_about", date=ctx.now.date().isoformat(), person=ctx.person.name, place=ctx.person.place),
        sections=_sections(groups),
        sources=tuple(_source_line(hit, number) for number, hit in enumerate(ordered, start=1)),
        closing=say("outline_closing"),
    )
    content = await asyncio.to_thread(written, planned, say("outline_sources"))
    file = await ctx.files.store(ctx.room, say("outline_file", topic=about[:40]), content, WORD, by=ctx.assistant)
    data = {
        "topic": about,
        "sections": [{"title": section.title, "points": len(section.points)} for section in planned.sections],
        "sources": len(ordered),
    }
    return Result(_rendering(planned), data, tuple(hit.citation() for hit in ordered), (file,))


def _sections(groups: Mapping[str, Sequence[Hit]]) -> tuple[OutlineSection, ...]:
    """Every usual section; one that the library has nothing for stays, as a gap to be filled."""
    made = []
    number = 0
    for key, hits in groups.items():
        points = []
        for hit in hits:
            number += 1
            points.append(OutlinePoint(hit.text if is_table(hit) else lead_of(hit.text), number, is_table(hit)))
        made.append(OutlineSection(say(key), tuple(points), say("outline_gap")))
    return tuple(made)


def lead_of(text: str) -> str:
    """The first sentence, verbatim; with the next one when it is short."""
    found = _SENTENCE.match(text)
    if not found:
        return text
    following = _SENTENCE.match(text, found.end())
    end = following.end() if following and found.end() < _SHORT else found.end()
    return text[:end].rstrip() or text


def _source_line(hit: Hit, number: int) -> str:
    return say("outline_source", n=number, title=hit.title, dated=hit.dated or say("undated"), locator=hit.locator)


def _rendering(planned: Outline) -> str:
    """The outline as people read it in the talk."""
    lines = [f"**{planned.title}**"]
    for section in planned.sections:
        lines.append(f"### {section.title}")
        if not section.points:
            lines.append(section.gap)
        for point in section.points:
            lines.append(f"{point.text}\n\n[{point.source}]" if point.table else f"- {point.text} [{point.source}]")
    lines.append(say("outline_written"))
    return "\n\n".join(lines)
