"""Whether answers hold: each citation's quote verbatim at its place, wrong sentences marked, "I do not know" where due.

Answers: own questions over the shipped sets and, where `DESKMATE_BENCH_DATA` (default `../shared/data`) holds CMRC 2018
and DRCD, their questions over their paragraphs in a set of their own; half in local mode, half by a careless model
that cites rightly, wrongly, at random, numbers that do not exist, and alters figures.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import re
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from app.core.model_talk import ModelChunk, ModelRequest, ToolCall
from app.core.ports import LIKELY
from app.core.settings import read_settings
from app.core.turn import Reply, Turn
from app.gateway.claims import Passage, doubts, speaks_of
from app.main import Deskmate, opened
from bench.reworded import reworded
from bench.table import Row, show

ROOT = Path(__file__).resolve().parents[1]
OWN = Path(__file__).parent / "data"
DATA = Path(os.environ.get("DESKMATE_BENCH_DATA") or ROOT.parent / "shared" / "data")
PUBLIC = ("qa_cmrc2018/dev/cmrc2018.jsonl", "qa_drcd_trad/dev/drcd.jsonl")
ANSWERS = 2000
PARAGRAPHS = 150
"""Of each public corpus."""
ROOM_OF = 20
"""Turns in one room."""
ASSISTANTS = {"office": "办公", "credit": "信贷", "fx": "外汇", "research": "研究"}
_MARK = re.compile(r"\[(\d{1,2})\]")
_FIGURE = re.compile(r"<[A-Z_]+_\d+>|\d+")
_DOUBTED = re.compile(r"未核实")
_STYLES = ("right", "wrong", "altered", "nowhere", "every", "random")


class Careless:
    """A model that searches for what was asked and cites as chance has it."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self.style = ""
        self.altered = 0
        """Sentences of the last answer with another figure than their passage."""

    def serving(self, task: str) -> str:
        """Its name."""
        return "careless"

    async def warm(self) -> None:
        """Nothing is loaded."""

    async def ping(self) -> None:
        """Always there."""

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelChunk]:
        """The search, then a sentence of each of the first passages in pieces of odd length."""
        last = request.messages[-1]
        search = next((tool for tool in request.tools if tool.material), None)
        if last.role != "tool" and search is not None:
            call = ToolCall(f"call{self._chance.random()}", search.name, {"query": last.text.text})
            yield ModelChunk("model", tool_call=call, model="careless")
            return
        answer = self._answer(json.loads(last.text.text)["passages"] if last.text.text.startswith("{") else [])
        while answer:
            size = self._chance.randint(1, 9)
            yield ModelChunk("model", text=answer[:size], model="careless")
            answer = answer[size:]

    def _answer(self, passages: list[dict[str, Any]]) -> str:
        self.style, self.altered = self._chance.choice(_STYLES), 0
        if not passages:
            return "资料里没有找到。"
        said = []
        for place, one in enumerate(passages[:3], start=1):
            sentences = [
                piece for piece in re.split(r"(?<=[。！？])|\n", one["text"]) if len(piece) > 8 and "|" not in piece
            ]
            sentence = (sentences or ["见所附资料"])[0].strip().rstrip("。")
            marks = {
                "right": f"[{place}]",
                "altered": f"[{place}]",
                "wrong": f"[{place % len(passages) + 1}]",
                "nowhere": "[9]",
                "every": "".join(f"[{number}]" for number in range(1, len(passages) + 1)),
                "random": f"[{self._chance.randint(0, 9)}]",
            }[self.style]
            if self.style == "altered":
                changed = _FIGURE.sub(lambda found: found[0] if "<" in found[0] else str(int(found[0]) + 7), sentence)
                self.altered += changed != sentence
                sentence = changed
            said.append(f"{sentence}{marks}。" if self._chance.random() < 0.5 else f"{sentence}。{marks}")
        return "".join(said)


