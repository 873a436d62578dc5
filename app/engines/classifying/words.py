"""The words of a text and which of them stand beside each other, by a list of words that ships with the weights."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cache
from pathlib import Path
from zlib import crc32

import numpy as np

from app.engines.classifying.pieces import Counts, Hashes, folded, mixed

WORDS = Path(__file__).with_name("words.txt")
"""Chinese words, written by `bench/train_review.py`: those that people use in talk of the office."""
LONGEST_WORD = 5
LOUD = 1.5
"""How much a word counts beside one n-gram; a pair counts as much as one."""
_TOKEN = re.compile(r"[a-z']+|<[a-z_]+>|[一-鿿]+|[^\sa-z]")
_HALF = np.uint64(32)
_ONE, _BESIDE, _NEAR = (np.uint64(salt) for salt in (0x3A11, 0x3B22, 0x3C33))


def words(text: str) -> tuple[Hashes, Counts]:
    """Hashes of the words, of neighbouring words and of words with one between, and 1 + ln(how often) of each."""
    codes = np.array([crc32(word.encode("utf-8", "replace")) for word in cut(folded(text), known_words())], np.uint64)
    with np.errstate(over="ignore"):
        alone, often = _counted(mixed(codes ^ (_ONE << _HALF)))
        beside, together = _counted(mixed(mixed(codes[:-1] + _BESIDE) ^ codes[1:]))
        near, apart = _counted(mixed(mixed(codes[:-2] + _NEAR) ^ codes[2:]))
    return np.concatenate([alone, beside, near]), np.concatenate([often * np.float32(LOUD), together, apart])


def cut(text: str, known: Collection[str]) -> list[str]:
    """`text` (folded) in words: the longest known one at each place, else one Chinese character or one Latin word."""
    found: list[str] = []
    for token in _TOKEN.findall(text):
        if not "一" <= token[0] <= "鿿":
            found.append(token)
            continue
        while token:
            size = next((size for size in range(LONGEST_WORD, 1, -1) if token[:size] in known), 1)
            found.append(token[:size])
            token = token[size:]
    return found


@cache
def known_words() -> frozenset[str]:
    """The list that ships."""
    return frozenset(WORDS.read_text("utf-8").split())


def _counted(hashes: Hashes) -> tuple[Hashes, Counts]:
    different, counts = np.unique(hashes, return_counts=True)
    return different, (1 + np.log(counts)).astype(np.float32)
