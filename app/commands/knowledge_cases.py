"""`deskmate knowledge case` and `cases`: what was answered badly once is asked again after every change.

A case is one line of `<home>/knowledge_cases.jsonl`: the masked question, and the passage that must be found for it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from app.commands.batch import say
from app.commands.knowledge_report import opened
from app.core.errors import AssistantError, BadInput
from app.core.ports import LIKELY, Hit, Knowledge
from app.core.settings import Settings

AMONG = 5
"""The passage is to be among so many: as many as are shown to a model, or quoted from."""
_FIELDS = frozenset({"id", "question", "source", "locator", "quote"})
Case = Mapping[str, Any]


async def case(settings: Settings, *, id: str, source: str, locator: str, quote: str, path: Path | None) -> int:
    """Make a case of a disliked answer (its turn) or of a gap (its number).

    Where no place is given, the passage that is found now is the one that is expected: run it when the answer has been
    put right. The same id again takes the place of the case before.
    """
    kept = path or settings.home / "knowledge_cases.jsonl"
    async with opened(settings, "knowledge.case", id=id) as (shelf, gaps, knowledge):
        asked = {one.turn: one.question for one in await gaps.disliked()}
        asked |= {str(one.id): one.question for one in await gaps.open()}
        if id not in asked:
            raise BadInput("NO_CASE", say("knowledge_no_case", id=id))
        wanted = await _expected(knowledge, shelf.sets(), asked[id], source, locator)
    if quote and quote not in wanted.text:
        raise BadInput("NO_QUOTE", say("knowledge_no_quote", source=wanted.source, locator=wanted.locator))
    made = {"id": id, "question": asked[id], "source": wanted.source, "locator": wanted.locator, "quote": quote}
    _write(kept, [*(one for one in _read(kept) if one["id"] != id), made])
    print(json.dumps(made, ensure_ascii=False))
    print(say("knowledge_case_kept", path=kept), file=sys.stderr)
    return 0


async def cases(settings: Settings, *, path: Path | None, jsonl: bool) -> int:
    """Ask every case again. Exit code 1 where one does not find its passage."""
    listed = _read(path or settings.home / "knowledge_cases.jsonl")
    failed = 0
    async with opened(settings, "knowledge.cases") as (_, _, knowledge):
        for one in listed:
            problem = await _problem(knowledge, one)
            failed += bool(problem)
            if jsonl:
                print(json.dumps({**one, "good": not problem, "problem": problem}, ensure_ascii=False))
            elif problem:
                print(say("knowledge_case_bad", id=one["id"], question=one["question"], problem=problem))
    if not jsonl:
        print(say("knowledge_cases_run", count=len(listed), failed=failed))
    return 1 if failed else 0


async def _expected(knowledge: Knowledge, sets: Sequence[str], question: str, source: str, locator: str) -> Hit:
    """The named passage; the best one that answers now where none is named. Raises `BadInput`."""
    if source:
        found = await knowledge.passage(source, locator)
        if found is None:
            raise BadInput("NO_PASSAGE", say("knowledge_no_passage", source=source, locator=locator))
        return found
    hits = await knowledge.search(question, sets=sets, limit=AMONG)
    likely = list(await knowledge.answering(question, hits))
    if max(likely, default=0.0) < LIKELY:
        raise BadInput("NO_PASSAGE", say("knowledge_nothing_found"))
    return hits[likely.index(max(likely))]


async def _problem(knowledge: Knowledge, one: Case) -> str:
    """What is wrong with this case now; empty where it is good."""
    try:
        hits = await knowledge.search(one["question"], sets=[one["source"].split("/", 1)[0]], limit=AMONG)
    except AssistantError as error:
        return error.message
    here = [hit for hit in hits if (hit.source, hit.locator) == (one["source"], one["locator"])]
    if not here:
        return say("knowledge_case_missing", source=one["source"], locator=one["locator"])
    likely = (await knowledge.answering(one["question"], hits))[hits.index(here[0])]
    if likely < LIKELY:
        return say("knowledge_case_weak", score=f"{likely:.2f}")
    return "" if one["quote"] in here[0].text else say("knowledge_case_changed", quote=one["quote"])


def _read(path: Path) -> list[Case]:
    """Raises `BadInput` with the line for what is no case."""
    found: list[Case] = []
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    for number, line in enumerate(lines, start=1):
        try:
            one = json.loads(line)
        except ValueError:
            one = None
        if not isinstance(one, dict) or _FIELDS - one.keys() or not all(isinstance(one[key], str) for key in _FIELDS):
            raise BadInput("BAD_CASE", say("knowledge_bad_case", path=path, line=number))
        found.append(one)
    return found


def _write(path: Path, listed: Sequence[Case]) -> None:
    """The whole file or none of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in listed), encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
