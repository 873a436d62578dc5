"""Heads of columns and titles of tables: which period, which of several figures, which unit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from skills.credit.statement import Period, Unit

Role = Literal["closing", "opening", "prior"]
"""期末 / 本期, 期初 / 年初, 上期."""

_CN_DIGITS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_EN_MONTH = r"(?P<{0}>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_YEAR}年?\s*(?:1月?\s*[-—–~至到]+\s*|1-)(?P<month>1[0-2]|[1-9])月份?",
        rf"{_YEAR}(?:年|[-./])\s*(?P<month>1[0-2]|0?[1-9])(?:月|[-./])\s*(?P<day>3[01]|[12]\d|0?[1-9])日?",
        rf"(?<!\d){_YEAR}(?P<month>1[0-2]|0[1-9])(?P<day>3[01]|[12]\d|0[1-9])(?!\d)",
        rf"(?<!\d)(?P<month>1[0-2]|0?[1-9])/(?P<day>3[01]|[12]\d|0?[1-9])/{_YEAR}",
        rf"(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?\s+{_EN_MONTH.format('name')},?\s+{_YEAR}",
        rf"{_EN_MONTH.format('name')}\s+(?P<day>3[01]|[12]\d|0?[1-9]),?\s+{_YEAR}",
        rf"{_EN_MONTH.format('name')}[\s-]+{_YEAR}",
        rf"{_YEAR}年?\s*(?:第?(?P<quarter>[一二三四1-4])季度?|q(?P<q>[1-4]))",
        rf"{_YEAR}年?\s*(?P<half>上半年|半年度?|中期|h1|1h)",
        rf"{_YEAR}(?:年|[-./])\s*(?P<month>1[0-2]|0?[1-9])月?(?![\d%])",
        rf"(?:fy|cy)\s*{_YEAR}",
        r"(?:fy|cy)\s*(?P<short>\d\d)(?!\d)",
        rf"{_YEAR}(?:会计)?年?度?(?:[ae](?![a-z]))?(?![\d%,])",
    )
)
_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("opening", re.compile(r"上年年?末|上年期末|上期期?末|去年年?末|期初|年初|opening|beginning")),
    ("prior", re.compile(r"上年|上期|去年|上一年|前期|prior|previous|last\s+year")),
    (
        "closing",
        re.compile(
            r"期末|年末|月末|本期|本年|当期|当年|本月末|closing|ending|current|this\s+year|year\s+end(?:ed)?|end"
        ),
    ),
)
_NOT_WANTED = re.compile(
    r"占比|比例|比重|构成|结构|增减|增长|变动|变化|同比|环比|差异|幅度|预算|计划|目标|预测|调整前|%|附注|行次|备注|change|growth|budget|forecast|note"
)
_PARENT = re.compile(r"母公司|本部|(?<![子合])公司(?=数|金额|报表|资产|利润|现金)|parent\s+company|company\s+only")
_MONTHLY = re.compile(r"本月(?!末)|当月(?!末)|本季|this\s+month")
_FILLER = re.compile(
    r"余额|金额|数额|数|累计|实际|发生额|同期|已审|经?审计|未审|审定|重述|调整后|合并|集团|报表|年度|年|月|日|止|截至|为?止|度|末|底|期|份|的"
    r"|人民币|rmb|cny|us\$|usd|\$|¥|百万|千万|[万千亿元]|单位|for|the|as|at|of|on|to|and|balance|amount|ytd|audited|unaudited|restated|consolidated"
    r"|group|fiscal|financial|calendar|months?|period|year|ended|twelve|'000|000s?|in|millions?|thousands?|[\s:：()（）\[\]【】,，.。、/*\-—–'’_]"
)
_UNIT = re.compile(
    r"(?P<scale>亿|百万|千万|万|千|百)?(?P<currency>美元|港元|港币|欧元|日元|英镑|元)|(?P<en_scale>billions?|millions?|thousands?)"
    r"|(?P<code>rmb|cny|us\$|usd|hkd|hk\$|eur|jpy|gbp)\s*(?P<suffix>['’]?000s?|mn|m(?![a-z])|millions?|thousands?|k(?![a-z]))?"
)
_SCALES = {"亿": 10**8, "千万": 10**7, "百万": 10**6, "万": 10**4, "千": 1000, "百": 100}
_CURRENCIES = {
    "美元": "USD",
    "港元": "HKD",
    "港币": "HKD",
    "欧元": "EUR",
    "日元": "JPY",
    "英镑": "GBP",
    "us$": "USD",
    "hk$": "HKD",
    "rmb": "CNY",
}


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above a column of figures."""

    date: Period | None
    role: Role | None
    wanted: bool
    """False for shares, changes, budgets, a single month, and the like."""
    parent: bool
    """The parent company's own figures beside consolidated ones."""
    cumulative: bool
    """Says that it is the year to date; it wins over a column of the same period that does not."""


