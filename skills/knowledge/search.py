"""`knowledge.search`: the passages that answer a question, or the honest word that there are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from app.core.ports import ANSWERS_FROM, LIKELY, Hit, Likeness
from app.core.skill import Context, Result, Slot, skill
from skills.knowledge.as_of import AsOf, read_as_of, standing_note
from skills.knowledge.catalogue import say
from skills.knowledge.parts import parts_of

PASSAGES = 5
"""So many are enough to answer from, and few enough to read."""
_NEAREST = 3


@dataclass(frozen=True, slots=True)
class _Part:
    """One question of the message and what was found for it."""

    question: str
    hits: Sequence[Hit]
    good: Sequence[Hit]


@skill("knowledge.search", texts=say, material=True)
async def search(ctx: Context, query: Annotated[str, Slot("utterance", ask="ask_query")]) -> Result:
    """Search the documents that this person may read: rules, procedures, products, research."""
    as_of = read_as_of(query, ctx.now.date())
    asked = f"{query[: as_of.start]} {query[as_of.end :]}".strip(" 的") if as_of else query
    questions = parts_of(asked or query)
    each = PASSAGES if len(questions) == 1 else max(2, PASSAGES // len(questions) + 1)
    parts = [await _looked_up(ctx, question, each, as_of.day if as_of else None) for question in questions]
    chosen = list({(hit.source, hit.locator, hit.version): hit for part in parts for hit in part.good}.values())
    notes = await _notes(ctx, chosen, as_of)
    numbers = {(hit.source, hit.locator, hit.version): number for number, hit in enumerate(chosen, start=1)}
    passages = [
        _row(numbers[hit.source, hit.locator, hit.version], hit, notes[place]) for place, hit in enumerate(chosen)
    ]
    told = [
        {
            "question": part.question,
            "passages": [numbers[hit.source, hit.locator, hit.version] for hit in part.good],
            **({} if part.good else _nearest(ctx, part)),
        }
        for part in parts
    ]
    await _note_gaps(ctx, [part for part in parts if not part.good and part.hits])
    data: dict[str, Any] = {"found": bool(chosen), "passages": passages, "parts": told}
    if as_of:
        data["as_of"] = say("as_of_day", day=as_of.day.isoformat(), said=as_of.said)
    return Result(_rendered(data), data, tuple(hit.citation() for hit in chosen))


async def _looked_up(ctx: Context, question: str, most: int, on: date | None) -> _Part:
    hits = await ctx.knowledge.search(question, limit=2 * PASSAGES, on=on)
    likely = await ctx.knowledge.answering(question, hits)
    if max(likely, default=0.0) < LIKELY:
        return _Part(question, hits, [])
    # Beside what answers stands what speaks of the same: an answer may need both.
    good = [hit for hit, one in zip(hits, likely, strict=True) if one >= LIKELY or hit.score >= ANSWERS_FROM]
    return _Part(question, hits, good[:most])


def _row(number: int, hit: Hit, notes: Sequence[str]) -> dict[str, Any]:
    row: dict[str, Any] = {"n": number, "source": hit.source, "title": hit.title, "locator": hit.locator}
    row |= {"text": hit.text, "dated": hit.dated}
    return row | ({"notes": list(notes)} if notes else {})


async def _notes(ctx: Context, hits: Sequence[Hit], as_of: AsOf | None) -> list[list[str]]:
    """For each passage what a reader must know: that it does not count today, that another contradicts it."""
    today = ctx.now.date()
    alike = [one for one in await ctx.shelf.alike(fresh=False) if one.kind == "figures"] if hits else []
    found = []
    for hit in hits:
        standing = standing_note(hit, today, say)
        found.append(
            [*([standing] if standing else []), *(_contradiction(hit, one) for one in alike if _is_of(hit, one))]
        )
    return found


def _is_of(hit: Hit, alike: Likeness) -> bool:
    return (hit.source, hit.locator) in ((one.source, one.locator) for one in (alike.one, alike.other))


def _contradiction(hit: Hit, alike: Likeness) -> str:
    here = (hit.source, hit.locator) == (alike.one.source, alike.one.locator)
    other = alike.other if here else alike.one
    own, others = alike.figures if here else alike.figures[::-1]
    place = f"{other.source.split('/', 1)[-1]} {other.locator}"
    return say("contradicted", about=alike.about, own=own, other=place, figure=others)


def _nearest(ctx: Context, part: _Part) -> dict[str, Any]:
    """For a question without an answer: what comes nearest, and who is to be asked."""
    titles = list(dict.fromkeys(hit.title for hit in part.hits))[:_NEAREST]
    owner = (part.hits[0].owner or ctx.shelf.owner_of(part.hits[0].source)) if part.hits else ""
    return {"nearest": titles, "owner": owner}


async def _note_gaps(ctx: Context, missed: Sequence[_Part]) -> None:
    """Questions without an answer go on the list of the owner whose documents come nearest, one entry a turn."""
    for name in dict.fromkeys(_set_of(part) for part in missed):
        of_set = [part for part in missed if _set_of(part) == name]
        near = list(dict.fromkeys(hit.source for part in of_set for hit in part.hits))[:_NEAREST]
        question = "；".join(part.question for part in of_set)
        await ctx.gaps.note(
            question, room=ctx.room, turn=ctx.turn_id, person=ctx.person.id, at=ctx.now, set=name, nearest=near
        )


def _set_of(part: _Part) -> str:
    return part.hits[0].source.split("/", 1)[0]


def _rendered(data: Mapping[str, Any]) -> str:
    """All of it in words."""
    said = [data["as_of"]] if "as_of" in data else []
    for row in data["passages"]:
        quoted = say("passage", n=row["n"], title=row["title"], locator=row["locator"], quote=row["text"])
        said.append("\n\n".join([quoted, *row.get("notes", ())]))
    for part in data["parts"]:
        if not part["passages"]:
            said.append(_nothing(part))
    return "\n\n".join(said)


def _nothing(part: Mapping[str, Any]) -> str:
    if not part["nearest"]:
        return say("nothing")
    near = say("nothing_near", titles=say("and").join(part["nearest"]))
    return f"{near}{say('ask_owner', owner=part['owner'])}" if part["owner"] else near
