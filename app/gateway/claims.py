"""What a sentence claims, held against the passages that it cites: figures, bounds, dates, names, yes and no.

A figure is looked up by value at the place that speaks of the same: where the passage gives 5天 for the branch and
10天 for head office, "the branch has 10" is doubted. What the passage does not speak of is not judged by its words.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from app.gateway.bounds import bound_of, direction_of, order_of
from app.gateway.clauses import Clause, clauses_of, plain, terms
from app.gateway.conditions import allows_forbidden, joined_otherwise, other_order, suffices_here
from app.gateway.denials import grants_denied, spares_demanded
from app.gateway.equal_figures import (
    WORKING,
    comparable,
    is_each,
    is_part_of_date,
    is_working,
    rounds,
    same_figure,
)
from app.gateway.figures import Figure, figures_in
from app.gateway.names import named_in, parties_in, places_in, titles_in
from app.gateway.numerals import NUMERALS
from app.gateway.polarity import bare, polarity_of
from app.gateway.scales import another_step, swapped_step
from app.gateway.subjects import of_another

Doubt = Literal["number", "unit", "date", "bound", "name", "negation", "modality", "condition"]

SPEAKS_OF = 0.08
"""Share of a sentence's words from which a passage of the same language speaks of it."""
FEW = 5
"""Words; what has fewer says too little to be judged by them."""
ELSEWHERE = 0.2
"""By how much more another place must speak of the sentence's matter than the one that gives the same figure."""
FEW_TO_COMPARE, OPPOSED = 3, 0.33
"""Words of a clause whose yes and no can be compared; and the likeness that is enough for 可以 against 不得."""
NEARLY_ALL, SHORTEST, LONGEST, FLANKED = 0.6, 6, 120, 10
"""Of a clause said nearly word for word: share of its characters that are the same, fewest and most characters, and how
many of them stand around a word that was put in the place of another."""
SAME_MATTER = 0.55
"""Likeness (Dice) of the words of two clauses from which their yes and no are compared."""
CLAUSES, LETTERS = 24, 600
"""Of one sentence that are looked at for more than figures: nobody waits for a model that never ends its sentence."""

_GENERAL = re.compile(
    r"按照?|根据|依据|有关|相关|规定|办理|执行|即可|具体|如下|参见|详见|另见|参照|资料|制度|文件|原文|查到|查询|所示|内容|请|您|我们"
)
_NUMERAL = re.compile(f"[{NUMERALS}万亿]")
_HAN = re.compile(r"[^㐀-鿿]+")
_OPPOSITES = [
    set(pair)
    for pair in ("高低", "早近", "前后", "上下", "大小", "多少", "长短", "内外", "买卖", "收付", "先后", "早晚")
]
_ANY_FIRM = frozenset(("子公司", "母公司", "分公司", "我公司"))
_ANY_PLACE = re.compile("省会|其他(?:城市|地区|国家)")
_TOPIC = re.compile("(?:的[㐀-鿿]{0,4}|者)$")
_COMMA = re.compile("[,，]")
_SMALL = re.compile(r"[\s都均也皆并且和与及或的了]")
_COUNTS = frozenset(["people", "times", "个季度", *"次人名户家笔份级倍位每层张楼台套间页辆"])


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
    if _bare(plain(sentence)) in _bare(text):
        return ()
    found: list[Doubt] = []
    own = clauses_of(sentence)
    stated = [figure for clause in own for figure in clause.figures]
    also = [*figures_in(given), *(one for passage in passages for one in figures_in(passage.head))]
    for clause in own:
        found += _of_figures(clause, there, also, stated)
    own = own[:CLAUSES]
    found += _of_polarity(own, there)
    if allows_forbidden(own, there) or grants_denied(own, there) or spares_demanded(own, there):
        found.append("negation")
    said = plain(sentence[:LETTERS])
    if joined_otherwise(said, text) or suffices_here(said, text) or other_order(said, text):
        found.append("condition")
    found += _of_words(own, there)
    found += _of_names(sentence[:LETTERS], text, plain(given))
    if of_another(said, own, there, plain(given)) or swapped_step(own, there):
        found.append("name")
    return tuple(dict.fromkeys(found))


def speaks_of(sentence: str, passage: Passage) -> bool:
    """Whether the passage is about what the sentence says. True where words cannot tell: few, or another language."""
    own = terms(_GENERAL.sub(" ", bare(plain(sentence))))
    there = terms(plain(f"{passage.head}\n{passage.text}"))
    common = [term for term in own if _is_han(term) == _mostly_han(there)]
    if len(common) < FEW:
        return True
    if len(own & there) >= SPEAKS_OF * len(common):
        return True
    said = [one for clause in clauses_of(sentence) for one in clause.figures if one.states]
    return any(same_figure(one, other) for one in said for clause in _read(passage.text) for other in clause.figures)


