"""The shortest words of a passage that answer a question, verbatim.

A passage is cut into sentences, each is judged by how much of the question it covers (n-grams weighted by rarity
among the passages), and neighbours are added only while they cover more. A quotation is always a part of its passage.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from app.engines.language.forms import any_of, lexicon
from app.engines.language.ngrams import features, folded, is_han

ENOUGH = 0.35
"""Share of the question that a passage must cover to count as an answer."""
NEARLY = 0.9
"""Further passages are quoted when they cover this share of what the best one covers."""
UNSEEN = 0.35
"""What a part of the question counts that no passage has: it may be a mere seam between two words."""
FIGURE, RANK = 0.12, 0.1
"""What a figure of the kind asked for adds to a sentence, and what the first place in the search adds to a passage."""
TITLE = 0.95
"""What a part of the question counts that only the document's title says."""
LONGEST = 4000
"""Characters of a passage that are looked at."""
LONG = 120
"""Characters. Longer sentences are quoted by the clause."""

_SENTENCE = re.compile(r"[^。！？!?\n]*[。！？!?]+[”」』）)]*|[^。！？!?\n]+|\n+")
_LATIN_SENTENCE = re.compile(r"(?<=[.;])\s+(?=[A-Z0-9])")
_CLAUSE = re.compile(r"[^；;]+[；;]?")
_TABLE = re.compile(r"^\s*\|.*\|\s*$", re.MULTILINE)
_HAN_RUN = re.compile(r"[㐀-鿿]+")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")
_N = r"(?:\d|[一二三四五六七八九十百千万半两])\s*"
_FIGURES = tuple(
    (re.compile(asked, re.IGNORECASE), re.compile(answer, re.IGNORECASE))
    for asked, answer in (
        (
            r"多久|多长|几天|几年|几个月|几点|何时|什么时候|期限|how (?:long|soon|often)|when\b",
            rf"{_N}个?(?:工作日|自然日|日|天|周|月|年|季|小时|分钟|点|days?|weeks?|months?|years?|hours?)|\d:\d\d",
        ),
        (r"多少钱|金额|多少元|费用|how much", rf"{_N}(?:元|万|亿|[a-z]{{3}}\b)"),
        (r"比例|百分|利率|费率|率[是为]?多少|percent|rate", rf"{_N}[%‰]|百分之|{_N}个?基点"),
        (r"多少|几|上限|下限|最高|最低|how many|limit", r"\d|[一二三四五六七八九十百千两]+[个名级人次倍份家项]"),
    )
)
"""How a question asks for a figure, and what such a figure looks like."""
_NUMBERING = re.compile(
    r"^\s*(?:第[一二三四五六七八九十百零\d]+[条章节款]|[(（][一二三四五六七八九十\d]+[)）]|\d+[.、])"
)


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as a material skill hands it over; `n` is its mark."""

    n: int
    text: str
    title: str
    locator: str
    notes: tuple[str, ...] = ()
    """What a reader must know of it, in sentences of the bank: that it was superseded, that another contradicts it."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim part of a passage."""

    passage: Passage
    text: str
    coverage: float
    """Share of the question that it covers, 0 to 1."""


def passages_of(data: Mapping[str, object]) -> list[Passage]:
    """The passages in a material skill's data; what is not of their form is left out."""
    found = data.get("passages")
    rows = found if isinstance(found, list) else []
    return [
        Passage(
            row["n"],
            row["text"],
            str(row.get("title") or row.get("source") or ""),
            str(row.get("locator") or ""),
            tuple(map(str, row.get("notes") or ())),
        )
        for row in rows
        if isinstance(row, dict) and isinstance(row.get("n"), int) and isinstance(row.get("text"), str) and row["text"]
    ]


def quotes(question: str, passages: Sequence[Passage], most: int = 3, enough: float = ENOUGH) -> list[Quote]:
    """The best quotations for `question`, the best first; empty when nothing covers `enough` of it."""
    weights = _weights(question, passages)
    if not weights:
        return []
    figures = [answer for asked, answer in _FIGURES if asked.search(question)][:1]
    ranked = [
        (quote.coverage + RANK / place, quote)
        for place, passage in enumerate(passages, start=1)
        if (quote := _quote(passage, weights, figures)).coverage >= enough
    ]
    ranked.sort(key=lambda pair: -pair[0])
    found = [quote for _, quote in ranked]
    kept: list[Quote] = []
    for quote in found:
        near = len(kept) < most and quote.coverage >= NEARLY * found[0].coverage
        if near and not any(quote.text in other.text or other.text in quote.text for other in kept):
            kept.append(quote)
    return kept


