"""What a text is found by: jieba's words and the pairs of neighbouring characters, in one spelling."""

from __future__ import annotations

import logging
import re
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

_WORD = re.compile(r"[㐀-鿿豈-﫿]|[a-z0-9]")
_HAN_RUN = re.compile(r"[㐀-鿿豈-﫿]+")
_SEPARATED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_CHINESE_NUMBER = re.compile(
    r"[零〇一二两三四五六七八九十百千]+(?=个?(?:条|章|月|季度|年|周|日|天|小时|分钟|级|次|人|倍|名|份|笔|类|档|成|万|亿|元|页|项|%))"
)
_NOTHING = re.compile(r"(?!)")
_NUMBERED = re.compile(r"第\d+条|\d+季度")
_UNSAID = frozenset((Path(__file__).parent / "question_words.txt").read_text(encoding="utf-8").split())
"""Words that a question is made with, not what it is about."""


def normal(text: str) -> str:
    """One spelling: half width, lower case, `1,000` as `1000`, `三个月` as `3个月`, `第三十二条` as `第32条`."""
    plain = _SEPARATED.sub("", unicodedata.normalize("NFKC", text).lower())
    return _CHINESE_NUMBER.sub(lambda found: _digits(found.group()), plain)


def words(text: str) -> list[str]:
    """The words in order, short ones within long ones too; a clause and a quarter are a word with their number."""
    plain = normal(text)
    return [word for word in _jieba().cut_for_search(plain) if _WORD.search(word)] + _NUMBERED.findall(plain)


def pairs(text: str) -> list[str]:
    """Neighbouring characters, marked `~`: they find what a dictionary cuts differently."""
    return [f"~{run[at : at + 2]}" for run in _HAN_RUN.findall(normal(text)) for at in range(len(run) - 1)]


def asked(query: str, whole: re.Pattern[str] = _NOTHING) -> list[str]:
    """What a query is about: its words without those that only make it a question, unless it has no other.

    What `whole` finds is one word, however the dictionary would cut it.
    """
    every: list[str] = []
    wanted: list[str] = []
    at = 0
    plain = normal(query)
    for found in re.compile(rf"{_NUMBERED.pattern}|{whole.pattern}|$").finditer(plain):
        cut = [word for word in _jieba().cut(plain[at : found.start()]) if _WORD.search(word)]
        every += cut
        wanted += [word for word in cut if word not in _UNSAID]
        wanted += [found.group()] if found.group() else []
        at = found.end()
    return list(dict.fromkeys(wanted or every))


@lru_cache(maxsize=4096)
def _digits(number: str) -> str:
    import cn2an

    try:
        return str(cn2an.cn2an(number, "smart"))
    except ValueError:
        return number  # 十百 and the like: no number


def warm() -> None:
    """Load what is loaded at the first word, so that nobody's question waits for it."""
    _jieba().lcut("预热")


@cache
def _jieba() -> Any:
    """Loaded at the first word: reading its dictionary takes most of a second."""
    import jieba

    jieba.setLogLevel(logging.WARNING)
    return jieba