def _bare(text: str) -> str:
    return re.sub(r"[\s。.]+", "", text)


@lru_cache(maxsize=256)
def _read(text: str) -> tuple[Clause, ...]:
    return tuple(clauses_of(text))


@lru_cache(maxsize=16)
def _counts(there: tuple[Clause, ...]) -> Counter[str]:
    """How many places speak of each word."""
    return Counter(term for one in there for term in one.further)


# --- figures ---


def _of_figures(
    clause: Clause, there: Sequence[Clause], also: Sequence[Figure], stated: Sequence[Figure]
) -> Iterator[Doubt]:
    for figure in clause.figures:
        if figure.unit == "day" and WORKING.search(clause.around) and not any(map(is_working, stated)):
            figure = replace(figure, said="工作日")
        if not (figure.states or figure.said in _COUNTS) or any(same_figure(figure, one) for one in also):
            continue
        like = [(one, other) for one in there for other in one.figures if comparable(figure, other)]
        if not figure.states and not any(other.said == figure.said for _, other in like):
            continue
        same = [one for one, other in like if same_figure(figure, other)]
        if not same and (
            is_each(figure, clause.text)
            or is_part_of_date(figure, there)
            or any(rounds(figure, other, clause.text) for _, other in like)
        ):
            continue
        if not same:
            yield _kind(figure, there)
            continue
        # A place competes where its figure is of the same kind and the sentence does not name it too.
        others = [
            one
            for one, other in like
            if (other.unit, len(other.said)) == (figure.unit, len(figure.said))
            and not any(same_figure(said, other) for said in (figure, *stated))
        ]
        closeness = _closeness(clause, there)
        best = max(closeness(one) for one in same)
        if others and max(closeness(one) for one in others) - best > ELSEWHERE:
            yield "date" if figure.kind in ("date", "time") else "number"
            continue
        if _opposed(bound_of, clause, same) or _opposed(order_of, clause, same):
            yield "bound"
        if _opposed(direction_of, clause, same):
            yield "negation"


def _opposed(way_of: Callable[[str], str], clause: Clause, same: Sequence[Clause]) -> bool:
    """Whether a clause goes one way, and every place with its figure the other way."""
    way, ways = way_of(clause.text), {way_of(one.text) for one in same}
    return bool(way) and "" not in ways and way not in ways


def _kind(figure: Figure, there: Sequence[Clause]) -> Doubt:
    if figure.kind in ("date", "time"):
        return "date"
    elsewhere = (other for one in there for other in one.figures)
    return "unit" if any(other.kind == "number" and other.value == figure.value for other in elsewhere) else "number"


def _closeness(clause: Clause, there: Sequence[Clause]) -> Callable[[Clause], float]:
    """How much of the sentence's matter a place speaks of, 0 to 1: rare words weigh more, those of the clause most."""
    counts = _counts(tuple(there))
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


# --- yes and no ---


def _of_polarity(own: Sequence[Clause], there: Sequence[Clause]) -> Iterator[Doubt]:
    """Clause by clause; one that says too little to be found (可以再借) together with the one before it."""
    for place, clause in enumerate(own):
        said = polarity_of(clause.text)
        earlier = own[place - 1] if place and own[place - 1].around == clause.around else None
        later = [one for one in own[place + 1 :] if one.around == clause.around]
        if not said.denies and any(polarity_of(one.text).denies for one in later):
            continue  # 四户及以上的联保贷款，不许再新做: what is spoken of, and then what is said of it
        if said.modality == "forbids" and earlier and polarity_of(earlier.text).denies:
            continue  # 没有背景，不能买卖: a condition
        if not said.denies and _is_governed(clause):
            continue
        found, judged = _contradicts(clause.text, _with_figures(clause, there))
        if found:
            yield found
        elif not judged and (said.denies or said.modality) and earlier:
            found, _ = _contradicts(
                f"{earlier.text}，{clause.text}", there, shortest=2, needed=terms(bare(clause.text))
            )
            if found == "negation":
                yield found


def _with_figures(clause: Clause, there: Sequence[Clause]) -> Sequence[Clause]:
    """Where the figures of a clause stand; everything where it has none, or they stand nowhere."""
    stated = [figure for figure in clause.figures if figure.states]
    having = {one.around for one in there for other in one.figures for figure in stated if same_figure(figure, other)}
    places = [one for one in there if one.around in having]
    return places or there


def _contradicts(
    said: str, there: Sequence[Clause], shortest: int = 1, needed: frozenset[str] = frozenset()
) -> tuple[Doubt | None, bool]:
    """The contradiction, and whether there was something to compare with."""
    words = terms(bare(said))
    if len(words) < FEW_TO_COMPARE:
        return None, False
    best, likeness, governed = _most_like(words, there, shortest, ends=not _TOPIC.search(said))
    if needed and not needed & terms(best):
        return None, False
    own, meant = polarity_of(said), polarity_of(best)
    opposed = {own.modality, meant.modality} == {"allows", "forbids"} and own.denies != meant.denies
    if own.turns or meant.turns or likeness < (OPPOSED if opposed else SAME_MATTER):
        return None, False
    if own.denies != meant.denies:
        return (None if governed and own.denies else "negation"), True
    differs = own.modality and meant.modality and own.modality != meant.modality and own.denials == meant.denials
    return ("modality" if differs else None), True


