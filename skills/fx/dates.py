"""Calendar days in a line: 2026-12-15 · 12月15日 · Dec 15 · 下周五 · 月底."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from skills.fx.numbers import chinese

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_month = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_day = r"(?:mon(?:day)?|tue(?:s|sday)?|wed(?:nesday)?|thu(?:r|rs|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
_han = r"[一二两三四五六七八九十]{1,3}"
_CUE = r"(?:交割日?|起息日?|到期日?|value(?: date)?|delivery|settle(?:ment|s)?|maturity|on|by|for)\s*[:：为是]?\s*"


@dataclass(frozen=True, slots=True)
class SaidDate:
    """A day that was said. `day` is None when there is no such day (2月30日)."""

    day: date | None
    start: int
    end: int
    month_end: bool = False
    """Said as the end of a month or year: its last business day is meant."""


_Reader = Callable[[re.Match[str], date], date | None]


def find_date(line: str, today: date) -> SaidDate | None:
    """The first day said in `line`; a day without a year is the next one after `today`."""
    first: SaidDate | None = None
    for pattern, reader, month_end in _PATTERNS:
        match = pattern.search(line)
        if match and (first is None or match.start() < first.start):
            try:
                day = reader(match, today)
            except (ValueError, OverflowError):
                day = None
            first = SaidDate(day, match.start(), match.end(), month_end)
    return first


def _full(match: re.Match[str], today: date) -> date:
    return date(int(match["y"]), int(match["m"]), int(match["d"]))


def _european(match: re.Match[str], today: date) -> date | None:
    """15/12/2026 or 12/15/2026: only where one of the two can be no month."""
    one, two, year = int(match["a"]), int(match["b"]), int(match["y"])
    if one > 12:
        return date(year, two, one)
    return date(year, one, two) if two > 12 or one == two else None


def _month_and_day(match: re.Match[str], today: date) -> date:
    month, day = _number(match["m"]), _number(match["d"])
    year = match["y"]
    if year in ("明年", "来年"):
        return date(today.year + 1, month, day)
    if year == "后年":
        return date(today.year + 2, month, day)
    if year == "去年":
        return date(today.year - 1, month, day)
    if year == "今年":
        return date(today.year, month, day)
    return _next(month, day, today)


def _slashed(match: re.Match[str], today: date) -> date:
    return _next(int(match["m"]), int(match["d"]), today)


def _english(match: re.Match[str], today: date) -> date:
    month = _MONTHS.index(match["m"][:3].lower()) + 1
    if match["y"]:
        return date(int(match["y"]), month, int(match["d"]))
    return _next(month, int(match["d"]), today)


def _day_of_month(match: re.Match[str], today: date) -> date:
    day = _number(match["d"])
    ahead = {"下": 1, "本": 0, "这": 0}.get((match["w"] or "")[:1])
    if ahead is None:
        ahead = 0 if day >= today.day else 1
    year, month = _months_on(today, ahead)
    return date(year, month, day)


def _weekday(match: re.Match[str], today: date) -> date:
    wanted = "一二三四五六日天".index(match["d"])
    return _in_week(today, min(wanted, 6), match["w"].count("下") if match["w"] else 0, bool(match["w"]))


def _english_weekday(match: re.Match[str], today: date) -> date:
    which = (match["w"] or "").lower()
    return _in_week(today, _DAYS.index(match["d"][:3].lower()), int(which == "next"), bool(which))


def _in_week(today: date, weekday: int, weeks: int, named: bool) -> date:
    monday = today - timedelta(days=today.weekday())
    day = monday + timedelta(days=weekday, weeks=weeks)
    return day + timedelta(weeks=1) if not named and day < today else day


def _end_of_month(match: re.Match[str], today: date) -> date:
    said = match["m"] or ""
    if said and said[0] in "0123456789一二三四五六七八九十":
        month = _number(said.removesuffix("月份").removesuffix("月"))
        return _last(today.year + (month < today.month), month)
    return _last(*_months_on(today, 1 if said.startswith("下") or "next" in said.lower() else 0))


def _end_of_year(match: re.Match[str], today: date) -> date:
    return date(today.year + ("明" in match[0]), 12, 31)


def _in_days(match: re.Match[str], today: date) -> date:
    return today + timedelta(days=_number(match["n"]))


def _day_after_tomorrow(match: re.Match[str], today: date) -> date:
    return today + timedelta(days=3 if match["big"] else 2)


def _yesterday(match: re.Match[str], today: date) -> date:
    return today - timedelta(days=1)


def _next(month: int, day: int, today: date) -> date:
    this_year = date(today.year, month, day)
    return this_year if this_year >= today else date(today.year + 1, month, day)


def _months_on(today: date, months: int) -> tuple[int, int]:
    place = today.month - 1 + months
    return today.year + place // 12, place % 12 + 1


def _last(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _number(text: str) -> int:
    value = chinese(text)
    if value is None:
        raise ValueError("no number")
    return int(value)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_PATTERNS: tuple[tuple[re.Pattern[str], _Reader, bool], ...] = (
    (
        _pattern(r"(?<!\d)(?P<y>20\d\d)\s?[-/.年]\s?(?P<m>\d{1,2})\s?[-/.月]\s?(?P<d>\d{1,2})(?!\d)[日号]?"),
        _full,
        False,
    ),
    (
        _pattern(r"(?<![\d.,A-Za-z#])(?P<y>20\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>[0-3]\d)(?![\d.,]|\s*(?:[万亿kmw]|美|欧))"),
        _full,
        False,
    ),
    (_pattern(r"(?<![\d/.])(?P<a>\d{1,2})[/.-](?P<b>\d{1,2})[/.-](?P<y>20\d\d)(?!\d)"), _european, False),
    (
        _pattern(rf"(?P<y>[明今后来去]年)?\s?(?P<m>\d{{1,2}}|{_han})月(?:份)?(?P<d>\d{{1,2}}|{_han})[日号]?(?![\d个])"),
        _month_and_day,
        False,
    ),
    (_pattern(rf"{_CUE}(?P<m>\d{{1,2}})/(?P<d>\d{{1,2}})(?![/\d])"), _slashed, False),
    (_pattern(r"(?<![\d/.])(?P<m>\d{1,2})[/.](?P<d>\d{1,2})\s?(?=交割|起息|到期|付款)"), _slashed, False),
    (
        _pattern(
            rf"(?<![A-Za-z])(?P<m>{_month})\s?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:\s*,?\s*(?P<y>20\d\d))?(?![\d,.]?\d|\s*(?:mio|m|k)(?![a-z]))"
        ),
        _english,
        False,
    ),
    (
        _pattern(
            rf"(?<![\d.,])(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s-]?(?:of\s)?(?P<m>{_month})(?![a-z])(?:[\s,-]*(?P<y>20\d\d))?"
        ),
        _english,
        False,
    ),
    (_pattern(rf"(?P<w>下个?月|本月|这个?月)\s?(?P<d>\d{{1,2}}|{_han})[日号]"), _day_of_month, False),
    (_pattern(r"(?<![\d月])(?P<w>)(?P<d>\d{1,2})[日号](?!文|楼|店|元)"), _day_of_month, False),
    (_pattern(r"(?P<w>下+|本|这)?个?(?:周|星期|礼拜)(?P<d>[一二三四五六日天])(?![个年])"), _weekday, False),
    (_pattern(rf"(?<![A-Za-z])(?:(?P<w>next|this)\s+)?(?P<d>{_day})(?![A-Za-z])"), _english_weekday, False),
    (_pattern(rf"(?P<m>下个?月|本月|这个?月|(?:\d{{1,2}}|{_han})月份?)?(?:底|末)(?<=月[底末])"), _end_of_month, True),
    (_pattern(r"(?P<m>)(?<!下个)(?<![下本个\d一二三四五六七八九十])月[底末]"), _end_of_month, True),
    (
        _pattern(r"(?:end of|by) (?:the )?(?P<m>next |this )?month(?:[ -]end)?|(?<![a-z])month[ -]end"),
        _end_of_month,
        True,
    ),
    (_pattern(r"[明今]?年[底末]|end of (?:the )?year|year[ -]end"), _end_of_year, True),
    (_pattern(rf"(?P<n>\d{{1,3}}|{_han})天(?:之?后|期|远期)"), _in_days, False),
    (_pattern(r"(?P<big>大)?后天(?=\s*(?:交割|起息|到账))"), _day_after_tomorrow, False),
    (_pattern(r"(?:昨天|昨日|前天)(?=\s*(?:交割|起息))|(?<=value )yesterday"), _yesterday, False),
)
