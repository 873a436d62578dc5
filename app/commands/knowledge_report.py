"""`deskmate knowledge report` and `gaps`: what the owners of documents should look at."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any

from app.commands.batch import say
from app.commands.noted import operator_entry
from app.core.errors import BadInput
from app.core.operator import operator
from app.core.ports import Disliked, Gap, Gaps, Knowledge, Likeness, Shelf, Version
from app.core.settings import Settings
from app.core.turn import Citation
from app.rooms import build_audit, build_database, build_gaps, build_knowledge, build_shelf, now

_SOON = timedelta(days=30)
_KINDS = ("waiting", "ending", "gap", "disliked", "figures", "same")
Line = Mapping[str, Any]


async def report(settings: Settings, *, owner: str | None, name: str | None, jsonl: bool) -> int:
    """All findings, by owner: what waits, what ends, questions without an answer, disliked answers, contradicting
    figures, passages that repeat each other. That somebody read it is in the audit."""
    async with opened(settings, "knowledge.reported", owner=owner, name=name) as (shelf, kept, _):
        lines = await _lines(shelf, kept, now().date(), _chosen(shelf, name))
    _print([one for one in lines if owner in (None, *one["owners"])], jsonl=jsonl)
    return 0


async def gaps(settings: Settings, *, owner: str | None, name: str | None, close: int | None, jsonl: bool) -> int:
    """Questions that found no answer; with `close`, one of them is done with."""
    async with opened(settings, "knowledge.gaps", owner=owner, name=name) as (shelf, kept, _):
        if close is not None:
            if not await kept.close(close, by=operator()):
                raise BadInput("NO_GAP", say("knowledge_no_gap", id=close))
            print(say("knowledge_gap_closed", id=close))
            return 0
        versions = {one.source: one for set_ in shelf.sets() for one in await shelf.versions(set_)}
        lines = [_gap(one, versions) for one in await kept.open(sets=_chosen(shelf, name))]
    _print([one for one in lines if owner in (None, *one["owners"])], jsonl=jsonl)
    return 0


@asynccontextmanager
async def opened(settings: Settings, what: str, **asked: str | None) -> AsyncIterator[tuple[Shelf, Gaps, Knowledge]]:
    """Records and search, in line with each other; that they are read is in the audit first."""
    database = build_database(settings, domains=False)
    await database.open()
    try:
        audit = build_audit(settings, database)
        detail = {key: value for key, value in asked.items() if value}
        await audit.append(operator_entry(what, "done", detail=detail))
        with build_knowledge(settings) as knowledge:
            await knowledge.open()
            shelf = build_shelf(settings, database, audit, knowledge)
            await shelf.settle(now().date())
            yield shelf, build_gaps(settings, database, audit), knowledge
    finally:
        await database.close()


def _chosen(shelf: Shelf, name: str | None) -> list[str]:
    if name is not None and name not in shelf.sets():
        raise BadInput("KNOWLEDGE_SET", say("knowledge_no_set", name=name))
    return [name] if name else list(shelf.sets())


async def _lines(shelf: Shelf, gaps: Gaps, today: date, sets: Sequence[str]) -> list[Line]:
    listed = [one for name in shelf.sets() for one in await shelf.versions(name)]
    versions = {one.source: one for one in listed}
    soon = (today + _SOON).isoformat()
    lines: list[Line] = []
    for one in listed:
        ends = one.state == "in_force" and today.isoformat() <= one.valid_until <= soon
        if one.set in sets and (ends or one.state in ("draft", "reviewed")):
            lines.append(_version("ending" if ends else "waiting", one))
    lines += [_gap(gap, versions) for gap in await gaps.open(sets=sets)]
    lines += [_disliked(one, versions) for one in await gaps.disliked(sets=sets)]
    alike = await shelf.alike()
    within = set(sets)
    lines += [_alike(one, versions) for one in alike if within & {_set(one.one), _set(one.other)}]
    return sorted(lines, key=lambda line: _KINDS.index(line["kind"]))


def _version(kind: str, one: Version) -> Line:
    about = {"source": one.source, "version": one.version, "title": one.title, "state": one.state}
    return {"kind": kind, "owners": [one.owner], **about, "added_by": one.added_by, "until": one.valid_until}


def _gap(one: Gap, versions: Mapping[str, Version]) -> Line:
    near = [versions[source].owner for source in one.nearest if source in versions]
    about = {"id": one.id, "question": one.question, "set": one.set, "nearest": list(one.nearest)}
    return {"kind": "gap", "owners": _each([one.owner, *near]), **about, "at": one.at.isoformat(timespec="seconds")}


def _disliked(one: Disliked, versions: Mapping[str, Version]) -> Line:
    cited = [{"source": each.source, "locator": each.locator, "quote": each.quote} for each in one.citations]
    owners = _each(versions[each.source].owner for each in one.citations if each.source in versions)
    about = {"turn": one.turn, "question": one.question, "comment": one.comment, "citations": cited}
    return {"kind": "disliked", "owners": owners, **about, "at": one.at.isoformat(timespec="seconds")}


def _alike(one: Likeness, versions: Mapping[str, Version]) -> Line:
    pair = [{"source": each.source, "locator": each.locator, "quote": each.quote} for each in (one.one, one.other)]
    owners = _each(versions[each.source].owner for each in (one.one, one.other) if each.source in versions)
    return {"kind": one.kind, "owners": owners, "about": one.about, "figures": list(one.figures), "passages": pair}


def _set(cited: Citation) -> str:
    return cited.source.split("/", 1)[0]


def _each(owners: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(one for one in owners if one))


def _print(lines: Sequence[Line], *, jsonl: bool) -> None:
    if jsonl:
        for line in lines:
            print(json.dumps(line, ensure_ascii=False))
        return
    for owner in sorted({owner for line in lines for owner in line["owners"]}):
        print(f"\n{owner}")
        own = [line for line in lines if owner in line["owners"]]
        for kind in _KINDS:
            of_kind = [line for line in own if line["kind"] == kind]
            if of_kind:
                print(f"  {say(f'knowledge_{kind}')} ({len(of_kind)})")
                for line in of_kind:
                    print(f"    {_in_words(line)}")
    if not lines:
        print(say("knowledge_quiet"))


def _in_words(line: Line) -> str:
    if line["kind"] in ("waiting", "ending"):
        return say(f"knowledge_{line['kind']}_line", **line)
    if line["kind"] == "gap":
        return say("knowledge_gap_line", **{**line, "nearest": ", ".join(line["nearest"])})
    if line["kind"] == "disliked":
        cited = "; ".join(f"{one['source']} {one['locator']}" for one in line["citations"])
        return say("knowledge_disliked_line", **{**line, "cited": cited})
    one, other = line["passages"]
    figures = dict(zip(("figure", "other_figure"), line["figures"], strict=True))
    places = {"one": f"{one['source']} {one['locator']}", "other": f"{other['source']} {other['locator']}"}
    return say(f"knowledge_{line['kind']}_line", about=line["about"], **places, **figures)
