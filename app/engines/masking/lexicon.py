"""How common a Chinese word is: the word list that jieba brings, read without importing jieba."""

from __future__ import annotations

import math
import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

# Words counted fewer than ten times are as good as unknown.
_ENTRY = re.compile(r"^([㐀-鿿]{1,4}) ([0-9]{2,}) (?!nr)", re.MULTILINE)
_PERSONISH = re.compile(r"^([㐀-鿿]{1,2}) ([0-9]{2,}) nr", re.MULTILINE)
_OFTEN_A_NAME = -2.5
_TOTAL = math.log(6e7)  # words counted in all

LONGEST = 4  # characters of the longest word kept
UNKNOWN = -14.5
"""Logarithm of the probability of a character that is no word by itself."""


@cache
def log_probabilities() -> dict[str, float]:
    """Word -> natural logarithm of its relative frequency.

    Longer words that jieba marks as names of people are left out. Short ones stay, since most of them are words as
    well, but count for less.

    Raises `FileNotFoundError` when jieba's word list is not where jieba keeps it.
    """
    found = find_spec("jieba")
    if found is None or found.origin is None:
        raise FileNotFoundError("jieba is not installed")
    text = (Path(found.origin).parent / "dict.txt").read_text("utf-8")
    names, words = _PERSONISH.findall(text), _ENTRY.findall(text)
    logarithms = {count: math.log(int(count)) - _TOTAL for _, count in (*names, *words)}
    return {
        **{word: logarithms[count] + (_OFTEN_A_NAME if len(word) > 1 else 0.0) for word, count in names},
        **{word: logarithms[count] for word, count in words},
    }


def best_paths(run: str, words: dict[str, float]) -> tuple[list[float], list[float]]:
    """For each place in `run`: the best log probability of the words before it, and of the words from it on."""
    length, probability = len(run), words.get
    forward = [0.0] + [-math.inf] * length
    from_here: list[list[tuple[int, float]]] = []
    for start, character in enumerate(run):
        here = forward[start]
        steps = [(start + 1, probability(character, UNKNOWN))]
        for end in range(start + 2, min(start + LONGEST, length) + 1):
            weight = probability(run[start:end])
            if weight is not None:
                steps.append((end, weight))
        for end, weight in steps:
            if here + weight > forward[end]:
                forward[end] = here + weight
        from_here.append(steps)
    backward = [-math.inf] * length + [0.0]
    for start in range(length - 1, -1, -1):
        best = -math.inf
        for end, weight in from_here[start]:
            if weight + backward[end] > best:
                best = weight + backward[end]
        backward[start] = best
    return forward, backward
