"""A text as something to count: folded characters, and the n-grams and words in it."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_PLACEHOLDER = re.compile(r"<([a-z_]+?)_\d+>")
_RUN = re.compile(r"[㐀-鿿]+|[a-z]+(?:'[a-z]+)?|\d+(?:[.,:]\d+)*|<[a-z_]+>")
_SUFFIX = re.compile(r"(?<=[a-z]{3})(?:ing|ed|es|s|'s)$")


def narrowed(text: str) -> str:
    """`text` in half width, character by character: offsets stay true."""
    return text.translate(_FULL_WIDTH)


@lru_cache(maxsize=1024)
def folded(text: str) -> str:
    """`text` in lower case and half width, character by character: offsets stay true."""
    narrow = narrowed(text)
    low = narrow.lower()
    # A few letters grow when they are made small (İ): only then is each looked at.
    return (
        low if len(low) == len(narrow) else "".join(one if len(one := char.lower()) == 1 else char for char in narrow)
    )


def is_han(char: str) -> bool:
    return "㐀" <= char <= "鿿"


def features(text: str, longest: int = 1000) -> Counter[str]:
    """What is counted in a text: n-grams of Han; stems (`w:`), pairs (`p:`) and pieces (`c:`) of Latin words;
    kinds of placeholders; "0" for any number. What follows the first `longest` characters is not looked at."""
    found: Counter[str] = Counter()
    previous = ""
    for run in _RUN.findall(_PLACEHOLDER.sub(r"<\1>", folded(text[:longest]))):
        if is_han(run[0]):
            for size in (1, 2, 3):
                found.update(run[at : at + size] for at in range(len(run) - size + 1))
            previous = ""
        elif run[0].isdigit() or run[0] == "<":
            previous = "0" if run[0].isdigit() else run
            found[previous] += 1
        else:
            stem = _SUFFIX.sub("", run)
            found[f"w:{stem}"] += 1
            if previous:
                found[f"p:{previous} {stem}"] += 1
            if len(stem) > 4:
                found.update(f"c:{stem[at : at + 4]}" for at in range(len(stem) - 3))
            previous = stem
    return found
