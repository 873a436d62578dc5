"""Times as people say them: 「明天下午三点到四点」, 「周五9点半一个小时」, "tomorrow 3pm for 2 hours".

A talk gives a time in pieces (「明天下午」, 「三点」, 「改成四点」), so reading goes line by line: what a line says
replaces what was known, the rest stays. A new start keeps the length.

Rules of reading: a weekday alone is the coming one, today included; 「下周五」 and "next Friday" are in the next
calendar week; a date without a year is the next such date; an hour from 1 to 6 with no half of the day is in the
afternoon, because meetings are.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from skills.office.clock import Clocks, Half, minutes_of, read_clocks
from skills.office.numerals import CHINESE, number_of

HOUR = 60
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class When:
    """A time as far as it is known. Times of day and lengths are in minutes."""

    day: date | None = None
    half: Half | None = None
    start: int | None = None
    """After midnight."""
    end: int | None = None
    """After midnight; kept only while the start is unknown."""
    length: int | None = None
    no_such_day: bool = False
    """A day was named that is in no calendar, like 30 February."""

    def span(self, now: datetime) -> tuple[datetime, datetime] | None:
        """Start and end in the time zone of `now`; None while something is missing."""
        day = self.day_or_today(now)
        if day is None or self.start is None or self.length is None:
            return None
        midnight = datetime.combine(day, time(), tzinfo=now.tzinfo)
        start = midnight + timedelta(minutes=self.start)
        return start, start + timedelta(minutes=self.length)

    def day_or_today(self, now: datetime) -> date | None:
        """A time of day alone means today, unless it is over."""
        if self.no_such_day:
            return None
        if self.day is None and self.start is not None and self.start > now.hour * HOUR + now.minute:
            return now.date()
        return self.day


def read_when(text: str, now: datetime, earlier: When | None = None) -> When:
    """What `text` (one line) says about a time, on top of `earlier`. Reads any text; never raises."""
    known = earlier or When()
    reading = _Reading(unicodedata.normalize("NFKC", text).lower())
    try:
        day = _read_day(reading, now.date())
    except ValueError:
        known = replace(known, day=None, no_such_day=True)
    else:
        known = replace(known, day=day, no_such_day=False) if day else known
    known = _with_length(known, reading)
    if re.search(r"现在|马上|立刻|right now|\bnow\b", reading.text):
        known = replace(known, day=now.date(), start=(now.hour * HOUR + now.minute) // 15 * 15)
    return _with_clocks(known, read_clocks(reading.text))


class _Reading:
    """A text whose understood parts are blanked, so that nothing is read twice."""

    def __init__(self, text: str) -> None:
        self.text = text

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The last match (later words correct earlier ones); all matches are blanked."""
        matches = list(pattern.finditer(self.text))
        self.text = pattern.sub(lambda match: " " * len(match[0]), self.text)
        return matches[-1] if matches else None


# --- lengths --------------------------------------------------------------------------------------

# Bounded on purpose: ten thousand digits in a row must not cost a second.
_N = rf"(?<![\d.])(?:\d{{1,3}}(?:\.\d{{1,2}})?|{CHINESE}{{1,4}})"
_CHANGE = r"(?:(?P<change>推迟|延后|往后推?|晚|提前|往前提?|早|延长|再?加|多用?|缩短|减少?|少用?)了?\s*)?"
_LENGTHS = (
    re.compile(rf"{_CHANGE}(?P<n>{_N})\s*个?\s*(?P<plus>半)?\s*(?:小时|钟头)(?P<half>半)?(?:零?(?P<m>{_N})分钟?)?"),
    re.compile(rf"{_CHANGE}(?P<plus>半)\s*个?\s*(?:小时|钟头)"),
    re.compile(rf"{_CHANGE}(?P<m>{_N})\s*分钟"),
    re.compile(rf"{_CHANGE}(?P<quarters>[一三])刻钟"),
    re.compile(r"\b(?P<plus>half an hour)\b"),
    re.compile(r"\b(?P<n>one|two|three|four|an?|\d{1,2})\s+(?P<plus>and a half)\s+hours?\b"),
    re.compile(
        r"(?<!\.)\b(?P<n>\d{1,2}(?:\.\d{1,2})?|an?|one|two|three|four|five|six)[\s-]*(?:hours?|hrs?|h)\b"
        r"(?P<plus>\s+and a half)?(?:\s*(?:and\s*)?(?P<m>\d{1,3})[\s-]*(?:minutes?|mins?)\b)?"
    ),
    re.compile(r"\b(?P<m>\d{1,3})[\s-]*(?:minutes?|mins?)\b"),
)
_LATER = ("推迟", "延后", "往后", "晚")
_EARLIER = ("提前", "往前", "早")
_LONGER = ("延长", "加", "再加", "多")


