"""A part of a passage in the form in which it is compared with a question."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from functools import lru_cache

from app.engines.library.words import bare, normal

_SENTENCE = re.compile(r"(?:[^。；！？;!?\n]|\n(?=\|))+")
_LATIN = re.compile(r"[a-z0-9][a-z0-9.%]*")


@dataclass(frozen=True, slots=True)
class Compared:
    """Everything in its normal spelling."""

    plain: str
    above: str
    """The titles."""
    terms: Set[str]
    titles: Set[str]
    """Terms of the titles."""
    line: str
    """The terms in order: English phrases stand there without their endings."""
    sentences: tuple[str, ...]
    """With Latin words and figures set apart by spaces."""


@lru_cache(maxsize=2048)
def compared(text: str, above: str, titles: str, body: str) -> Compared:
    """`titles`, `body`: the terms that the index has for them. Questions of one day come back to the same passages."""
    plain = normal(text)
    apart = _LATIN.sub(r" \g<0> ", plain)
    sentences = tuple(found.group() for found in _SENTENCE.finditer(apart))
    return Compared(
        plain, _titles(above), frozenset(body.split()), frozenset(titles.split()), f" {body} ", sentences or (apart,)
    )


_titles = lru_cache(maxsize=1024)(normal)
"""The passages of one section share them."""


def stands_in(word: str, sentence: str) -> bool:
    """Whether a word or phrase stands in such a sentence; English ones whatever their endings."""
    if not word.isascii():
        return word in sentence
    return all(f" {piece}" in sentence for piece in bare(word).split())
