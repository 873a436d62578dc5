"""What a sentence claims, held against the passages that it cites: figures, bounds, dates, names, yes and no.

A figure is looked up by value at the place that speaks of the same: where the passage gives 5天 for the branch and
10天 for head office, "the branch has 10" is doubted. What the passage does not speak of is not judged by its words.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from app.gateway.clauses import Clause, clauses_of, plain, terms
from app.gateway.figures import Figure, figures_in
from app.gateway.names import codes_in, grades_in, is_general, named_in, parties_in, places_in, titles_in
from app.gateway.polarity import bare, polarity_of

Doubt = Literal["number", "unit", "date", "bound", "name", "negation", "modality"]

SPEAKS_OF = 0.2
"""Share of a sentence's words from which a passage of the same language speaks of it."""
FEW = 5
"""Words; what has fewer says too little to be judged by them."""
ELSEWHERE = 0.2
"""By how much more another place must speak of the sentence's matter than the one that gives the same figure."""
SAME_MATTER = 0.5
"""Likeness (Dice) of the words of two clauses from which their yes and no are compared."""

_SAME_UNIT = {
    "permille": ("percent", Decimal("0.1")),
    "bp": ("percent", Decimal("0.01")),
    "week": ("day", Decimal(7)),
    "year": ("month", Decimal(12)),
    "hour": ("minute", Decimal(60)),
}
_WORKING = re.compile(r"工作日|交易日|营业日|working|business")
_COUNTS = frozenset(["people", "times", *"次人名户家笔份级倍位"])
_UP = re.compile(
    r"以上|超过(?<!不超过)(?<!不得超过)|不低于|不少于|不得低于|不得少于|至少|最低|最少|高于(?<!不高于)(?<!不得高于)|大于|多于|以后|之后"
    r"|at least|more than|over |above|no less|not less|exceed|minimum|after"
)
_DOWN = re.compile(
    r"以下|不超过|不得超过|不高于|不得高于|不多于|至多|最高|最多|不足|低于(?<!不低于)(?<!不得低于)|少于(?<!不少于)(?<!不得少于)|小于|以内|之内|以前|之前|上限"
    r"|at most|up to|less than(?<!no less than)(?<!not less than)|below|under |within|no more|not more|maximum|not exceed|before|by "
)


@dataclass(frozen=True, slots=True)
class Passage:
    """What a mark names."""

    text: str
    head: str = ""
    """Title, number and date of its document: they stand for it too."""


def doubts(sentence: str, passages: Sequence[Passage], given: str = "") -> tuple[Doubt, ...]:
    """What of `sentence` does not hold against these passages together; empty where all of it may.

    What stands in `given` (the person's own message) may be said again.
    """
    there = [clause for passage in passages for clause in _read(passage.text)]
    text = "\n".join(plain(f"{passage.head}\n{passage.text}") for passage in passages)
    found: list[Doubt] = []
    own = clauses_of(sentence)
    also = [*figures_in(given), *(one for passage in passages for one in figures_in(passage.head))]
    for clause in own:
        found += _of_figures(clause, there, also)
        found += _of_polarity(clause, there)
    found += _of_names(
        sentence, text, "\n".join(f"{passage.head}\n{passage.text}" for passage in passages), plain(given)
    )
    return tuple(dict.fromkeys(found))


def speaks_of(sentence: str, passage: Passage) -> bool:
    """Whether the passage is about what the sentence says. True where words cannot tell: few, or another language."""
    own = terms(bare(plain(sentence)))
    there = terms(plain(f"{passage.head}\n{passage.text}"))
    common = [term for term in own if _is_han(term) == _mostly_han(there)]
    if len(common) < FEW:
        return True
    return len(own & there) >= SPEAKS_OF * len(common)


@lru_cache(maxsize=256)
def _read(text: str) -> tuple[Clause, ...]:
    return tuple(clauses_of(text))


# --- figures ---


def _of_figures(clause: Clause, there: Sequence[Clause], also: Sequence[Figure]) -> Iterator[Doubt]:
    for figure in clause.figures:
        if not (figure.states or figure.said in _COUNTS) or any(_same(figure, one) for one in also):
            continue
        like = [(one, other) for one in there for other in one.figures if _comparable(figure, other)]
        if not figure.states and not any(other.said == figure.said for _, other in like):
            continue
        same = [one for one, other in like if _same(figure, other)]
        if not same:
            yield _kind(figure, there)
            continue
        others = [one for one, other in like if not _same(figure, other)]
        closeness = _closeness(clause, there)
        best = max(closeness(one) for one in same)
        if others and max(closeness(one) for one in others) - best > ELSEWHERE:
            yield "date" if figure.kind in ("date", "time") else "number"
            continue
        bound = _bound(clause.text)
        bounds = {_bound(one.text) for one in same if closeness(one) >= best - 0.05}
        if bound and bounds == {"up" if bound == "down" else "down"}:
            yield "bound"


