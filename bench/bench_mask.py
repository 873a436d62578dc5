"""Masking: how much is found, how much is taken by mistake, how fast, and how long the first answer takes.

    python -m bench mask                  the table; some minutes, since names are measured by folds
    python -m bench.bench_mask --wrong    and what was missed or taken by mistake
    python -m bench.bench_mask --quick    without folds

Public data for measuring is used where `DESKMATE_BENCH_DATA` (default `../shared/data`) has it.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from app.engines.masking.finding import TYPES, Finding, View
from app.engines.masking.trained_names import Weights
from app.engines.privacy import MemoryVault, PresidioPrivacy
from bench import train_names
from bench.mask_sentences import Sentence, harder_sentences, sentences
from bench.table import Row, show

COUNT = 3000
DATA = Path(os.environ.get("DESKMATE_BENCH_DATA", "../shared/data"))
POLICY = Path(__file__).resolve().parents[1] / "config" / "masking.yaml"
FOREIGN_TYPES = {
    "CREDIT_CARD": "BANK_CARD",
    "PHONE_NUMBER": "PHONE",
    "EMAIL_ADDRESS": "EMAIL",
    "IBAN_CODE": "IBAN",
    "IP_ADDRESS": "IP_ADDRESS",
    "US_SSN": "US_SSN",
}
CONTRACT = ("PERSON", "ADDRESS", *FOREIGN_TYPES.values())
STRUCTURED = tuple(type for type in TYPES if type not in ("PERSON", "ORGANIZATION"))
_NAMED = re.compile(
    r"[㐀-鿿](?:先生|女士|小姐|太太)|(?<![㐀-鿿])[小老][㐀-鿿]|[㐀-鿿][小老][王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马]"
)
FIRST_MASK = """
import asyncio, sys
from pathlib import Path
from app.engines.privacy import MemoryVault, PresidioPrivacy
privacy = PresidioPrivacy(MemoryVault(), Path(sys.argv[1]))
print(asyncio.run(privacy.mask("bench", "客户李明，手机13800138000")).masked.text)
"""


class Score:
    """Counts of one type. A finding counts when at least half of both stretches is common and the type is the same."""

    def __init__(self) -> None:
        self.found: Counter[str] = Counter()
        self.missed: Counter[str] = Counter()
        self.mistaken: Counter[str] = Counter()
        self.wrong: list[str] = []

    def add(self, sentence: Sentence, findings: list[Finding]) -> None:
        """Compare one sentence."""
        left = list(findings)
        for type, start, end in sentence.spans:
            hit = next((one for one in left if one.type == type and _half(one, start, end)), None)
            if hit is None:
                self.missed[type] += 1
                self.wrong.append(f"missed {type} {sentence.text[start:end]!r} in {sentence.text!r}")
            else:
                left.remove(hit)
                self.found[type] += 1
        for one in left:
            self.mistaken[one.type] += 1
            self.wrong.append(f"mistook {sentence.text[one.start : one.end]!r} for {one.type} in {sentence.text!r}")

    def f1(self, *types: str) -> float:
        """Harmonic mean of precision and recall over `types`."""
        counted = (self.found, self.missed, self.mistaken)
        found, missed, mistaken = (sum(counts[type] for type in types) for counts in counted)
        return 2 * found / (2 * found + missed + mistaken) if found else 0.0

    def recall(self, type: str) -> float:
        """Share found."""
        return self.found[type] / max(1, self.found[type] + self.missed[type])


def _half(one: Finding, start: int, end: int) -> bool:
    common = min(one.end, end) - max(one.start, start)
    return 2 * common >= max(one.end - one.start, end - start)


def masked_findings(privacy: PresidioPrivacy, text: str) -> list[Finding]:
    """What would be masked."""
    return [one for one in privacy.analyse(text) if one.type != "ORGANIZATION"]


def scored(privacy: PresidioPrivacy, made: list[Sentence]) -> Score:
    """All sentences."""
    score = Score()
    for sentence in made:
        score.add(sentence, masked_findings(privacy, sentence.text))
    return score


def presidio_english() -> list[Sentence] | None:
    """Presidio-research's sentences, over the types of the contract; None when they are not here."""
    folder = DATA / "pii_en_presidio" / "dev"
    if not folder.is_dir():
        return None
    return [_foreign(json.loads(line)) for path in sorted(folder.glob("*.jsonl")) for line in _lines(path)]


