"""A part of a passage in the form in which it is compared with a question."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from functools import lru_cache

from app.engines.library.wording.words import bare, normal

_END = re.compile(r"[。；！？;!?]|\n(?!\|)")
_LATIN = re.compile(r"([a-z0-9][a-z0-9.%]*)")


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
    whole: str
    """The sentences together."""


@lru_cache(maxsize=2048)
def compared(plain: str, above: str, titles: str, body: str) -> Compared:
    """`plain`, `titles`, `body`: as the index has them. Questions of one day come back to the same passages."""
    apart = " ".join(_LATIN.split(plain))
    sentences = tuple(filter(None, _END.split(apart)))
    return Compared(
        plain,
        _titles(above),
        frozenset(body.split()),
        frozenset(titles.split()),
        f" {body} ",
        sentences or (apart,),
        apart,
    )


_titles = lru_cache(maxsize=1024)(normal)
"""The passages of one section share them."""


def pieces_of_word(word: str) -> tuple[str, ...]:
    """What stands in such a sentence where a word or phrase does; English ones whatever their endings."""
    return tuple(f" {piece}" for piece in bare(word).split()) if word.isascii() else (word,)
