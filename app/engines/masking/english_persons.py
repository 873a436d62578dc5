"""English and transliterated names: rows of capitalised words, judged by titles, given names and neighbours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import takewhile
from pathlib import Path

import yaml

from app.core.texts import YAML_LOADER
from app.engines.masking.finding import Finding, View

_WORD = re.compile(r"[^\W\d_㐀-鿿]+(?:['’\-](?!s\b)[^\W\d_㐀-鿿]+)*")
_PARTICLE_WORDS = "van von de der den del della di da dos la le bin ibn al el zu ter het"
_PARTICLES = frozenset(_PARTICLE_WORDS.split())
_PARTICLE = re.compile(rf"(?: (?:{'|'.join(sorted(_PARTICLES))})){{1,2}} ")
_ABBREVIATION = re.compile("[A-Z]{2,}[a-z]")  # ATMs, PCs
_LONGEST_ROW = 4
_SYLLABLE = (
    "(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?(?:iang|iong|uang|ang|eng|ing|ong|uai|uan|iao|ian|van|ai|ei|ui|ao|ou|iu|ie|ue|er|"
    "an|en|in|un|ia|ua|uo|a|o|e|i|u|v)"
)
_PINYIN_GIVEN = re.compile(f"{_SYLLABLE}(?:['-]?{_SYLLABLE})?")
_BEFORE = 24
_TITLE, _STRONG, _WEAK, _GIVEN, _PINYIN, _INITIAL, _AFTER = 0.6, 0.35, 0.15, 0.4, 0.4, 0.35, 0.25
_HAN = re.compile("[㐀-鿿]")
_AMONG_HAN = 0.3  # several capitalised words in a Chinese sentence are mostly somebody
_HAN_BEFORE = re.compile(
    r"(?:客户|联系人|持有人|户主|车主|法人|担保人|借款人|代理人|抄送|收件人|收款人|付款人|汇款人|受益人|持卡人|申请人|姓名|户名|我叫|我是|找|联系|通知|先生|女士|经理)\s?[:：]?\s?$"
)
_HAN_AFTER = re.compile(r"\s?(?:先生|女士|小姐|经理|总|博士|要|想|的(?:账户|账号|手机|电话|护照|邮箱|卡))")


class EnglishPersons:
    """Recognises names written in Latin letters (and Greek and Cyrillic ones)."""

    types = ("PERSON",)

    def find(self, view: View) -> list[Finding]:
        """Rows of capitalised words that are names, each with a score."""
        if not any(map(str.isupper, view.plain)):
            return []
        return [found for row in _rows(view.plain) if (found := _judged(view.plain, row)) is not None]


def _rows(plain: str) -> Iterator[list[re.Match[str]]]:
    """Capitalised words that stand together, separated by a blank, or by a point after an initial."""
    row: list[re.Match[str]] = []
    for word in _WORD.finditer(plain):
        if row and word[0] in _PARTICLES:
            continue
        if row:
            between = plain[row[-1].end() : word.start()]
            initial = len(row[-1][0]) == 1 or row[-1][0].lower() in word_lists().titles
            together = between in (" ", "\xa0") or _PARTICLE.fullmatch(between) or (between in (". ", ".") and initial)
            if not together or not word[0][0].isupper():
                yield row
                row = []
        if word[0][0].isupper():
            row.append(word)
    if row:
        yield row


def _judged(plain: str, row: Sequence[re.Match[str]]) -> Finding | None:
    lists = word_lists()
    words = [word[0].lower() for word in row]
    titled = False
    while (
        not (named := _is_word_and_family(words))
        and words
        and (words[0] in lists.titles or words[0] in lists.not_names)
    ):
        titled = words[0] in lists.titles
        row, words = row[1:], words[1:]
    stop = next((place for place, word in enumerate(words) if place >= named and word in lists.not_names), len(words))
    row, words = row[: min(stop, _LONGEST_ROW)], words[: min(stop, _LONGEST_ROW)]
    if max(map(len, words), default=0) < 2 or any(_ABBREVIATION.match(word[0]) for word in row):
        return None
    start, end = row[0].start(), row[-1].end()
    loud = len(words) > 1 and all(word[0].isupper() and len(word[0]) > 1 for word in row)
    pinyin = _is_pinyin(words)
    if all(word[0].isupper() and len(word[0]) > 2 for word in row) and not (pinyin or titled):
        return None  # an abbreviation, or a headline
    before, after = plain[max(0, start - _BEFORE) : start], plain[end : end + 16]
    score = 0.08 if len(words) == 1 else 0.25
    if titled:
        score += _TITLE
    if named or words[0] in lists.given:
        score += _GIVEN if len(words) > 1 or not loud else 0.0
    elif pinyin:
        score += _PINYIN
    if len(words[0]) > 1 and any(len(word) == 1 for word in words[1:]):
        score += _INITIAL
    if lists.strong_before.search(before) or _HAN_BEFORE.search(before):
        score += _STRONG
    elif lists.weak_before.search(before):
        score += _WEAK
    if len(words) > 1 and not loud and (_HAN.match(before[-1:]) or _HAN.match(after[:1])):
        score += _AMONG_HAN
    if lists.after.match(after) or _HAN_AFTER.match(after) or after.startswith(("'s ", "’s ")):
        score += _AFTER
    return Finding("PERSON", start, end, min(score, 0.95))


def _is_word_and_family(words: Sequence[str]) -> bool:
    """A given name that is a word, too, and nothing but initials and family names behind it: Will J. Smith."""
    lists = word_lists()
    if not words or words[0] not in lists.word_given:
        return False
    rest = [word for word in takewhile(lambda word: word not in lists.not_names, words[1:]) if len(word) > 1]
    return bool(rest) and lists.families.issuperset(rest)


def _is_pinyin(words: Sequence[str]) -> bool:
    """A Chinese name in pinyin, surname first or last: Zhang Wei, Xiaoming Li."""
    if not 2 <= len(words) <= 3:
        return False
    for surname, given in ((words[0], words[1:]), (words[-1], words[:-1])):
        if surname in word_lists().pinyin_surnames and all(_PINYIN_GIVEN.fullmatch(word) for word in given):
            return True
    return False


class WordLists:
    """The word lists of `english_names.yaml`, ready for use."""

    def __init__(self) -> None:
        lists = yaml.load((Path(__file__).parent / "english_names.yaml").read_text("utf-8"), YAML_LOADER)  # noqa: S506 - it is a safe one
        self.given, self.pinyin_surnames, self.titles, self.not_names, self.word_given, self.families = (
            frozenset(lists[name].split())
            for name in ("given", "pinyin_surnames", "titles", "not_names", "word_given", "families")
        )
        self.not_names -= self.titles
        self.names = self.given | self.pinyin_surnames | self.word_given | self.families
        strong, weak, after = (lists[name].strip() for name in ("strong_before", "weak_before", "after"))
        self.strong_before = re.compile(
            rf"(?<![a-z])(?:{strong})(?:'s)?\s?(?:is|was|name is)?\s?[:,]?\s$", re.IGNORECASE
        )
        self.weak_before = re.compile(rf"(?<![a-z])(?:{weak}),?\s$", re.IGNORECASE)
        self.after = re.compile(rf",?\s(?:{after})(?![a-z])")


@cache
def word_lists() -> WordLists:
    """Read once."""
    return WordLists()
