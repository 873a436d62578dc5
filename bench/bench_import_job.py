"""What an import costs besides reading: the same again, one of a thousand changed, the house while it runs, a start.

Reading itself is measured by `bench/bench_import.py`.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from app.engines.knowledge import ChromaKnowledge
from bench.bench_import import own_texts
from bench.short_documents import short_documents
from bench.table import Row, show

DOCUMENTS = 1_000
SMALL = 10_000


class Counted:
    """An embedding that counts what it is asked for."""

    def __init__(self) -> None:
        self.texts = 0

    def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        self.texts += len(texts)
        return [[float(len(text) % 97), float(sum(map(ord, text[:20])) % 89), 1.0] for text in texts]


async def imported(home: Path, folder: Path, embed: Any = None) -> tuple[float, dict[str, Any]]:
    """Seconds and summary of one import, the start of its process not counted."""
    knowledge = ChromaKnowledge(home.parent / "content", home, embed)
    await knowledge.open()
    with knowledge:
        started = time.perf_counter()
        summary = await knowledge.index([folder], into="bench", progress=lambda _: None)
    return time.perf_counter() - started, dict(summary)


async def of_a_thousand(base: Path) -> list[Row]:
    """The same files again, one changed, and what a person notices meanwhile."""
    prose, folder, home = [line for text in own_texts() for line in text.split("\n")], base / "shared", base / "home"
    folder.mkdir()
    for document in short_documents(DOCUMENTS, prose):
        (folder / document.name).write_bytes(document.content)
    first, summary, searches, still = await beside(home, folder)
    again, same = await imported(home, folder)
    changed = folder / "资料0000.md"
    changed.write_text(changed.read_text("utf-8") + "\n第五条 本办法由总行办公室解释。\n", encoding="utf-8")
    once, one = await imported(home, folder)
    p50, p95 = quantiles(searches, n=20)[9], quantiles(searches, n=20)[18]
    assert not summary["failed"] and same["unchanged"] >= DOCUMENTS and (one["updated"], one["added"]) == (1, 0)
    return [
        Row(f"{DOCUMENTS} documents, a search every 20 ms besides", f"{first:.1f} s", "<= 60 s", first <= 60),
        Row("- such a search, p50 / p95", f"{p50 * 1e3:.0f} / {p95 * 1e3:.0f} ms", "", None),
        Row("- the event loop stood still for at most", f"{still * 1e3:.0f} ms", "<= 250 ms", still <= 0.25),
        Row("the same again", f"{again:.1f} s", "<= 5 s", again <= 5),
        Row("one of them changed", f"{once:.1f} s", "<= 5 s", once <= 5),
    ]


async def beside(home: Path, folder: Path) -> tuple[float, dict[str, Any], list[float], float]:
    """An import with searches beside it, and how long the event loop was not free."""
    knowledge = ChromaKnowledge(home.parent / "content", home)
    await knowledge.open()
    await knowledge.warm()
    started = time.perf_counter()
    running = asyncio.create_task(knowledge.index([folder], into="bench", progress=lambda _: None))
    searches, still = [], 0.0
    while not running.done():
        before = time.perf_counter()
        await asyncio.sleep(0.02)
        still = max(still, time.perf_counter() - before - 0.02)
        before = time.perf_counter()
        await knowledge.search("第37号业务的单笔限额是多少")
        searches.append(time.perf_counter() - before)
    knowledge.__exit__()
    return time.perf_counter() - started, dict(await running), searches, still


async def of_many(base: Path) -> list[Row]:
    """Ten thousand notes: in, again, and a start with them."""
    folder, home = base / "many", base / "many-home"
    folder.mkdir()
    for number in range(SMALL):
        (folder / f"{number:05d}.md").write_text(
            f"第一条 第{number}号通知自发布之日起执行，限额{number + 7}万元。\n", encoding="utf-8"
        )
    first, summary = await imported(home, folder)
    again, _ = await imported(home, folder)
    started = time.perf_counter()
    await ChromaKnowledge(base / "content", home).open()
    start = time.perf_counter() - started
    assert summary["added"] == SMALL
    return [
        Row(f"{SMALL:,} notes", f"{first:.1f} s", "", None),
        Row("- the same again", f"{again:.1f} s", "<= 10 s", again <= 10),
        Row("- a start with them", f"{start:.2f} s", "<= 0.5 s", start <= 0.5),
    ]


async def of_vectors(base: Path) -> list[Row]:
    """A rule of two hundred clauses: one changes, one is put in before all others."""
    path, home = base / "rule.md", base / "vector-home"
    clauses = [f"第{number}条 第{number}项业务由经办人办理，限额{number * 3}万元。" for number in range(1, 201)]
    figures = []
    for made in (
        clauses,
        [one.replace("第77项", "第77项新") for one in clauses],
        ["本办法自2026年起施行。", *clauses],
        [f"{one}\n\n补充说明。" if at == 9 else one for at, one in enumerate(clauses)],
    ):
        path.write_text("\n\n".join(made), encoding="utf-8")
        embed = Counted()
        await imported(home, path, embed)
        figures.append(embed.texts - 1)  # one is the question for the vectors' size
    named = ("of 200 clauses", "- one clause changed", "- a paragraph put in before them", "- one in the middle longer")
    return [Row(f"vectors made: {name}", str(count)) for name, count in zip(named, figures, strict=True)]


def of_the_start(base: Path) -> list[Row]:
    """Knowledge alone, with the shipped documents."""
    home = base / "start-home"
    took = []
    for _ in range(2):
        started = time.perf_counter()
        asyncio.run(ChromaKnowledge(ROOT, home).open())
        took.append(time.perf_counter() - started)
    shutil.rmtree(home)
    return [
        Row("first start: shipped documents read, kept, indexed", f"{took[0]:.2f} s"),
        Row("second start", f"{took[1]:.2f} s", "<= 0.2 s", took[1] <= 0.2),
    ]


def main() -> int:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        (base / "content").mkdir()
        rows = of_the_start(base)
        for part in (of_a_thousand, of_many, of_vectors):
            rows += asyncio.run(part(base))
    return show(rows)


if __name__ == "__main__":
    sys.exit(main())
