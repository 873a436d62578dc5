"""The day whose rules are asked about: `2024年时的规定`, `去年三月的住宿标准`, `as of June 2024`.

A year alone is not enough: `2025年的不良率` asks for what happened, in a report of later. Only with a word for rules,
or one for that time, it asks for what was in force then. Of a past month or year its last day counts, of a coming one
its first: then the rules are those that people worked by.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from app.core.ports import Hit
from app.core.texts import Texts

_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_HAN = "〇零○一二三四五六七八九"
_NUMBERS = {
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
    "十一": 11,
}
_NUMBERS |= {"十二": 12, "半": 0}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_month = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"  # noqa: E501
_th = r"(?:st|nd|rd|th)?"
_n = r"(?:\d{1,2}|十[一二]?|[一二三四五六七八九])"

_YEAR = rf"(?:(?P<year>(?:19|20)\d{{2}}|[{_HAN}]{{4}})\s*年|(?P<relative>去年|前年|今年|明年|后年|上一?年度?))"
_DAY_OF = rf"(?:度)?(?:\s*的?\s*(?P<month>{_n})\s*月(?:份)?(?:\s*(?P<day>\d{{1,2}})\s*[日号])?)?"
_PART = r"(?P<part>年?[底末初]|[上下]半年)?"
_SAID = (
    re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)"),
    re.compile(_YEAR + _DAY_OF + _PART),
    re.compile(r"(?P<months>[上下])个?月"),
    re.compile(r"(?P<ago>\d{1,2}|[一二两三四五六七八九十半])\s*(?P<unit>年|个月)(?:以|之)?(?P<way>前|后)"),
    re.compile(rf"(?<![\d年])(?P<month>{_n})\s*月(?:份)?(?:\s*(?P<day>\d{{1,2}})\s*[日号])?"),
    re.compile(rf"\b(?P<name>{_month})\b\.?\s*(?:(?P<day>\d{{1,2}}){_th},?\s+)?(?P<year>(?:19|20)\d{{2}})", re.I),
    re.compile(rf"\b(?P<day>\d{{1,2}}){_th}\s+(?P<name>{_month})\b\.?,?\s+(?P<year>(?:19|20)\d{{2}})", re.I),
    re.compile(r"\b(?P<last>last|next)\s+year\b", re.I),
    re.compile(r"(?<![\d〔\[（(])(?P<year>(?:19|20)\d{2})(?!\s*[\d年〕\]）)])"),
)
_RULES = (
    "规定|规矩|制度|办法|细则|规程|规则|标准|政策|要求|流程|口径|限额|额度|上限|比例|版本|条款|权限|费率|有效|适用|执行"
)
_THEN_ONLY = re.compile(r"\s*(?:时(?!间|点|段)|那时|那会儿?|当时|的时候|时候)")
_RULE_AFTER = re.compile(rf"\s*的?[^，。；？！,;?!〔《]{{0,14}}?(?:{_RULES})")
_BEFORE = re.compile(r"(?:截至|截止到?|按照?|依照?|根据|适用|执行|在)\s*$")
_ENGLISH = re.compile(
    r"(?:\b(?:as of|as at|in force (?:on|in)|effective (?:on|in)|back in|valid (?:on|in)|rules? (?:of|in|on|for)"
    r"|polic(?:y|ies) (?:of|in|on)|limits? (?:of|in|on)|standards? (?:of|in|on))\s+(?:the\s+)?)$",
    re.I,
)
_ENGLISH_RULE = re.compile(r"(?:'s)?\s+(?:\w+\s+){0,2}?(?:rules?|polic(?:y|ies)|limits?|standards?|version)\b", re.I)


@dataclass(frozen=True, slots=True)
class AsOf:
    """A day other than today, as it was said."""

    day: date
    said: str
    """E.g. `2024年`."""
    start: int
    end: int
    """Where it stands in the text: what is left is what is asked about."""


def read_as_of(text: str, today: date) -> AsOf | None:
    """The day whose rules `text` asks about; None where that is today, or no day is meant."""
    for pattern in _SAID:
        for found in pattern.finditer(text):
            if not _meant(text, found):
                continue
            try:
                day = _day(found.groupdict(), today)
            except (ValueError, KeyError):
                continue
            if day is not None:
                return AsOf(day, found.group().strip(), found.start(), found.end())
    return None


def _meant(text: str, found: re.Match[str]) -> bool:
    """Whether it asks for what was in force then, and is no part of a name or a report's period."""
    before, after = text[: found.start()], text[found.end() :]
    if before.rstrip().endswith(("《", "〔", "[", "“")):
        return False
    if _ENGLISH.search(before) or _ENGLISH_RULE.match(after):
        return True
    if found.re is _SAID[-1]:
        return False  # four bare figures
    if _THEN_ONLY.match(after) or _RULE_AFTER.match(after):
        return True
    return bool(_BEFORE.search(before)) and bool(re.search(_RULES, text))


