"""How well questions find their passage, how often "nothing found" is right, and how long both take.

Own questions over the shipped sets: each is asked of the set that answers it (recall), and of the sets of the others
(what must not be answered). Where `DESKMATE_BENCH_DATA` (default `../shared/data`) holds CMRC 2018 and DRCD, their
questions are asked of all their paragraphs; the floor beside them is BM25 over pairs of characters. TAT-QA,
FinanceBench and own long situations follow in the same way. FinanceBench's floors are those that were given.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.core.ports import LIKELY, Hit
from app.engines.knowledge import ChromaKnowledge
from app.engines.library.wording.words import words
from bench.search_corpora import (
    BM25,
    DATA,
    ROOT,
    Answer,
    Corpus,
    blocks_of,
    character_pairs,
    financebench,
    lines_of,
    paragraphs,
    plain_words,
    scripts,
    situations,
    tatqa,
)
from bench.table import Row, show

EVERY = int(os.environ.get("DESKMATE_BENCH_EVERY") or 1)
"""Of the corpora, each n-th question is asked; 3 is quicker, and one or two questions decide."""
COMPLETE = 24
"""Rows where nothing was skipped."""


@dataclass(slots=True)
class Tally:
    """What became of a number of questions."""

    asked: int = 0
    first: int = 0
    among_five: int = 0
    milliseconds: list[float] = field(default_factory=list)

    def share(self, count: int) -> float:
        return count / self.asked if self.asked else 0.0


async def opened(content: Path, home: Path) -> tuple[ChromaKnowledge, float]:
    """The knowledge of `content` and the seconds it took to open it."""
    knowledge = ChromaKnowledge(content, home)
    started = time.perf_counter()
    await knowledge.open()
    took = time.perf_counter() - started
    await knowledge.warm()
    return knowledge, took


async def own_questions(folder: Path) -> list[Row]:
    """The shipped sets."""
    begun = time.process_time()
    await opened(ROOT, folder / "home")
    first_start = time.process_time() - begun
    knowledge, second_start = await opened(ROOT, folder / "home")
    questions = lines_of(Path(__file__).parent / "data" / "knowledge_questions.jsonl")
    for question in questions:
        for place in question["answers"]:
            if await knowledge.passage(*place.split(" ", 1)) is None:
                raise SystemExit(f"knowledge_questions.jsonl: no such place: {place}")
    there = sorted(path.parent.name for path in (ROOT / "knowledge").glob("*/set.yaml"))
    halves = {"dev": Tally(), "kept": Tally()}
    answered: Counter[str] = Counter()
    of_others = nothing = silent_others = silent_nothing = 0
    for question in questions:
        for name in there:
            started = time.perf_counter()
            hits = await knowledge.search(question["text"], sets=[name], limit=5)
            took = (time.perf_counter() - started) * 1000
            likely = await knowledge.answering(question["text"], hits)
            answers = any(one >= LIKELY for one in likely)
            if question["set"] is None:
                nothing, silent_nothing = nothing + 1, silent_nothing + (not answers)
            elif question["set"] != name:
                of_others, silent_others = of_others + 1, silent_others + (not answers)
            else:
                tally = halves[question["half"]]
                right = [f"{hit.source} {hit.locator}" in question["answers"] for hit in hits]
                tally.asked += 1
                tally.first += right[:1] == [True]
                tally.among_five += any(right)
                tally.milliseconds.append(took)
                good = any(one and likelihood >= LIKELY for one, likelihood in zip(right, likely, strict=True))
                answered[question["half"]] += good
    rows = []
    for half, tally in halves.items():
        label = {"dev": "half used for tuning", "kept": "half kept aside"}[half]
        first, five = tally.share(tally.first), tally.share(tally.among_five)
        needed = half == "kept" or None
        rows += [
            Row(
                f"own questions, {label}: recall@1 of {tally.asked}",
                f"{first:.3f}",
                ">= 0.85",
                needed and first >= 0.85,
            ),
            Row(f"own questions, {label}: recall@5", f"{five:.3f}", ">= 0.95", needed and five >= 0.95),
            Row(f"own questions, {label}: answered from it", f"{tally.share(answered[half]):.3f}"),
        ]
    refused = silent_nothing / nothing
    p50 = statistics.median([*halves["dev"].milliseconds, *halves["kept"].milliseconds])
    documents = sum(1 for _ in (ROOT / "knowledge").glob("*/*.md"))
    return [
        *rows,
        Row(f"questions nobody can answer: nothing found, of {nothing}", f"{refused:.3f}", ">= 0.97", refused >= 0.97),
        Row(f"questions for another set: nothing found, of {of_others}", f"{silent_others / of_others:.3f}"),
        Row("one search, p50", f"{p50:.1f} ms", "<= 10 ms", p50 <= 10),
        Row(f"first start with {documents} documents, processor", f"{first_start:.2f} s", "<= 1 s", first_start <= 1),
        Row("second start", f"{second_start * 1000:.0f} ms", "<= 1 s", second_start <= 1),
    ]


async def imported(folder: Path, name: str, corpus: Corpus) -> ChromaKnowledge:
    """The corpus as documents of one set, as they are imported."""
    content = folder / name / "content"
    for file, text in corpus.files.items():
        path = content / "knowledge" / "corpus" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    for path in (ROOT / "knowledge").glob("*.yaml"):
        shutil.copy(path, content / "knowledge")
    return (await opened(content, folder / name / "home"))[0]


async def asked_of(knowledge: ChromaKnowledge, questions: Sequence[tuple[str, list[Answer]]], limit: int) -> Tally:
    """Every question, and whether what answers it came first, and among the first five."""
    tally = Tally()
    for question, answers in questions:
        started = time.perf_counter()
        hits = await knowledge.search(question, limit=limit)
        tally.milliseconds.append((time.perf_counter() - started) * 1000)
        right = [any(_answers(hit, answer) for answer in answers) for hit in hits]
        tally.asked += 1
        tally.first += right[:1] == [True]
        tally.among_five += any(right[:5])
    return tally


def _answers(hit: Hit, answer: Answer) -> bool:
    return hit.source == f"corpus/{answer.source}" and answer.text in hit.text


async def paragraphs_found(
    folder: Path, label: str, corpus: Corpus, targets: tuple[float, float], timed: bool = True
) -> list[Row]:
    """Each paragraph is a document; the right one should come first. The floor is BM25 over pairs of characters."""
    questions = corpus.questions[::EVERY]
    tally = await asked_of(await imported(folder, label.replace(" ", "_"), corpus), questions, 5)
    floor = BM25([text.decode() for text in corpus.files.values()], character_pairs)
    names = list(corpus.files)
    best = [[names[number] for number in floor.best(question, 5)] for question, _ in questions]
    floor_first = sum(found[:1] == [right[0].source] for found, (_, right) in zip(best, questions, strict=True))
    floor_five = sum(right[0].source in found for found, (_, right) in zip(best, questions, strict=True))
    first, five = tally.share(tally.first), tally.share(tally.among_five)
    rows = [_row(f"{label}: recall@1 of {tally.asked}", first, targets[0], tally.share(floor_first))]
    if timed:
        p50 = statistics.median(tally.milliseconds)
        rows += [
            _row(f"{label}: recall@5", five, targets[1], tally.share(floor_five)),
            Row(f"{label}: one search among {len(names)}, p50", f"{p50:.1f} ms", "<= 10 ms", p50 <= 10),
        ]
    return rows


async def tables_found(folder: Path, corpus: Corpus) -> list[Row]:
    """TAT-QA: the table or a paragraph that answers, among the first five."""
    questions = corpus.questions[::EVERY]
    tally = await asked_of(await imported(folder, "tatqa", corpus), questions, 5)
    blocks = list(blocks_of(corpus.files))
    floor = BM25([text for _, text in blocks], plain_words)
    reached = sum(
        any(blocks[n][0] == one.source and one.text in blocks[n][1] for n in floor.best(question, 5) for one in right)
        for question, right in questions
    ) / len(questions)
    five = tally.share(tally.among_five)
    return [_row(f"TAT-QA: passage or table among the first 5, of {tally.asked}", five, reached + 0.1, reached)]


async def pages_found(folder: Path, corpus: Corpus) -> list[Row]:
    """FinanceBench, whole filings as imported: the right document first, the evidence's page among the first 10."""
    knowledge = await imported(folder, "financebench", corpus)
    documents = pages = 0
    for question, answers in corpus.questions:
        hits = await knowledge.search(question, limit=40)
        documents += any(hit.source == f"corpus/{one.source}" for hit in hits[:1] for one in answers)
        found = list(dict.fromkeys((hit.source, hit.locator.split(" ")[0]) for hit in hits))[:10]
        pages += any((f"corpus/{one.source}", one.place) in found for one in answers)
    count = len(corpus.questions)
    return [
        _row(f"FinanceBench: right document first, of {count}", documents / count, 0.97, 0.88),
        _row("FinanceBench: page of the evidence among the first 10 pages", pages / count, 0.70, 0.47),
    ]


