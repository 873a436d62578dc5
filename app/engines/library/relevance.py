"""How much of a question stands in a passage: the score of a hit, and its rank among the others."""

from __future__ import annotations

import math
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from app.engines.library.synonyms import Synonyms
from app.engines.library.words import asked, normal, pairs, words

LONGEST_QUERY = 500
"""Characters of a query that are looked at."""
CREDIT_OF_TITLES, CREDIT_OF_SYNONYM, CREDIT_OF_PAIRS = 0.8, 0.9, 0.8
"""What a word counts that stands only in the titles, under another name, or in pieces."""
WEIGHT_OF_SCORE, WEIGHT_OF_RUN = 3.0, 0.04
"""In the rank: of the score, and of each character in a row said exactly alike. BM25 counts 1."""


@dataclass(frozen=True)
class Question:
    """What a query is about."""

    plain: str
    """The query in its normal spelling."""
    about: Mapping[str, tuple[str, ...]]
    """Its words -> what means the same."""

    @cached_property
    def terms(self) -> frozenset[str]:
        """What the index is asked for: words and pairs, of the synonyms too; no pair reaches over a word left out."""
        said = " ".join([*self.about, *(other for others in self.about.values() for other in others)])
        return frozenset([*words(said), *pairs(said), *pairs(self._without_the_rest())])

    def scale(self, counts: Mapping[str, int], total: int) -> Scale:
        """How much each word weighs among `total` parts of which `counts` have it."""
        return Scale(self, {word: _weight(word, others, counts, total) for word, others in self.about.items()})

    def _without_the_rest(self) -> str:
        plain, kept = self.plain, ""
        while plain:
            word = next((word for word in self.about if plain.startswith(word)), "")
            kept += word or " "
            plain = plain[len(word) or 1 :]
        return kept


@dataclass(frozen=True)
class Scale:
    """Weighs passages for one question."""

    question: Question
    weights: Mapping[str, float]

    def score(self, body: Container[str], titles: Container[str], text: str, above: str) -> float:
        """Share of the question's weight in a passage, 0 to 1. `body`, `titles`: terms; `text`, `above`: the texts."""
        got = 0.0
        for word, weight in self.weights.items():
            in_titles = CREDIT_OF_TITLES * self._credit(word, titles, above)
            got += weight * max(self._credit(word, body, text), in_titles)
        return got / self._whole

    def rank(self, bm25: float, score: float, text: str) -> float:
        """Higher is better, for this question only."""
        return bm25 / self._whole + WEIGHT_OF_SCORE * score + WEIGHT_OF_RUN * _longest_run(self.question.plain, text)

    @cached_property
    def _whole(self) -> float:
        return sum(self.weights.values()) or 1.0

    def _credit(self, word: str, there: Container[str], text: str) -> float:
        """1 for the word itself, less for what means the same or for its pairs: 住宿费用 for 住宿费."""
        if word in there or (len(word) > 1 and _has_no_edges(word) and word in text):
            return 1.0
        if any(other in there or (_has_no_edges(other) and other in text) for other in self.question.about[word]):
            return CREDIT_OF_SYNONYM
        own = pairs(word) if len(word) > 2 else []
        return CREDIT_OF_PAIRS * sum(pair in there for pair in own) / len(own) if own else 0.0


def question_of(query: str, synonyms: Synonyms) -> Question:
    """The question in a query; one without any word is about nothing."""
    query = query[:LONGEST_QUERY]
    return Question(normal(query), {word: synonyms.of(word) for word in asked(query, synonyms.whole)})


def _weight(word: str, others: Iterable[str], counts: Mapping[str, int], total: int) -> float:
    """A rare word says more, and a long one. What the documents only call otherwise is as rare as they call it."""
    called = (min((counts.get(part, 0) for part in words(other)), default=0) for other in others)
    count = max([counts.get(word, 0), *called])
    length = min(len(word), 4) if word[0] >= "㐀" else 2
    return length * math.log(1 + (total - count + 0.5) / (count + 0.5))


def _has_no_edges(word: str) -> bool:
    """False for a Latin word, which may stand by chance within another: `nim` in `minimum`."""
    return not (word.isascii() and word.isalnum())


def _longest_run(query: str, text: str) -> int:
    """Length of the longest part of `query` that stands in `text`."""
    longest = 0
    for at in range(len(query)):
        while at + longest < len(query) and query[at : at + longest + 1] in text:
            longest += 1
    return longest
