"""How common a Chinese word is: the word list that jieba brings, read without importing jieba."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
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


def by_pairs(words: Mapping[str, float]) -> dict[str, tuple[float | None, bool]]:
    """For two characters that begin a word: how likely they are by themselves, and whether longer words begin so."""
    longer = {word[:2] for word in words if len(word) > 2}
    pairs = {word: (weight, word in longer) for word, weight in words.items() if len(word) == 2}
    return {**dict.fromkeys(longer, (None, True)), **pairs}


def best_paths(
    run: str, words: Mapping[str, float], pairs: Mapping[str, tuple[float | None, bool]]
) -> tuple[list[float], list[float]]:
    """For each place in `run`: the best log probability of the words before it, and of the words from it on.

    `pairs`: what `by_pairs` makes of `words`.
    """
    length, probability, pair = len(run), words.get, pairs.get
    singles = [probability(character, UNKNOWN) for character in run]
    forward = [0.0] + [-math.inf] * length
    steps: list[list[tuple[int, float]] | None] = [None] * length
    for start, weight in enumerate(singles):
        here = forward[start]
        if here + weight > forward[start + 1]:
            forward[start + 1] = here + weight
        found = pair(run[start : start + 2])
        if found is None:
            continue
        of_two, longer = found
        further = [] if of_two is None else [(start + 2, of_two)]
        if longer:
            for end in range(start + 3, min(start + LONGEST, length) + 1):
                of_more = probability(run[start:end])
                if of_more is not None:
                    further.append((end, of_more))
        for end, more in further:
            if here + more > forward[end]:
                forward[end] = here + more
        steps[start] = further
    backward = [0.0] * (length + 1)
    for start in range(length - 1, -1, -1):
        best = singles[start] + backward[start + 1]
        for end, more in steps[start] or ():
            if more + backward[end] > best:
                best = more + backward[end]
        backward[start] = best
    return forward, backward
