"""A text as numbers: hashes of its character n-grams, the same in training and in use."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Counts = NDArray[np.float32]

LONGEST_PIECE = 4
LONGEST_TEXT = 24_000
"""Characters that are looked at: more than one message may have."""

_DIGITS = re.compile(r"\d+")
_SPACES = re.compile(r"\s+")
_PLACEHOLDER = re.compile(r"<([a-z_]+?)_\d+>")
_STEP = np.uint64(0x100000001B3)
_MIX = np.uint64(0x9E3779B97F4A7C15)


def folded(text: str) -> str:
    """`text` in half width and lower case; any number is "0", a placeholder its type, spaces are single."""
    low = unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).lower()
    plain = _DIGITS.sub("0", _PLACEHOLDER.sub(r"<\1>", low))
    return f" {_SPACES.sub(' ', plain).strip()} "


def pieces(text: str) -> tuple[Hashes, Counts]:
    """The different n-grams of 1 to 4 characters in `text`, hashed to 64 bits, and 1 + ln(how often) of each."""
    codes = np.frombuffer(folded(text).encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    found = []
    running = np.zeros(len(codes) + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for size in range(1, min(LONGEST_PIECE, len(codes)) + 1):
            running = (running[:-1] * _STEP) ^ codes[size - 1 :]
            found.append(mixed(running + np.uint64(size)))
    hashes, counts = np.unique(np.concatenate(found), return_counts=True)
    return hashes, (1 + np.log(counts)).astype(np.float32)


def mixed(values: Hashes) -> Hashes:
    """Every bit depends on every other: the lowest ones name a bucket."""
    values = (values ^ (values >> np.uint64(32))) * _MIX
    values = (values ^ (values >> np.uint64(29))) * _MIX
    return values ^ (values >> np.uint64(32))
