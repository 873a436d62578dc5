"""What the review's classifier is trained on: data whose licence allows it, the project's own texts, own sentences.

Public data is read where `DESKMATE_BENCH_DATA` (default `../shared/data`) has it, and never copied. Folders ending in
`__nc` are read by the measurement only.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from app.core.settings import read_settings
from app.rooms import build_privacy

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("DESKMATE_BENCH_DATA", ROOT.parent / "shared" / "data"))
LICENCES = {
    "intent_banking77": "CC BY 4.0",
    "intent_clinc150": "CC BY 3.0",
    "intent_homeassistant_zh": "CC BY 4.0",
    "qa_cmrc2018": "CC BY-SA 4.0",
    "qa_drcd_trad": "CC BY-SA 3.0",
    "meeting_vcsum_zh": "MIT",
    "safety_injection_en": "MIT / Apache-2.0",
    "safety_cold_zh": "Apache-2.0",
}


class Talk(NamedTuple):
    """A sentence as somebody would say it."""

    writer: str
    text: str
    code: str
    """`benign` (honest work), `everyday` (harmless, no work), `advice` (a professional's), or the kind of attack."""


HONEST = frozenset({"benign", "everyday"})
"""Codes of talk that is not to be refused."""


_SENTENCE = re.compile(r"[^。！？!?\n]+[。！？!?]?")


def rows(folder: str, file: str) -> list[dict[str, Any]]:
    """The records of one public file; none where it is absent."""
    path = DATA / folder / "dev" / file
    return [json.loads(line) for line in path.open(encoding="utf-8")] if path.exists() else []


def own(file: str) -> list[dict[str, Any]]:
    """The records of one of our own files in `bench/data/`."""
    path = ROOT / "bench" / "data" / file
    return [json.loads(line) for line in path.open(encoding="utf-8")] if path.exists() else []


def talk() -> list[Talk]:
    """Freely worded sentences, written apart from the rules. What they measure leaves whole writers out of training."""
    return [
        Talk(path.stem, row["text"], row["code"])
        for path in sorted((ROOT / "bench" / "data" / "review_talk").glob("*.jsonl"))
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines())
    ]


def writers_apart() -> list[frozenset[str]]:
    """The writers in groups of honest and sly ones, each group to be judged by what the others taught."""
    rows = talk()
    honest = Counter(row.writer for row in rows if row.code in HONEST)
    sly = Counter(row.writer for row in rows if row.code not in HONEST)
    leaning = sorted(honest | sly, key=lambda writer: (honest[writer] - sly[writer], writer))
    return [frozenset({leaning[at], leaning[-1 - at]}) for at in range((len(leaning) + 1) // 2)]


def masked(texts: Sequence[str]) -> list[str]:
    """`texts` as the review sees them: with placeholders for people's data."""
    privacy = build_privacy(read_settings(), None)

    async def every() -> list[str]:
        return [(await privacy.mask(f"talk{at}", text)).masked.text for at, text in enumerate(texts)]

    return asyncio.run(every())


def sentences(text: str) -> list[str]:
    """`text` cut at the ends of sentences; what is too short to say anything is left out."""
    return [one.strip() for one in _SENTENCE.findall(text) if len(one.strip()) >= 6]


def house_texts() -> Iterator[str]:
    """What the house itself says and knows: rule books, examples, prompts, catalogues."""
    for path in sorted((ROOT / "knowledge").rglob("*.md")):
        text = path.read_text(encoding="utf-8").split("---", 2)[-1]
        yield from (paragraph.strip() for paragraph in text.split("\n\n") if len(paragraph.strip()) >= 8)
        yield from sentences(text)
    for path in sorted((ROOT / "assistants").glob("*/examples.yaml")):
        for example in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield re.sub(r"\{\w+\}", "华星科技", re.sub(r"[\[\]()]|\|[^)\]]*", "", example["text"]))
    for folder in ("app", "skills"):
        for path in sorted((ROOT / folder).rglob("texts/*.yaml")):
            for text in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).values():
                yield str(text)


def public_benign() -> Iterator[tuple[str, str]]:
    """Ordinary talk in Chinese and English: folder and text."""
    for folder, file in (
        ("intent_banking77", "banking77.jsonl"),
        ("intent_clinc150", "clinc150.jsonl"),
        ("intent_homeassistant_zh", "ha_zh.jsonl"),
    ):
        yield from ((folder, row["text"]) for row in rows(folder, file))
    for folder, file in (("qa_cmrc2018", "cmrc2018.jsonl"), ("qa_drcd_trad", "drcd.jsonl")):
        for row in rows(folder, file):
            yield from ((folder, question["question"]) for question in row["qas"][:3])
            yield from ((folder, sentence) for sentence in sentences(row["context"])[:6])
    for row in rows("meeting_vcsum_zh", "segments.jsonl"):
        said = [sentence for turn in row["context"] for sentence in turn if len(sentence) >= 8]
        yield from (("meeting_vcsum_zh", sentence) for sentence in said[:40])
