"""Names in Arabic script, and Arabic names in Latin letters, as the same words.

The script leaves short vowels out and has one letter where romanisations have several, so a word of it is compared by
its consonants. Letters by ALA-LC (Arabic, Persian, Urdu, Pashto); ذ ض ظ are read d in Arabic and z from Persia on.
"""

from __future__ import annotations

import re
from functools import lru_cache

SCRIPT = re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff]")
_MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640\u200c\u200d]")
_TWICE = re.compile(r"(.)\1+")
_ONE_FORM = str.maketrans(
    {
        **dict.fromkeys("أإآٱﺁ", "ا"),
        **dict.fromkeys("ىیېئۍ", "ي"),
        **dict.fromkeys("کڪ", "ك"),
        **dict.fromkeys("ۀہھەة", "ه"),
        "ؤ": "و",
    }
)
_PERSIAN = str.maketrans("ضظذ", "ززز")
_CLASSES = {
    letter: kind
    for kind, letters in {
        "B": "ب", "P": "پ", "T": "تطثټٹ", "J": "جژځ", "S": "چششسصښث", "H": "حخهہ", "D": "دڈډضظذ", "R": "رڑړ",
        "Z": "زږ", "G": "غگګ", "F": "فڤ", "K": "قك", "L": "ل", "M": "م", "N": "نںڼ",
    }.items()
    for letter in letters
}  # fmt: skip
"""Letter -> class of `sounds.skeleton`; long vowels, ع and ء have none."""
_CLASSES["ث"] = "T"
_GOD, _SERVANT = "الله", "عبد"
_JOINED_SERVANT = re.compile(rf"{_SERVANT}(?:ال)?(.{{2,}})")
_JOINED_GOD = re.compile(rf"(.{{2,}}?){_GOD}")
_JOINED_FATHER = re.compile(r"ابوال(.{2,})")
_ARTICLE = re.compile(r"^ال(?=..)")


def words(text: str) -> list[str]:
    """The words of a name in Arabic script in one form of each letter, joined ones taken apart, without articles."""
    found: list[str] = []
    for word in re.findall(r"[^\W\d_]+", _MARKS.sub("", text).translate(_ONE_FORM)):
        if word in ("ال", "ا"):
            continue
        if word != _SERVANT and (joined := _JOINED_SERVANT.fullmatch(word)) and word != "عبده":
            found += [_SERVANT, _GOD if joined[1] in ("له", "الله", "لله") else joined[1]]
        elif word == _GOD or word == "لله":
            found.append(_GOD)
        elif joined := _JOINED_FATHER.fullmatch(word):
            found += ["ابو", joined[1]]
        elif joined := _JOINED_GOD.fullmatch(word):
            found += [_ARTICLE.sub("", joined[1]), _GOD]
        else:
            found.append(_ARTICLE.sub("", word))
    return found


def consonants(word: str, *, persian: bool = False) -> str:
    """The classes of consonants of one of `words`, as `sounds.skeleton` gives them for Latin letters."""
    if word == _GOD:
        return "L"
    read = word.translate(_PERSIAN) if persian else word
    kept = _TWICE.sub(r"\1", "".join(_CLASSES.get(letter, "") for letter in read))
    if len(kept) > 1:
        kept = kept.removesuffix("H")
    return kept or ("y" if read[:1] == "ي" else "a")


_SERVANT_ALONE = re.compile(r"abd(?:[aeou][lrs]?|ou)")
_SERVANT_OF_GOD = re.compile(r"abd[aeou]l+ah?")
_SERVANT_OF = re.compile(r"abd[aeou](?:l|(.)(?=\1))(.{3,})")
_FAITH = re.compile(r"(.{3,}?)(?:[uea]d|[aue]l|[ue])d[iey]+ne?")
_OF_GOD = re.compile(r"(.{3,}?)[uaoei]ll?ah")
_OF_MERCY = re.compile(r"(.{2,}?)[uae]r?(r[ae]hm[ae]n)e?")


@lru_cache(maxsize=100_000)
def latin_parts(word: str) -> tuple[str, ...]:
    """A romanised Arabic word taken apart the same way (abdurrahman, jalaluddin, nurullah); any other word as it is."""
    if _SERVANT_ALONE.fullmatch(word):
        return ("abd",)
    if word in ("ullah", "ollah", "alla", "allaah"):
        return ("allah",)
    if _SERVANT_OF_GOD.fullmatch(word):
        return "abd", "allah"
    if found := _SERVANT_OF.fullmatch(word):
        return "abd", found[2]
    if found := _FAITH.fullmatch(word):
        return found[1], "din"
    if found := _OF_GOD.fullmatch(word):
        return found[1], "allah"
    if found := _OF_MERCY.fullmatch(word):
        return found[1], found[2]
    return (word,)
