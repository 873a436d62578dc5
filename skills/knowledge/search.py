"""`knowledge.search`: the passages that answer a question, or the honest word that there are none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from app.core.ports import ANSWERS_FROM, Hit
from app.core.skill import Context, Result, Slot, skill
from app.core.texts import Texts

PASSAGES = 5
"""So many are enough to answer from, and few enough to read."""
_NEAREST = 3

say = Texts(Path(__file__).parent / "texts")


@skill("knowledge.search", texts=say, material=True)
async def search(ctx: Context, query: Annotated[str, Slot("utterance", ask="ask_query")]) -> Result:
    """Search the documents that this person may read: rules, procedures, products, research."""
    found = await ctx.knowledge.search(query, limit=2 * PASSAGES)
    good = [hit for hit in found if hit.score >= ANSWERS_FROM][:PASSAGES]
    if not good:
        return _nothing(found)
    passages = [
        {
            "n": number,
            "source": hit.source,
            "title": hit.title,
            "locator": hit.locator,
            "text": hit.text,
            "dated": hit.dated,
        }
        for number, hit in enumerate(good, start=1)
    ]
    text = "\n\n".join(
        say("passage", n=number, title=hit.title, locator=hit.locator, quote=hit.text)
        for number, hit in enumerate(good, start=1)
    )
    return Result(text, {"found": True, "passages": passages}, tuple(hit.citation() for hit in good))


def _nothing(found: Sequence[Hit]) -> Result:
    """Nothing good enough: the titles that come nearest help to ask again."""
    nearest = list(dict.fromkeys(hit.title for hit in found))[:_NEAREST]
    text = say("nothing_near", titles=say("and").join(nearest)) if nearest else say("nothing")
    return Result(text, {"found": False, "passages": [], "nearest": nearest})
