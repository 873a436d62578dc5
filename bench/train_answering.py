"""Trains the curve by which a passage found counts as an answer or not, and says how far it can be trusted.

    python -m bench.train_answering

From the questions written for that over the shipped sets, answerable ones and others. Only the folds are drawn by
chance, and their seeds are fixed: the same data gives the same weights. The half kept aside of `unanswerable.jsonl` is
looked at by `bench_answers` alone.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import StandardScaler

from app.engines.knowledge import ChromaKnowledge
from app.engines.library.answering import WEIGHTS
from bench.bench_answers import OWN, ROOT, lines_of
from bench.table import Row, show

WRONG = 0.04
"""Share of the answerable questions called unanswerable: one in twenty may be, and other people ask in other words."""
STRENGTH = 0.05
"""Of the weights against their restraint (`C`); tried: 0.03, 0.05, 0.1, 0.2, 0.3, 1."""
FOLDS, SEEDS = 5, (0, 1, 2)
FEWEST = 0.005
"""A weight whose figure moves the odds less than this is left out."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sample:
    """The evidence of the passages found for one question."""

    answerable: bool
    english: bool
    rows: list[dict[str, float]]
    right: list[bool]


def samples() -> list[Sample]:
    """The questions used for tuning, each looked up in its set."""
    lines = [one for one in lines_of(OWN / "unanswerable.jsonl") if one["half"] == "dev"]
    lines += lines_of(OWN / "answers_dev_questions.jsonl")
    lines += [one for one in lines_of(OWN / "knowledge_questions.jsonl") if one["half"] == "dev" and one.get("set")]
    with tempfile.TemporaryDirectory() as home, ChromaKnowledge(ROOT, Path(home)) as knowledge:
        knowledge._open()
        return [_sample(knowledge, one) for one in lines]


def _sample(knowledge: ChromaKnowledge, line: dict[str, Any]) -> Sample:
    hits = knowledge._search(None, line["text"], [line["set"]], 10, None)
    rows = knowledge._answering.evidence(line["text"], hits) if hits else []
    named = set(line["answers"])  # a passage, or the whole of a document
    right = [not named.isdisjoint((hit.source, f"{hit.source} {hit.locator}")) for hit in hits[: len(rows)]]
    return Sample(bool(named), line["text"].isascii(), rows, right)


@dataclass(frozen=True)
class Fitted:
    """A curve over plain figures."""

    names: list[str]
    weights: Floats
    bias: float

    def odds(self, rows: list[dict[str, float]]) -> float:
        """Of the likeliest of these passages."""
        if not rows:
            return -50.0
        return float(max(_matrix(rows, self.names) @ self.weights + self.bias))


def _matrix(rows: list[dict[str, float]], names: list[str]) -> Floats:
    return np.array([[row[name] for name in names] for row in rows])


def fitted(learnt_from: list[Sample]) -> Fitted:
    """Every passage is one case, with what it lacks and has."""
    names = sorted(next(one for one in learnt_from if one.rows).rows[0])
    figures = _matrix([row for one in learnt_from for row in one.rows], names)
    right = [mark for one in learnt_from for mark in one.right]
    scaler = StandardScaler().fit(figures)
    model = LogisticRegression(C=STRENGTH, max_iter=3000).fit(scaler.transform(figures), right)
    model.coef_[abs(model.coef_) < FEWEST] = 0.0
    weights = model.coef_[0] / scaler.scale_
    return Fitted(names, weights, float(model.intercept_[0] - weights @ scaler.mean_))


def held_out(every: list[Sample]) -> Floats:
    """Of each question the odds by a curve that has not seen it, averaged over several ways to fold."""
    strata = [2 * one.answerable + one.english for one in every]
    odds = np.zeros(len(every))
    for seed in SEEDS:
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
        for learnt, asked in folds.split(np.zeros(len(every)), strata):
            curve = fitted([every[at] for at in learnt])
            odds[asked] += [curve.odds(every[at].rows) / len(SEEDS) for at in asked]
    return odds


def main() -> int:
    """Cross-validate, train on everything, write the weights."""
    every = samples()
    odds, answerable = held_out(every), np.array([one.answerable for one in every])
    least = float(np.quantile(odds[answerable], WRONG))
    rows = []
    for wrong in (0.03, 0.05, 0.1, 0.2):
        at = float(np.quantile(odds[answerable], wrong))
        share = float((odds[~answerable] < at).mean())
        rows.append(Row(f'recognised at {wrong:.2f} wrong "I do not know", questions not trained on', f"{share:.3f}"))
    curve = fitted(every)
    kept = {name: float(weight) for name, weight in zip(curve.names, curve.weights, strict=True) if weight}
    digits = {name: float(f"{weight:.4g}") for name, weight in {"bias": curve.bias - least, **kept}.items()}
    WEIGHTS.write_text(json.dumps(digits, indent=1) + "\n", encoding="utf-8")
    rows.append(Row("figures in the curve, of all", f"{len(kept)} of {len(curve.names)}"))
    return show([Row("questions, of which answerable", f"{len(every)}, {answerable.sum()}"), *rows])


if __name__ == "__main__":
    sys.exit(main())
