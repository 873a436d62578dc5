"""What a text is found by: jieba's words and the pairs of neighbouring characters, in one spelling."""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Container, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

_WORD = re.compile(r"[㐀-鿿豈-﫿]|[a-z0-9]")
_HAN_RUN = re.compile(r"[㐀-鿿豈-﫿]+")
_SEPARATED = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_CHINESE_NUMBER = re.compile(
    r"[零〇一二两三四五六七八九十百千]+(?=个?(?:条|章|月|季度|年|周|日|天|小时|分钟|级|次|人|倍|名|份|笔|类|档|成|万|亿|元|页|项|%))"
)
_CLAUSE_NUMBER = re.compile(r"第\d+条")
_UNSAID = frozenset((Path(__file__).parent / "question_words.txt").read_text(encoding="utf-8").split())
"""Words that a question is made with, not what it is about."""


def normal(text: str) -> str:
    """One spelling: half width, lower case, `1,000` as `1000`, `三个月` as `3个月`, `第三十二条` as `第32条`."""
    plain = _SEPARATED.sub("", unicodedata.normalize("NFKC", text).lower())
    return _CHINESE_NUMBER.sub(lambda found: _digits(found.group()), plain)


def words(text: str) -> list[str]:
    """The words in order, short ones within long ones too; a clause's number is a word."""
    plain = normal(text)
    return [word for word in _jieba().cut_for_search(plain) if _WORD.search(word)] + _CLAUSE_NUMBER.findall(plain)


def pairs(text: str) -> list[str]:
    """Neighbouring characters, marked `~`: they find what a dictionary cuts differently."""
    return [f"~{run[at : at + 2]}" for run in _HAN_RUN.findall(normal(text)) for at in range(len(run) - 1)]


def asked(query: str, whole: Container[str] = ()) -> list[str]:
    """What a query is about: its words without those that only make it a question, unless it has no other.

    Neighbouring words that together stand in `whole` are one.
    """
    plain = normal(query)
    numbers = _CLAUSE_NUMBER.findall(plain)
    every = _merged(_jieba().lcut(_CLAUSE_NUMBER.sub(" ", plain)), whole)
    every = [word for word in every if _WORD.search(word)]
    return list(dict.fromkeys([*numbers, *(word for word in every if word in whole or word not in _UNSAID)] or every))


def _merged(cut: Sequence[str], whole: Container[str]) -> list[str]:
    merged = []
    at = 0
    while at < len(cut):
        size = next((size for size in (4, 3, 2) if "".join(cut[at : at + size]) in whole), 1)
        merged.append("".join(cut[at : at + size]))
        at += size
    return merged


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
