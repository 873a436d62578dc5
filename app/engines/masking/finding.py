"""The values of recognition: a text in one width, and what was found in it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

TYPES = (
    "PERSON",
    "CN_ID_CARD",
    "PHONE",
    "BANK_CARD",
    "USCC",
    "EMAIL",
    "ADDRESS",
    "PASSPORT",
    "PLATE",
    "ACCOUNT",
    "DATE_OF_BIRTH",
    "IBAN",
    "US_SSN",
    "IP_ADDRESS",
    "ORGANIZATION",
)
"""The types of personal data that users script against."""


class Finding(NamedTuple):
    """A stretch of text taken for personal data. Offsets in characters; `score` from 0 to 1."""

    type: str
    start: int
    end: int
    score: float


def _one_width() -> dict[int, str]:
    """Full-width forms, dashes and blanks, each as its one ASCII character."""
    table = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
    table.update(dict.fromkeys(map(ord, "‐‑‒–—―−﹣"), "-"))
    blanks = "\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u202f\u2060\u3000\ufeff\t"
    table.update(dict.fromkeys(map(ord, blanks), " "))
    return table


_ONE_WIDTH = _one_width()
_SMALL = {code: chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}
_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")
_FIGURES = "〇零一幺壹二贰两三叁四肆五伍六陆七柒八捌九玖"
_SPOKEN = re.compile(f"[{_FIGURES}][{_FIGURES} -]{{5,}}[{_FIGURES}]")
_SPOKEN_DIGITS = str.maketrans(_FIGURES, "0011122233445566778899")


@dataclass(frozen=True)
class View:
    """A text and its one-width form `plain`: the same length, so offsets hold for both."""

    text: str

    @cached_property
    def plain(self) -> str:
        """Half-width; any script's digits, and those written one by one in Chinese (幺三八…), as figures."""
        if self.text.isascii():
            return self.text.replace("\t", " ")
        plain = _FOREIGN_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), self.text.translate(_ONE_WIDTH))
        return _SPOKEN.sub(lambda run: run[0].translate(_SPOKEN_DIGITS), plain)

    @cached_property
    def small(self) -> str:
        """`plain` in small letters."""
        small = self.plain.lower()
        return small if len(small) == len(self.plain) else self.plain.translate(_SMALL)


class Recognizer(Protocol):
    """Finds some types of personal data."""

    @property
    def types(self) -> tuple[str, ...]:
        """What it can find."""
        ...

    def find(self, view: View) -> list[Finding]:
        """Every finding, with the score that its form alone gives; context is weighed afterwards."""
        ...