def _comparable(figure: Figure, other: Figure) -> bool:
    if figure.kind != other.kind:
        return False
    if not isinstance(figure.value, Decimal):
        return True
    unit, other_unit = _SAME_UNIT.get(figure.unit, (figure.unit, 0))[0], _SAME_UNIT.get(other.unit, (other.unit, 0))[0]
    return unit == other_unit or not unit or not other_unit


def _same(figure: Figure, other: Figure) -> bool:
    if not _comparable(figure, other):
        return False
    if isinstance(figure.value, Decimal) and isinstance(other.value, Decimal):
        if _WORKING.search(figure.said) and not _WORKING.search(other.said) and other.unit == "day":
            return False
        if _WORKING.search(other.said) and not _WORKING.search(figure.said) and figure.unit == "day":
            return False
        return _amount(figure) == _amount(other) or (figure.value == other.value and figure.unit == other.unit)
    if isinstance(figure.value, tuple) and isinstance(other.value, tuple):
        said = zip(figure.value, other.value, strict=False)
        return all(one is None or two is None or one == two for one, two in said) and _overlap(figure, other)
    return figure.value == other.value


def _overlap(figure: Figure, other: Figure) -> bool:
    """Two dates say something of the same part."""
    assert isinstance(figure.value, tuple) and isinstance(other.value, tuple)
    return any(one is not None and one == two for one, two in zip(figure.value, other.value, strict=False))


def _amount(figure: Figure) -> Decimal:
    assert isinstance(figure.value, Decimal)
    return figure.value * _SAME_UNIT.get(figure.unit, ("", Decimal(1)))[1]


def _kind(figure: Figure, there: Sequence[Clause]) -> Doubt:
    if figure.kind in ("date", "time"):
        return "date"
    elsewhere = (other for one in there for other in one.figures)
    return "unit" if any(other.kind == "number" and other.value == figure.value for other in elsewhere) else "number"


def _closeness(clause: Clause, there: Sequence[Clause]):  # type: ignore[no-untyped-def]
    """How much of the sentence's matter a place speaks of, 0 to 1: rare words weigh more, those of the clause most."""
    counts = Counter(term for one in there for term in one.further)
    total = len(there) + 1
    weight = {
        term: math.log(1 + total / counts[term]) * (1.0 if term in clause.near else 0.5)
        for term in clause.further
        if counts[term]
    }
    whole = sum(weight.values()) or 1.0

    def closeness(place: Clause) -> float:
        return (
            sum(weight[term] * (1.0 if term in place.near else 0.5) for term in weight if term in place.further) / whole
        )

    return closeness


def _bound(text: str) -> str:
    up, down = bool(_UP.search(text)), bool(_DOWN.search(text))
    return "" if up == down else "up" if up else "down"


# --- yes and no ---


def _of_polarity(clause: Clause, there: Sequence[Clause]) -> Iterator[Doubt]:
    own = terms(bare(clause.text))
    if len(own) < 2:
        return
    best, likeness = None, 0.0
    for start in range(len(there)):
        for length in (1, 2, 3):
            span = there[start : start + length]
            if len(span) < length or any(one.around != span[0].around for one in span):
                break
            text = "，".join(one.text for one in span)
            words = terms(bare(text))
            dice = 2 * len(own & words) / (len(own) + len(words) or 1)
            if dice > likeness:
                best, likeness = text, dice
    if best is None or likeness < SAME_MATTER:
        return
    said, meant = polarity_of(clause.text), polarity_of(best)
    if said.turns or meant.turns:
        return
    if said.denies != meant.denies:
        yield "negation"
    elif said.modality and meant.modality and said.modality != meant.modality:
        yield "modality"


# --- names ---


def _of_names(sentence: str, text: str, written: str, given: str) -> Iterator[Doubt]:
    said = plain(sentence)
    for title in titles_in(said):
        if title not in text and title not in given and not _within(title, text):
            yield "name"
    for name, ending in parties_in(said):
        if named_in(name, ending, text) or named_in(name, ending, given):
            continue
        if not is_general(name) or any(end == ending for _, end in parties_in(text)):
            yield "name"
    if any(place not in text and place not in given for place in places_in(said)):
        yield "name"
    for name, ending in grades_in(said):
        if name not in text and name not in given and any(end == ending for _, end in grades_in(text)):
            yield "name"
    codes = set(codes_in(written))
    if codes and any(code not in codes and code.lower() not in f"{text}\n{given}" for code in codes_in(sentence)):
        yield "name"


def _within(title: str, text: str) -> bool:
    """A title that is said shorter: 差旅费管理办法 for 示例银行差旅费管理办法."""
    return any(title in other or other in title for other in titles_in(text))


def _is_han(term: str) -> bool:
    return term[0] >= "㐀"


def _mostly_han(there: frozenset[str]) -> bool:
    return 2 * sum(map(_is_han, there)) >= len(there)
