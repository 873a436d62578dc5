"""Numbers as dealers write and say them: 1,200,000 · 三点五亿 · 2千5百万 · 一亿二 · half a yard."""

from __future__ import annotations

import re
from decimal import Decimal

_HAN_DIGITS = {han: Decimal(value) for value, han in enumerate("零一二三四五六七八九")}
_HAN_DIGITS |= {"〇": Decimal(0), "两": Decimal(2), "半": Decimal("0.5")}
_HAN_DIGITS |= {han: Decimal(value) for value, han in enumerate("壹贰叁肆伍陆柒捌玖", start=1)}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1_000, "仟": 1_000}
_LARGE = {"万": 10_000, "亿": 100_000_000}

DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d{1,6})?|\d{1,15}(?:\.\d{1,6})?)"
HAN_DIGIT = r"[零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖]"
HAN_UNIT = r"[十拾百佰千仟万亿]"
# Atomic and bounded: a line of a thousand figures costs no more than its length.
HAN_NUMBER = rf"(?>(?:(?>{DIGITS})|{HAN_DIGIT}|点|半|{HAN_UNIT}|个(?=[十百千万亿])){{1,24}})"
_HAN_TOKEN = re.compile(rf"{DIGITS}|点{HAN_DIGIT}+|.")

_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen")
_TEENS = ("fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ENGLISH = {word: value for value, word in enumerate(_ONES + _TEENS, start=1)}
_ENGLISH |= {word: 10 * value for value, word in enumerate(_TENS, start=2)} | {"a": 1, "an": 1}
_words = "|".join(sorted(_ENGLISH, key=len, reverse=True))
ENGLISH_NUMBER = (
    rf"(?:(?<![A-Za-z])(?:half(?: an?)?|(?:{_words})(?:[ -](?:{_words}|hundred|half)|"
    rf" and a half| and (?:{_words})){{0,4}})(?![A-Za-z]))"
)


def digits(text: str) -> Decimal:
    """Arabic digits with or without thousands separators."""
    return Decimal(text.replace(",", ""))


def chinese(text: str) -> Decimal | None:
    """The value of a Chinese numeral, digits mixed in or not; None when it is none.

    `三百五十万` → 3500000, `三点五亿` → 350000000, `2千5百万` → 25000000, `一亿二` → 120000000, `百万` → 1000000.
    """
    total = section = Decimal(0)
    number: Decimal | None = None
    unit = 1
    for piece in _HAN_TOKEN.findall(text):
        if piece == "个":
            continue
        if piece in _HAN_DIGITS:
            spoken_digit_by_digit = number is not None and piece != "半" and unit == 1
            number = (
                number * 10 + _HAN_DIGITS[piece] if spoken_digit_by_digit and number is not None else _HAN_DIGITS[piece]
            )
            if piece in "零〇":
                unit = 1
        elif piece.startswith("点") and len(piece) > 1:
            fraction = "".join(str(_HAN_DIGITS[han]) for han in piece[1:])
            number = (number or Decimal(0)) + Decimal(f"0.{fraction}")
        elif piece in _SMALL:
            unit = _SMALL[piece]
            section += (Decimal(1) if number is None else number) * unit
            number = None
        elif piece in _LARGE:
            unit = _LARGE[piece]
            counted = section + (number or Decimal(0))
            if counted == 0 and number is None and total == 0:
                counted = Decimal(1)
            # 万亿: the unit also lifts what stands before it.
            total = (total + counted) * unit if unit > _LARGE["万"] and total else total + counted * unit
            section, number = Decimal(0), None
        elif piece[0].isdigit():
            number = digits(piece)
        else:
            return None
    if number is not None and unit > 1 and not text[-1].isdigit() and (total or section):
        # 一亿二 is 120 million, 三万五 is 35 thousand: the last digit counts tenths of the last unit.
        number *= 1 if _after_zero(text) else Decimal(unit) / 10 if text[-1] != "半" else unit
    return total + section + (number or Decimal(0))


def english(text: str) -> Decimal | None:
    """The value of English number words: `two hundred`, `one and a half`, `half a`."""
    total = Decimal(0)
    for word in re.split(r"[ -]+", text.lower()):
        if word == "half":
            total += Decimal("0.5")
        elif word == "hundred":
            total = (total or Decimal(1)) * 100
        elif word in _ENGLISH and not (word in ("a", "an") and (total or "half" in text.lower())):
            total += _ENGLISH[word]
        elif word not in ("and", "a", "an"):
            return None
    return total


def _after_zero(text: str) -> bool:
    return len(text) > 1 and text[-2] in "零〇"
