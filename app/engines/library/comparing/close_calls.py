"""Where passages rank nearly alike for a Chinese question, a closer look decides: words of like meaning, their order.

The weights lie in `close_calls.json`, fitted by `bench/train_close_calls.py` on half of CMRC 2018 and DRCD.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from app.engines.library.comparing.compared import Compared
from app.engines.library.comparing.relevance import Scale, longest_run
from app.engines.library.wording.word_vectors import Floats, word_vectors
from app.engines.library.wording.words import ASKING

WEIGHTS = Path(__file__).with_name("close_calls.json")
"""Name of a figure -> what one of it adds to the rank."""
NEAR, MOST = 2.5, 8
"""Passages whose rank is so little below the best one's may be better, and so many of them are looked at."""

_ASKS = re.compile(rf"{ASKING}|怎[么样]|如何|是否|吗")
_BESIDE = 2
"""Characters between a word and what asks: it is what is asked about."""
_RELATED, _WIDTH = 0.45, 0.05
"""Cosine of words that belong to one matter, and how far from it still counts."""
_ALIKE = 0.4
"""Cosine from which on a word may stand for another."""
_WORTH = 0.9
"""What it counts then at most; a word itself: 1."""
_ELSEWHERE = 0.4
"""What a word counts that stands in the passage, and not in the sentence."""
_THERE = 0.75
"""Credit of a word from which on it is there itself."""
_SENTENCE_LONGER = 0.3
"""What a character of a sentence weighs beyond the question's length."""


class CloseLook:
    """One question, for a closer look at some passages."""

    def __init__(self, scale: Scale) -> None:
        self._scale = scale
        words = list(scale.weights)
        self._shares: Floats = np.array([scale.share_of_word(word) for word in words], dtype=np.float32)
        self._vectors = word_vectors()
        self._known = [row for row, word in enumerate(words) if word in self._vectors.rows]
        self._meant = self._vectors.of([words[row] for row in self._known])

    def figures(self, part: Compared) -> dict[str, float]:
        """What a passage has of the question beyond its words; the names are those of `close_calls.json`."""
        scale, shares = self._scale, self._shares
        lines = [line for sentence in part.sentences for line in sentence.split("\n") if line] or [part.plain]
        credits = np.array(scale.credits(part), dtype=np.float32)
        titled = np.array(scale.credits_in_titles(part), dtype=np.float32)
        said = np.maximum([scale.credits_in_sentence(line) for line in lines], titled)
        there = self._vectors.known(word for word in (*part.terms, *part.titles) if word[0] >= "㐀")
        among = self._vectors.of(there)
        near = np.zeros((len(shares), max(1, len(there))), dtype=np.float32)
        if there:
            near[self._known] = self._meant @ among.T
        within = np.array([[word in line or word in part.titles for word in there] or [False] for line in lines])
        nearest = np.where(within[:, None, :], near[None], 0.0).max(axis=2)
        like = np.where(said >= _THERE, said, np.maximum(said, _standing_for(nearest)))
        related = np.log1p(np.exp(-((near - _RELATED) ** 2) / (2 * _WIDTH**2)).sum(axis=1))
        return {
            "related words": float(shares @ (related * (credits < _WORTH))),
            "meant": float(shares @ np.maximum(credits, _standing_for(near.max(axis=1)))),
            "meant in a sentence": float(np.maximum(like, _ELSEWHERE * credits).mean(axis=1).max()),
            "sentence of like meaning": self._of_like_meaning(there, among, within),
            "in order": max(self._in_order(part.above, line) for line in lines),
            "in a row": longest_run(self._plain, f"{part.above}\n{part.plain}") / len(self._plain),
            "asked about": float(credits @ self._asked_about),
        }

    def _of_like_meaning(self, there: Sequence[str], among: Floats, within: np.ndarray) -> float:
        """Largest cosine of a sentence's mean vector and the question's."""
        if not there or not self._known:
            return 0.0
        question = self._shares[self._known] @ self._meant
        sentences = (within * self._vectors.rarity(there)) @ among
        lengths = np.linalg.norm(sentences, axis=1) * np.linalg.norm(question)
        return float((sentences @ question / np.maximum(lengths, 1e-6)).max())

    def _in_order(self, titles: str, sentence: str) -> float:
        """Share of the question's characters that titles and a sentence have in this order, less in a long sentence.

        The longest common subsequence by bits: H. Hyyrö, "Bit-parallel LCS-length computation revisited" (2004).
        """
        size = len(self._characters)
        whole = (1 << size) - 1
        open_ = whole
        for character in titles + sentence:
            if places := self._places.get(character):
                met = open_ & places
                open_ = ((open_ + met) | (open_ - met)) & whole
        return (size - open_.bit_count()) / (size + _SENTENCE_LONGER * max(0, len(sentence) - size))

    @cached_property
    def _plain(self) -> str:
        return self._scale.question.plain

    @cached_property
    def _characters(self) -> str:
        return "".join(character for character in self._plain if character.isalnum()) or self._plain

    @cached_property
    def _places(self) -> Mapping[str, int]:
        """Character -> a bit for each place where it stands in the question."""
        places: dict[str, int] = {}
        for place, character in enumerate(self._characters):
            places[character] = places.get(character, 0) | 1 << place
        return places

    @cached_property
    def _asked_about(self) -> Floats:
        """Shares of the words beside what asks; of the last two, where they stand apart."""
        asks = [found.span() for found in _ASKS.finditer(self._plain)]
        beside = np.zeros(len(self._shares), dtype=np.float32)
        for row, word in enumerate(self._scale.weights):
            at = self._plain.find(word)
            if at >= 0 and any(
                abs(at - end) <= _BESIDE or abs(at + len(word) - start) <= _BESIDE for start, end in asks
            ):
                beside[row] = self._shares[row]
        if not beside.any():
            beside[-2:] = self._shares[-2:]
        return beside / (beside.sum() or 1.0)


def contested(ranks: Sequence[float]) -> int:
    """How many of the first passages come so near to the best that a closer look is due; ranks fall."""
    return sum(rank > ranks[0] - NEAR for rank in ranks[:MOST])


def settled(scale: Scale, ranks: Sequence[float], parts: Sequence[Compared]) -> list[int]:
    """The order of some passages after a closer look, as places in the order of their ranks."""
    look, weights = CloseLook(scale), _weights()
    values = [
        rank + sum(weights[name] * value for name, value in look.figures(part).items())
        for rank, part in zip(ranks, parts, strict=True)
    ]
    return sorted(range(len(values)), key=lambda place: -values[place])


@cache
def _weights() -> Mapping[str, float]:
    found: Mapping[str, float] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return found


def _standing_for(cosines: Floats) -> Floats:
    """What words count for others: 0 below `_ALIKE`, `_WORTH` at most."""
    worth: Floats = np.clip((cosines - _ALIKE) / (1 - _ALIKE), 0.0, 1.0) * np.float32(_WORTH)
    return worth
