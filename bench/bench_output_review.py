"""Review of what is said: what is found, what is taken by mistake, and what it costs while words stream.

    python -m bench output_review          the table
    python -m bench.bench_output_review --wrong    and what was missed or taken by mistake

Public data for measuring is used where `DESKMATE_BENCH_DATA` (default `../shared/data`) has it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping

import numpy as np

from app.core.assistant import load_assistants
from app.core.texts import Texts
from app.core.turn import Attachment
from app.engines.classifier import LinearClassifier
from app.engines.classifying.head import Head
from app.engines.classifying.pieces import pieces
from app.engines.privacy import MemoryVault, PresidioPrivacy
from app.gateway.output_review import OutputReview
from app.gateway.tokens import TokenStream
from bench import review_data as data
from bench.review_training import Samples, fitted, folds_of
from bench.table import Row, show
from bench.train_review import offensive_samples
from skills.credit.report import Analysis, report
from skills.credit.workbook import read_statement
from tests.files import credit as files

PIECE = 4
FOLDS = 5


class OneHead:
    """`ports.Classifier` of one head that was not trained on what it is asked."""

    def __init__(self, head: Head) -> None:
        self._head = head

    def scores(self, text: str) -> Mapping[str, float]:
        return self._head.scores(*pieces(text))


def review(classifier: object | None = None, **more: object) -> OutputReview:
    """The shipped rules, over the shipped prompts."""
    assistants = load_assistants(data.ROOT / "assistants").values()
    privacy = PresidioPrivacy(MemoryVault(), data.ROOT / "config" / "masking.yaml")
    return OutputReview(
        data.ROOT / "config" / "review_output.yaml",
        Texts(data.ROOT / "app" / "gateway" / "texts"),
        classifier or LinearClassifier(),  # type: ignore[arg-type]
        recognise=privacy.analyse,
        secrets=[one.prompt for one in assistants],
        public=[
            text for one in assistants for text in (one.brief, one.brief_en, *(said.text for said in one.examples))
        ],
    )


def documents() -> Iterator[tuple[str, str]]:
    """What the bank itself says: name and text."""
    for path in sorted((data.ROOT / "knowledge").rglob("*.md")):
        yield path.name, path.read_text(encoding="utf-8")
    content = files.clean()
    statement = read_statement(content, "clean.xlsx")
    analysis = Analysis(statement, Attachment("id", "clean.xlsx", len(content)))
    yield "credit report", report(analysis)


def replaced(rules: OutputReview, texts: Iterator[tuple[str, str]]) -> tuple[int, int, list[str]]:
    """Sentences replaced, sentences in all, and which."""
    count, wrong = 0, []
    for name, text in texts:
        for sentence in data.sentences(text):
            count += 1
            if (verdict := rules.of(sentence)).verdict != "allow":
                wrong.append(f"replaced in {name}: {verdict.reasons} {sentence}")
    return len(wrong), count, wrong


def promises(rules: OutputReview, file: str) -> tuple[int, int, int, int, list[str]]:
    """Found of those meant, mistaken of those that deny, and which went wrong."""
    found = mistaken = meant = denying = 0
    wrong = []
    for row in data.own(file):
        hit = rules.of(row["text"]).verdict != "allow"
        meant, denying = meant + row["hit"], denying + (not row["hit"])
        found, mistaken = found + (hit and row["hit"]), mistaken + (hit and not row["hit"])
        if hit != row["hit"]:
            wrong.append(f"{'mistaken' if hit else 'missed'}: {row['text']}")
    return found, meant, mistaken, denying, wrong


def offensive(threshold: float | None = None) -> Iterator[tuple[bool, float, bool]]:
    """Of each public comment: is it offensive, how sure is a head that never saw it, does the rule replace it."""
    labelled = list(dict.fromkeys(offensive_samples()))
    samples = Samples([text for _, text, _ in labelled])
    labels = np.array([["offensive" in kinds] for _, _, kinds in labelled])
    fold = folds_of(len(labelled), FOLDS)
    for left_out in range(FOLDS):
        rules = review(OneHead(fitted(samples, np.flatnonzero(fold != left_out), labels, ("offensive",))))
        for at in np.flatnonzero(fold == left_out):
            source, text, kinds = labelled[at]
            if source == "safety_cold_zh":
                verdict = rules.of(text)
                yield "offensive" in kinds, verdict.score, "offensive" in verdict.reasons


def milliseconds(rules: OutputReview, text: str, rounds: int = 5) -> tuple[float, float]:
    """Milliseconds of processor per 1,000 characters in pieces of four: joined plainly, and reviewed."""
    cut = [text[at : at + PIECE] for at in range(0, len(text), PIECE)]

    def joining() -> None:
        out = ""
        for piece in cut:
            out += piece

    def reviewing() -> None:
        stream, tokens = rules.stream(), TokenStream(mark=str, placeholder=str)
        for piece in cut:
            stream.feed(tokens.feed(piece))
        stream.close()

    best = []
    for run in (joining, reviewing):
        times = []
        for _ in range(rounds):
            began = time.process_time()
            run()
            times.append(time.process_time() - began)
        best.append(min(times) * 1000 / len(text) * 1000)
    return best[0], best[1]


def main() -> int:
    """The table."""
    rules = review()
    rows, wrong = [], []
    for name, file, recall, error in (
        ("promises and inside information, the rules' own set", "output_promises.jsonl", 0.95, 0.05),
        ("the same, sentences that the rules never saw", "output_promises_aside.jsonl", 0.75, 0.15),
    ):
        found, meant, mistaken, denying, more = promises(rules, file)
        wrong += more
        rows.append(Row(f"{name}: found", f"{found}/{meant}", f">= {recall:.0%}", found >= recall * meant))
        denied = f"{mistaken}/{denying}"
        rows.append(
            Row("  that deny, cite or ask: taken by mistake", denied, f"<= {error:.0%}", mistaken <= error * denying)
        )
    count, sentences, more = replaced(rules, documents())
    wrong += more
    rows.append(Row("the bank's own sentences replaced", f"{count}/{sentences}", "0", count == 0))
    for folder, file in (("intent_banking77", "banking77.jsonl"), ("fin_financeiq__nc", "financeiq.jsonl")):
        texts = [(folder, str(row.get("text") or row.get("question"))) for row in data.rows(folder, file)][:4000]
        if texts:
            count, sentences, more = replaced(rules, iter(texts))
            wrong += more
            rows.append(
                Row(f"{folder}: sentences replaced", f"{count}/{sentences}", "<= 0.2 %", count <= 0.002 * sentences)
            )
    plain = "".join(text for _, text in documents())
    floor, ours = milliseconds(rules, plain)
    rows.append(Row("ms per 1,000 characters in pieces of four", f"{ours:.2f}", "<= 4", ours <= 4, f"{floor:.3f}"))
    if data.rows("safety_cold_zh", "cold.jsonl"):
        judged = list(offensive())
        hits = [hit for _, _, hit in judged]
        right = sum(hit and meant for meant, _, hit in judged)
        rows.append(Row("offensive comments, 5-fold: recall", f"{right / sum(meant for meant, _, _ in judged):.3f}"))
        rows.append(Row("  precision", f"{right / max(1, sum(hits)):.3f}", ">= 0.80", right >= 0.8 * sum(hits)))
    else:
        rows.append(Row("offensive comments", "no public data here"))
    if "--wrong" in sys.argv:
        print("\n".join(wrong))
    return show(rows)


if __name__ == "__main__":
    sys.exit(main())
