"""Placeholders such as `<PERSON_1>`: where they stand in a text, and restoring them in words that come in pieces."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from app.engines.masking.finding import TYPES

LITERAL = "LITERAL"
"""The type under which a placeholder typed by a person is kept: it is never taken for one of ours."""

_OPENINGS = tuple(f"<{type}_" for type in (*TYPES, LITERAL))
_MOST_FIGURES = 9
PLACEHOLDER = re.compile(f"<(?:{'|'.join((*TYPES, LITERAL))})_[0-9]{{1,{_MOST_FIGURES}}}>")
_BEGUN = re.compile(f"(?:{'|'.join(_OPENINGS)})[0-9]{{0,{_MOST_FIGURES}}}")


def type_of(placeholder: str) -> str:
    """`BANK_CARD` of `<BANK_CARD_2>`."""
    return placeholder[1:].rpartition("_")[0]


Lookup = Callable[[str], str | None]
"""Placeholder -> the value behind it, or None."""


def restored(text: str, value_of: Lookup) -> str:
    """`text` with the placeholders that have a value restored. What was restored is not looked at again."""

    def value(found: re.Match[str]) -> str:
        known = value_of(found[0])
        return found[0] if known is None else known

    return PLACEHOLDER.sub(value, text)


def texts_in(value: Any) -> Iterator[str]:
    """Every text in JSON `value`, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from texts_in(key)
            yield from texts_in(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts_in(one)


def with_texts(value: Any, change: Callable[[str], str]) -> Any:
    """JSON `value` with every text in it, keys too, changed."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {with_texts(key, change): with_texts(one, change) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(with_texts(one, change) for one in value)
    return value


class StreamRestorer:
    """Restores a stream. A placeholder is looked up when it comes: new ones may have been made meanwhile."""

    def __init__(self, value_of: Lookup) -> None:
        self._value_of = value_of
        self._held = ""

    def feed(self, piece: str) -> str:
        """What can be shown now. Held back is only a tail that can still become a placeholder."""
        text = self._held + piece
        cut = _tail(text)
        self._held = text[cut:]
        return restored(text[:cut], self._value_of)

    def close(self) -> str:
        """The tail, which no longer can become one."""
        rest, self._held = self._held, ""
        return rest


def _tail(text: str) -> int:
    """Where the tail begins that can still become a placeholder; the text's length when there is none."""
    begin = text.rfind("<")
    if begin < 0:
        return len(text)
    tail = text[begin:]
    if any(opening.startswith(tail) for opening in _OPENINGS) or _BEGUN.fullmatch(tail):
        return begin
    return len(text)
