"""Public and own texts to search in, with questions and what answers them; and BM25, the floor beside every figure.

Only read, never copied: `DESKMATE_BENCH_DATA` (default `../shared/data`) says where the public ones lie.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.core.scripts import SIMPLIFIED, simplified

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("DESKMATE_BENCH_DATA") or ROOT.parent / "shared" / "data")
SITUATIONS = Path(__file__).parent / "data" / "situations"

Turn = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Answer:
    """Where an answer stands: in a source; `place` begins its locator, `text` is a part of the passage."""

    source: str
    place: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Files by name, and questions with their answers."""

    files: dict[str, bytes]
    questions: list[tuple[str, list[Answer]]]


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def paragraphs(path: Path, of_questions: Turn = str) -> Corpus:
    """Each paragraph of CMRC 2018 or DRCD is a document."""
    files: dict[str, bytes] = {}
    questions = []
    for number, one in enumerate(lines_of(path)):
        files[f"{number}.txt"] = one["context"].encode()
        questions += [(of_questions(asked["question"]), [Answer(f"{number}.txt")]) for asked in one["qas"]]
    return Corpus(files, questions)


def scripts() -> tuple[Turn, Turn, str]:
    """To simplified and to traditional characters, and by what: OpenCC where it is installed, else our own table."""
    try:
        from opencc import OpenCC  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        back: dict[int, int] = {}
        for traditional, plain in sorted(SIMPLIFIED.items()):
            back.setdefault(ord(plain) if isinstance(plain, str) else plain, traditional)
        return simplified, lambda text: text.translate(back), "our table"
    return OpenCC("tw2s").convert, OpenCC("s2tw").convert, "OpenCC"


def tatqa(path: Path) -> Corpus:
    """Each report excerpt is a Markdown document: its table, then its paragraphs."""
    files: dict[str, bytes] = {}
    questions = []
    for number, one in enumerate(lines_of(path)):
        name = f"{number}.md"
        width = max(map(len, one["table"]["table"]))
        rows = [_row(cells, width) for cells in one["table"]["table"]]
        texts = {str(text["order"]): " ".join(text["text"].split()) for text in one["paragraphs"]}
        body = "\n\n".join(["\n".join([rows[0], "|" + "---|" * width, *rows[1:]]), *texts.values()])
        files[name] = body.encode()
        for asked in one["questions"]:
            right = [Answer(name, text=rows[min(1, len(rows) - 1)])] if "table" in asked["answer_from"] else []
            right += [Answer(name, text=texts[order][:80]) for order in asked["rel_paragraphs"] if order in texts]
            questions.append((asked["question"], right))
    return Corpus(files, questions)


def financebench(folder: Path) -> Corpus:
    """The filings as they are, and the questions whose filing is there; pages of evidence count from 0 there."""
    files = {path.name: path.read_bytes() for path in sorted((folder / "pdfs").glob("*.pdf"))}
    questions = []
    for one in lines_of(folder / "dev" / "financebench.jsonl"):
        name = f"{one['doc_name']}.pdf"
        if name in files:
            pages = [Answer(name, place=f"p.{evidence['evidence_page_num'] + 1}") for evidence in one["evidence"]]
            questions.append((one["question"], pages))
    return Corpus(files, questions)


def situations() -> Corpus:
    """Own long accounts, each with the documents that it needs."""
    files = {path.name: path.read_bytes() for path in sorted((SITUATIONS / "documents").glob("*.md"))}
    told = lines_of(SITUATIONS / "situations.jsonl")
    return Corpus(files, [(one["text"], [Answer(name) for name in one["needs"]]) for one in told])


class BM25:
    """Okapi BM25 (k1 1.2, b 0.75) over passages."""

    def __init__(self, passages: Sequence[str], cut: Callable[[str], Sequence[str]]) -> None:
        self._cut = cut
        self._having: dict[str, list[tuple[int, float]]] = defaultdict(list)
        cuts = [cut(passage) for passage in passages]
        mean = sum(map(len, cuts)) / len(cuts)
        for number, terms in enumerate(cuts):
            for term, count in Counter(terms).items():
                self._having[term].append((number, count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(terms) / mean))))
        self._size = len(cuts)

    def best(self, query: str, limit: int) -> list[int]:
        """Numbers of the best passages."""
        values: dict[int, float] = defaultdict(float)
        for term in self._cut(query):
            having = self._having.get(term, [])
            weight = math.log(1 + (self._size - len(having) + 0.5) / (len(having) + 0.5))
            for number, share in having:
                values[number] += weight * share
        return sorted(values, key=lambda number: (-values[number], number))[:limit]


def character_pairs(text: str) -> list[str]:
    """What the floors for Chinese are made of."""
    return [text[at : at + 2] for at in range(len(text) - 1)]


def plain_words(text: str) -> list[str]:
    """What the floors for English are made of."""
    return re.findall(r"[a-z0-9]+", text.lower())


def blocks_of(files: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """Name and text of every block between empty lines: what a floor searches in."""
    for name, content in files.items():
        for block in content.decode().split("\n\n"):
            if block.strip():
                yield name, block


def _row(cells: Sequence[str], width: int) -> str:
    told = [str(cell).replace("|", "/").replace("\n", " ") for cell in cells]
    return "| " + " | ".join([*told, *[""] * (width - len(told))]) + " |"
