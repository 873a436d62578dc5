"""A text as it is meant, whatever it is wrapped in: look-alikes, gaps between letters, encodings.

Every reading is a text to be reviewed; none replaces what was said. Each way of unwrapping is cheap, bounded, and
gives nothing where a text is what it seems.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from app.gateway.one_script import SIMPLIFIED

_LOOK_ALIKES = str.maketrans(
    "аасеорхуіјѕһԁԛԝвнкмтгпАВЕКМНОРСТХУІЈЅαβερικνοτυχωΑΒΕΖΗΙΚΜΝΟΡΤΥΧıɑɡʟ",
    "aaceopxyijshdqwbhkmtrnABEKMHOPCTXYIJSaβepikvotuxwABEZHIKMNOPTYXlagl",
)
_DIGIT_LETTERS = str.maketrans("013457@$!|", "oieastasil")
_TAG = re.compile("[\U000e0020-\U000e007e]+")
_LATIN = re.compile(r"[a-z]")
_HAN = re.compile(r"[㐀-鿿]")
_CYRILLIC_OR_GREEK = re.compile(r"[Ͱ-ӿ]")
_GAPS = re.compile(r"(?:(?<=[㐀-鿿])[\s\-_.*/|·•,，、。~+=#^`'\"]{1,3}(?=[㐀-鿿]))")
_SPACED_HAN = re.compile(r"(?:[㐀-鿿][\s\-_.*/|·•,，、。~+=#^`'\"]{1,3}){4,}[㐀-鿿]")
_SPACED_LATIN = re.compile(r"(?<![a-z])(?:[a-z][\s\-_.*/|·•,~+]{1,3}){5,}[a-z](?![a-z])")
_LEET_WORD = re.compile(r"(?<![a-z013457@$!|])[a-z]{0,20}(?:[a-z][013457@$!|]|[013457@$!|][a-z])[a-z013457@$!|]{0,20}")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{16,}={0,2}(?:\s?[A-Za-z0-9+/_-]{16,}={0,2})*")
_BASE32 = re.compile(r"(?<![A-Z2-7])[A-Z2-7]{24,}={0,6}")
_HEX = re.compile(r"(?:(?:0x|\\x)?[0-9a-fA-F]{2}[\s,;:]{0,2}){8,}")
_BITS = re.compile(r"(?:[01]{8}[\s,]{0,2}){4,}")
_CODES = re.compile(r"(?:\b\d{2,5}\b[\s,;]{1,2}){7,}\d{2,5}\b")
_ESCAPES = re.compile(r"(?:\\u\{?[0-9a-fA-F]{4,6}\}?|&#x?[0-9a-fA-F]{2,6};|u\+[0-9a-fA-F]{4,6}\s?){2,}", re.IGNORECASE)
_ESCAPE = re.compile(r"(?:\\u\{?|u\+)([0-9a-fA-F]{4,6})\}?\s?", re.IGNORECASE)
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2}){3,}")
_COMMON_WORDS = frozenset(
    "the and you your all to of in is it for with this that me my i a an on be as are from or not now do can".split()  # noqa: SIM905
)
_WORD = re.compile(r"[a-z]+")
_ASSIGNED = re.compile(r"([\w一-龥]{1,12})\s*[=:]\s*[\"'“‘「『]([^\"'”’」』\n]{1,200})[\"'”’」』]")
_SUM = re.compile(r"(?:[\w一-龥]{1,12}\s*\+\s*)+[\w一-龥]{1,12}")
LONGEST = 24_000
MOST = 12
"""Readings of one text at most."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a text."""

    text: str
    """Half-width, lower case, simplified."""
    how: str = ""
    """`base64`, `reversed` …; empty for the text itself."""

    @property
    def guessed(self) -> bool:
        """Whether it is a reading that every text has: too weak for anything but a rule."""
        return self.how.startswith(("reversed", "acrostic"))


def plain(text: str) -> str:
    """`text` in half width, lower case and simplified characters, without invisible characters and look-alikes."""
    text = unicodedata.normalize("NFKC", text[:LONGEST])
    if not text.isascii():
        text = "".join(char for char in text if unicodedata.category(char) not in ("Cf", "Mn", "Me") or char == "\n")
        mixed = _CYRILLIC_OR_GREEK.search(text) and _LATIN.search(text.lower())
        text = (text.translate(_LOOK_ALIKES) if mixed else text).translate(SIMPLIFIED)
    return text.lower()


def readings(text: str) -> list[Reading]:
    """Every reading of `text`, the text itself first. An encoded part is read once more for what is inside it."""
    found = [Reading(plain(text))]
    for how, inside in _unwrapped(text):
        found.append(Reading(plain(inside), how))
        found.extend(Reading(plain(deeper), f"{how}+{again}") for again, deeper in _decoded(inside))
        if len(found) >= MOST:
            break
    distinct = {one.text.strip(): one for one in reversed(found) if one.text.strip()}
    return list(reversed(distinct.values()))[:MOST]


