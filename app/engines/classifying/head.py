"""One set of learnt weights: logistic curves over hashed n-grams, one curve for each kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.engines.classifying.pieces import Counts, Hashes

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Head:
    """What `bench/train_review.py` writes and the classifier reads. No pickle: arrays and names only."""

    kinds: tuple[str, ...]
    rarity: Floats
    """[buckets]: how much an n-gram counts; 0 where training never saw it. The number of buckets is a power of two."""
    weights: Floats
    """[buckets, kinds], calibration included."""
    bias: Floats
    """[kinds]"""
    concepts: bool = False
    """Whether it also looks at words and concepts, not at n-grams alone."""

    def scores(self, hashes: Hashes, counts: Counts) -> Mapping[str, float]:
        """Kind -> probability for a text's pieces."""
        buckets, values = self.vector(hashes, counts)
        logits = values @ self.weights[buckets] + self.bias
        return dict(zip(self.kinds, (float(one) for one in 1 / (1 + np.exp(-logits))), strict=True))

    def vector(self, hashes: Hashes, counts: Counts) -> tuple[NDArray[np.int64], Floats]:
        """Buckets and values of the unit vector of a text."""
        return weighed(hashes, counts, self.rarity)

    def save(self, path: Path) -> None:
        """Write the weights in half precision."""
        np.savez_compressed(
            path,
            kinds=np.array(self.kinds),
            rarity=self.rarity.astype(np.float16),
            weights=self.weights.astype(np.float16),
            bias=self.bias.astype(np.float32),
            concepts=np.array(self.concepts),
        )

    @classmethod
    def load(cls, path: Path) -> Head:
        """Read the weights. Raises `OSError` or `ValueError` when the file is missing or broken."""
        with np.load(path, allow_pickle=False) as stored:
            kinds = tuple(str(kind) for kind in stored["kinds"])
            rarity, weights, bias = (stored[name].astype(np.float32) for name in ("rarity", "weights", "bias"))
            concepts = "concepts" in stored and bool(stored["concepts"])
        size = len(rarity)
        if size & (size - 1) or weights.shape != (size, len(kinds)) or bias.shape != (len(kinds),):
            raise ValueError(f"{path.name}: shapes do not fit")
        return cls(kinds, rarity, weights, bias, concepts)


def weighed(hashes: Hashes, counts: Counts, rarity: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Buckets and their values: counts by rarity, of length one."""
    buckets = (hashes & np.uint64(len(rarity) - 1)).astype(np.int64)
    values = counts * rarity[buckets]
    length = float(np.sqrt(values @ values))
    return buckets, (values / length if length else values)