def _with_length(known: When, reading: _Reading) -> When:
    for pattern in _LENGTHS:
        match = reading.take(pattern)
        if match is None:
            continue
        found = match.groupdict()
        minutes = HOUR * (number_of(found.get("n") or "") or 0) + (number_of(found.get("m") or "") or 0)
        minutes += 30 * bool(found.get("plus") or found.get("half"))
        minutes += 15 * (number_of(found.get("quarters") or "") or 0)
        return _changed(known, found.get("change") or "", round(minutes))
    return known


def _changed(known: When, change: str, minutes: int) -> When:
    """`known` with a length, or moved or stretched by one."""
    if change.startswith((*_LATER, *_EARLIER)) and known.start is not None:
        moved = known.start + (minutes if change.startswith(_LATER) else -minutes)
        return replace(known, start=moved) if 0 <= moved < DAY else known
    if change and known.length is not None and not change.startswith((*_LATER, *_EARLIER)):
        stretched = known.length + (minutes if change.startswith(_LONGER) else -minutes)
        return replace(known, length=stretched) if stretched > 0 else known
    return replace(known, length=minutes, end=None) if 0 < minutes <= DAY else known


# --- times of day ---------------------------------------------------------------------------------


def _with_clocks(known: When, clocks: Clocks) -> When:
    # 「晚上七点」 then 「八点」 is still the evening; 「明天上午」 then 「九点」 gives the half that was missing.
    context = clocks.half or (known.half if known.start is None or known.half == "evening" else None)
    known = replace(known, half=(clocks.start.half if clocks.start else None) or clocks.half or known.half)
    start, end = known.start, known.end
    if clocks.start is not None:
        start = minutes_of(clocks.start, context)
        if clocks.end is not None and clocks.end.half and not (clocks.start.half or context):
            # "7-9pm": the half of the end counts for the start where that fits.
            shared = minutes_of(clocks.start, clocks.end.half)
            start = shared if shared < minutes_of(clocks.end, None) else start
    if clocks.end is not None:
        inherited = (clocks.start.half if clocks.start else None) or context or known.half
        end = minutes_of(clocks.end, inherited)
    if start is None:
        return replace(known, end=end)
    if end is None or (clocks.end is None and known.length is not None):
        return replace(known, start=start, end=None)
    end += 12 * HOUR if end <= start and end + 12 * HOUR <= DAY else 0
    return replace(known, start=start, end=None, length=end - start if end > start else known.length)


# --- days -----------------------------------------------------------------------------------------

