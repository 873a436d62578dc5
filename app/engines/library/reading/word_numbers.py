"""The numbers that a word processor writes before paragraphs, `第三条`, `3.2.1`, `（一）`: they are no text.

ECMA-376 part 1, 17.9: a paragraph, or its style, names a list and a level; the list says how the level is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import cn2an

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BULLET = "•"
_LEVEL = re.compile(r"%([1-9])")
_STEMS, _BRANCHES = "甲乙丙丁戊己庚辛壬癸", "子丑寅卯辰巳午未申酉戌亥"
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_LARGEST = 9_999


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    format: str
    text: str
    arabic: bool
    """Numbers of the levels above are written in digits here, whatever they are there (`isLgl`)."""
    style: str


@dataclass(slots=True)
class Numbers:
    """The lists of a file, and how far each has been counted."""

    _lists: dict[str, dict[int, _Level]] = field(default_factory=dict)
    """Abstract list -> its levels from 0."""
    _of: dict[str, str] = field(default_factory=dict)
    """List -> abstract list: lists of one kind go on counting where the other stopped."""
    _starts: dict[str, dict[int, int]] = field(default_factory=dict)
    """List -> level -> where it begins anew."""
    _counted: dict[str, dict[int, int]] = field(default_factory=dict)
    _begun: set[tuple[str, int]] = field(default_factory=set)

    def mark(self, number: str, level: int) -> str:
        """What stands before the next paragraph of that list and level; empty where nothing does."""
        abstract = self._of.get(number, "")
        levels = self._lists.get(abstract, {})
        about = levels.get(level)
        if about is None:
            return ""
        counted = self._counted.setdefault(abstract, {})
        start = self._starts.get(number, {}).get(level)
        if start is not None and (number, level) not in self._begun:
            counted[level] = start - 1
        self._begun.add((number, level))
        counted[level] = counted.get(level, about.start - 1) + 1
        for deeper in [one for one in counted if one > level]:
            del counted[deeper]
        if about.format == "bullet":
            return BULLET

        def written(found: re.Match[str]) -> str:
            at = int(found[1]) - 1
            of = levels.get(at, about)
            value = counted.setdefault(at, of.start)
            return formatted(value, "decimal" if about.arabic else of.format)

        return _LEVEL.sub(written, about.text).strip()

    def level_of_style(self, number: str, style: str) -> int:
        """The level of the list that the style itself is written at."""
        levels = self._lists.get(self._of.get(number, ""), {})
        return next((level for level, about in levels.items() if about.style == style), 0)


def numbers_of(part: Any | None) -> Numbers:
    """The lists that `word/numbering.xml` defines; none without it."""
    found = Numbers()
    if part is None:
        return found
    linked: dict[str, str] = {}
    styled: dict[str, str] = {}
    for abstract in part.iter(f"{W}abstractNum"):
        name = str(abstract.get(f"{W}abstractNumId"))
        found._lists[name] = dict(_level(level) for level in abstract.iter(f"{W}lvl"))
        if link := _value(abstract, "numStyleLink"):
            linked[name] = link
        if style := _value(abstract, "styleLink"):
            styled[style] = name
    for name, link in linked.items():
        found._lists[name] = found._lists.get(styled.get(link, ""), {})
    for one in part.iter(f"{W}num"):
        number = str(one.get(f"{W}numId"))
        found._of[number] = _value(one, "abstractNumId")
        for override in one.iter(f"{W}lvlOverride"):
            start = _value(override, "startOverride")
            if start:
                found._starts.setdefault(number, {})[_whole(override.get(f"{W}ilvl"))] = _whole(start)
    return found


def formatted(value: int, kind: str) -> str:
    """A number as a list writes it (ECMA-376 part 1, 17.18.59); in digits where we do not know the way."""
    if not 0 < value <= _LARGEST:
        return str(value)
    write = _WAYS.get(kind)
    return write(value) if write else "" if kind == "none" else str(value)


def _letters(value: int) -> str:
    """a … z, aa, bb …: Word repeats the letter."""
    return chr(ord("a") + (value - 1) % 26) * min(1 + (value - 1) // 26, 20)


def _roman(value: int) -> str:
    text = ""
    for worth, sign in _ROMAN:
        text += sign * (value // worth)
        value %= worth
    return text


def _circled(value: int) -> str:
    return chr(0x2460 + value - 1) if value <= 20 else str(value)


def _chinese(value: int) -> str:
    return str(cn2an.an2cn(value, "low"))


def _digits(value: int) -> str:
    return "".join("〇一二三四五六七八九"[int(digit)] for digit in str(value))


_WAYS: Mapping[str, Callable[[int], str]] = {
    **dict.fromkeys(
        (
            "chineseCounting",
            "chineseCountingThousand",
            "japaneseCounting",
            "taiwaneseCounting",
            "taiwaneseCountingThousand",
        ),
        _chinese,
    ),
    **dict.fromkeys(("ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital"), _digits),
    **dict.fromkeys(("decimalEnclosedCircle", "decimalEnclosedCircleChinese", "ideographEnclosedCircle"), _circled),
    "chineseLegalSimplified": lambda value: str(cn2an.an2cn(value, "up")),
    "ideographTraditional": lambda value: _STEMS[(value - 1) % 10],
    "ideographZodiac": lambda value: _BRANCHES[(value - 1) % 12],
    "lowerLetter": _letters,
    "upperLetter": lambda value: _letters(value).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda value: _roman(value).upper(),
    "decimalZero": lambda value: f"{value:02d}",
}


def _level(level: Any) -> tuple[int, _Level]:
    legal = level.find(f"{W}isLgl")
    return _whole(level.get(f"{W}ilvl")), _Level(
        start=_whole(_value(level, "start") or "1"),
        format=_value(level, "numFmt") or "decimal",
        text=_value(level, "lvlText"),
        arabic=legal is not None and legal.get(f"{W}val") not in ("0", "false"),
        style=_value(level, "pStyle"),
    )


def _value(element: Any, name: str) -> str:
    found = element.find(f"{W}{name}")
    return str(found.get(f"{W}val") or "") if found is not None else ""


def _whole(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"-?\d{1,6}", text) else 0