def _weights(question: str, passages: Sequence[Passage]) -> dict[str, float]:
    """What the question is about and how rare that is among the passages; the sum is the whole question."""
    asked = _terms(_asking().sub(" ", folded(question)))
    counts = Counter(term for passage in passages for term in asked & _terms(f"{passage.title} {passage.text}"))
    return {
        term: (1 if counts[term] else UNSEEN) * math.log(1 + (1 + len(passages)) / (0.5 + counts[term]))
        for term in asked
    }


def _terms(text: str) -> set[str]:
    """Pairs of Han (single ones that stand alone), stems of Latin words, and figures as they are."""
    kept = folded(text[:LONGEST])
    found = {term for term in features(kept, LONGEST) if (len(term) == 2 and is_han(term[0])) or term.startswith("w:")}
    found |= {run for run in _HAN_RUN.findall(kept) if len(run) == 1}
    return found | set(_DIGITS.findall(kept))


@cache
def _asking() -> re.Pattern[str]:
    return re.compile(any_of(lexicon()["asking"]))


def _quote(passage: Passage, weights: Mapping[str, float], figures: Sequence[re.Pattern[str]]) -> Quote:
    total = sum(weights.values())
    around = _terms(passage.title)

    def covered(text: str) -> float:
        terms = _terms(text)
        own = sum(weight for term, weight in weights.items() if term in terms or (len(term) == 1 and term in text))
        by_title = sum(weight for term, weight in weights.items() if term not in terms and term in around)
        plain = _NUMBERING.sub("", text)  # `第十二条` is no figure that answers
        has_figure = FIGURE * total if own and any(figure.search(plain) for figure in figures) else 0.0
        return min(1.0, (own + TITLE * by_title + has_figure) / total)

    pieces = _pieces(passage.text)
    scores = [covered(passage.text[start:end]) for start, end in pieces]
    best = max(range(len(pieces)), key=lambda at: scores[at])
    first = last = best
    here = scores[best]
    for step in (1, -1, 1, -1):  # neighbours join while they bring something new
        at = last + 1 if step > 0 else first - 1
        if not 0 <= at < len(pieces):
            continue
        span = (pieces[min(first, at)][0], pieces[max(last, at)][1])
        more = covered(passage.text[slice(*span)])
        if more > here + 0.1:
            first, last, here = min(first, at), max(last, at), more
    text = passage.text[pieces[first][0] : pieces[last][1]].strip()
    return Quote(passage, text, here)


def _pieces(text: str) -> list[tuple[int, int]]:
    """Where the sentences stand; a table is one piece, a long sentence one piece per clause."""
    tables = [match.span() for match in re.finditer(rf"(?:{_TABLE.pattern}\n?)+", text, re.MULTILINE)]
    found: list[tuple[int, int]] = []
    at = 0
    for begin, end in [*tables, (len(text), len(text))]:
        for sentence in _SENTENCE.finditer(text, at, begin):
            found += _clauses(text, *sentence.span())
        if end > begin:
            found.append((begin, end))
        at = end
    kept: list[tuple[int, int]] = []
    for start, end in found:
        if not text[start:end].strip():
            continue
        if kept and text[kept[-1][0] : kept[-1][1]].rstrip().endswith(("：", ":")):
            kept[-1] = (kept[-1][0], end)  # what a colon announces belongs to it
        else:
            kept.append((start, end))
    return kept or [(0, len(text))]


def _clauses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    parts = [start, *(start + gap.end() for gap in _LATIN_SENTENCE.finditer(text[start:end])), end]
    spans = list(pairwise(parts))
    if len(spans) == 1 and end - start > LONG:
        spans = [clause.span() for clause in _CLAUSE.finditer(text, start, end)]
    return spans
