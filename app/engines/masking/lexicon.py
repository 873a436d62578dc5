"""How common a Chinese word is: the word list that jieba brings, read without importing jieba."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from itertools import chain
from operator import add
from pathlib import Path

# Words counted fewer than ten times are as good as unknown.
_ENTRY = re.compile(r"^([㐀-鿿]{1,4}) ([0-9]{2,}) (nr)?", re.MULTILINE)
_LONGEST_NAME = 2  # characters of a word that is a name, too
_OFTEN_A_NAME = -2.5
_TOTAL = math.log(6e7)  # words counted in all

LONGEST = 4  # characters of the longest word kept
_RUN = re.compile("[㐀-鿿]+")
_LAST = (None,)  # with the last character of a run no pair begins
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
    entries: list[tuple[str, str, str]] = _ENTRY.findall(text)
    logarithms = {count: math.log(int(count)) - _TOTAL for count in {count for _, count, _ in entries}}
    return {
        word: logarithms[count] + (_OFTEN_A_NAME if is_name and len(word) > 1 else 0.0)
        for word, count, is_name in entries
        if not is_name or len(word) <= _LONGEST_NAME
    }


class Lexicon:
    """Words with the logarithms of their probabilities, laid out for a walk through a text."""

    def __init__(self, words: Mapping[str, float]) -> None:
        self.words = words
        self._singles = _Singles({word: weight for word, weight in words.items() if len(word) == 1})
        longest: dict[str, int] = {}
        for word in words:
            if len(word) > 2:
                longest[word[:2]] = max(longest.get(word[:2], 0), len(word))
        # Two characters that begin a word: how likely they are by themselves, and the length of the longest such word.
        self._pairs: dict[str, tuple[float | None, int]] = {pair: (None, length) for pair, length in longest.items()}
        self._pairs |= {word: (weight, longest.get(word, 0)) for word, weight in words.items() if len(word) == 2}

    def best_paths(self, text: str) -> tuple[list[float], list[float]]:
        """For each place in `text`: the best log probability of the words before it, and of the words from it on.

        What is no Chinese character weighs nothing, and places inside it are left open.
        """
        probability, single, pair_of = self.words.get, self._singles.__getitem__, self._pairs.get
        forward = [-math.inf] * (len(text) + 1)
        backward = forward.copy()
        found: list[tuple[int, int, list[float], list[tuple[int, int, float]]]] = []
        here = 0.0
        for match in _RUN.finditer(text):
            run, start, last = match[0], match.start(), match.end()
            singles = list(map(single, run))
            words: list[tuple[int, int, float]] = []
            found.append((start, last, singles, words))
            forward[start] = here
            for weight, pair in zip(singles, chain(map(pair_of, map(add, run, run[1:])), _LAST), strict=True):
                if pair is not None:
                    of_two, longest = pair
                    if of_two is not None:
                        words.append((start, start + 2, of_two))
                        if here + of_two > forward[start + 2]:
                            forward[start + 2] = here + of_two
                    if longest:
                        for end in range(start + 3, min(start + longest, last) + 1):
                            of_more = probability(text[start:end])
                            if of_more is not None:
                                words.append((start, end, of_more))
                                if here + of_more > forward[end]:
                                    forward[end] = here + of_more
                start += 1
                here += weight
                if here > forward[start]:
                    forward[start] = here
                else:
                    here = forward[start]
        rest = 0.0
        for start, last, singles, words in reversed(found):
            backward[last] = rest
            rest = _read_back(backward, start, last, singles, words)
        forward[-1] = here
        return forward, backward


def _read_back(
    backward: list[float], start: int, place: int, singles: list[float], words: list[tuple[int, int, float]]
) -> float:
    """Fill in `backward` down from `place`, where it is known, to `start`. `words`: longer ones: start, end, weight."""
    rest, first = backward[place], start
    for start, end, weight in reversed(words):
        while place > start:
            place -= 1
            rest += singles[place - first]
            backward[place] = rest
        if weight + backward[end] > rest:
            rest = backward[start] = weight + backward[end]
    while place > first:
        place -= 1
        rest += singles[place - first]
        backward[place] = rest
    return rest


class _Singles(dict[str, float]):
    """Single characters; those that are no word by themselves are as likely as each other."""

    def __missing__(self, character: str) -> float:
        return UNKNOWN