def _foreign(line: dict[str, Any]) -> Sentence:
    """One of their sentences. The parts of one address (street, town, country, code), listed apart there, are one."""
    joined = train_names.joined(line)
    others = (
        (FOREIGN_TYPES[span["entity_type"]], int(span["start_position"]), int(span["end_position"]))
        for span in line["spans"]
        if span["entity_type"] in FOREIGN_TYPES
    )
    return Sentence(joined.text, tuple(sorted((*joined.spans, *others), key=lambda span: span[1])))


def questions(name: str, field: str) -> list[str] | None:
    """Ordinary questions of a data set; None when it is not here."""
    folder = DATA / name / "dev"
    if not folder.is_dir():
        return None
    return [json.loads(line)[field] for path in sorted(folder.glob("*.jsonl")) for line in _lines(path)]


def _lines(path: Path) -> Iterator[str]:
    return (line for line in path.read_text("utf-8").splitlines() if line)


def first_mask_seconds() -> float:
    """Best of three: a new process that imports the engine and masks one line."""
    best = 60.0
    for _ in range(3):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", FIRST_MASK, str(POLICY)], check=True, capture_output=True)
        best = min(best, time.perf_counter() - started)
    return best


def speed(privacy: PresidioPrivacy, made: list[Sentence]) -> tuple[float, float]:
    """Milliseconds per line, and characters per second on texts of about 200 characters, on one core.

    Processor time; of several passes the best, since other programs share the caches.
    """
    texts = ["。".join(one.text for one in made[place : place + 8]) for place in range(0, len(made) - 8, 8)]
    line = min(_seconds(privacy, [one.text for one in made]) for _ in range(2))
    return line * 1000 / len(made), sum(map(len, texts)) / min(_seconds(privacy, texts) for _ in range(5))


def _seconds(privacy: PresidioPrivacy, texts: list[str]) -> float:
    started = time.process_time()
    for text in texts:
        privacy.analyse(text)
    return time.process_time() - started


def on_our_own(privacy: PresidioPrivacy) -> tuple[list[Row], list[str]]:
    """Generated sentences: rows, and what went wrong. Of what is kept aside only the figures are told."""
    rows, wrong = [], []
    usual = sentences(COUNT)
    for name, made in (
        ("usual", usual),
        ("harder", harder_sentences("dev", COUNT)),
        ("kept aside", harder_sentences("aside", COUNT)),
    ):
        score = scored(privacy, made)
        if name != "kept aside":
            wrong += score.wrong
        clean = [sentence for sentence in made if not sentence.spans]
        touched = 1000 * sum(bool(masked_findings(privacy, sentence.text)) for sentence in clean) / len(clean)
        f1, recall, false = score.f1(*STRUCTURED), score.recall("PERSON"), 1000 * score.mistaken["PERSON"] / len(made)
        weak = ", ".join(
            f"{type} {score.f1(type):.3f}" for type in STRUCTURED if score.f1(type) < 0.995 and score.missed[type]
        )
        rows += [
            Row(f"{name}: structured types, {COUNT} generated sentences: F1", f"{f1:.4f}", ">= 0.995", f1 >= 0.995),
            *([Row(f"  below: {weak}", "")] if weak else []),
            Row(f"{name}: clean sentences with anything masked, per 1000", f"{touched:.1f}", "<= 2", touched <= 2),
            Row(f"{name}: names: recall", f"{recall:.4f}", ">= 0.97", recall >= 0.97),
            Row(f"{name}: names: false ones per 1000 sentences", f"{false:.1f}", "<= 3", false <= 3),
        ]
    line, characters = speed(privacy, usual)
    rows += [
        Row("one line", f"{line:.2f} ms", "<= 3 ms", line <= 3),
        Row("texts of 200 characters", f"{characters:,.0f} characters/s", ">= 150,000", characters >= 150_000),
    ]
    return rows, wrong


