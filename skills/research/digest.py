"""`research.digest`: what the library says on a topic, in its own words."""

from __future__ import annotations

from typing import Annotated

from app.core.ports import Hit
from app.core.skill import Ask, Context, Result, Slot, skill
from skills.research.material import by_document, heading_of, material_on, say
from skills.research.topic import topic_of

PASSAGES = 12
"""So many quotations fill two pages; more is no digest."""
PER_DOCUMENT = 4


@skill("research.digest", texts=say)
async def digest(ctx: Context, topic: Annotated[str, Slot("text", ask="ask_topic")]) -> Result | Ask:
    """Put together a digest on a topic: passages quoted from the research library with source, date and place."""
    about = topic_of(topic)
    if not about:
        return Ask(say("ask_topic"), "topic")
    groups = by_document(await material_on(about, ctx.knowledge, passages=PASSAGES, per_document=PER_DOCUMENT))
    ordered = [hit for group in groups for hit in group]
    if not ordered:
        return Result(say("nothing_on_topic", topic=about), {"topic": about, "documents": []})
    lines = [say("digest_title", topic=about), say("digest_scope", documents=len(groups), passages=len(ordered))]
    number = 0
    for group in groups:
        lines.append(_document_line(group[0]))
        for hit in group:
            number += 1
            lines.append(_quotation(hit, number))
    lines.append(say("digest_note"))
    documents = [
        {"source": group[0].source, "title": group[0].title, "dated": group[0].dated, "passages": len(group)}
        for group in groups
    ]
    return Result(
        "\n\n".join(lines), {"topic": about, "documents": documents}, tuple(hit.citation() for hit in ordered)
    )


def _document_line(hit: Hit) -> str:
    return say("digest_document", title=hit.title, dated=hit.dated or say("undated"))


def _quotation(hit: Hit, number: int) -> str:
    place = say("digest_place", heading=heading_of(hit) or say("no_heading"), locator=hit.locator, n=number)
    return "\n".join([place, "", *(f"> {line}" for line in hit.text.splitlines())])
