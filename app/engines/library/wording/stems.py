"""English words without their endings: M. F. Porter, "An algorithm for suffix stripping", Program 14/3 (1980)."""

from __future__ import annotations

import re
from functools import lru_cache

_TURNS = re.compile(r"v+c+")
_SECOND = {
    "ational": "ate", "tional": "tion", "enci": "ence", "anci": "ance", "izer": "ize", "abli": "able", "alli": "al",
    "entli": "ent", "eli": "e", "ousli": "ous", "ization": "ize", "ation": "ate", "ator": "ate", "alism": "al",
    "iveness": "ive", "fulness": "ful", "ousness": "ous", "aliti": "al", "iviti": "ive", "biliti": "ble",
}  # fmt: skip
_THIRD = {"icate": "ic", "ative": "", "alize": "al", "iciti": "ic", "ical": "ic", "ful": "", "ness": ""}
_FOURTH = dict.fromkeys(
    ("al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ou", "ism", "ate", "iti", "ous",
     "ive", "ize"), "",
) | {"sion": "s", "tion": "t"}  # fmt: skip


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """The stem of a lower-case English word: `expenses`, `expense`: `expens`. Short words and figures stay."""
    if len(word) < 4 or not (word.isascii() and word.isalpha()):
        return word
    word = _third_person(word)
    word = _past_and_gerund(word)
    if word.endswith("y") and _has_vowel(word[:-1]):
        word = word[:-1] + "i"
    for endings, needed in ((_SECOND, 1), (_THIRD, 1), (_FOURTH, 2)):
        word = _without(word, endings, needed)
    if word.endswith("e") and (_turns(word[:-1]) > 1 or (_turns(word[:-1]) == 1 and not _short(word[:-1]))):
        word = word[:-1]
    return word[:-1] if word.endswith("ll") and _turns(word) > 1 else word


def _third_person(word: str) -> str:
    if word.endswith(("sses", "ies")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _past_and_gerund(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _turns(word[:-3]) else word
    bare = next((word[: -len(end)] for end in ("ed", "ing") if word.endswith(end)), "")
    if not bare or not _has_vowel(bare):
        return word
    if bare.endswith(("at", "bl", "iz")) or (_turns(bare) == 1 and _short(bare)):
        return bare + "e"
    return bare[:-1] if bare[-2:-1] == bare[-1] and bare[-1] not in "lsz" else bare


def _without(word: str, endings: dict[str, str], needed: int) -> str:
    for size in range(7, 1, -1):
        end = word[-size:]
        if end in endings and len(word) > size:
            bare = word[:-size] + endings[end]
            return bare if _turns(word[:-size]) >= needed else word
    return word


def _shape(word: str) -> str:
    """`v` and `c` for vowels and consonants; a `y` after a consonant is a vowel."""
    shape = ""
    for letter in word:
        shape += "v" if letter in "aeiou" or (letter == "y" and shape[-1:] == "c") else "c"
    return shape


def _turns(word: str) -> int:
    """Porter's m: how often consonants follow vowels."""
    return len(_TURNS.findall(_shape(word)))


def _has_vowel(word: str) -> bool:
    return "v" in _shape(word)


def _short(word: str) -> bool:
    """Ends consonant, vowel, consonant that is not w, x, y."""
    return _shape(word)[-3:] == "cvc" and word[-1] not in "wxy"
