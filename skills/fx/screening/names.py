"""A name as it is compared: its words in plain Latin letters with how they sound, and its Chinese characters."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from anyascii import anyascii

from skills.fx.screening import arabic, chinese
from skills.fx.screening.sounds import skeleton
from skills.fx.screening.words import WORDS

Script = Literal["latin", "han", "arabic", "cyrillic", "other"]
LONGEST = 300
"""Characters of a name that are looked at; no listed name has more."""
MOST_WORDS = 24
_INITIALS = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_APOSTROPHES = re.compile(r"['’‘`´ʼʿʾʻ\"“”«»]")
_CYRILLIC = re.compile(r"[Ѐ-ԯ]")
_RUSSIAN_ENDING = re.compile(r"(?<=\w\w)[иы]й\b")
_SEPARATORS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Word:
    """One word."""

    text: str
    """Lower-case Latin letters and figures; of Arabic script its letters in one form."""
    sound: str
    """See `sounds.skeleton`."""
    bare: bool = False
    """Without vowels: only `sound` can be compared."""
    exact: bool = False
    """Read from Chinese characters: pinyin has its letters for sure, and one letter more or less is another name."""


@dataclass(frozen=True, slots=True)
class Name:
    """One reading of a name."""

    words: tuple[Word, ...]
    """In the order written, without forms of companies."""
    script: Script
    han: str = ""
    """Its Chinese characters, simplified, without forms of companies."""
    form: str = ""
    """The forms of companies that were left out."""


def readings(text: str) -> tuple[Name, ...]:
    """How `text` may be read: most in one way, Arabic script also the Persian way, Chinese names with each sound of a
    character. Empty for a text without letters."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    if arabic.SCRIPT.search(plain):
        found = arabic.words(plain)[:MOST_WORDS]
        if found:
            kinds = (
                tuple(Word(one, arabic.consonants(one, persian=persian), True) for one in found)
                for persian in (False, True)
            )
            return tuple(Name(words, "arabic") for words in dict.fromkeys(kinds))
    if chinese.HAN.search(plain):
        beside = _words(_latin(chinese.HAN.sub(" ", plain))[0])
        return tuple(
            Name((*_words(way, exact=True), *beside), "han", core)
            for way in chinese.readings(plain)
            for core in chinese.cores(plain)
        )
    script: Script = "cyrillic" if _CYRILLIC.search(plain) else "latin" if _is_latin(plain) else "other"
    written, form = _latin(plain)
    return (Name(_words(written), script, form=form),) if written else ()


def _words(written: list[str], *, exact: bool = False) -> tuple[Word, ...]:
    return tuple(Word(one, skeleton(one), exact=exact) for one in written[:MOST_WORDS] if one)


def _is_latin(plain: str) -> bool:
    return all("LATIN" in unicodedata.name(one, "LATIN") for one in plain if one.isalpha() and not one.isascii())


def _without_accent(character: str) -> str:
    """Nothing for an accent, a space for a picture. Of Indian and other scripts marks are vowels: they stay."""
    if "\u0300" <= character <= "\u036f":
        return ""
    return " " if unicodedata.category(character)[0] in "SC" and character != "&" else character


def _latin(plain: str) -> tuple[list[str], str]:
    """Words of Latin letters, and the form of company that was left out of them."""
    plain = _RUSSIAN_ENDING.sub("y", plain)
    if not plain.isascii():
        plain = anyascii("".join(map(_without_accent, unicodedata.normalize("NFKD", plain)))).casefold()
    joined = _INITIALS.sub(lambda found: found[0].replace(".", "") + " ", f"{plain} ".replace("&", " and "))
    text = _SEPARATORS.sub(" ", _APOSTROPHES.sub("", joined)).strip()
    core = WORDS.forms.sub(" ", text).split()
    form = " ".join(WORDS.forms.findall(text)) if core else ""
    parts = (part for word in core or text.split() for part in arabic.latin_parts(WORDS.numbers.get(word, word)))
    return [chinese.plain(part) for part in parts], form
