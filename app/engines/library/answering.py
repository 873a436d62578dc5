"""How likely a passage answers a question: a logistic curve over the evidence, fitted by `bench/train_answering.py`."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from app.engines.library.evidence import inquiry
from app.engines.library.wording.synonyms import Synonyms
from app.engines.library.wording.words import bare, pairs_of

WEIGHTS = Path(__file__).parent / "answering.json"
"""Name of a figure -> what one of it adds to the log odds; `bias` is what they start from."""
LOOKED_AT = 5
"""Of the passages found, the best first; what comes behind them answers nothing that these do not."""


class Passage(Protocol):
    """What is looked at of a passage found."""

    @property
    def source(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def heading(self) -> str: ...
    @property
    def text(self) -> str: ...


class Index(Protocol):
    """Where the words of a question are counted."""

    def counts(self, names: Sequence[str], terms: Sequence[str]) -> tuple[int, Mapping[str, int]]:
        """How many parts these sets have, and how many of them have each term."""
        ...


@dataclass(frozen=True)
class Answering:
    """Judges what a search found. Blocks for some milliseconds."""

    index: Index
    synonyms: Synonyms

    def likelihoods(self, query: str, found: Sequence[Passage]) -> list[float]:
        """For each passage, in the order of the search, how likely it answers: 0 to 1, from 0.5 on it probably does."""
        looked_at = self.evidence(query, found) if found else []
        return [_curve(self._weights, one) for one in looked_at] + [0.0] * (len(found) - len(looked_at))

    def evidence(self, query: str, found: Sequence[Passage]) -> list[dict[str, float]]:
        """The figures that the curve is over, for the first passages."""
        found = found[:LOOKED_AT]
        names = list(dict.fromkeys(one.source.split("/", 1)[0] for one in found))
        asked = inquiry(query, self.synonyms, lambda words: self._counted(names, words))
        about = asked.about()
        of_document = Counter(one.source for one in found)
        return [
            {
                **about,
                **asked.evidence(f"{one.title} {one.heading}", one.text),
                "place": float(place),
                "of_document": float(of_document[one.source]),
            }
            for place, one in enumerate(found)
        ]

    def _counted(self, names: Sequence[str], words: Sequence[str]) -> tuple[int, Mapping[str, int]]:
        """How many passages have each word: the pairs of a Chinese one, the words of an English one."""
        terms = {word: bare(word).split() if word.isascii() else pairs_of(word) or [word] for word in words}
        total, having = self.index.counts(names, list({term for these in terms.values() for term in these}))
        return total, {word: min((having[term] for term in these), default=0) for word, these in terms.items()}

    @cached_property
    def _weights(self) -> Mapping[str, float]:
        weights: dict[str, float] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
        return weights


def _curve(weights: Mapping[str, float], evidence: Mapping[str, float]) -> float:
    odds = weights["bias"] + sum(weights.get(name, 0.0) * value for name, value in evidence.items())
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, odds))))
