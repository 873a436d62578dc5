"""What a text is found by: jieba's words and the pairs of neighbouring characters, in one spelling."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

from app.engines.library.wording.spelling import normal
from app.engines.library.wording.stems import stem

__all__ = [
    "ASKING",
    "asked",
    "bare",
    "cut",
    "frequency",
    "name_of",
    "normal",
    "pairs",
    "pairs_of",
    "terms",
    "warm",
    "words",
]

_WORD = re.compile(r"[㐀-鿿豈-﫿]|[a-z0-9]")
_HAN_RUN = re.compile(r"[㐀-鿿豈-﫿]+")
_YEAR_WITHIN = re.compile(r"[a-z]+((?:19|20)\d\d)")
"""fy2018 is asked for as 2018, too."""
ASKING = (
    r"哪(?:一|几)?(?:[个種种些里儿边位家项类所座部次件条份级类年月日天]|方面|地方|国家?|个人|一个人)?|什么(?:样的?|时候|时间|地方)?|多少(?:个|人)?"
    r"|何[时处年地种人]|谁|多[大高重长]"
)
"""What is asked for stands in the question only: 哪一年."""
_NO_WORD = re.compile(r"[\W_]+")
_NOTHING = re.compile(r"(?!)")
_NUMBERED = re.compile(r"第\d+条|\d+季度|\d{4}年\d+月(?:\d+日)?")
_UNSAID = frozenset((Path(__file__).parent / "question_words.txt").read_text(encoding="utf-8").split())
"""Words that a question is made with, not what it is about."""


def words(text: str) -> list[str]:
    """The words in order, short ones within long ones too; a clause, a quarter, a day are a word with their number."""
    return words_of(normal(text))


def words_of(plain: str) -> list[str]:
    """`words` of a text in its normal spelling."""
    found = [bare(word) for word in _jieba().cut_for_search(plain) if _WORD.search(word)]
    return found + _YEAR_WITHIN.findall(plain) + _NUMBERED.findall(plain)


def pairs(text: str) -> list[str]:
    """Neighbouring characters, marked `~`: they find what a dictionary cuts differently."""
    return pairs_of(normal(text))


def pairs_of(plain: str) -> list[str]:
    """`pairs` of a text in its normal spelling."""
    return [f"~{run[at : at + 2]}" for run in _HAN_RUN.findall(plain) for at in range(len(run) - 1)]


def terms(text: str) -> list[str]:
    """All that a text is found by."""
    return terms_of(normal(text))


def terms_of(plain: str) -> list[str]:
    """`terms` of a text in its normal spelling."""
    return words_of(plain) + pairs_of(plain)


def asked(query: str, whole: re.Pattern[str] = _NOTHING) -> list[str]:
    """What a query is about: its words without those that only make it a question, unless it has no other.

    What `whole` finds is one word, however the dictionary would cut it.
    """
    every: list[str] = []
    wanted: list[str] = []
    at = 0
    plain = normal(query)
    for found in _cutting(whole).finditer(plain):
        cut = [word for word in _jieba().cut(plain[at : found.start()]) if _WORD.search(word)]
        every += cut
        wanted += [word for word in cut if word not in _UNSAID]
        wanted += [found.group()] if found.group() and not found["asking"] else []
        at = found.end()
    return list(dict.fromkeys(_parted(wanted or every)))


@lru_cache(maxsize=8)
def _cutting(whole: re.Pattern[str]) -> re.Pattern[str]:
    return re.compile(rf"{_NUMBERED.pattern}|{whole.pattern}|(?P<asking>{ASKING})|$")


def _parted(found: Iterable[str]) -> Iterable[str]:
    """A year within a word stands for the word: fy2018 is 2018. A letter alone says nothing: the s of bank's."""
    for word in found:
        year = _YEAR_WITHIN.fullmatch(word)
        if year or len(word) > 1 or not word.isascii() or word.isdigit():
            yield year[1] if year else word


@lru_cache(maxsize=16384)
def bare(word: str) -> str:
    """A word or an English phrase as the index has it, without endings: `net sales` is `net sale`."""
    return " ".join(map(stem, word.split())) if word.isascii() else word


def name_of(source: str, title: str) -> str:
    """What people call a document: its title, and its file's name as words. `BOEING_2022_10K.pdf` often says more."""
    return f"{title} {re.sub(_NO_WORD, ' ', PurePosixPath(source).stem)}"


def cut(plain: str) -> list[str]:
    """A text in its normal spelling as the dictionary alone cuts it; what it does not know, by the character."""
    return list(_jieba().cut(plain, HMM=False))


def frequency(word: str) -> int:
    """How often the dictionary's texts have a word; 0 for what it does not know."""
    return int(_jieba().dt.FREQ.get(word) or 0)


def warm() -> None:
    """Load what is loaded at the first word, so that nobody's question waits for it."""
    _jieba().lcut("预热")


@cache
def _jieba() -> Any:
    """Loaded at the first word: reading its dictionary takes most of a second."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    return jieba
