"""How much of a question stands in a passage: the score of a hit, and its rank among the others."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from app.engines.library.comparing.compared import Compared, pieces_of_word
from app.engines.library.comparing.questions import without_instructions
from app.engines.library.wording.synonyms import Synonyms
from app.engines.library.wording.words import asked, bare, normal, pairs, pairs_of, words

LONGEST_QUERY = 500
"""Characters of a query that are looked at."""
CREDIT_OF_TITLES, CREDIT_OF_SYNONYM, CREDIT_OF_PAIRS = 0.8, 0.9, 0.8
"""What a word counts that stands only in the titles, under another name, or in pieces."""
WEIGHT_OF_BM25, WEIGHT_OF_SCORE, WEIGHT_OF_RUN, WEIGHT_OF_TRIPLES, WEIGHT_OF_SUBJECT = 2.0, 3.0, 3.0, 2.0, 0.8
WEIGHT_OF_SENTENCE, WEIGHT_OF_TWO, WEIGHT_OF_KIND, WEIGHT_OF_LEAD = 2.5, 2.0, 0.8, 0.5
"""In the rank: of BM25; of the score; of the share of an English question that stands there in a row; of a Chinese
one's triples of characters, of its first word; of what stands in one sentence, in two neighbours (Chinese); of that
sentence having a year, a figure, a person, a place, a reason where one is asked for; of what the passage begins with.
From conditional logit fits on half of CMRC 2018, DRCD and the own questions, rounded (`bench/bench_search.py`)."""
NAMED = 0.2
"""Share of a question from which on it names a title."""
_HAN = re.compile(r"[㐀-鿿]")
_LEAD = 60
"""Characters that a passage begins with."""

_WHEN = r"哪一?[年月天日]|何[年时]|几[年月]|什么时[候间]|\bwhen\b"
_HOW_MUCH = r"多少|几[个名人次天种倍成]|多[大长高久]|比例|\bhow (?:much|many|long)\b"
_WHO = r"谁|哪一?[位个]人?|何人|名字|叫什么"
_WHERE = r"哪里|何[处地]|哪一?个?(?:国家|城市|地|省|县|市|州|国|洲)|在哪|什么地方"
_WHY = r"为什么|为何|原因|何故"
_KINDS = (
    (re.compile(_WHEN), re.compile(r"\d(?:年|月|日|世纪)|\b(?:19|20)\d\d\b")),
    (re.compile(_HOW_MUCH), re.compile(r"[\d一二三四五六七八九十两]")),
    (re.compile(_WHO), re.compile(r"·|王|皇|帝|将军|总统|主席|教授|先生|博士")),
    (re.compile(_WHERE), re.compile(r"[省市县国州区镇村岛山河湖海港]")),
    (re.compile(_WHY), re.compile(r"因|由于|所以|故|导致|以致|为了|使")),
)
"""What is asked for -> what the sentence that answers has."""


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

    @cached_property
    def kind(self) -> re.Pattern[str] | None:
        """What a sentence that answers has, where a figure, a time, a person, a place or a reason is asked for."""
        return next((has for asks, has in _KINDS if asks.search(self.plain)), None)

    @cached_property
    def triples(self) -> list[str]:
        """Of a Chinese question: its neighbouring characters in threes, what asks included."""
        is_chinese = 4 * len(_HAN.findall(self.plain)) > len(self.plain)  # an English date has Chinese characters, too
        return [self.plain[at : at + 3] for at in range(len(self.plain) - 2)] if is_chinese else []

    def without(self, said: Set[str]) -> Question:
        """The question about what is left, unless nothing is."""
        about = {word: others for word, others in self.about.items() if word not in said}
        plain = self.plain
        for word in said:
            plain = plain.replace(word, " ")
        return Question(plain, about) if about else self

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


@dataclass(frozen=True, slots=True)
class _Sought:
    """A word as sentences are searched for it."""

    spelled: tuple[tuple[float, tuple[str, ...]], ...]
    """What it is worth, and the pieces that must all stand there; what means the same besides."""
    characters: str
    """Of a Chinese word: they count where it does not stand whole, 建于 for 建立."""
    worth: float
    """Of one of them."""

    def within(self, text: str) -> _Sought | None:
        """What of it a text has, so that its sentences are not searched for the rest."""
        spelled = tuple([one for one in self.spelled if one[1][0] in text])
        characters = "".join([one for one in self.characters if one in text])
        return _Sought(spelled, characters, self.worth) if spelled or characters else None


@dataclass(frozen=True)
class Scale:
    """Weighs passages for one question."""

    question: Question
    weights: Mapping[str, float]

    def glance(self, bm25: float, line: str) -> float:
        """The rank as far as a passage's terms alone tell it, at a tenth of the cost."""
        got = 0.0
        for weight, spelled in self._in_line:
            for one in spelled:
                if one in line:
                    got += weight
                    break
        return (WEIGHT_OF_BM25 * bm25 + WEIGHT_OF_SCORE * got) / self._whole

    def score(self, part: Compared) -> float:
        """Share of the question's weight in a passage, 0 to 1."""
        got = 0.0
        for word, weight in self.weights.items():
            got += weight * self._credit_in(word, part)
        return got / self._whole

    def rank(self, bm25: float, score: float, part: Compared) -> float:
        """Higher is better, for this question only."""
        sentence, two, of_kind, lead = self._best_sentences(part)
        return (
            WEIGHT_OF_BM25 * bm25 / self._whole
            + WEIGHT_OF_SCORE * score
            + self._said_alike(part, two)
            + WEIGHT_OF_SENTENCE * sentence
            + WEIGHT_OF_KIND * of_kind
            + WEIGHT_OF_LEAD * lead
        )

    def credits(self, part: Compared) -> list[float]:
        """0 to 1 for each word of the question: how far a passage has it."""
        return [self._credit_in(word, part) for word in self.weights]

    def credits_in_titles(self, part: Compared) -> list[float]:
        """0 to 1 for each word of the question: how far the titles above a passage have it."""
        return [CREDIT_OF_TITLES * self._credit(word, part.titles, part.above, "") for word in self.weights]

    def credits_in_sentence(self, sentence: str) -> list[float]:
        """0 to 1 for each word of the question: how far this sentence of a passage has it."""
        sought = zip(self._looked_for, self.weights.values(), strict=True)
        return [min(1.0, _said((one,), sentence) / weight) for one, weight in sought]

    def share_of_word(self, word: str) -> float:
        """Share of the question that this word is."""
        return self.weights[word] / self._whole

    def words_in_name(self, name: str) -> set[str]:
        """Words of the question that stand in a document's name, or what means the same."""
        name, there = _in_words(name)
        also = self.question.about
        return {word for word in self.weights if any(_is_there(one, there, name, "") for one in (word, *also[word]))}

    def share_in_heading(self, heading: str) -> float:
        """0 to 1: how far the title right above a passage is what the question names, and nothing else."""
        title = next((one for one in reversed(heading.split(" › ")) if not one.startswith("|")), "")
        if not title:
            return 0.0
        _, there = _in_words(title)
        said = self.words_in_name(title)
        covered = {piece for word in said for one in (word, *self.question.about[word]) for piece in words(one)}
        share = sum(map(self.share_of_word, said))
        return min(1.0, share / NAMED) * len(there & covered) / (len(there) or 1)

    @cached_property
    def _whole(self) -> float:
        return sum(self.weights.values()) or 1.0

    def _said_alike(self, part: Compared, two: float) -> float:
        """How a passage says it. Chinese sentences are short, and a question mostly begins with what it is about."""
        plain, triples = self.question.plain, self.question.triples
        if not triples:
            return WEIGHT_OF_RUN * longest_run(plain, part.plain) / max(1, len(plain))
        there = sum([triple in part.plain for triple in triples]) / len(triples)
        subject = self._credit_in(next(iter(self.weights)), part)
        return WEIGHT_OF_TRIPLES * there + WEIGHT_OF_SUBJECT * subject + WEIGHT_OF_TWO * two

    def _credit_in(self, word: str, part: Compared) -> float:
        in_titles = CREDIT_OF_TITLES * self._credit(word, part.titles, part.above, "")
        return max(self._credit(word, part.terms, part.plain, part.line), in_titles)

    def _credit(self, word: str, there: Set[str], text: str, line: str) -> float:
        """1 for the word itself, less for what means the same or for its pairs: 住宿费用 for 住宿费."""
        if _is_there(word, there, text, line):
            return 1.0
        if any(_is_there(other, there, text, line) for other in self.question.about[word]):
            return CREDIT_OF_SYNONYM
        own = pairs_of(word) if len(word) > 2 else []
        return CREDIT_OF_PAIRS * sum(pair in there for pair in own) / len(own) if own else 0.0

    @cached_property
    def _in_line(self) -> list[tuple[float, tuple[str, ...]]]:
        about = self.question.about
        return [
            (weight, tuple(f" {bare(one)} " for one in (word, *about[word]))) for word, weight in self.weights.items()
        ]

    @cached_property
    def _looked_for(self) -> list[_Sought]:
        about = self.question.about
        return [
            _Sought(
                tuple(
                    (weight * (CREDIT_OF_SYNONYM if other else 1.0), pieces_of_word(one))
                    for other, one in enumerate((word, *about[word]))
                ),
                "" if word.isascii() else word,
                weight * CREDIT_OF_PAIRS / len(word),
            )
            for word, weight in self.weights.items()
        ]

    def _best_sentences(self, part: Compared) -> tuple[float, float, float, float]:
        """Share of the question in one sentence, two neighbours, one with what is asked for, what comes first."""
        there = [some for one in self._looked_for if (some := one.within(part.whole))]
        kind = self.question.kind
        best = best_of_two = best_of_kind = before = 0.0
        former = ""
        for sentence in part.sentences:
            share = _said(there, sentence)
            if share > best:
                best = share
            if before + share > best_of_two:  # two have no more than each has
                best_of_two = max(best_of_two, _said(there, f"{former}\n{sentence}"))
            if kind and share > best_of_kind and kind.search(sentence):
                best_of_kind = share
            before, former = share, sentence
        lead = _said(there, part.sentences[0][:_LEAD])
        return best / self._whole, best_of_two / self._whole, best_of_kind / self._whole, lead / self._whole