_D = rf"(?:\d{{1,2}}|{CHINESE}{{1,3}})"
_NOT_A_ROOM = r"(?!\s*(?:会议室|楼|厅|室|馆|线|文|门|院|柜))"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_ISO = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d\d)(?:[-/.]|年)(?P<m>\d{1,2})(?:[-/.]|月)(?P<d>\d{1,2})[日号]?(?!\d)")
_MONTH_DAY = re.compile(rf"(?P<m>{_D})月(?P<d>{_D})(?:[日号]{_NOT_A_ROOM})?")
_SLASH = re.compile(r"(?<![\d/.])(?P<m>\d{1,2})/(?P<d>\d{1,2})(?![\d/])")
_MONTH_FIRST = re.compile(rf"\b{_MONTH}\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)")
_DAY_FIRST = re.compile(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:\s+of)?\s+{_MONTH}(?![a-z])")
_DAY_ONLY = re.compile(rf"(?P<which>下个?月|本月|这个月)?(?<![\d{CHINESE[1:-1]}])(?P<d>{_D})[日号]{_NOT_A_ROOM}")
_WEEKDAY = re.compile(r"(?P<which>下下个?|下个?|本|这个?|上个?)?(?:周|星期|礼拜)(?P<w>[一二三四五六日天])")
_ENGLISH_WEEKDAY = re.compile(rf"\b(?:(?P<which>next|this|last)\s+)?(?P<w>{'|'.join(_WEEKDAYS)})[a-z]*\b")
_LATER_DAYS = re.compile(
    rf"(?P<n>{_D})\s*个?\s*(?P<unit>天|周|星期|礼拜)之?后|\bin\s+(?P<en>\d{{1,3}})\s+(?P<enunit>day|week)s?\b"
)
_NAMED_DAYS = (
    (re.compile(r"大后[天日]"), 3),
    (re.compile(r"后[天日]|\b(?:the )?day after tomorrow\b"), 2),
    (re.compile(r"明[天日儿]|明(?=[早晚])|\btomorrow\b|\btmr\b"), 1),
    (re.compile(r"今[天日儿]|今(?=[早晚])|\btoday\b|\bthis (?=afternoon|morning|evening)"), 0),
    (re.compile(r"前[天日]"), -2),
    (re.compile(r"昨[天日晚]|\byesterday\b"), -1),
)


def _read_day(reading: _Reading, today: date) -> date | None:
    """The day named, None when there is none. Raises `ValueError` for one that does not exist."""
    if match := reading.take(_ISO):
        return date(int(match["y"]), int(match["m"]), int(match["d"]))
    for pattern in (_MONTH_DAY, _SLASH):
        if match := reading.take(pattern):
            return _next_date(today, _whole(match["m"]), _whole(match["d"]))
    for pattern in (_MONTH_FIRST, _DAY_FIRST):
        if match := reading.take(pattern):
            return _next_date(today, _MONTHS.index(match["month"]) + 1, int(match["d"]))
    found: date | None = None
    for pattern, ahead in _NAMED_DAYS:
        if reading.take(pattern):
            found = found or today + timedelta(days=ahead)
    if "tonight" in reading.text:
        found = found or today
    if match := reading.take(_LATER_DAYS):
        unit = match["unit"] or match["enunit"]
        number = _whole(match["n"] or match["en"])
        return today + timedelta(days=number * (1 if unit in ("天", "day") else 7))
    if match := reading.take(_WEEKDAY):
        return _weekday(today, "一二三四五六日天".index(match["w"]) % 8, match["which"])
    if match := reading.take(_ENGLISH_WEEKDAY):
        return _weekday(today, _WEEKDAYS.index(match["w"]), match["which"])
    if match := reading.take(_DAY_ONLY):
        return _day_of_month(today, _whole(match["d"]), match["which"])
    return found


def _weekday(today: date, weekday: int, which: str | None) -> date:
    weekday = min(weekday, 6)
    if which is None:
        return today + timedelta(days=(weekday - today.weekday()) % 7)
    weeks = {"下下": 2, "下": 1, "next": 1, "上": -1, "last": -1}
    ahead = next((count for word, count in weeks.items() if which.startswith(word)), 0)
    return today + timedelta(days=weekday - today.weekday() + 7 * ahead)


def _day_of_month(today: date, day: int, which: str | None) -> date:
    """The next such day, passing over months that are too short; of the month named where one is named."""
    first = today.replace(day=1)
    if which:
        return (_following(first) if which.startswith("下") else first).replace(day=day)
    while day <= 31:
        if day <= monthrange(first.year, first.month)[1] and first.replace(day=day) >= today:
            return first.replace(day=day)
        first = _following(first)
    raise ValueError("no such day")


def _following(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _next_date(today: date, month: int, day: int) -> date:
    """The next such date, within the eight years after which 29 February surely comes again."""
    for year in range(today.year, today.year + 9):
        if 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1] and date(year, month, day) >= today:
            return date(year, month, day)
    raise ValueError("no such day")


def _whole(text: str) -> int:
    return int(number_of(text) or 0)
