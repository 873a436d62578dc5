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
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from app.core.texts import YAML_LOADER
from app.engines.masking.finding import Finding, View
from app.engines.masking.lexicon import UNKNOWN, best_paths, by_pairs, log_probabilities

_RUN = re.compile("[㐀-鿿]+")
_DOTTED = re.compile(r"(?<![㐀-鿿·])([㐀-鿿]{2,12})((?:[·•・‧][㐀-鿿]{1,8}){1,3})")
_FIELD = re.compile(
    r"(?:姓名|户名|联系人|经办人|申请人|借款人|担保人|保证人|收款人|付款人|汇款人|持卡人|受益人|代理人|委托人|法定代表人|收件人)"
    r"\s?[:：]\s?(?P<name>[㐀-鿿]{2,4})(?![㐀-鿿（(])"
)
_NOBODY = re.compile("公司|集团|银行|支行|分行|部|中心|局|院|所|厂|店|无|不|未|同上|本人|见|某")
_LONGEST_RUN = 300  # characters looked at together; a longer run without any mark is cut
_PRIOR = -5.5  # logarithm of the share of names among the words of bank talk
_WEAK = -3.0  # a surname that is a common word, too
_TYPICAL_WORD = -9.0
_RARE_WORD = -11.0
_HOPELESS = -26.0  # no neighbourhood makes up for less
_DOUBTFUL = -8.0
_SAME = 1e-6
_UNHEARD = -10.5  # a given name's character that is on no list
_TITLE, _SHORT_TITLE, _ELDER, _LABEL, _CALLING, _BEFORE, _AFTER, _THINGS, _OWN, _EDGE = (
    *(9.0, 6.0, 9.0, 6.0, 4.0, 2.0),
    *(1.5, 3.0, 10.0, 0.7),
)
_COUNTED = re.compile(r"[\d一二两三四五六七八九十百千万亿几数每这那整半]\s?$")
_ELDERS = "老小阿"
_AFTER_LABEL = re.compile(r"\s?(?:[:：]|是|为|叫|[(（][^()（）]{1,6}[)）][:：]?)?\s?[“\"《【]?$")
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
        text = view.text.translate(word_lists().simplified)
        certain, doubtful = [*_dotted(text), *_written_after_label(text)], []
        words: list[tuple[int, int]] = []
        near = _Neighbourhood(text)
        for run in _RUN.finditer(text):
            for start in range(run.start(), run.end(), _LONGEST_RUN):
                chosen = _read(near, start, min(run.end(), start + _LONGEST_RUN), words)
                certain += [one.finding() for one in chosen if one.odds > 0]
                doubtful += [one for one in chosen if one.odds <= 0]
        return Reading(text, certain, doubtful, words)


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


def _read(near: _Neighbourhood, start: int, end: int, words: list[tuple[int, int]]) -> list[Candidate]:
    """The best names in the run of Chinese characters from `start` to `end`. Its words are added to `words`."""
    lists = word_lists()
    run = near.text[start:end]
    forward, backward = best_paths(run, lists.words, lists.pairs)
    whole = forward[-1] - _SAME
    last = start
    for place in range(1, len(run) + 1):
        if forward[place] + backward[place] > whole:
            words.append((last, start + place))
            last = start + place
    candidates = []
    for place, character in enumerate(run):
        if character not in lists.first:
            continue
        for stop, given, weight in lists.names(run, place):
            odds = forward[place] + weight + backward[stop] - forward[-1]
            if odds < _HOPELESS:
                continue
            hint = near.hint(start + place, start + stop, given)
            if hint is not None and odds + hint > _DOUBTFUL:
                candidates.append(Candidate(start + place, start + stop, odds + hint))
    return _apart(candidates)


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
        self._right: dict[int, tuple[bool, float, float]] = {}

    def hint(self, start: int, end: int, given: int) -> float | None:
        """What the neighbourhood adds to the odds; None where it rules a name out, or a surname alone has no title."""
        lists, text = word_lists(), self.text
        right = self._right.get(end)
        if right is None:
            right = self._right[end] = self._look_right(end)
        thing, title, after = right
        if given and thing:
            return None
        if text[start] in lists.measures and _COUNTED.search(text, max(0, start - 2), start):
            return None
        if given == 0:
            if title:
                return None if text[start:end] in lists.never_alone else title
            elder = start > 0 and text[start - 1] in _ELDERS and _is_edge(text, start - 2)
            return _ELDER if elder and _follows(text[end : end + 12]) else None
        left = self._left.get(start)
        if left is None:
            left = self._left[start] = self._look_left(start)
        return title + left + after

    def _look_left(self, start: int) -> float:
        lists, before = word_lists(), self.text[max(0, start - 12) : start]
        if lists.labels.ends(_AFTER_LABEL.sub("", before)):
            return _LABEL + (2.0 if _OPEN_LABEL.search(before) else 0.0)
        if lists.callings.ends(before):
            return _CALLING
        if lists.before.ends(before):
            return _BEFORE
        return _EDGE if not before or not _RUN.match(before[-1]) else 0.0

    def _look_right(self, end: int) -> tuple[bool, float, float]:
        """Whether it is the name of a thing; what a title adds; what the rest adds."""
        lists, after = word_lists(), self.text[end : end + 12]
        thing, title = lists.other_names.match(after) is not None, _title_after(after)
        if _PROOF_AFTER.match(after) or lists.own.match(after):
            return thing, title, _OWN
        if after.startswith("的") and lists.things.match(after, 1):
            return thing, title, _THINGS
        if lists.after.match(after):
            return thing, title, _AFTER
        return thing, title, _EDGE if not after or not _RUN.match(after) else 0.0


