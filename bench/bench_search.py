"""How well questions find their passage, how often "nothing found" is right, and how long both take.

Own questions over the shipped sets: each is asked of the set that answers it (recall), and of the sets of the others
(what must not be answered). Where `DESKMATE_BENCH_DATA` (default `../shared/data`) holds CMRC 2018 and DRCD, their
questions are asked of all their paragraphs; the floor beside them is BM25 over pairs of characters.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.core.ports import ANSWERS_FROM
from app.engines.knowledge import ChromaKnowledge
from bench.table import Row, show

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("DESKMATE_BENCH_DATA") or ROOT.parent / "shared" / "data")
CORPORA = (
    ("CMRC 2018, simplified", "qa_cmrc2018/dev/cmrc2018.jsonl", (0.944, 0.995)),
    ("DRCD, traditional", "qa_drcd_trad/dev/drcd.jsonl", (0.923, 0.984)),
)
EVERY = 3
"""Of the corpora, each n-th question is asked."""


@dataclass(slots=True)
class Tally:
    """What became of a number of questions."""

    asked: int = 0
    first: int = 0
    among_five: int = 0
    milliseconds: list[float] = field(default_factory=list)

    def share(self, count: int) -> float:
        return count / self.asked if self.asked else 0.0


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


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
            answers = any(hit.score >= ANSWERS_FROM for hit in hits)
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
                good = any(one and hit.score >= ANSWERS_FROM for one, hit in zip(right, hits, strict=True))
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
            Row(f"own questions, {label}: answered at {ANSWERS_FROM}", f"{tally.share(answered[half]):.3f}"),
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


async def corpus(folder: Path, label: str, path: Path, floor: tuple[float, float]) -> list[Row]:
    """Each paragraph is a document; the right one should come first."""
    paragraphs = lines_of(path)
    content = folder / "content"
    shutil.rmtree(content, ignore_errors=True)
    target = content / "knowledge" / "corpus"
    target.mkdir(parents=True)
    for number, paragraph in enumerate(paragraphs):
        (target / f"{number}.txt").write_text(paragraph["context"], encoding="utf-8")
    knowledge, _ = await opened(content, folder / path.stem)
    asked = [(one["question"], number) for number, paragraph in enumerate(paragraphs) for one in paragraph["qas"]]
    tally = Tally()
    for question, number in asked[::EVERY]:
        started = time.perf_counter()
        hits = await knowledge.search(question, limit=5)
        tally.milliseconds.append((time.perf_counter() - started) * 1000)
        right = [hit.source == f"corpus/{number}.txt" for hit in hits]
        tally.asked += 1
        tally.first += right[:1] == [True]
        tally.among_five += any(right)
    first, five = tally.share(tally.first), tally.share(tally.among_five)
    p50 = statistics.median(tally.milliseconds)
    return [
        Row(
            f"{label}: recall@1 of {tally.asked}",
            f"{first:.3f}",
            f">= {floor[0]}",
            first >= floor[0],
            f"{floor[0]}",
        ),
        Row(f"{label}: recall@5", f"{five:.3f}", f">= {floor[1]}", five >= floor[1], f"{floor[1]}"),
        Row(f"{label}: one search among {len(paragraphs)}, p50", f"{p50:.1f} ms", "<= 10 ms", p50 <= 10),
    ]


async def measured() -> list[Row]:
    """Everything, one after the other."""
    with tempfile.TemporaryDirectory() as name:
        rows = await own_questions(Path(name))
        for label, file, floor in CORPORA:
            if (DATA / file).exists():
                rows += await corpus(Path(name), label, DATA / file, floor)
            else:
                rows.append(Row(f"{label}: skipped, no {file} in DESKMATE_BENCH_DATA", "-"))
    return rows


def main() -> int:
    """Measure and print; 1 when a target was missed."""
    return show(asyncio.run(measured()))


if __name__ == "__main__":
    sys.exit(main())