def lines_of(path: Path) -> list[dict[str, Any]]:
    """JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def content_in(folder: Path) -> tuple[Path, list[tuple[str, str]]]:
    """The shipped content with the public paragraphs in the research set, and all questions with their set."""
    for name in ("assistants", "knowledge", "config"):
        shutil.copytree(ROOT / name, folder / name)
    asked = [(one["text"], one["set"] or "office") for one in lines_of(OWN / "knowledge_questions.jsonl")]
    asked += [(one["text"], one["set"]) for one in lines_of(OWN / "unanswerable.jsonl")]
    for file in PUBLIC:
        if (DATA / file).exists():
            for number, paragraph in enumerate(lines_of(DATA / file)[:PARAGRAPHS]):
                target = folder / "knowledge" / "research" / f"{Path(file).stem}-{number}.txt"
                target.write_text(paragraph["context"], encoding="utf-8")
                asked += [(one["question"], "research") for one in paragraph["qas"]]
    return folder, asked


async def false_citations(folder: Path) -> list[Row]:
    """2,000 answers, and every citation in them."""
    content, asked = content_in(folder / "content")
    settings = read_settings({"DESKMATE_HOME": str(folder / "home"), "DESKMATE_CONTENT": str(content)})
    chance = random.Random(4)
    found: Counter[str] = Counter()
    async with opened(settings) as house:
        careless, local = Careless(4), house.gateway._group_chat._models
        for number in range(ANSWERS):
            by_model = number % 2 == 1
            house.gateway._group_chat._models = careless if by_model else local
            text, name = chance.choice(asked)
            if chance.random() < 0.1:
                text = f"{text}？{chance.choice(asked)[0]}"
            turn = Turn(f"turn{number}", f"room{number // ROOM_OF}", "E5001" if name == "research" else "E1001",
                        f"@{ASSISTANTS[name]} {text}", "bench", datetime.now(UTC))  # fmt: skip
            reply = await house.gateway.handle(turn)
            found["answers"] += 1
            found["citations"] += len(reply.citations)
            found["false"] += await _false_in(house, reply)
            if by_model and careless.altered and reply.mode == "model":
                found["altered"] += careless.altered
                found["marked"] += min(careless.altered, len(_DOUBTED.findall(reply.text)))
            careless.altered = 0
    return [
        Row(f"false citations in {found['answers']} answers, of {found['citations']}", str(found["false"]), "0",
            found["false"] == 0),
        Row(f"sentences with another figure, marked, of {found['altered']}", _share(found["marked"], found["altered"])),
    ]  # fmt: skip


async def _false_in(house: Deskmate, reply: Reply) -> int:
    """Citations whose quote does not stand at their place, and marks without a citation."""
    wrong = 0
    for cited in reply.citations:
        version = parse_qs(urlsplit(cited.url).query).get("v", [""])[0]
        there = await house.knowledge.passage(cited.source, cited.locator, version)
        wrong += there is None or not cited.quote or cited.quote not in there.text
    quoted = re.sub(r"(?m)^>(?!.*\[\d+\]$).*$", "", reply.text)
    return wrong + sum(not 1 <= int(mark) <= len(reply.citations) for mark in _MARK.findall(quoted))


def altered_sentences() -> list[Row]:
    """Own sentences, true ones and such with one thing altered, each against the quote that it cites."""
    rows = []
    for half, label in (("dev", "half used for tuning"), ("kept", "half kept aside")):
        lines = [one for one in lines_of(OWN / "altered_sentences.jsonl") if one["half"] == half]
        rows += _held(lines, label, needed=half == "kept")
    larger = lines_of(OWN / "answers_dev_sentences.jsonl")
    chance = random.Random(4)
    true = [
        (said, quote) for quote in dict.fromkeys(one["quote"] for one in larger) for said in reworded(quote, chance)
    ]
    marked = sum(bool(doubts(said, [Passage(quote)])) for said, quote in true)
    rows += _held(larger, "larger set used for tuning", needed=False)
    return [*rows, Row(f"passages reworded with the same meaning, marked, of {len(true)}", _share(marked, len(true)))]


def _held(lines: list[dict[str, Any]], label: str, needed: bool) -> list[Row]:
    """How many of the altered are let through, by what was altered, and how many of the true are marked."""
    marked: Counter[bool] = Counter()
    total: Counter[bool] = Counter()
    by_kind: Counter[str] = Counter()
    for one in lines:
        passage, true = Passage(one["quote"]), one["kind"] == "true"
        doubted = bool(doubts(one["sentence"], [passage])) or not speaks_of(one["sentence"], passage)
        total[true] += 1
        marked[true] += doubted
        by_kind[one["kind"]] += not doubted and not true
    through, false = 1 - marked[False] / total[False], marked[True] / total[True]
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(by_kind.items()) if count)
    return [
        Row(f"wrong sentences let through, {label} ({kinds})", f"{through:.3f}", "<= 0.05",
            (needed or None) and through <= 0.05),
        Row(f"true sentences marked, {label}", f"{false:.3f}", "<= 0.03", (needed or None) and false <= 0.03),
    ]  # fmt: skip


async def unknown(folder: Path) -> list[Row]:
    """Questions that the sets cannot answer, beside such that they can, at the threshold that is shipped."""
    rows = []
    async with opened(read_settings({"DESKMATE_HOME": str(folder / "plain")})) as house:
        for half in ("dev", "kept"):
            silent: Counter[bool] = Counter()
            total: Counter[bool] = Counter()
            for one in lines_of(OWN / "unanswerable.jsonl"):
                if one["half"] == half:
                    hits = await house.knowledge.search(one["text"], sets=[one["set"]], limit=5)
                    total[bool(one["answers"])] += 1
                    likely = await house.knowledge.answering(one["text"], hits)
                    silent[bool(one["answers"])] += not any(chance >= LIKELY for chance in likely)
            needed = half == "kept" or None
            recognised, wrong = silent[False] / total[False], silent[True] / total[True]
            label = {"dev": "half used for tuning", "kept": "half kept aside"}[half]
            rows.append(Row(f"unanswerable questions recognised, {label}", f"{recognised:.3f}", ">= 0.85",
                            needed and recognised >= 0.85))  # fmt: skip
            rows.append(Row(f'wrong "I do not know", {label}', f"{wrong:.3f}", "<= 0.05", needed and wrong <= 0.05))
    return rows


def _share(count: int, total: int) -> str:
    return f"{count / total:.3f}" if total else "-"


def measured(folder: Path) -> Iterable[Row]:
    """Everything, one after the other."""
    yield from asyncio.run(false_citations(folder))
    yield from altered_sentences()
    yield from asyncio.run(unknown(folder))


def main() -> int:
    """Measure and print; 1 when a target was missed."""
    with tempfile.TemporaryDirectory() as name:
        return show(list(measured(Path(name))))


if __name__ == "__main__":
    sys.exit(main())
