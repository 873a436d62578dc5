"""Fits a linear-chain conditional random field (Lafferty et al. 2001) with an L2 penalty, by L-BFGS.

Sentences of like length are reckoned together; the same data give the same weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse  # type: ignore[import-untyped]
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]

FORBIDDEN = -1e4
_TOGETHER = 256  # sentences

Numbers = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True)
class Example:
    """One sentence: for each token the places of the features it has, and its tag."""

    features: list[NDArray[np.int32]]
    tags: NDArray[np.intp]
    weight: float = 1.0
    hurdle: float = 0.0
    """By how much a beginning has to be better than it would need to be: what is found later comes easier."""


def fitted(
    examples: list[Example],
    size: int,
    begins: NDArray[np.bool_],
    allowed: NDArray[np.bool_],
    variance: float,
    steps: int,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weights (size x tags) and moves (tags x tags). `begins`: tags that begin something; `allowed[a, b]`: b may
    follow a; first tags follow tag 0."""
    problem = _Problem([one for one in examples if one.features], begins, allowed, variance)
    found = minimize(
        problem.loss, np.zeros(problem.count), jac=True, method="L-BFGS-B", options={"maxiter": steps, "maxcor": 6}
    ).x
    weights, moves = problem.parts(found)
    table = np.zeros((size, weights.shape[1]), np.float32)
    table[problem.used] = weights
    return table, moves.astype(np.float32)


class _Problem:
    def __init__(
        self, examples: list[Example], begins: NDArray[np.bool_], allowed: NDArray[np.bool_], variance: float
    ) -> None:
        examples = sorted(examples, key=lambda one: len(one.features))
        self._variance = variance
        self._allowed = np.where(allowed, 0.0, FORBIDDEN)
        self._tags = allowed.shape[0]
        rows = [row for one in examples for row in one.features]
        self.used, columns = np.unique(np.concatenate(rows), return_inverse=True)
        ends = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
        self._seen = scipy.sparse.csr_matrix(
            (np.ones(len(columns), np.float32), columns.astype(np.int32), ends), shape=(len(rows), len(self.used))
        )
        self._seen.sum_duplicates()
        self._turned = self._seen.T.tocsr()
        self._truth = np.concatenate([one.tags for one in examples])
        lengths = np.array([len(one.features) for one in examples])
        self._weight = np.repeat([one.weight for one in examples], lengths)
        self._hurdle = np.repeat([one.hurdle for one in examples], lengths)[:, None] * begins
        self._batches = list(_batches(lengths))
        self.count = len(self.used) * self._tags + self._tags**2

    def parts(self, point: Numbers) -> tuple[Numbers, Numbers]:
        """A point as weights and moves."""
        cut = len(self.used) * self._tags
        return point[:cut].reshape(-1, self._tags), point[cut:].reshape(self._tags, -1) + self._allowed

    def loss(self, point: Numbers) -> tuple[float, Numbers]:
        """Negative log likelihood with the penalty, and its gradient."""
        weights, moves = self.parts(point)
        scores = np.asarray(self._seen @ weights.astype(np.float32), np.float64) - self._hurdle
        slope, of_moves = np.zeros_like(scores), np.zeros_like(moves)
        loss = float(point @ point) / 2 / self._variance
        for places in self._batches:
            loss += self._batch(places, scores, moves, slope, of_moves)
        slope[np.arange(len(slope)), self._truth] -= self._weight
        of_weights = np.asarray(self._turned @ slope.astype(np.float32), np.float64)
        return loss, np.concatenate([of_weights.ravel(), of_moves.ravel()]) + point / self._variance

    def _batch(self, places: Places, scores: Numbers, moves: Numbers, slope: Numbers, of_moves: Numbers) -> float:
        """Forward-backward over sentences side by side; adds to the gradients and returns the loss."""
        there = places >= 0
        safe = np.where(there, places, 0)
        score = np.where(there[..., None], scores[safe], 0.0)
        weight = self._weight[safe[:, 0]][:, None]
        move = np.exp(moves)
        top = score.max(2, keepdims=True)
        factor = np.exp(score - top)
        forward, scale = np.empty_like(score), np.empty(there.shape)
        now = factor[:, 0] * np.exp(self._allowed[0])
        for step in range(there.shape[1]):
            if step:
                now = np.where(
                    there[:, step, None], (forward[:, step - 1] @ move) * factor[:, step], forward[:, step - 1]
                )
            total = now.sum(1, keepdims=True)
            forward[:, step], scale[:, step] = now / total, np.log(total[:, 0]) + top[:, step, 0]
        backward = np.ones((len(places), self._tags))
        for step in range(there.shape[1] - 1, -1, -1):
            share = forward[:, step] * backward
            share /= share.sum(1, keepdims=True)
            here = there[:, step]
            slope[places[here, step]] = (share * weight)[here]
            if step:
                ahead = factor[:, step] * backward
                both = forward[:, step - 1][:, :, None] * move[None] * ahead[:, None, :]
                both *= (weight / both.sum((1, 2))[:, None])[..., None]
                of_moves += both[here].sum(0)
                back = ahead @ move.T
                backward = np.where(here[:, None], back / back.sum(1, keepdims=True), backward)
        truth = self._truth[safe]
        loss = (scale - np.take_along_axis(score, truth[..., None], 2)[..., 0])[there] * np.broadcast_to(
            weight, there.shape
        )[there]
        pairs = there[:, 1:]
        steps = moves[truth[:, :-1], truth[:, 1:]][pairs]
        heavy = np.broadcast_to(weight, pairs.shape)[pairs]
        np.add.at(of_moves, (truth[:, :-1][pairs], truth[:, 1:][pairs]), -heavy)
        return float(loss.sum() - (steps * heavy).sum())


def _batches(lengths: NDArray[np.intp]) -> list[Places]:
    """Rows of token numbers, -1 behind the end, for sentences in ascending length."""
    starts = np.concatenate([[0], np.cumsum(lengths)])
    batches, first = [], 0
    while first < len(lengths):
        longest = int(lengths[first] * 1.25) + 2
        last = min(first + _TOGETHER, int(np.searchsorted(lengths, longest, side="right")))
        width = int(lengths[last - 1])
        steps = np.arange(width)[None]
        places = starts[first:last, None] + steps
        batches.append(np.where(steps < lengths[first:last, None], places, -1))
        first = last
    return batches