def _day(said: dict[str, str | None], today: date) -> date | None:
    """Raises `ValueError` for a day that is none (2月30日)."""
    if said.get("months"):
        step = -1 if said["months"] == "上" else 1
        at = today.year * 12 + today.month - 1 + step
        return _of_period(at // 12, at % 12 + 1, None, today)
    if unit := said.get("unit"):
        return _ago(said["ago"] or "", unit, said["way"] == "前", today)
    year = _year(said, today)
    month = int(_MONTHS.index(said["name"][:3].lower()) + 1) if said.get("name") else _number(said.get("month"))  # type: ignore[index]
    part = said.get("part") or ""
    if month is None and part:
        month = 1 if "初" in part else 6 if "上半年" in part else 12
    return _of_period(year, month, _number(said.get("day")), today)


def _year(said: dict[str, str | None], today: date) -> int:
    if year := said.get("year"):
        return int(year.translate(_DIGITS))
    relative = said.get("relative") or {"last": "去年", "next": "明年"}.get((said.get("last") or "").lower(), "今年")
    return today.year + {"去": -1, "上": -1, "前": -2, "今": 0, "明": 1, "后": 2}[relative[0]]


def _number(said: str | None) -> int | None:
    if said is None:
        return None
    return int(said) if said.isdigit() else _NUMBERS[said]


def _ago(said: str, unit: str, back: bool, today: date) -> date:
    count = int(said) if said.isdigit() else _NUMBERS[said]
    months = (count * 12 if unit == "年" else count) or 6
    at = today.year * 12 + today.month - 1 + (-months if back else months)
    year, month = at // 12, at % 12 + 1
    return date(year, month, min(today.day, monthrange(year, month)[1]))


def _of_period(year: int, month: int | None, day: int | None, today: date) -> date | None:
    """The day itself; of a period gone by its last day, of one to come its first, of the present one None."""
    if month is not None and day is not None:
        exact = date(year, month, day)
        return None if exact == today else exact
    first = date(year, month or 1, 1)
    last = date(year, month or 12, monthrange(year, month or 12)[1])
    return last if last < today else first if first > today else None


# --- what a passage is on that day ---


def standing(hit: Hit, day: date) -> str:
    """`superseded`, `retired`, `expired`, `not_yet` on that day; empty where the passage counts."""
    if hit.dated and day.isoformat() < hit.dated[:10]:
        return "not_yet"
    if not hit.until or day.isoformat() <= hit.until:
        return ""
    if hit.state == "retired":
        return "retired"
    return "superseded" if hit.superseded_by or hit.state == "superseded" else "expired"


def standing_note(hit: Hit, day: date, say: Texts) -> str:
    """The sentence that says so; empty where the passage counts on that day."""
    key = standing(hit, day)
    return say(f"standing_{key}", title=hit.title, since=hit.dated, until=hit.until) if key else ""
