"""Fits the heads of the review's classifier: logistic regression over the hashed pieces, calibrated on folds left out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from app.engines.classifying.head import Floats, Head, weighed
from app.engines.classifying.pieces import Counts, Hashes, pieces

Ints = NDArray[np.int64]


class Samples:
    """Texts as pieces, cut once and used for every fold."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.pieces: list[tuple[Hashes, Counts]] = [pieces(text) for text in texts]

    def rarity(self, rows: Ints, buckets: int) -> Floats:
        """ln(rows / rows with a piece) of each bucket, 0 where training never saw it."""
        seen = np.zeros(buckets, dtype=np.float32)
        for row in rows:
            seen[np.unique(self.pieces[row][0] & np.uint64(buckets - 1)).astype(np.int64)] += 1
        found = seen > 1
        return np.where(found, 1 + np.log((1 + len(rows)) / np.maximum(1, seen)), 0).astype(np.float32)

    def matrix(self, rows: Ints, rarity: Floats) -> csr_matrix:
        """One unit vector a row."""
        vectors = [weighed(*self.pieces[row], rarity) for row in rows]
        starts = np.cumsum([0, *(len(at) for at, _ in vectors)])
        at = np.concatenate([one for one, _ in vectors])
        values = np.concatenate([one for _, one in vectors])
        return csr_matrix((values, at, starts), shape=(len(rows), len(rarity)))


def fitted(
    samples: Samples,
    rows: Ints,
    labels: NDArray[np.bool_],
    kinds: tuple[str, ...],
    *,
    weights: Floats | None = None,
    buckets: int = 1 << 18,
    strength: float = 20.0,
    folds: int = 2,
    seed: int = 7,
) -> Head:
    """A head fitted on `rows`. `labels` is [all rows, kinds], `weights` how much each row counts.

    With `folds`, each curve is stretched so that its probabilities fit rows left out (Platt scaling).
    """
    rarity = samples.rarity(rows, buckets)
    matrix = samples.matrix(rows, rarity)
    counted = np.ones(len(rows), dtype=np.float32) if weights is None else weights[rows]
    slopes, biases = [], []
    for column in range(len(kinds)):
        wanted = labels[rows, column]
        slope, bias = _curve(matrix, wanted, counted, strength)
        if folds:
            a, b = _calibration(matrix, wanted, counted, strength, folds, seed)
            slope, bias = slope * a, bias * a + b
        slopes.append(slope)
        biases.append(bias)
    return Head(kinds, rarity, np.stack(slopes, axis=1).astype(np.float32), np.array(biases, dtype=np.float32))


def folds_of(count: int, folds: int, seed: int = 7) -> Ints:
    """Which fold each row belongs to."""
    return np.random.default_rng(seed).permutation(np.arange(count) % folds)


def _curve(matrix: csr_matrix, wanted: NDArray[np.bool_], weights: Floats, strength: float) -> tuple[Floats, float]:
    model = LogisticRegression(C=strength, solver="liblinear", max_iter=60, tol=1e-3, random_state=7)
    model.fit(matrix, wanted, sample_weight=weights)
    return model.coef_[0], float(model.intercept_[0])


def _calibration(
    matrix: csr_matrix, wanted: NDArray[np.bool_], weights: Floats, strength: float, folds: int, seed: int
) -> tuple[float, float]:
    fold = folds_of(len(wanted), folds, seed)
    logits = np.zeros(len(wanted))
    for left_out in range(folds):
        kept = fold != left_out
        slope, bias = _curve(matrix[kept], wanted[kept], weights[kept], strength)
        logits[~kept] = matrix[~kept] @ slope + bias
    model = LogisticRegression(C=1e6).fit(logits[:, None], wanted, sample_weight=weights)
    return float(model.coef_[0, 0]), float(model.intercept_[0])
