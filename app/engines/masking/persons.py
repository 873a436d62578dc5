"""Chinese names: surname and given name against the words that could stand there instead.

For each place where a name could begin, the probability of the text with the name is compared with that of the text
made of ordinary words (a unigram model over jieba's counts). The neighbourhood — labels, titles, verbs — moves the
odds. A surname alone counts beside a title (张经理, 老王); a name with a middle dot by its form (阿依古丽·买买提).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from operator import add
from typing import NamedTuple

from app.core.scripts import simplified
from app.engines.masking.finding import Finding, View
from app.engines.masking.person_words import word_lists

_HAN = re.compile("[㐀-鿿]")
_DOTS = "·•・‧"
_DOTTED = re.compile(r"(?<![㐀-鿿·])([㐀-鿿]{2,12})((?:[·•・‧][㐀-鿿]{1,8}){1,3})")
_FIELD = re.compile(
    r"(?:姓名|户名|联系人|经办人|申请人|借款人|担保人|保证人|收款人|付款人|汇款人|持卡人|受益人|代理人|委托人|法定代表人|收件人)"
    r"\s?[:：]\s?(?P<name>[㐀-鿿]{2,4})(?![㐀-鿿（(])"
)
_NOBODY = re.compile("公司|集团|银行|支行|分行|部|中心|局|院|所|厂|店|无|不|未|同上|本人|见|某")
_PRIOR = -5.5  # logarithm of the share of names among the words of bank talk
_RARE_WORD = -11.0
_HOPELESS = -26.0  # no neighbourhood makes up for less
_DOUBTFUL = -8.0
_SAME = 1e-6
_UNHEARD = -10.5  # a given name's character that is on no list
_TITLE, _SHORT_TITLE, _ELDER, _LABEL, _CALLING, _BEFORE, _AFTER, _THINGS, _OWN, _EDGE = (
    *(9.0, 6.0, 9.0, 6.0, 4.0, 2.0),
    *(1.5, 3.0, 10.0, 0.7),
)
_MOST_LEFT, _MOST_ALONE = _LABEL + 2.0, max(_TITLE, _ELDER)  # the most that a neighbourhood adds there
_HOPELESS_INSIDE = _DOUBTFUL - _MOST_LEFT
_COUNTED = re.compile(r"[\d一二两三四五六七八九十百千万亿几数每这那整半]\s?$")
_AFTER_LENGTH = 12  # characters looked at behind a name
_ELDERS = frozenset("老小阿")
_AFTER_LABEL = re.compile(r"\s?(?:[:：]|是|为|叫|[(（][^()（）]{1,6}[)）][:：]?)?\s?[“\"《【]?$")
_LABEL_MARKS = frozenset('是为叫:：)）“"《【')  # by which what `_AFTER_LABEL` finds ends, blanks aside
_OPEN_LABEL = re.compile(r"[:：|\t]\s*$")
_PROOF_AFTER = re.compile(
    r"\s?[,，、(（:：/|\t ]\s?(?:男|女|身份证|证件|手机|电话|工号|联系|账号|卡号|护照|邮箱|"
    r"1[3-9][0-9]{9}|[1-9][0-9]{16}[0-9Xx]|E[0-9]{4})"
)


class Persons:
    """Recognises names of people in Chinese."""

    types = ("PERSON",)

    def find(self, view: View) -> list[Finding]:
        """Names that do not overlap, each with a score from the odds of its being one."""
        return self.read(view).findings

    def read(self, view: View) -> Reading:
        """All that was weighed, for the trained layer, which decides where rules end."""
        if not _HAN.search(view.text):
            return Reading(view.text, [], [], [])
        text = simplified(view.text)
        certain = [*_dotted(text), *_written_after_label(text)]
        forward, backward = word_lists().lexicon.best_paths(text)
        chosen = _apart(_candidates(text, forward, backward))
        certain += [one.finding() for one in chosen if one.odds > 0]
        doubtful = [one for one in chosen if one.odds <= 0]
        return Reading(text, certain, doubtful, _words(text, forward, backward))


@dataclass(frozen=True, slots=True)
class Reading:
    """A text in simplified characters, the names in it, what might be some, and its words (start, end)."""

    text: str
    findings: list[Finding]
    doubtful: list[Candidate]
    words: list[tuple[int, int]]


class Candidate(NamedTuple):
    """A stretch that could be a name. `odds`: logarithm of name against words, the neighbourhood included."""

    start: int
    end: int
    odds: float

    def finding(self) -> Finding:
        """With a score of 0.5 for even odds."""
        return Finding("PERSON", self.start, self.end, 0.5 + 0.5 * (1 - math.exp(-self.odds / 4)))


def _words(text: str, forward: list[float], backward: list[float]) -> list[tuple[int, int]]:
    """The Chinese words of the best reading."""
    whole = forward[-1] - _SAME
    cuts = [place for place, weight in enumerate(map(add, forward, backward)) if weight > whole]
    return [(start, end) for start, end in pairwise(cuts) if "㐀" <= text[start] <= "鿿"]


def _candidates(text: str, forward: list[float], backward: list[float]) -> list[Candidate]:
    """All that could be a name, from each surname on."""
    lists, near = word_lists(), _Neighbourhood(text)
    first, surnames, compound, whole = lists.first, lists.surnames, lists.compound, forward[-1]
    found: list[Candidate] = []
    for start, character in enumerate(text):
        if character not in first:
            continue
        base = forward[start] + _PRIOR - whole
        weight = surnames.get(character)
        if weight is not None:
            found += _with_surname(near, start, start + 1, base + weight, backward)
        for name in compound.get(character, ()):
            if text.startswith(name, start):
                found += _with_surname(near, start, start + len(name), base + surnames[name], backward)
    return found


def _with_surname(
    near: _Neighbourhood, start: int, end: int, weight: float, backward: list[float]
) -> Iterator[Candidate]:
    """The surname from `start` to `end` alone, and with given names of one and two characters.

    What no neighbourhood could make likely is left out before that is looked at.
    """
    odds, text, lists = weight + backward[end], near.text, word_lists()
    titled = text[end : end + 1] in lists.title_first or text[start - 1 : start] in _ELDERS
    if (
        titled
        and odds > _DOUBTFUL - _MOST_ALONE
        and (hint := near.alone(start, end)) is not None
        and odds + hint > _DOUBTFUL
    ):
        yield Candidate(start, end, odds + hint)
    for stop in range(end + 1, min(end + 2, len(text)) + 1):
        character = text[stop - 1]
        more = lists.in_given.get(character)
        if more is None:
            if not "㐀" <= character <= "鿿":
                return
            more = _UNHEARD
        weight += more
        odds = weight + backward[stop]
        if odds == -math.inf:
            return
        behind = text[stop : stop + 1]
        is_inside = "㐀" <= behind <= "鿿" and behind not in lists.behind_first  # nothing on the right adds to it
        if (
            odds >= (_HOPELESS_INSIDE if is_inside else _HOPELESS)
            and (hint := near.whole(start, stop, odds)) is not None
            and odds + hint > _DOUBTFUL
        ):
            yield Candidate(start, stop, odds + hint)


def _apart(candidates: list[Candidate]) -> list[Candidate]:
    """The best ones that do not overlap, in the order of their odds."""
    chosen: list[Candidate] = []
    taken: set[int] = set()
    for one in sorted(candidates, key=lambda one: -one.odds):
        places = range(one.start, one.end)
        if taken.isdisjoint(places):
            taken.update(places)
            chosen.append(one)
    return chosen


def _dotted(text: str) -> Iterator[Finding]:
    """Names with a middle dot, without the words before and behind: 阿依古丽·买买提."""
    if not any(dot in text for dot in _DOTS):
        return
    lists = word_lists()
    for match in _DOTTED.finditer(text):
        before = lists.led.match(match[1])
        start = match.start() + (before.end() if before and before.end() < len(match[1]) else 0)
        last = match.end() - len(re.split("[·•・‧]", match[2])[-1])
        behind = lists.behind.search(text, last + 1, match.end())
        end = behind.start() if behind else match.end()
        parts = re.split("[·•・‧]", text[start:end])
        if not all(part in lists.words for part in parts):
            yield Finding("PERSON", start, end, 0.97)


def _written_after_label(text: str) -> Iterator[Finding]:
    """Whatever stands alone behind `姓名：` and its like, unless it is an ordinary word: 姓名：买买提."""
    for match in _FIELD.finditer(text):
        if word_lists().words.get(match["name"], -math.inf) < _RARE_WORD and not _NOBODY.search(match["name"]):
            yield Finding("PERSON", match.start("name"), match.end("name"), 0.92)


class _Neighbourhood:
    """What stands around the candidates of one text; each side of a place is looked at once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._left: dict[int, float] = {}
        self._right: dict[int, float | None] = {}
        self._titles: dict[int, float] = {}

    def alone(self, start: int, end: int) -> float | None:
        """What it adds to the odds of a surname alone; None without a title behind it or 老 before it."""
        lists, text = word_lists(), self.text
        title = self._title(end)
        elder = not title and start > 0 and text[start - 1] in _ELDERS
        if not (title or elder) or self._is_counted(start):
            return None
        if title:
            return None if text[start:end] in lists.never_alone else title
        return _ELDER if _is_edge(text, start - 2) and _follows(text, end, end + _AFTER_LENGTH) else None

    def whole(self, start: int, end: int, odds: float) -> float | None:
        """What it adds to the odds of a surname with a given name; None where it rules one out or cannot add enough."""
        try:
            right = self._right[end]
        except KeyError:
            right = self._right[end] = self._look_right(end)
        if right is None or odds + right + _MOST_LEFT <= _DOUBTFUL or self._is_counted(start):
            return None
        left = self._left.get(start)
        if left is None:
            left = self._left[start] = self._look_left(start)
        return right + left

    def _is_counted(self, start: int) -> bool:
        """A measure word behind a number: 三张."""
        text = self.text
        return text[start] in word_lists().measures and bool(_COUNTED.search(text, max(0, start - 2), start))

    def _look_left(self, start: int) -> float:
        lists, before = word_lists(), self.text[max(0, start - 12) : start]
        if not before:
            return _EDGE
        last = before[-1]
        bare = _AFTER_LABEL.sub("", before) if last in _LABEL_MARKS or last.isspace() else before
        if lists.labels.ends(bare):
            return _LABEL + (2.0 if _OPEN_LABEL.search(before) else 0.0)
        if lists.callings.ends(before):
            return _CALLING
        if lists.before.ends(before):
            return _BEFORE
        return 0.0 if "㐀" <= last <= "鿿" else _EDGE

    def _look_right(self, end: int) -> float | None:
        """What a title and the rest add; None where it is the name of a thing."""
        lists, text, limit = word_lists(), self.text, end + _AFTER_LENGTH
        first = text[end : end + 1]
        if first not in lists.behind_first:
            if "㐀" <= first <= "鿿":
                return 0.0
            return _OWN if _PROOF_AFTER.match(text, end, limit) else _EDGE
        if lists.other_names.match(text, end, limit):
            return None
        title = self._title(end)
        if lists.own.match(text, end, limit):
            return title + _OWN
        if first == "的" and lists.things.match(text, end + 1, limit):
            return title + _THINGS
        if lists.after.match(text, end, limit):
            return title + _AFTER
        return title

    def _title(self, end: int) -> float:
        """What a title that stands here adds. One of one character must end a word: 张总说, not 张总行."""
        known = self._titles.get(end)
        if known is None:
            match, known = word_lists().titles.match(self.text, end, end + _AFTER_LENGTH), 0.0
            if match and match.end() - end > 1:
                known = _TITLE
            elif match and _follows(self.text, end + 1, end + _AFTER_LENGTH):
                known = _SHORT_TITLE
            self._titles[end] = known
        return known


def _follows(text: str, place: int, limit: int) -> bool:
    """The text goes on as it does behind a whole name: with a mark, or a word of what people do or have."""
    return not "㐀" <= text[place : place + 1] <= "鿿" or bool(word_lists().after.match(text, place, limit))


def _is_edge(text: str, place: int) -> bool:
    """No Chinese character stands at `place`, or one that ends a word before a name."""
    return place < 0 or not "㐀" <= text[place] <= "鿿" or word_lists().before.ends(text[max(0, place - 3) : place + 1])
