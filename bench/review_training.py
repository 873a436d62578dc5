"""Fits the heads of the review's classifier: logistic regression over the hashed pieces, calibrated."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from app.engines.classifying.concepts import features
from app.engines.classifying.head import Floats, Head, weighed
from app.engines.classifying.pieces import Counts, Hashes

Ints = NDArray[np.int64]
Truths = NDArray[np.bool_]
SEED = 7


class Samples:
    """Texts as pieces, cut once and used for every fold."""

    def __init__(self, texts: Sequence[str], *, concepts: bool = False) -> None:
        self.concepts = concepts
        self.pieces: list[tuple[Hashes, Counts]] = [features(text, concepts) for text in texts]

    def rarity(self, rows: Ints, buckets: int) -> Floats:
        """1 + ln(rows / rows with a piece) of each bucket, 0 where fewer than two rows have it."""
        seen = np.zeros(buckets, dtype=np.float32)
        for row in rows:
            seen[np.unique(self.pieces[row][0] & np.uint64(buckets - 1)).astype(np.int64)] += 1
        return np.where(seen > 1, 1 + np.log((1 + len(rows)) / np.maximum(1, seen)), 0).astype(np.float32)

    def matrix(self, rows: Ints, rarity: Floats) -> csr_matrix:
        """One unit vector a row."""
        vectors = [weighed(self.pieces[row][0], self.pieces[row][1], rarity) for row in rows]
        starts = np.cumsum([0, *(len(at) for at, _ in vectors)])
        at = np.concatenate([one for one, _ in vectors])
        values = np.concatenate([one for _, one in vectors])
        return csr_matrix((values, at, starts), shape=(len(rows), len(rarity)))


def fitted(
    samples: Samples,
    rows: Ints,
    labels: Truths,
    kinds: tuple[str, ...],
    *,
    weights: Floats,
    buckets: int,
    strength: float,
    curve: tuple[float, float],
) -> Head:
    """A head fitted on `rows`. `labels` is [all rows, kinds], `weights` how much each row counts.

    `curve` (see `calibration`) stretches the first kind, which decides; the others are compared with each other only.
    """
    rarity = samples.rarity(rows, buckets)
    matrix = samples.matrix(rows, rarity)
    lines = [_line(matrix, labels[rows, column], weights[rows], strength) for column in range(len(kinds))]
    lines[0] = (lines[0][0] * curve[0], lines[0][1] * curve[0] + curve[1])
    slopes = np.stack([slope for slope, _ in lines], axis=1).astype(np.float32)
    return Head(kinds, rarity, slopes, np.array([bias for _, bias in lines], dtype=np.float32), samples.concepts)


def calibration(
    samples: Samples, rows: Ints, wanted: Truths, weights: Floats, *, buckets: int, strength: float
) -> tuple[float, float]:
    """Slope and shift that make a line's values probabilities (Platt scaling), from two halves judging each other."""
    matrix = samples.matrix(rows, samples.rarity(rows, buckets))
    half, logits = folds_of(len(rows), 2), np.zeros(len(rows))
    for left_out in range(2):
        kept = half != left_out
        slope, bias = _line(matrix[kept], wanted[rows][kept], weights[rows][kept], strength)
        logits[~kept] = matrix[~kept] @ slope + bias
    model = LogisticRegression(C=1e6).fit(logits[:, None], wanted[rows], sample_weight=weights[rows])
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def folds_of(count: int, folds: int) -> Ints:
    """Which fold each row belongs to."""
    return np.random.default_rng(SEED).permutation(np.arange(count) % folds)


def _line(matrix: csr_matrix, wanted: Truths, weights: Floats, strength: float) -> tuple[Floats, float]:
    model = LogisticRegression(C=strength, solver="liblinear", max_iter=60, tol=1e-3, random_state=SEED)
    model.fit(matrix, wanted, sample_weight=weights)
    return model.coef_[0], float(model.intercept_[0])