def _most_like(words: frozenset[str], there: Sequence[Clause], shortest: int, ends: bool) -> tuple[str, float, bool]:
    """The few clauses in a row, `shortest` to 3, that speak most of the same, how much (Dice), and whether a no stands
    before their list or further on in their sentence: 严禁在空白纸张、空白合同上用印.

    `ends`: what they are compared with says something to its end.
    """
    best, likeness, governed = "", 0.0, False
    for start, first in enumerate(there):
        span: list[str] = []
        for one in there[start : start + 3]:
            if one.around != first.around:
                break
            span.append(one.text)
            if len(span) < shortest:
                continue
            text = "，".join(span)
            other = terms(bare(text))
            dice = 2 * len(words & other) / (len(words) + len(other))
            if dice > likeness:
                if (
                    ends
                    and text.endswith(("的", "者"))
                    and not polarity_of(text).denies
                    and start + len(span) < len(there)
                ):
                    text += there[start + len(span)].text  # 确认命中的 says nothing yet
                rest = (one for one in there[start + len(span) :] if one.around == first.around)
                governed = _is_governed(first) or any(polarity_of(one.text).denies for one in rest)
                best, likeness = text, dice
    return best, likeness, governed


def _is_governed(clause: Clause) -> bool:
    """Whether a no stands before the list that a clause is an item of: 不接受下列财产：宅基地，虚拟货币."""
    before = clause.around.partition(clause.text)[0]
    announced, colon, _ = before.rpartition(":")
    if colon and polarity_of(announced).denies:
        return True
    return before.endswith("、") and polarity_of(_COMMA.split(before)[-1]).denies


# --- words in place of others ---


def _of_words(own: Sequence[Clause], there: Sequence[Clause]) -> Iterator[Doubt]:
    """A clause said nearly word for word, with another word in the place of one: 由中台复核 for 由交易主管复核."""
    those = [_HAN.sub("", one.text) for one in there]
    for clause in own:
        said = _HAN.sub("", clause.text)
        if not those or not SHORTEST <= len(said) <= LONGEST:
            continue
        aligned = [(SequenceMatcher(None, said, meant, autojunk=False).get_matching_blocks(), meant) for meant in those]
        blocks, meant = max(aligned, key=lambda one: sum(block.size for block in one[0]))
        if sum(block.size for block in blocks) < NEARLY_ALL * min(len(said), len(meant)):
            continue
        for before, after in pairwise(blocks):
            here = said[before.a + before.size : after.a]
            instead = meant[before.b + before.size : after.b]
            if _replaces(here, instead, before.size, after.size):
                yield "name"


def _replaces(here: str, instead: str, before: int, after: int) -> bool:
    """Whether one word stands for another of the same length or so, between words that are the same."""
    if {here, instead} in _OPPOSITES:
        return True
    if _NUMERAL.search(here + instead) or not _SMALL.sub("", bare(here)) or not _SMALL.sub("", bare(instead)):
        return False
    if bound_of(here) and bound_of(here) == bound_of(instead):
        return False
    alike = 2 <= len(here) <= 6 and 2 <= len(instead) <= 6 and not set(here) & set(instead)
    return alike and min(before, after) >= 2 and before + after >= FLANKED


# --- names ---


def _of_names(sentence: str, text: str, given: str) -> Iterator[Doubt]:
    said = plain(sentence)
    for title in titles_in(said):
        if title not in text and title not in given and not _within(title, text):
            yield "name"
    for name, ending in parties_in(said):
        if name not in _ANY_FIRM and not named_in(name, ending, text) and name not in given:
            yield "name"
    places = [place for place in places_in(said) if _same_script(place, text) and not _ANY_PLACE.search(text)]
    if any(place not in text and place not in given for place in places):
        yield "name"
    if another_step(said, text, given):
        yield "name"


def _same_script(name: str, text: str) -> bool:
    """Beijing may well be 北京 where nothing of the text is English."""
    return not name.isascii() or not _mostly_han(terms(text))


def _within(title: str, text: str) -> bool:
    """A title that is said shorter: 差旅费管理办法 for 示例银行差旅费管理办法."""
    return any(title in other or other in title for other in titles_in(text))


def _is_han(term: str) -> bool:
    return term[0] >= "㐀"


def _mostly_han(there: frozenset[str]) -> bool:
    return 2 * sum(map(_is_han, there)) >= len(there)
