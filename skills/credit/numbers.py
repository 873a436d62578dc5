"""Amounts as cells hold them: numbers, and text that people typed instead of numbers."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

_DASHES = frozenset({"-", "--", "---", "–", "—", "——", "―", "－", "nil"})
_WORDS = {"元": 1, "千元": 1_000, "万元": 10_000, "万": 10_000, "百万元": 1_000_000, "亿元": 10**8, "亿": 10**8}
_NUMBER = re.compile(
    r"(?P<sign>[-+△▲])?[¥￥$]?(?P<minus>-)?(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,24}(?:\.\d{1,12})?|\.\d{1,12})"
    r"(?P<word>元|千元|万元|万|百万元|亿元|亿)?(?P<trailing>-)?"
)
_LARGEST_EXPONENT = 20


def read_amount(text: str) -> tuple[Decimal, int | None] | None:
    """The number in a cell's text, and the worth of a unit word behind it; None where there is no number.

    Reads `1,234.5`, `（123）`, `(1,234)`, `-`, `－123`, full-width digits, `￥12`, `123-`, `1 234`, `12万元`.
    A dash means zero, as accountants write it.
    """
    plain = unicodedata.normalize("NFKC", text).replace("−", "-").replace("，", ",").strip()
    if plain.lower() in _DASHES:
        return Decimal(0), None
    compact = re.sub(r"(?<=\d)\s+(?=\d{3}(?!\d)|[)元千万百亿])|(?<=[(¥$-])\s+(?=[\d.¥$])", "", plain)
    bracketed = re.fullmatch(r"-?[¥$]?\((.+)\)(元|万元)?", compact)
    inner = bracketed[1].strip() + (bracketed[2] or "") if bracketed else compact
    found = _NUMBER.fullmatch(inner)
    if not found:
        return None
    value = Decimal(found["digits"].replace(",", ""))
    if bracketed or found["minus"] or found["trailing"] or (found["sign"] or "+") != "+":
        value = -value
    return value, _WORDS[found["word"]] if found["word"] else None


def from_float(number: float) -> Decimal | None:
    """A stored number as Excel shows it: 15 significant digits. None beyond all reason."""
    value = Decimal(f"{number:.15g}")
    return value if value.is_finite() and abs(value.adjusted()) <= _LARGEST_EXPONENT else None


def displayed(number: Decimal, number_format: str) -> str:
    """`number` as a cell with that Excel format shows it: separators, decimals, brackets, percent.

    Colours, alignment and conditions leave no trace in the text; a format that is none of these shows the number as
    it is (ECMA-376 part 1, 18.8.31).
    """
    sections = number_format.split(";")
    negative = number < 0 and len(sections) > 1
    section = sections[1] if negative else sections[0]
    if number == 0 and len(sections) > 2 and not re.search(r"[0#?]", _bare(sections[2])):
        return "".join(char for char in _bare(sections[2]) if char in "-–—") or _plain(number)
    code = _bare(section)
    found = re.search(r"[#0?,]*[0#?](?:\.([0#?]+))?", code)
    if not found or re.search(r"[ymdhs]|E\+", code):
        return _plain(number)
    scaled = number * 100 if "%" in code else number
    decimals = len(found[1] or "")
    optional = decimals - len((found[1] or "").rstrip("#"))
    amount = abs(scaled) if negative else scaled
    text = f"{amount.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):{',' if ',' in found[0] else ''}f}"
    if optional and "." in text:
        kept = text[len(text) - optional :].rstrip("0")
        text = (text[: len(text) - optional] + kept).rstrip(".")
    if negative:
        text = f"({text})" if "(" in code else f"-{text}" if "-" in code else text
    return f"{text}%" if "%" in code else text


def _bare(section: str) -> str:
    """A format's section without literals, padding, colours and conditions."""
    return re.sub(r'"[^"]*"|\[[^\]]*\]|_.|\*.|\\[^()-]|\\', "", section)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
