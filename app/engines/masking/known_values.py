"""Values that were recognised once: they are found again wherever they stand, whatever is said around them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import add

from app.engines.masking.finding import Finding
from app.engines.masking.placeholders import LITERAL

_HEAD = 2  # characters by which values are looked up
_FEW = 16  # values, up to which each is looked for by itself
_SCORE = 0.6
_BY_CONTEXT = frozenset({"DATE_OF_BIRTH", "ORGANIZATION", LITERAL})
"""Types whose values mean a person only beside other words: they are not looked for elsewhere."""
_LONG_ACCOUNT = 10  # figures; a shorter account number could be an amount elsewhere
_LONG_CODE = 7


class KnownValues:
    """Looks for many values in one pass: time grows with the text, hardly with the number of values."""

    def __init__(self) -> None:
        self._by_head: dict[str, dict[str, str]] = {}

    def learn(self, type: str, value: str) -> None:
        """Look for `value` from now on, if it means the same wherever it stands."""
        if _is_telling(type, value):
            self._by_head.setdefault(value[:_HEAD], {}).setdefault(value, type)

    def find(self, text: str) -> Iterator[Finding]:
        """Where known values stand in `text`, the longest first at each place."""
        for start in self._places(text):
            here = self._by_head[text[start : start + _HEAD]]
            for value in sorted(here, key=len, reverse=True):
                if text.startswith(value, start) and _stands_alone(text, start, start + len(value)):
                    yield Finding(here[value], start, start + len(value), _SCORE)

    def _places(self, text: str) -> list[int]:
        """Where a value could begin, in order."""
        heads: Iterable[str] = self._by_head
        if len(self._by_head) > _FEW:
            heads = self._by_head.keys() & set(map(add, text, text[1:]))
        places = []
        for head in heads:
            place = text.find(head)
            while place >= 0:
                places.append(place)
                place = text.find(head, place + 1)
        return sorted(places)


def _is_telling(type: str, value: str) -> bool:
    """A value that means the same wherever it stands: not a surname alone, nor a short account number."""
    if type in _BY_CONTEXT:
        return False
    if type == "PERSON":
        return len(value) >= (4 if value.isascii() else 2) and (not value.isascii() or " " in value)
    return len(value) >= (_LONG_ACCOUNT if type == "ACCOUNT" else _LONG_CODE)


def _stands_alone(text: str, start: int, end: int) -> bool:
    """No Latin letter or figure goes on where the value begins or ends with one."""
    before = start > 0 and _is_latin(text[start - 1]) and _is_latin(text[start])
    behind = end < len(text) and _is_latin(text[end]) and _is_latin(text[end - 1])
    return not before and not behind


def _is_latin(character: str) -> bool:
    return character.isascii() and character.isalnum()