async def situations_found(folder: Path, corpus: Corpus) -> list[Row]:
    """Long accounts: of the documents that one needs, how many come among the first 20 passages."""
    knowledge = await imported(folder, "situations", corpus)
    blocks = list(blocks_of(corpus.files))
    floors = {
        "words": BM25([text for _, text in blocks], words),
        "pairs": BM25([text for _, text in blocks], character_pairs),
    }
    reached = 0.0
    floor = dict.fromkeys(floors, 0.0)
    for account, answers in corpus.questions:
        needed = {one.source for one in answers}
        hits = await knowledge.search(account, limit=20)
        reached += len(needed & {hit.source.removeprefix("corpus/") for hit in hits}) / len(needed)
        for name, bm25 in floors.items():
            floor[name] += len(needed & {blocks[number][0] for number in bm25.best(account, 20)}) / len(needed)
    count = len(corpus.questions)
    label = f"{count} long situations among {len(corpus.files)} documents: recall@20"
    return [
        _row(label, reached / count, min(0.6, 2 * floor["words"] / count), floor["words"] / count),
        Row("the same, floor of BM25 over pairs of characters", f"{floor['pairs'] / count:.3f}"),
    ]


def _row(what: str, figure: float, target: float, floor: float) -> Row:
    return Row(what, f"{figure:.3f}", f">= {target:.3f}", figure >= target, f"{floor:.3f}")


