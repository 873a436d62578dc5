"""How a word of a name sounds: what stays the same when several people write it down in Latin letters.

The classes are those that the usual romanisations of Arabic, Persian and Russian mix (q k c, kh h, gh g, dh d, sh ch):
the tables of ALA-LC, BGN/PCGN and ISO 233 / ISO 9 side by side, with French and German habits.
"""

from __future__ import annotations

import re
from functools import lru_cache

_CLASSES = (
    (re.compile(r"shch|sch|sh|tch|ch|cz"), "S"),
    (re.compile(r"dzh|zh|dj|j"), "J"),
    (re.compile(r"kh"), "H"),
    (re.compile(r"gh|g"), "G"),
    (re.compile(r"ph|ff|v"), "F"),
    (re.compile(r"th"), "T"),
    (re.compile(r"dh"), "D"),
    (re.compile(r"ts|tz|c(?=[eiy])"), "S"),
    (re.compile(r"ck|c|q"), "K"),
    (re.compile(r"x"), "KS"),
)
_VOWELS = re.compile(r"[aeiouyw]")
_TWICE = re.compile(r"(.)\1+")


@lru_cache(maxsize=500_000)
def skeleton(word: str, *, apart: bool = False) -> str:
    """Classes of the consonants of a lower-case word in capitals; of a word of vowels alone its first letter.

    `apart`: an h is a letter of its own, as in Ishaq and Mazhari, not part of sh or zh.
    """
    kept = word.replace("h", "-h") if apart else word
    for pattern, letter in _CLASSES:
        kept = pattern.sub(letter, kept)
    kept = _TWICE.sub(r"\1", _VOWELS.sub("", kept).replace("-", "").upper())
    if len(kept) > 1:
        kept = kept.removesuffix("H")
    return kept or word[:1]
