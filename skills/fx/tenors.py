"""Tenors in a line: 3M · 三个月 · 两周后 · 半年 · six months · T+1 · O/N."""

from __future__ import annotations

import re
from dataclasses import dataclass

from skills.fx.amounts import BLANK
from skills.fx.numbers import ENGLISH_NUMBER, chinese, english

_han = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3})"
_LETTER = {"周": "W", "星期": "W", "礼拜": "W", "月": "M", "季": "Q", "年": "Y"}
_PAID = r"(?=\s*(?:交割|起息|到账|交收|清算))"
_VALUE_TODAY = (
    rf"(?:今天|今日|当天|当日|本日){_PAID}|(?<=交割日)[:：为是]?今天|(?<=value) (?:today|tod)|same[ -]day|value today"
)
_VALUE_TOMORROW = rf"(?:明天|明日|次日|翌日){_PAID}|(?<=交割日)[:：为是]?明天|value tomorrow|(?<=for) tomorrow"


@dataclass(frozen=True, slots=True)
class SaidTenor:
    """A tenor that was said."""

    tenor: str
    start: int
    end: int


_FIXED: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (tenor, re.compile(pattern, re.IGNORECASE))
    for tenor, pattern in (
        ("ON", r"隔夜|(?<![a-z])o/n(?![a-z])|overnight|(?-i:(?<![A-Za-z])ON(?=\s*(?:swap|掉期|$|[,，。])))"),
        ("TN", r"(?<![a-z])(?:t/n|tom[/ -]?next)(?![a-z])|(?-i:(?<![A-Za-z])TN(?![A-Za-z]))"),
        ("SN", r"(?<![a-z])(?:s/n|spot[/ -]?next)(?![a-z])|(?-i:(?<![A-Za-z])SN(?![A-Za-z]))"),
        ("TOD", rf"(?<![a-z])t\s?\+\s?0(?!\d)|(?<![a-z])tod(?![a-z])|{_VALUE_TODAY}"),
        ("TOM", rf"(?<![a-z])t\s?\+\s?1(?!\d)|(?-i:(?<![A-Za-z])(?:TOM|tom)(?![A-Za-z]))|{_VALUE_TOMORROW}"),
        ("SPOT", r"(?<![a-z])t\s?\+\s?2(?!\d)|即期|(?<![a-z])spot(?![a-z])"),
    )
)
_HALF_YEARS = re.compile(rf"(?P<n>{_han})年半|(?P<half>半年)")
_HAN = re.compile(
    rf"(?<![\d第.])(?P<n>{_han})(?:个(?P<u1>月|季|星期|礼拜)|(?P<u2>周|星期|礼拜|年)|(?P<u3>月)(?=期|远期|掉期))"
    r"(?![一二三四五六日天度初底末半报月]|期间)"
)
_NEXT_MONTH = re.compile(r"下个月(?![\d一二三四五六七八九十底末])|(?<![a-z])next month", re.IGNORECASE)
_ENGLISH = re.compile(
    rf"(?<![A-Za-z\d.])(?:(?P<half>half a year)|(?P<n>\d{{1,2}}|{ENGLISH_NUMBER})[ -]?"
    r"(?P<u>week|wk|month|mth|mo|year|yr|quarter)s?(?![a-z]))",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(?<![A-Za-z\d.,])(?P<n>[1-9]\d?)\s?(?P<u>[WMY])(?![A-Za-z\d])", re.IGNORECASE)


def find_words(line: str) -> SaidTenor | None:
    """The first tenor said in words, or by its name (TOD … SN)."""
    found = [_half_years(line), _han_tenor(line), _next_month(line), _english_tenor(line)]
    found += [SaidTenor(tenor, match.start(), match.end()) for tenor, rule in _FIXED if (match := rule.search(line))]
    return min((one for one in found if one), key=lambda one: one.start, default=None)


def all_tenors(line: str) -> list[str]:
    """Every tenor in `line`, in words or letters, in order."""
    found: list[SaidTenor] = []
    while said := min(
        (one for one in (find_words(line), find_letters(line)) if one), key=lambda one: one.start, default=None
    ):
        found.append(said)
        line = line[: said.start] + BLANK * (said.end - said.start) + line[said.end :]
    return [said.tenor for said in found]


def find_letters(line: str) -> SaidTenor | None:
    """The first tenor in letters: 3M, 2W, 1Y. To be asked after the amounts are read: 3M is one beside a currency."""
    match = _COMPACT.search(line)
    return SaidTenor(f"{int(match['n'])}{match['u'].upper()}", match.start(), match.end()) if match else None


def _half_years(line: str) -> SaidTenor | None:
    match = _HALF_YEARS.search(line)
    if not match:
        return None
    years = chinese(match["n"]) if match["n"] else 0
    return SaidTenor(f"{int(years or 0) * 12 + 6}M", match.start(), match.end())


def _han_tenor(line: str) -> SaidTenor | None:
    for match in _HAN.finditer(line):
        unit = _LETTER[match["u1"] or match["u2"] or match["u3"]]
        count = int(chinese(match["n"]) or 0)
        if 1 <= count <= {"W": 52, "M": 120, "Q": 40, "Y": 30}[unit]:
            return SaidTenor(_named(count, unit), match.start(), match.end())
    return None


def _next_month(line: str) -> SaidTenor | None:
    match = _NEXT_MONTH.search(line)
    return SaidTenor("1M", match.start(), match.end()) if match else None


def _english_tenor(line: str) -> SaidTenor | None:
    for match in _ENGLISH.finditer(line):
        if match["half"]:
            return SaidTenor("6M", match.start(), match.end())
        count = int(match["n"]) if match["n"].isdigit() else english(match["n"])
        unit = {"w": "W", "m": "M", "q": "Q", "y": "Y"}[match["u"][0].lower()]
        if count and count == int(count):
            return SaidTenor(_named(int(count), unit), match.start(), match.end())
    return None


def _named(count: int, unit: str) -> str:
    return f"{count * 3}M" if unit == "Q" else f"{count}{unit}"