async def measured() -> list[Row]:
    """Everything, one after the other."""
    to_simplified, to_traditional, by = scripts()
    cmrc, drcd = DATA / "qa_cmrc2018/dev/cmrc2018.jsonl", DATA / "qa_drcd_trad/dev/drcd.jsonl"
    tables, filings = DATA / "qa_tatqa/dev/tatqa.jsonl", DATA / "qa_financebench__nc"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = await own_questions(folder)
        rows += await situations_found(folder, situations())
        if cmrc.exists() and drcd.exists():
            rows += await paragraphs_found(folder, "CMRC 2018", paragraphs(cmrc), (0.985, 0.995))
            rows += await paragraphs_found(folder, "DRCD", paragraphs(drcd), (0.96, 0.984))
            crossed = f"traditional questions (by {by}) over CMRC 2018", paragraphs(cmrc, to_traditional)
            rows += await paragraphs_found(folder, *crossed, (0.95, 0.0), timed=False)
            crossed = f"simplified questions (by {by}) over DRCD", paragraphs(drcd, to_simplified)
            rows += await paragraphs_found(folder, *crossed, (0.95, 0.0), timed=False)
        if tables.exists():
            rows += await tables_found(folder, tatqa(tables))
        if filings.exists():
            rows += await pages_found(folder, financebench(filings))
        if len(rows) < COMPLETE:
            rows.append(Row("skipped: public data that DESKMATE_BENCH_DATA does not have", "-"))
    return rows


def main() -> int:
    """Measure and print; 1 when a target was missed."""
    return show(asyncio.run(measured()))


if __name__ == "__main__":
    sys.exit(main())