def read_head(texts: Sequence[object]) -> Head | None:
    """The cells above a column, top down, as one head. None when they say no period."""
    given = [value for value in texts if value is not None and value != ""]
    if not given:
        return None
    found: date | None = next((value for value in given if isinstance(value, date)), None)
    words = [str(value) for value in given if not isinstance(value, date)]
    text = " ".join(words)
    if len(text) > 60:
        return None
    plain = _plain(text)
    period = _of_day(found.year, found.month, found.day) if found else None
    rest = plain
    if period is None and (at := _search(plain)):
        period, (start, end) = at
        rest = plain[:start] + plain[end:]
    role: Role | None = None
    for name, pattern in _ROLES:
        rest, times = pattern.subn("", rest)
        role = role or (name if times else None)
    for pattern in (_NOT_WANTED, _PARENT, _MONTHLY):
        rest = pattern.sub("", rest)
    if (period is None and role is None) or _FILLER.sub("", rest):
        return None
    wanted = not _NOT_WANTED.search(plain) and not _MONTHLY.search(plain)
    return Head(period, role, wanted, bool(_PARENT.search(plain)), "累计" in plain or "ytd" in plain)


def is_subhead(text: str) -> bool:
    """Whether a cell only tells columns of one period apart: 合并, 母公司, 金额, 占比."""
    plain = _plain(text)
    marked = (
        _PARENT.search(plain) or _NOT_WANTED.search(plain) or re.search(r"合并|集团|金额|consolidated|amount", plain)
    )
    rest = _FILLER.sub("", _NOT_WANTED.sub("", _PARENT.sub("", plain)))
    return bool(marked) and not rest and len(text) <= 20


def resolved(head: Head, context: Period | None, *, balance: bool) -> Period:
    """The period that a head means, in a table whose title says `context`; relative where the workbook names no year.

    年初 of a balance sheet is the end of the year before; 上期 of a flow is the same months a year before.
    """
    base = head.date or context or Period(0)
    if head.role in (None, "closing") or (head.role == "prior" and head.date):
        return base
    return base.opening if head.role == "opening" or balance else base.year_earlier


def latest_date(texts: Iterable[str]) -> Period | None:
    """The latest period that titles name; dates of printing and signing are no reporting dates."""
    found = []
    for text in texts:
        plain = _plain(text)
        if re.search(r"打印|制表|报出|签字|审计报告|print", plain):
            continue
        while at := _search(plain):
            found.append(at[0])
            plain = plain[: at[1][0]] + " " + plain[at[1][1] :]
    return max(found, default=None)


def unit_in(texts: Iterable[str]) -> Unit | None:
    """The unit that a title, a unit line or a column's head names: `单位：万元`, `金额单位:人民币元`, `RMB'000`."""
    for text in texts:
        plain = _plain(text)
        stated = re.search(r"(?<!编制)(?<!填报)(?:单位|货币|币种)[^:：]{0,4}[:：]?\s*(.{1,20})", plain)
        bracketed = re.search(r"[(（]([^()（）]{1,16})[)）]", plain)
        candidates = [stated[1]] if stated else []
        candidates += [bracketed[1]] if bracketed else []
        if len(plain) <= 24:
            candidates.append(plain)
        for candidate in candidates:
            if unit := _unit(candidate, whole=not stated or candidate != stated[1]):
                return unit
    return None


def _unit(text: str, *, whole: bool) -> Unit | None:
    """`whole`: nothing but a unit may stand in the text."""
    scale, currency, matched = 1, "", False
    rest = text
    for found in _UNIT.finditer(text):
        matched = True
        rest = rest.replace(found[0], "", 1)
        scale = max(scale, _SCALES.get(found["scale"] or "", 1))
        english = f"{found['en_scale'] or ''}{found['suffix'] or ''}"
        if english:
            thousand = english.startswith(("thousand", "k")) or "000" in english
            scale = max(scale, 1000 if thousand else 10**9 if english.startswith("billion") else 10**6)
        name = found["currency"] or found["code"] or ""
        if name and name != "元":
            currency = _CURRENCIES.get(name, name.upper())
    leftover = re.sub(r"人民币|单位|金额|货币|币种|in|of|expressed|currency|unit|[\s:：,，;；()（）]", "", rest)
    if not matched or (whole and leftover):
        return None
    return Unit(scale, currency or "CNY")


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text[:400]).lower().strip()
    return re.sub(
        r"[二][〇零一二三四五六七八九]{3}(?=年)",
        lambda found: found[0].translate(_CN_DIGITS),
        re.sub(r"\s+", " ", folded),
    )


def _search(text: str) -> tuple[Period, tuple[int, int]] | None:
    for pattern in _DATES:
        if found := pattern.search(text):
            groups = {name: value for name, value in found.groupdict().items() if value}
            year = int(groups["year"]) if "year" in groups else 2000 + int(groups["short"])
            if "name" in groups:
                month = _MONTHS.index(groups["name"]) + 1
            elif "quarter" in groups or "q" in groups:
                quarter = groups.get("q") or groups["quarter"].translate(_CN_DIGITS)
                month = 3 * int(quarter)
            else:
                month = 6 if "half" in groups else int(groups.get("month", 12))
            return _of_day(year, month, int(groups.get("day", 28))), found.span()
    return None


def _of_day(year: int, month: int, day: int) -> Period:
    """A balance on 1 January is that of the year's end before."""
    return Period(year - 1) if (month, day) == (1, 1) else Period(year, month)