def on_public_data(privacy: PresidioPrivacy) -> tuple[list[Row], list[str]]:
    """Public sentences with the shipped weights, where they are here: rows, and what went wrong."""
    rows, wrong = [], []
    if (english := presidio_english()) is None:
        rows.append(Row("pii_en_presidio", "data not here"))
    else:
        foreign = scored(privacy, english)
        rows.append(
            Row("pii_en_presidio, shipped weights, which were fitted on it: F1", f"{foreign.f1(*CONTRACT):.3f}")
        )
        wrong += foreign.wrong
    touched_of_all, all_questions = 0, 0
    for name, field in (("intent_banking77", "text"), ("fin_financeiq__nc", "question")):
        if (texts := questions(name, field)) is None:
            rows.append(Row(name, "data not here"))
            continue
        touched = [text for text in texts if masked_findings(privacy, text)]
        share, named = len(touched) / len(texts), sum(bool(_NAMED.search(text)) for text in touched)
        rows.append(Row(f"  {name} with anything masked", f"{share:.2%}"))
        if named:  # exam questions tell of people: there, names are found rightly
            rest = (len(touched) - named) / len(texts)
            rows.append(Row("    without questions that speak of a 王先生, 老王 or 小王", f"{rest:.2%}"))
        touched_of_all, all_questions = touched_of_all + len(touched), all_questions + len(texts)
        wrong += [f"touched {text!r}" for text in touched]
    if all_questions:
        share = touched_of_all / all_questions
        rows.append(
            Row(
                "ordinary bank questions, both sets together, with anything masked",
                f"{share:.2%}",
                "<= 1 %",
                share <= 0.01,
            )
        )
    return rows, wrong


def by_folds() -> list[Row]:
    """Public data, each sentence measured with weights that were fitted without it (or its template)."""
    rows: list[Row] = []
    trainer = train_names.Trainer(DATA)
    if not all((DATA / name / "dev").is_dir() for name, _, _ in train_names.SOURCES):
        return [Row("names by folds", "data not here")]
    ruled = scored_persons((sentence, _by_rules(trainer, sentence)) for sentence in train_names.weibo(DATA))
    rows.append(Row("ner_weibo, rules alone: recall, precision", "{:.2f}, {:.2f}".format(*ruled)))
    engine = _ByWeights()
    recall, precision = scored_persons(
        (sentence, engine.found(weights, sentence)) for sentence, weights in train_names.weibo_by_folds(trainer, DATA)
    )
    beside = f"beside {train_names.FOLD_TALK} texts of ours"
    rows += [
        Row(f"ner_weibo, 5 folds {beside}: recall", f"{recall:.3f}", ">= 0.70", recall >= 0.70, "0.57 jieba"),
        Row(f"ner_weibo, 5 folds {beside}: precision", f"{precision:.3f}", ">= 0.55", precision >= 0.55, "0.28 jieba"),
    ]
    score = Score()
    whole = {sentence.text: sentence for sentence in presidio_english() or ()}
    for sentence, weights in train_names.presidio_by_templates(trainer, DATA):
        score.add(whole[sentence.text], engine.found(weights, sentence))
    f1 = score.f1(*CONTRACT)
    rows.append(Row("pii_en_presidio, 5 folds by template: F1", f"{f1:.3f}", ">= 0.90", f1 >= 0.90))
    rows += [Row(f"  {type}", f"{score.f1(type):.3f}") for type in CONTRACT if score.found[type]]
    return rows


def _by_rules(trainer: train_names.Trainer, sentence: Sentence) -> list[Finding]:
    _, found = trainer.rules.read(View(sentence.text), trainer.known)
    return [one for one in found if one.score >= 0.5]


class _ByWeights:
    """The whole engine with other weights."""

    def __init__(self) -> None:
        self._weights: Weights | None = None

    def found(self, weights: Weights, sentence: Sentence) -> list[Finding]:
        """What would be masked."""
        if weights is not self._weights:
            self._weights, self._privacy = weights, PresidioPrivacy(MemoryVault(), POLICY, weights)
        return masked_findings(self._privacy, sentence.text)


def scored_persons(pairs: Iterable[tuple[Sentence, list[Finding]]]) -> tuple[float, float]:
    """Recall and precision of names."""
    score = Score()
    for sentence, found in pairs:
        score.add(sentence, [one for one in found if one.type == "PERSON"])
    return score.recall("PERSON"), score.found["PERSON"] / max(1, score.found["PERSON"] + score.mistaken["PERSON"])


def main() -> int:
    """Measure and print."""
    privacy = PresidioPrivacy(MemoryVault(), POLICY)
    ours, wrong_ours = on_our_own(privacy)
    public, wrong_public = on_public_data(privacy)
    first = first_mask_seconds()
    folds = [] if "--quick" in sys.argv else by_folds()
    if "--wrong" in sys.argv:
        print(*wrong_ours, *wrong_public, sep="\n")
    return show(
        [*ours, *public, *folds, Row("a process to its first masked line", f"{first:.2f} s", "<= 0.9 s", first <= 0.9)]
    )


if __name__ == "__main__":
    sys.exit(main())