def _said(sought: Iterable[_Sought], sentence: str) -> float:
    """Weight of what stands in a sentence."""
    got = 0.0
    for one in sought:
        for worth, pieces in one.spelled:
            if pieces[0] in sentence and (len(pieces) == 1 or all(piece in sentence for piece in pieces)):
                got += worth
                break
        else:
            for character in one.characters:
                if character in sentence:
                    got += one.worth
    return got


def question_of(query: str, synonyms: Synonyms) -> Question:
    """The question in a query; one without any word is about nothing."""
    plain = normal(without_instructions(query)[:LONGEST_QUERY])
    about = {word: synonyms.of(word) for word in asked(plain, synonyms.whole)}
    for first, second in pairwise(about):
        if f"{first} {second}".isascii() and f"{first} {second}" in plain:  # AmericanExpress for American Express
            about[first] = (*about[first], first + second)
            about[second] = (*about[second], first + second)
    return Question(plain, about)


@lru_cache(maxsize=4096)
def _in_words(name: str) -> tuple[str, Set[str]]:
    """A name in its normal spelling, and its words."""
    plain = normal(name)
    return plain, frozenset(words(plain))


def _is_there(word: str, there: Set[str], text: str, line: str) -> bool:
    """A Latin word may stand by chance within another, `nim` in `minimum`: it counts whole, whatever its ending."""
    if word.isascii():
        plain = bare(word)
        return plain in there or (" " in plain and (f" {plain} " in line or (not line and word in text)))
    return word in there or (len(word) > 1 and word in text)


def _weight(word: str, others: Iterable[str], counts: Mapping[str, int], total: int) -> float:
    """A rare word says more, and a long one. What the documents only call otherwise is as rare as they call it."""
    called = (min((counts.get(part, 0) for part in words(other)), default=0) for other in (word, *others))
    count = max(called)
    length = min(len(word), 4) if word[0] >= "㐀" else 2
    return length * math.log(1 + (total - count + 0.5) / (count + 0.5))


def longest_run(query: str, text: str) -> int:
    """Length of the longest part of `query` that stands in `text`."""
    longest = 0
    for at in range(len(query)):
        while at + longest < len(query) and query[at : at + longest + 1] in text:
            longest += 1
    return longest
