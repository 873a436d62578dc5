"""Trains the weights that ship with the review's classifier, and says from what.

    python -m bench.train_review              every head
    python -m bench.train_review offensive    one head

Seeds are fixed: the same data gives the same weights.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable

import numpy as np

from app.engines.classifier import WEIGHTS
from app.engines.classifying.head import Head
from bench import review_data as data
from bench.review_training import Samples, fitted

Labelled = tuple[str, str, frozenset[str]]
"""Where it comes from, the text, its kinds; none for ordinary talk."""


def offensive_samples() -> Iterable[Labelled]:
    """Comments on people's race, sex and region, and ordinary talk of every sort."""
    for row in data.rows("safety_cold_zh", "cold.jsonl"):
        yield "safety_cold_zh", row["text"], frozenset({"offensive"} if row["label"] else ())
    yield from (("own texts", text, frozenset()) for text in data.house_texts())
    ordinary = [(folder, text) for folder, text in data.public_benign() if folder != "intent_clinc150"]
    yield from ((folder, text, frozenset()) for folder, text in random.Random(7).sample(ordinary, min(9000, len(ordinary))))


HEADS: dict[str, tuple[tuple[str, ...], Callable[[], Iterable[Labelled]], int]] = {
    "offensive": (("offensive",), offensive_samples, 1 << 18),
}


def train(name: str) -> Head:
    """One head, from all its data."""
    kinds, samples_of, buckets = HEADS[name]
    labelled = list(dict.fromkeys(samples_of()))
    for folder, count in sorted(Counter(source for source, _, _ in labelled).items()):
        print(f"{name}: {count:6} texts of {folder} ({data.LICENCES.get(folder, 'own')})")
    samples = Samples([text for _, text, _ in labelled])
    labels = np.array([[kind in found for kind in kinds] for _, _, found in labelled])
    return fitted(samples, np.arange(len(labelled)), labels, kinds, buckets=buckets)


def main() -> int:
    """Train what is named, or everything. Needs the public data."""
    if not data.rows("safety_cold_zh", "cold.jsonl"):
        print(f"The public data is not in {data.DATA}: set DESKMATE_BENCH_DATA.")
        return 1
    for name in sys.argv[1:] or list(HEADS):
        path = WEIGHTS / f"{name}.npz"
        train(name).save(path)
        print(f"{name}: {path.stat().st_size / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
