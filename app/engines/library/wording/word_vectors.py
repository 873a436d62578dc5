"""Frequent Chinese words as vectors: those that are used alike lie near each other.

`word_vectors.npz` is cut by `bench/cut_word_vectors.py` from the vectors of the package synonyms 3.10.2 (MIT licence,
Hai Liang Wang and Hu Ying Xi), which were trained on the Chinese Wikipedia.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).with_name("word_vectors.npz")
FREQUENT = 2000
"""Words before this one are so frequent that they tell less of a sentence, the first nearly nothing."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class WordVectors:
    """Words in the normal spelling, the most frequent first."""

    rows: Mapping[str, int]
    """Word -> its row."""
    stored: NDArray[np.int8]
    """[words, size]"""

    def known(self, words: Iterable[str]) -> list[str]:
        """Those that have a vector, each once."""
        return [word for word in dict.fromkeys(words) if word in self.rows]

    def of(self, words: Sequence[str]) -> Floats:
        """[words, size], each of length one. Raises `KeyError` for a word without a vector."""
        rows = np.array([self.rows[word] for word in words], dtype=np.int64)
        found = self.stored[rows].astype(np.float32)
        lengths: Floats = np.linalg.norm(found, axis=1, keepdims=True)
        return found / lengths

    def rarity(self, words: Sequence[str]) -> Floats:
        """[words], 0 to 1: how much each says of the sentence it stands in."""
        places = np.array([self.rows[word] + 1 for word in words], dtype=np.float32)
        return places / (places + FREQUENT)

    def save(self, path: Path = FILE) -> None:
        """Write them; no pickle: arrays only."""
        words = "\n".join(sorted(self.rows, key=lambda word: self.rows[word])).encode()
        np.savez_compressed(path, words=np.frombuffer(words, dtype=np.uint8), stored=self.stored)


def quantized(words: Sequence[str], vectors: Floats) -> WordVectors:
    """Vectors in bytes; their directions stay, their lengths do not."""
    largest: Floats = np.abs(vectors).max(axis=1, keepdims=True)
    stored = np.round(vectors / largest * 127).astype(np.int8)
    return WordVectors({word: row for row, word in enumerate(words)}, stored)


@cache
def word_vectors(path: Path = FILE) -> WordVectors:
    """Those of the file. Raises `OSError` or `ValueError` when it is missing or broken."""
    with np.load(path, allow_pickle=False) as found:
        words = found["words"].tobytes().decode().split("\n")
        stored = found["stored"]
    if stored.dtype != np.int8 or stored.ndim != 2 or len(stored) != len(words):
        raise ValueError(f"{path.name}: shapes do not fit")
    return WordVectors({word: row for row, word in enumerate(words)}, stored)
