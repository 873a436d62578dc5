"""A cell's value as the spreadsheet shows it: separators, decimals, percent, dates (ECMA-376 part 1, 18.8.31)."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[\$([^\]-]*)[^\]]*\]|_.|\*.')
_DIGITS = re.compile(r"[#0?,]*[0#?](?:\.([0#?]+))?(,*)")
_NO_NUMBER = re.compile(r"[ymdhsYMDHS]|[eE][+-]|@|General|通用格式|/", re.IGNORECASE)
_DATE_PART = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|y+|m+|d+|h+|s+(?:\.0+)?|AM/PM|上午/下午|.', re.IGNORECASE)
_LARGEST_EXPONENT = 20
_LONGEST = 4_000
"""Characters of one cell that are read; a spreadsheet program takes 32,767."""
_ISO = ("yyyy-mm-dd", "mm-dd-yy", "general")
"""Formats whose look depends on the reader's computer (14 of the built-in ones), or that say nothing: ISO instead."""


class _Section(NamedTuple):
    """A number format for one sign."""

    before: str
    behind: str
    decimals: int
    optional: int
    """Decimals at the end that show only where they are not zero."""
    thousands: bool
    scale: int
    """Power of ten by which the number is shown."""
    plain: bool
    """No number format of ours: the number is shown as it is."""


def shown(value: object, number_format: str) -> str:
    """The text of a cell; empty for none. Errors (`#REF!`) and text stay as they are."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return _number(value, number_format)
    if isinstance(value, datetime | date | time):
        return _moment(value, number_format)
    if isinstance(value, timedelta):
        return str(value)
    return str(value)[:_LONGEST].strip()


def _number(number: float, number_format: str) -> str:
    """15 significant digits are kept, as the programs do."""
    value = Decimal(f"{number:.15g}")
    if not value.is_finite() or abs(value.adjusted()) > _LARGEST_EXPONENT:
        return str(number)
    sections = number_format.split(";")
    which = 1 if value < 0 and len(sections) > 1 else 2 if not value and len(sections) > 2 else 0
    if len(sections) > 1 and not sections[which]:
        return ""  # `;;;` and `0;-0;` hide it
    section = _section(sections[which])
    if section.plain:
        # `"-"` for nought, or nothing at all where a format hides it.
        return section.before.strip() if which == 2 and section.before.strip() else f"{value.normalize():f}"
    scaled = (abs(value) if which == 1 else value).scaleb(section.scale)
    text = f"{scaled.quantize(Decimal(1).scaleb(-section.decimals), ROUND_HALF_UP):{',' if section.thousands else ''}f}"
    if section.optional:
        kept = text[: len(text) - section.optional] + text[len(text) - section.optional :].rstrip("0")
        text = kept.rstrip(".")
    sign = "-" if text.startswith("-") else ""
    return f"{sign}{section.before}{text[len(sign) :]}{section.behind}".strip()


@lru_cache(maxsize=512)
def _section(code: str) -> _Section:
    code = re.sub(r"\[(?!\$)[^\]]*\]", "", code)
    bare = _LITERAL.sub(lambda found: "\ue000" * bool(found[0]), code)
    digits = _DIGITS.search(bare)
    if not digits or _NO_NUMBER.search(bare):
        return _Section(_literals(code), "", 0, 0, False, 0, plain=True)
    # Literals are put back around the digits: `¥#,##0.00"万元"`.
    start = len(_kept(code, bare, 0, digits.start()))
    stop = len(_kept(code, bare, 0, digits.end()))
    decimals = digits[1] or ""
    return _Section(
        before=_literals(code[:start]),
        behind=_literals(code[stop:]),
        decimals=len(decimals),
        optional=len(decimals) - len(decimals.rstrip("#?")),
        thousands="," in digits[0].rstrip(","),
        scale=2 * ("%" in bare) - 3 * len(digits[2]),
        plain=False,
    )


def _kept(code: str, bare: str, start: int, stop: int) -> str:
    """The stretch of `code` that became `bare[start:stop]`, where each literal is one character."""
    literals = iter(found[0] for found in _LITERAL.finditer(code))
    return "".join(next(literals) if char == "\ue000" else char for char in bare[start:stop])


def _literals(code: str) -> str:
    """A piece of a format as it shows: quotes gone, padding gone."""
    return _LITERAL.sub(lambda found: found[1] or found[2] or found[3] or "", code)


def _moment(value: datetime | date | time, number_format: str) -> str:
    """A date as its format writes it; ISO where the format leaves that to the computer it is shown on."""
    code = number_format.split(";")[0]
    if code.lower() in _ISO or not re.search("[ymdhs]", code, re.IGNORECASE):
        return _iso(value)
    parts = [part for part in _DATE_PART.findall(code) if not part.startswith("[")]
    halves = any(part.lower() in ("am/pm", "上午/下午") for part in parts)
    text = []
    for at, part in enumerate(parts):
        before = next((one[0].lower() for one in reversed(parts[:at]) if one[0].lower() in "ymdhs"), "")
        after = next((one[0].lower() for one in parts[at + 1 :] if one[0].lower() in "ymdhs"), "")
        minutes = part[0].lower() == "m" and (before == "h" or after == "s")
        text.append(_date_part(value, part, minutes, halves))
    return "".join(text).strip() or _iso(value)


def _date_part(value: datetime | date | time, part: str, minutes: bool, halves: bool) -> str:
    name, length = part[0].lower(), len(part)
    if part[0] in '"\\':
        return part.strip('"') if part[0] == '"' else part[1:]
    if part.lower() in ("am/pm", "上午/下午"):
        return part.split("/")[getattr(value, "hour", 0) >= 12]
    if name in "ymd" and not minutes:
        if isinstance(value, time):
            return ""
        if name == "y":
            return f"{value.year % 100:02d}" if length <= 2 else f"{value.year}"
        number = value.month if name == "m" else value.day
        words = (
            value.strftime({3: "%b", 4: "%B"}[length] if name == "m" else {3: "%a", 4: "%A"}[length])
            if length in (3, 4)
            else ""
        )
        return words or (f"{number:02d}" if length == 2 else str(number))
    if name in "hms":
        clock = {"h": "hour", "m": "minute", "s": "second"}[name]
        number = getattr(value, clock, 0)
        if name == "h" and halves:
            number = number % 12 or 12
        return f"{number:02d}" if length >= 2 else str(number)
    return part


def _iso(value: datetime | date | time) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
    return value.isoformat()
