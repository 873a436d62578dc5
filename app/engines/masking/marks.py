"""Codes with letters in them: credit codes, IBANs, passports, number plates, addresses of the net, dates of birth."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from app.engines.masking import checksums
from app.engines.masking.finding import Finding, View

_FREE_LEFT, _FREE_RIGHT = r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])"
_USCC = re.compile(
    rf"{_FREE_LEFT}[1-9AHNY][1-59](?:[ -]?[0-9]){{6}}(?:[ -]?[0-9A-HJ-NPQRTUWXY]){{10}}{_FREE_RIGHT}", re.IGNORECASE
)
_ALNUM = re.compile("[A-Za-z0-9]")
_IBAN = re.compile(rf"{_FREE_LEFT}[A-Z]{{2}}[0-9]{{2}}(?:[ -]?[A-Z0-9]){{11,30}}", re.IGNORECASE)
_LETTER = "A-Za-z0-9À-ÖØ-öø-ɏ"
_EMAIL = re.compile(
    rf"(?<![{_LETTER}._%+\-])[{_LETTER}][{_LETTER}._%+\-]{{0,63}}@(?:[{_LETTER}\-]{{1,63}}\.){{1,6}}[A-Za-z]{{2,24}}(?![A-Za-z0-9])"
)
_PASSPORT = re.compile(
    rf"{_FREE_LEFT}(?:E[A-HJ-NP-Z][0-9]{{7}}|[EGDSPHMCKLT][0-9]{{8}}|[HM][0-9]{{10}}|[A-Z]{{1,2}}[0-9]{{6,8}}|[0-9]{{8,9}}){_FREE_RIGHT}",
    re.IGNORECASE,
)
_CHINESE_PASSPORT = re.compile(r"E[A-HJ-NP-Z][0-9]{7}|[EGDSP][0-9]{8}", re.IGNORECASE)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][ ·•.\-]?"
    r"(?:[DF][A-HJ-NP-Z0-9][0-9]{4}|[0-9]{5}[DF]|[A-HJ-NP-Z0-9]{5}|[A-HJ-NP-Z0-9]{4}[警学挂港澳领])(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_IPV4 = re.compile(r"(?<![A-Za-z0-9.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![A-Za-z0-9]|\.[0-9])")
_IPV6 = re.compile(r"(?<![A-Za-z0-9:])(?:[0-9A-F]{0,4}:){2,7}[0-9A-F]{0,4}(?![A-Za-z0-9:])", re.IGNORECASE)
_DAY = re.compile(
    r"(?<![0-9])(?:(?:18|19|20)[0-9]{2} ?[-./年] ?(?:1[0-2]|0?[1-9]) ?[-./月] ?(?:[12][0-9]|3[01]|0?[1-9]) ?日?"
    r"|(?:18|19|20)[0-9]{2}(?:1[0-2]|0[1-9])(?:[12][0-9]|3[01]|0[1-9])"
    r"|(?:3[01]|[12][0-9]|0?[1-9])[-./](?:3[01]|[12][0-9]|0?[1-9])[-./](?:18|19|20)?[0-9]{2}"
    r"|(?:19|20)?[0-9]{2}年(?:1[0-2]|0?[1-9])月)(?![0-9])"
)
_MONTH = (
    "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|"
    "Nov(?:ember)?|Dec(?:ember)?)"
)
_ENGLISH_DAY = re.compile(
    rf"(?<![A-Za-z0-9])(?:[0-3]?[0-9](?:st|nd|rd|th)?\s(?:of\s)?{_MONTH}\.?,?\s[0-9]{{4}}|{_MONTH}\.?\s[0-3]?[0-9](?:st|nd|rd|th)?,?\s[0-9]{{4}})(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_CLAUSE_AROUND = re.compile(r"第\s?$|版本?\s?$|(?:version|v|section|§)\s?$", re.IGNORECASE)


class Marks:
    """Recognises codes by their form and check characters."""

    types = ("USCC", "IBAN", "EMAIL", "PASSPORT", "PLATE", "IP_ADDRESS", "DATE_OF_BIRTH")

    def find(self, view: View) -> list[Finding]:
        """Every code, with the score of its form."""
        plain = view.plain
        if not _SIGN.search(plain):
            return []
        found = [
            Finding(type, match.start(), match.end(), score)
            for type, pattern, needed, judge in _KINDS
            if needed.search(plain)
            for match in pattern.finditer(plain)
            if (score := judge(match)) > 0
        ]
        return [*found, *_ibans(plain)] if _IBAN_BEGINS.search(plain) else found


def _bare(match: re.Match[str]) -> str:
    return re.sub(r"[ -]", "", match[0]).upper()


def _credit_code(match: re.Match[str]) -> float:
    code = _bare(match)
    if checksums.social_credit_code(code):
        return 0.9
    return 0.3 if any(character.isalpha() for character in code) else 0.15


def _ibans(plain: str) -> Iterator[Finding]:
    """IBANs, cut at their country's length: a word may follow after a blank."""
    for match in _IBAN.finditer(plain):
        length = checksums.iban_length(match[0][:2].upper())
        places = [place for place in range(match.start(), match.end()) if plain[place] not in " -"][:length]
        if 0 < length == len(places) and not _ALNUM.match(plain, places[-1] + 1):
            code = "".join(plain[place] for place in places).upper()
            yield Finding("IBAN", match.start(), places[-1] + 1, 0.95 if checksums.iban(code) else 0.3)


def _passport(match: re.Match[str]) -> float:
    if _CHINESE_PASSPORT.fullmatch(match[0]):
        return 0.35
    return 0.15


def _plate(match: re.Match[str]) -> float:
    return 0.8 if sum(character.isdigit() for character in match[0]) >= 2 else 0.3


def _internet(match: re.Match[str]) -> float:
    if not checksums.internet_address(match[0]) or match[0] == "::":
        return 0.0
    if ":" in match[0]:
        return 0.8 if match[0].count(":") >= 3 or any(one.isdigit() for one in match[0]) else 0.2
    if _CLAUSE_AROUND.search(match.string[max(0, match.start() - 8) : match.start()]):
        return 0.05
    return 0.75 if any(int(part) > 31 for part in match[0].split(".")) else 0.3


_SIGN = re.compile("[0-9@]|:[A-Fa-f]{0,4}:")
_IBAN_BEGINS = re.compile("[A-Za-z][0-9]{2}")
_KINDS: tuple[tuple[str, re.Pattern[str], re.Pattern[str], Callable[[re.Match[str]], float]], ...] = (
    ("USCC", _USCC, re.compile("[0-9](?:[ -]?[0-9]){5}"), _credit_code),
    ("EMAIL", _EMAIL, re.compile("@"), lambda match: 1.0),
    ("PASSPORT", _PASSPORT, re.compile("[0-9]{6}"), _passport),
    ("PLATE", _PLATE, re.compile("[㐀-鿿][A-Za-z]"), _plate),
    ("IP_ADDRESS", _IPV4, re.compile(r"[0-9]\.[0-9]{1,3}\.[0-9]"), _internet),
    ("IP_ADDRESS", _IPV6, re.compile(":[0-9A-Fa-f]{0,4}:"), _internet),
    ("DATE_OF_BIRTH", _DAY, re.compile(r"[0-9] ?[-./年]|[0-9]{8}"), lambda match: 0.2),
    ("DATE_OF_BIRTH", _ENGLISH_DAY, re.compile(r"[A-Za-z]{3}.{0,2}\s|[0-9]\s[A-Za-z]"), lambda match: 0.2),
)
"""Type, its form, what must stand somewhere in the text for it, and the score of a match."""
