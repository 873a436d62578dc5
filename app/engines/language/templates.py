"""Sentence templates of the folders: hassil reads them, a regular expression matches them.

hassil's own recogniser walks every template for every text; one compiled expression per template costs
microseconds, and lets Chinese be written with or without spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product

from hassil import parse_sentence
from hassil.expression import Alternative, Expression, Group, ListReference, Permutation, RuleReference, TextChunk
from hassil.parser import ParseError

from app.engines.language.ngrams import folded

MOST, STEP = 12, 7919
"""So many sentences stand for a template, taken from all of them by this step (a prime)."""
LONGEST = 160
"""Characters. A longer message is no single sentence: it matches no template."""

_END = r"[\s。．.！!？?，,；;、~～…]*"
_MARKUP = re.compile(r"[\[\](){}|;<>]")


@dataclass(frozen=True)
class Match:
    """A text that a template covers from end to end."""

    slots: Mapping[str, tuple[int, int]]
    """Slot name -> where its words stand in the text."""
    literal: int
    """Characters of the text that the template itself spells out."""


@dataclass(frozen=True)
class Template:
    """One compiled sentence template."""

    pattern: re.Pattern[str]
    names: tuple[str, ...]
    """Slot names by group number: group 1 is `names[0]`."""
    words: tuple[str, ...]
    """What it spells out, piece by piece."""
    sentences: tuple[str, ...]
    """Some sentences it stands for, with a blank where a slot is."""

    def match(self, text: str) -> Match | None:
        """Where `text` says what this template says; None when it does not."""
        if len(text) > LONGEST:
            return None
        found = self.pattern.fullmatch(folded(text))
        if found is None:
            return None
        slots: dict[str, tuple[int, int]] = {}
        for number, name in enumerate(self.names, start=1):
            start, end = _trimmed(text, *found.span(number))
            if start < end:
                slots.setdefault(name, (start, end))
        taken = sum(end - start for start, end in slots.values())
        return Match(slots, len(text.strip()) - taken)


@lru_cache(maxsize=8192)
def template(text: str) -> Template:
    """`text` compiled. What is no valid template is read as the plain sentence it is."""
    expression: Expression = TextChunk(text)
    if _MARKUP.search(text):
        try:
            expression = parse_sentence(text).expression
        except ParseError:
            expression = TextChunk(_MARKUP.sub(" ", text))
    names: list[str] = []
    pattern = _pattern(expression, names)
    every = tuple(dict.fromkeys(re.sub(r"\s+", " ", one).strip() for one in _sentences(expression)))
    # A step that shares no factor with the number of alternatives: each of them is heard.
    sentences = tuple(every[at * STEP % len(every)] for at in range(min(MOST, len(every))))
    words = tuple(piece for piece in dict.fromkeys(_words(expression)) if piece)
    return Template(re.compile(rf"\s*{pattern}{_END}"), tuple(names), words, sentences)


def is_sentence(text: str) -> bool:
    """Whether an example is a plain sentence, fit to be shown to people."""
    return not _MARKUP.search(text)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    blank = " \t\r\n，,。：:；;、？?！!“”\"'"
    while start < end and text[start] in blank:
        start += 1
    while end > start and text[end - 1] in blank:
        end -= 1
    return start, end


def _pattern(expression: Expression, names: list[str]) -> str:
    match expression:
        case TextChunk():
            pieces = re.split(r"\s+", folded(expression.text))
            return r"\s*".join(re.escape(piece.rstrip("。.？?！!")) for piece in pieces)
        case Alternative():
            return "(?:" + "|".join(_pattern(item, names) for item in expression.items) + ")"
        case Permutation():
            # Each part once, in any order, is read as "some parts, as often as there are": enough to recognise it.
            parts = "|".join(_pattern(item, names) for item in expression.items)
            return f"(?:(?:{parts})\\s*){{{len(expression.items)}}}"
        case Group():
            return r"\s*".join(_pattern(item, names) for item in expression.items)
        case ListReference():
            names.append(expression.slot_name)
            return "(.+?)"
        case RuleReference():  # `<PERSON_1>`: any placeholder of this type stands for it
            return rf"<{re.escape(expression.rule_name.rsplit('_', 1)[0].lower())}_\d+>"
        case _:
            return ""


def _sentences(expression: Expression) -> Iterator[str]:
    match expression:
        case TextChunk():
            yield expression.text
        case Alternative():
            for item in expression.items:
                yield from _sentences(item)
        case Group():
            for parts in islice(product(*(tuple(islice(_sentences(item), 6)) for item in expression.items)), 256):
                yield "".join(parts)
        case RuleReference():
            yield f"<{expression.rule_name}>"
        case _:
            yield " "


def _words(expression: Expression) -> Iterator[str]:
    match expression:
        case TextChunk():
            yield folded(expression.text).strip()
        case Group():
            for item in expression.items:
                yield from _words(item)