def _unwrapped(text: str) -> Iterator[tuple[str, str]]:
    text = text[:LONGEST]
    low = plain(text)
    hidden = "".join(chr(ord(char) - 0xE0000) for run in _TAG.findall(text) for char in run)
    if hidden:
        yield "tags", hidden
    yield from _decoded(text)
    if _SPACED_HAN.search(low):
        yield "gaps", _GAPS.sub("", low)
    if _SPACED_LATIN.search(low):
        # Two or more blanks between words keep them apart; else the words are found by their letters alone.
        yield "gaps", _SPACED_LATIN.sub(lambda run: re.sub(r"(?<=[a-z])[\s\-_.*/|·•,~+](?=[a-z])", "", run[0]), low)
    if split := _assigned_parts(low):
        yield "split", split
    if acrostic := _acrostic(low):
        yield "acrostic", acrostic
    if leet := _without_digit_letters(low):
        yield "leet", leet
    if _HAN.search(low):
        yield "reversed", low[::-1]
    letters = _WORD.findall(low)
    if len(letters) >= 3:
        known = _known(letters)
        for how, other in (("rot13", codecs.encode(low, "rot13")), ("reversed", low[::-1])):
            # Common words appear only when it is turned the right way round.
            if not _HAN.search(low) and _known(_WORD.findall(other)) >= max(2, 2 * known + 1, len(letters) // 12):
                yield how, other


def _assigned_parts(low: str) -> str:
    """The quoted parts that names are given to, put together in the order in which the names are added up."""
    parts = dict(_ASSIGNED.findall(low))
    if len(parts) < 2:
        return ""
    sums = [[name for name in re.findall(r"[\w一-龥]+", one) if name in parts] for one in _SUM.findall(low)]
    order = max(sums, key=len, default=[])
    return "".join(parts[name] for name in (order if len(order) >= 2 else parts))


def _acrostic(low: str) -> str:
    """The first characters of the lines, where at least six lines of a poem or list begin in Chinese."""
    firsts = [line[0] for raw in low.split("\n") if (line := raw.strip(" -*#0123456789.、)(")) and _HAN.match(line)]
    return "".join(firsts) if len(firsts) >= 6 else ""


def _decoded(text: str) -> Iterator[tuple[str, str]]:
    """What is inside encoded parts, with the rest of the text around it left out."""
    for how, pattern, decode in _CODECS:
        parts = [inside for part in pattern.findall(text)[:8] if (inside := _readable(decode, part))]
        if parts:
            yield how, " ".join(parts)


def _readable(decode: Callable[[str], str], part: str) -> str:
    """The decoded part, if it is text that somebody wrote."""
    try:
        inside = decode(part)
    except (ValueError, binascii.Error, OverflowError):
        return ""
    fine = sum(char.isalpha() or char in " ,.?!:;'\"-，。？！：；、\n" or char.isdigit() for char in inside)
    letters = sum(char.isalpha() for char in inside)
    return inside if len(inside) >= 2 and fine >= 0.95 * len(inside) and letters >= 0.5 * len(inside) else ""


def _base64(part: str) -> str:
    joined = re.sub(r"\s", "", part).rstrip("=").translate(str.maketrans("-_", "+/"))
    return base64.b64decode(joined + "=" * (-len(joined) % 4)).decode("utf-8")


def _base32(part: str) -> str:
    joined = part.rstrip("=")
    return base64.b32decode(joined + "=" * (-len(joined) % 8)).decode("utf-8")


def _hex(part: str) -> str:
    return bytes.fromhex(re.sub(r"0x|\\x|[\s,;:]", "", part)).decode("utf-8")


def _bits(part: str) -> str:
    return bytes(int(byte, 2) for byte in re.findall(r"[01]{8}", part)).decode("utf-8")


def _codes(part: str) -> str:
    return "".join(chr(int(code)) for code in re.findall(r"\d+", part))


def _escapes(part: str) -> str:
    return html.unescape(_ESCAPE.sub(lambda code: chr(int(code[1], 16)), part))


_CODECS: tuple[tuple[str, re.Pattern[str], Callable[[str], str]], ...] = (
    ("base64", _BASE64, _base64),
    ("base32", _BASE32, _base32),
    ("hex", _HEX, _hex),
    ("bits", _BITS, _bits),
    ("codes", _CODES, _codes),
    ("escapes", _ESCAPES, _escapes),
    ("percent", _PERCENT, unquote),
)


def _without_digit_letters(low: str) -> str:
    """`low` with digits and signs in words read as the letters they look like; empty where few words have any."""
    words = [word for word in _LEET_WORD.findall(low) if sum(char.isalpha() for char in word) >= 2]
    if len(words) < 2:
        return ""
    return _LEET_WORD.sub(lambda word: word[0].translate(_DIGIT_LETTERS), low)


def _known(words: list[str]) -> int:
    return sum(word in _COMMON_WORDS for word in words)
