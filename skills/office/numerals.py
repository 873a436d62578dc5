"""Small numbers as people write them: `3`, `1.5`, 三, 两, 二十五, "two"."""

from __future__ import annotations

import cn2an

CHINESE = "[零〇一二两三四五六七八九十廿]"
_ENGLISH = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8}
_ENGLISH |= {"nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "twenty": 20, "thirty": 30}


def number_of(text: str) -> float | None:
    """The number that `text` is; None when it is none."""
    text = text.strip().lower()
    if text in _ENGLISH:
        return float(_ENGLISH[text])
    try:
        return float(text) if text[:1].isascii() else float(cn2an.cn2an(text, "smart"))
    except ValueError:
        return None
