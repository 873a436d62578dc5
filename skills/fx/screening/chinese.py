"""Chinese names: as characters, and as pinyin words without tones, surname first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import islice, product

from app.core.scripts import simplified
from skills.fx.screening.words import WORDS

HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]+")
_FORMS = re.compile(r"股份有限公司|有限责任公司|有限公司|集团公司|总公司|分公司|公司|集团|株式会社")
_PLACE = re.compile(r"(?:(?<=..)|^)[省市县区](?=..)")
_UMLAUT = re.compile(r"^([ln])(?:v|yu)(?=e?$)|(?<=[ln])v(?=[bcdfghjklmnpqrstwxyz]|$)")
_TONES = re.compile(r"(?:[a-z]+[0-5])+")
_FIGURE = re.compile("[0-5]")
_SYLLABLE = re.compile(
    r"(?:[zcs]h?|[bpmfdtnlgkhjqxryw])?"
    r"(?:i?a(?:i|o|ng?)?|[iu]?e(?:i|ng?|r)?|i?ong?|i(?:ng?|u)?|ou?|u(?:a(?:i|ng?)?|i|n|o)?|v)"
)
_SYLLABLES = re.compile(f"(?:{_SYLLABLE.pattern})+")
_WAYS = 2
"""How many ways a character of a given name is read at most."""
_DOT = re.compile(r"[·・•‧]")


def core(text: str) -> str:
    """Simplified characters of a name without the forms of companies: what two Chinese spellings are compared by."""
    han = "".join(HAN.findall(simplified(text)))
    return _FORMS.sub("", han) or han


def cores(text: str) -> tuple[str, ...]:
    """The same; of a foreign name with a dot between its parts also with these the other way round."""
    parts = HAN.findall(simplified(text)) if _DOT.search(text) else []
    return tuple(dict.fromkeys((core(text), "".join(reversed(parts)) or core(text))))


def is_person(han: str) -> bool:
    """Whether it may be a person's name: two to four characters, a surname first, no word of a trade or a town."""
    if not 2 <= len(han) <= 4 or any(trade in han for trade in WORDS.chinese):
        return False
    if len(han) == 4 and han[:2] in WORDS.places:
        return False
    return han[0] in WORDS.families or _surname_length(han) == 2


def readings(text: str) -> list[list[str]]:
    """The words that a romanised name has, the likeliest reading first: surname and given name, whose characters may be
    read in two ways; or a company's parts, with its trade in English."""
    if _DOT.search(text):
        return [[_joined(part) for part in HAN.findall(simplified(text))]]
    han = core(text)
    if is_person(han):
        cut = _surname_length(han)
        family = WORDS.surnames.get(han[:cut]) or _joined(han[:cut])
        return [[family, given] for given in dict.fromkeys((_joined(han[cut:]), *_given_names(han[cut:])))]
    parts = (part for part in _parts().split(_PLACE.sub("", han)) if part)
    return [[word for part in parts for word in _part(part)]]


def telling(han: str) -> str:
    """A company's characters without town and trade: what tells it from others; the town where there is no more."""
    without_trade = "".join(part for part in _parts().split(han) if part and part not in WORDS.chinese)
    own = "".join(part for part in _parts().split(without_trade) if part not in WORDS.places)
    return _PLACE.sub("", own) or without_trade or han


@lru_cache(maxsize=200_000)
def is_pinyin(word: str) -> bool:
    """Whether a Latin word could be pinyin, of one syllable or several."""
    return bool(_SYLLABLES.fullmatch(word))


def plain(word: str) -> str:
    """A Latin word that may be pinyin without its figures for tones, and with u for ü: lv4 and lyu are lu."""
    if _TONES.fullmatch(word) and is_pinyin(letters := _FIGURE.sub("", word)):
        word = letters
    return _UMLAUT.sub(lambda found: f"{found[1] or ''}u", word)


def same_sound(left: str, right: str) -> bool:
    """Whether two characters are read alike, tones included."""
    from pypinyin import Style, pinyin

    first, second = (set(pinyin(one, style=Style.TONE3, heteronym=True)[0]) for one in (left, right))
    return bool(first & second)


def _surname_length(han: str) -> int:
    return 2 if len(han) > 2 and han[:2] in WORDS.surnames else 1


def _part(part: str) -> list[str]:
    english = WORDS.chinese.get(part)
    return english.split() if english else [_joined(part)]


def _given_names(han: str) -> Iterator[str]:
    from pypinyin import Style, pinyin

    ways = [syllables[:_WAYS] for syllables in pinyin(han, style=Style.NORMAL, heteronym=True, errors="ignore")]
    return ("".join(map(plain, syllables)) for syllables in islice(product(*ways), _WAYS**2))


def _joined(han: str) -> str:
    from pypinyin import lazy_pinyin  # its dictionary takes a quarter of a second: not at every start

    return "".join(plain(syllable) for syllable in lazy_pinyin(han, errors="ignore"))


@cache
def _parts() -> re.Pattern[str]:
    return re.compile("(" + "|".join(sorted((*WORDS.chinese, *WORDS.places), key=len, reverse=True)) + ")")