def _title_after(after: str) -> float:
    """What a title that stands here adds. One of one character must end a word: 张总说, not 张总行."""
    match = word_lists().titles.match(after)
    if match is None:
        return 0.0
    if len(match[0]) > 1:
        return _TITLE
    return _SHORT_TITLE if _follows(after[1:]) else 0.0


def _follows(after: str) -> bool:
    """`after` begins as it does behind a whole name: a mark, or a word of what people do or have."""
    return not after or not _RUN.match(after) or bool(word_lists().after.match(after))


def _is_edge(text: str, place: int) -> bool:
    """No Chinese character stands at `place`, or one that ends a word before a name."""
    return place < 0 or not _RUN.match(text[place]) or word_lists().before.ends(text[max(0, place - 3) : place + 1])


class WordLists:
    """The word lists of `persons.yaml`, ready for use."""

    def __init__(self) -> None:
        read = yaml.load((Path(__file__).parent / "persons.yaml").read_text("utf-8"), YAML_LOADER)  # noqa: S506 - it is a safe one
        lists = {name: text.split() for name, text in read.items()}
        singles = list(dict.fromkeys("".join(lists["surnames"])))
        weak = set("".join(lists["weak_surnames"]))
        # Zipf-Mandelbrot: the first three have 7 % of all people each, the hundredth 0.2 %.
        self.surnames = {
            name: math.log(0.075 / (1 + rank / 3)) + (_WEAK if name in weak else 0.0)
            for rank, name in enumerate(singles)
        }
        self.surnames |= dict.fromkeys(lists["compound_surnames"], -6.0)
        self.first = {name[0] for name in self.surnames}
        self.given = {
            name: math.log(0.02 / (1 + rank / 25)) for rank, name in enumerate(dict.fromkeys("".join(lists["given"])))
        }
        self.simplified = {ord(pair[0]): pair[1] for pair in lists["traditional"]}
        self.measures = set(lists["measures"][0])
        self.never_alone = set(lists["never_alone"][0])
        self._never = set("".join(lists["never"]))
        self.words = dict(log_probabilities())
        for word in lists["words"]:
            self.words[word] = max(self.words.get(word, -math.inf), _TYPICAL_WORD)
        for name in singles:
            if name not in weak:
                # Counted in the word list mostly as surnames: alone, they are not words.
                self.words[name] = UNKNOWN
        self.pairs = by_pairs(self.words)
        self._compound = {name[0] for name in lists["compound_surnames"]}
        self._in_given = self.given | dict.fromkeys(self._never, -math.inf)
        self.titles, self.after = _starting(lists["titles"]), _starting(lists["after"])
        self.things = _starting(lists["things"])
        owned = _starting([*lists["own"], *lists["owned"]])
        self.own = re.compile(f"的(?:{owned.pattern})|{_starting(lists['own']).pattern}")
        self.behind = _starting([*lists["titles"], *"的了是在要想说和与或及把被将给让向对有又也都就请问"])
        self.other_names = _starting(lists["other_names"])
        self.led = _starting(lists["labels"] + lists["callings"] + lists["before"])
        self.labels, self.callings, self.before = (_Endings(lists[name]) for name in ("labels", "callings", "before"))

    def names(self, run: str, place: int) -> Iterator[tuple[int, int, float]]:
        """What could be a name from `place` on: its end, the length of the given name, log probability among words."""
        weigh = self._in_given.get
        for length in (1, 2, 3, 4) if run[place] in self._compound else (1,):
            weight = self.surnames.get(run[place : place + length])
            end = place + length
            if weight is None or end > len(run):
                continue
            weight += _PRIOR
            yield end, 0, weight
            for given, character in enumerate(run[end : end + 2], 1):
                weight += weigh(character, _UNHEARD)
                if weight == -math.inf:
                    break
                yield end + given, given, weight


@cache
def word_lists() -> WordLists:
    """Read once."""
    return WordLists()


def _starting(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(sorted(set(words), key=len, reverse=True)))


class _Endings:
    """Words by which a text may end."""

    def __init__(self, words: list[str]) -> None:
        lengths = sorted({len(word) for word in words})
        self._words = [(length, frozenset(word for word in words if len(word) == length)) for length in lengths]

    def ends(self, text: str) -> bool:
        """`text` ends with one of them."""
        return any(text[-length:] in words for length, words in self._words)
