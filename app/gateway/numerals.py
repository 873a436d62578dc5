"""Chinese numerals, everyday and formal ones."""

from __future__ import annotations

from decimal import Decimal

_DIGITS = {**dict(zip("零一二三四五六七八九", range(10), strict=True)), "〇": 0, "两": 2, "壹": 1, "贰": 2, "叁": 3}
_DIGITS |= {"肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10**4, "亿": 10**8}
NUMERALS = "".join([*_DIGITS, *_TENS])
"""The characters of numerals below ten thousand."""


def of_numeral(text: str) -> Decimal | None:
    """The value of a Chinese numeral, None where the text is none."""
    text, _, decimals = text.partition("点")
    if decimals and not all(letter in _DIGITS for letter in decimals):
        return None
    total, myriads, section, digit = 0, 0, 0, None
    if len(text) > 1 and all(letter in _DIGITS for letter in text):
        whole = int("".join(str(_DIGITS[letter]) for letter in text))
    else:
        for letter in text:
            if letter in _DIGITS:
                digit = _DIGITS[letter] if not digit else digit * 10 + _DIGITS[letter]
            elif letter in _TENS:
                section += (1 if digit is None else digit) * _TENS[letter]
                digit = None
            elif letter in _MYRIADS:
                here = section + (digit or 0)
                section, digit = 0, None
                if letter == "万":
                    myriads = here * _MYRIADS[letter]
                else:
                    total, myriads = (total + myriads + here) * _MYRIADS[letter], 0
            else:
                return None
        whole = total + myriads + section + (digit or 0)
    tail = "".join(str(_DIGITS[letter]) for letter in decimals)
    return Decimal(f"{whole}.{tail}" if tail else whole)
