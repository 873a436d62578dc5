"""Figures in a text, by value: amounts, rates, percentages, terms, dates; and whether they stand in what was read.

"500万" is "5,000,000" is "五百万". A figure with a unit is found under the same unit or where none is written; what was
computed from two figures stands nowhere, so it counts as not verified.
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal

from app.gateway.numerals import NUMERALS, of_numeral

Kind = Literal["number", "date", "time", "clause"]

_SCALES = {
    "万亿": 10**12,
    "亿": 10**8,
    "千万": 10**7,
    "百万": 10**6,
    "十万": 10**5,
    "万": 10**4,
    "千": 1000,
    "trillion": 10**12,
    "billion": 10**9,
    "bn": 10**9,
    "million": 10**6,
    "mn": 10**6,
    "mio": 10**6,
    "m": 10**6,
    "thousand": 1000,
    "k": 1000,
}
_UNITS = {
    "percent": "%|个百分点|百分点|个点|percent|per cent",
    "permille": "‰",
    "bp": "个基点|基点|bps|bp",
    "pip": "pips|pip",
    "CNY": "元|人民币|块钱|cny|rmb|yuan|¥",
    "USD": "美元|美金|usd|us$|$|dollars|dollar",
    "EUR": "欧元|eur|€|euros|euro",
    "JPY": "日元|jpy|yen",
    "GBP": "英镑|gbp|£",
    "HKD": "港元|港币|hkd",
    "day": "个工作日|个自然日|个交易日|工作日|天|日|号|working days|business days|days|day",
    "week": "个星期|星期|个礼拜|礼拜|周|weeks|week",
    "month": "个月|月|months|month",
    "year": "周年|周岁|年|岁|years|year",
    "lesson": "个学时|学时|课时",
    "second": "秒钟|秒|seconds|second",
    "hour": "个小时|小时|个钟头|钟头|hours|hour",
    "minute": "分钟|minutes|minute",
    "times": "倍|times",
    "count": "次|人|名|家|笔|户|级|位|个|项|条|份|件|种|类|点|步|方面|层|张|楼|个季度|台|套|间|页|辆|people",
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words.split("|")}


def _any(words: Sequence[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_TENTHS = "一二两三四五六七八九"
_MONTH_END = re.compile(r"(?P<year>(?:19|20)\d\d)?\s?年?\s?(?P<month>1[0-2]|\d)\s?月\s?[底末]")
_NUMERAL = re.compile(
    rf"百分之(?P<percent>[{NUMERALS}]+(?:点[{NUMERALS}]+)?|\d+(?:\.\d+)?)"
    rf"|(?P<of>[千万])分之(?P<permille>[{NUMERALS}]+(?:点[{NUMERALS}]+)?|\d+(?:\.\d+)?)"
    rf"|(?<![{NUMERALS}])(?P<parts>[{_TENTHS}十]+)分之(?P<share>[{_TENTHS}]+)"
    rf"|(?P<fifty>一半|半数|减半)(?![天月年周])|(?<![上下前后一两三四五个])半(?P<half_of>年|个月|小时|天)(?!度|工)"
    rf"|(?<![\d{NUMERALS}])(?P<tenths>\d|[{_TENTHS}])成(?P<half>[{_TENTHS}]|半)?(?![立为本员功长果交分效因就熟品人])"
    rf"|(?<![第{NUMERALS}万亿])(?P<whole>[{NUMERALS}万亿]+(?:点[{NUMERALS}]+)?)(?=\s?(?:{_any([*_UNIT_OF, *_SCALES])}))"
)
_DATE = re.compile(
    r"(?<![\d.])(?P<y>\d{4})\s?(?:年\s?|[-/.](?=\d{1,2}[-/.]\d))(?P<m>\d{1,2})\s?(?:月|[-/.])\s?(?:(?P<d>\d{1,2})(?:\s?[日号])?(?!\d))?"
    r"|(?<![\d.])(?P<m2>\d{1,2})\s?月\s?(?P<d2>\d{1,2})\s?[日号]"
    r"|(?<![\d.,])(?P<y3>(?:19|20)\d\d)(?:\s?年(?![期以]))"
    r"|(?<![\d.,:])(?:(?P<late>下午|晚上?|夜里|傍晚)\s?)?(?P<hour>[01]?\d|2[0-4]):(?P<minute>\d{2})(?![\d:])"
    r"|(?<![\d.])(?P<until>[到至]\s?)?(?P<hour3>[01]?\d|2[0-4])\s?点(?:(?P<thirty3>半)|\s?(?P<minute3>\d{1,2})\s?分?|(?=[到至])|(?(until)|(?!)))"
    r"|(?P<half>[上下]午|晚上|夜里|傍晚)\s?(?P<hour2>\d{1,2})\s?[点时](?:(?P<minute2>\d{1,2})分?|(?P<thirty>半))?"
)
_SHORT = re.compile(
    rf"(?P<whole>[{NUMERALS}]+(?P<place>[万亿百千]))(?P<next>[{_TENTHS}])(?![{NUMERALS}万亿\d成分])(?=[的元块,，。;；、多以]|$)"
)
_EACH_PLACE = re.compile("每(?=[万亿百千])")
_AND_A_HALF = re.compile(
    rf"(?P<count>\d+|[{NUMERALS}]+)\s?(?:(?P<unit>[天年倍分])钟?半钟?|个半(?P<after>月|小时|钟头))"
)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_MONTH_SAID = rf"(?P<{{}}>{_MONTHS})(?:[a-z]{{{{1,6}}}})?\.?"
_ONES = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_COUNTED = {word: number for number, word in enumerate(f"{_ONES} eighteen nineteen".split(), 1)}
_COUNTED |= {word: 10 * number for number, word in enumerate(_TENS.split(), 2)}
_ENGLISH_UNITS = _any([word for word in _UNIT_OF if word.isascii() and word.isalpha()])
_IN_ENGLISH = re.compile(
    rf"\b{_MONTH_SAID.format('month')} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?"
    rf"(?!\d| ?%| (?:{_ENGLISH_UNITS})\b)(?:,? (?P<year>\d{{4}}))?"
    rf"|\b(?P<day2>\d{{1,2}})(?:st|nd|rd|th)? {_MONTH_SAID.format('month2')}(?![a-z])(?:,? (?P<year2>\d{{4}}))?"
    rf"|\b{_MONTH_SAID.format('month3')} (?P<year3>(?:19|20)\d\d)\b"
    rf"|(?<![\d.])(?P<hour>\d{{1,2}})(?:[:.](?P<minute>\d\d))? ?(?P<half>[ap])\.?m\b\.?"
    rf"|\b(?P<counted>{_any(list(_COUNTED))})(?=[ -](?:working |business )?(?:{_ENGLISH_UNITS})\b)"
)
_CLAUSE = re.compile(r"第\s?(?P<clause>[\d零一二三四五六七八九十百两]+)\s?[条章款]|§\s?(?P<paragraph>\d+(?:\.\d+)*)")
_NUMBER = re.compile(
    rf"(?P<before>[$€£¥]|(?:usd|cny|rmb|eur|jpy|gbp|hkd)\s?)?(?<![\d.])(?<!\d,)(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"(?![\d])\s?(?P<scale>{_any(list(_SCALES))})?(?![a-z]{{3}})\s?(?P<unit>{_any(list(_UNIT_OF))})?",
)
_NOT_FIGURES = re.compile(
    r"<[A-Z_]+_\d+>"  # a placeholder
    r"|\[\d{1,2}\]"  # a citation mark
    r"|(?m:^[ \t>#*-]*[(（]?\d{1,2}[.、)）](?!\d))"  # a number of a list
    r"|[第][\d零一二三四五六七八九十百两]+(?![\d零一二三四五六七八九十百两条章款])"  # an ordinal
    r"|(?:星期|礼拜|周)[一二三四五六\d](?!\d)"
    r"|(?!(?:USD|CNY|RMB|EUR|JPY|GBP|HKD)\d)(?<![a-zA-Z])[a-zA-Z_][a-zA-Z_/+-]*\d[\w-]*"  # E1001, T+2
    r"|一带一路|[这那同每某当哪近另上下统唯专任万]一[天日周月年次个]?|[前后]一[天日周月年次个](?![内公通])"
    r"|[*`_]{1,3}"
)
_HEADED = re.compile(r"单位[:：]?\s?(?:人民币)?(万|亿|百万|千)|[(（](?:人民币)?(万|亿|百万|千)元[)）]")


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. `value` is the number, or the parts of a date, a time, a clause."""

    kind: Kind
    value: Decimal | tuple[int | None, ...] | str
    unit: str = ""
    states: bool = True
    """False for what states nothing that could be wrong: a small count ("两种情况"), a bare digit."""
    said: str = ""
    """The unit as it was written: `个工作日`."""


def figures_in(text: str) -> Iterator[Figure]:
    """The figures of a text, in no particular order."""
    plain = unicodedata.normalize("NFKC", text)
    for found in _CLAUSE.finditer(plain):
        number = found["clause"]
        if number and not number.isdigit():
            number = str(of_numeral(number) or number)
        yield Figure("clause", found["paragraph"] or number)
    plain = _NOT_FIGURES.sub(lambda one: " " if one[0][0] not in "*`_" else "", _CLAUSE.sub(" ", plain)).lower()
    plain = _AND_A_HALF.sub(_and_a_half, _SHORT.sub(_shortened, _EACH_PLACE.sub("每1", plain)))
    plain = _MONTH_END.sub(_last_day, _IN_ENGLISH.sub(_in_english, _NUMERAL.sub(_written, plain)))
    dates = list(_DATE.finditer(plain))
    for found in dates:
        yield _dated(found)
    rest = _DATE.sub(" ", plain)
    for found in _NUMBER.finditer(rest):
        if figure := _numbered(found):
            yield figure


@dataclass
class Sources:
    """The figures of what was read, looked up by value."""

    today: date
    numbers: dict[Decimal, set[str]] = field(default_factory=dict)
    others: set[tuple[Kind, object]] = field(default_factory=set)

    def read(self, text: str) -> None:
        """Take the figures of `text` for verified."""
        headed = {_SCALES[next(scale for scale in found.groups() if scale)] for found in _HEADED.finditer(text)}
        for figure in figures_in(text):
            if isinstance(figure.value, Decimal):
                self._keep(figure.value, figure.unit)
                for scale in headed if not figure.unit else ():
                    self._keep(figure.value * scale, "")
            else:
                self.others.update((figure.kind, part) for part in _parts(figure))

    def verified(self, sentence: str) -> bool:
        """True where every figure that `sentence` states stands in what was read."""
        return all(self._known(figure) for figure in figures_in(sentence) if figure.states)

    def _keep(self, value: Decimal, unit: str) -> None:
        self.numbers.setdefault(value.normalize(), set()).add(unit)

    def _known(self, figure: Figure) -> bool:
        if isinstance(figure.value, Decimal):
            units = self.numbers.get(figure.value.normalize(), set())
            if units and (not figure.unit or "" in units or figure.unit in units):
                return True
            if figure.unit == "percent":  # a share is often kept as 0.05
                return "" in self.numbers.get((figure.value / 100).normalize(), set())
            return self._part_of_a_date(figure)
        if figure.said == "点" and isinstance(figure.value, tuple):  # 五点半 of an afternoon
            hour, minute = figure.value
            return any((figure.kind, ((hour or 0) % 12 + half, minute)) in self.others for half in (0, 12))
        if figure.kind == "date" and isinstance(figure.value, tuple):
            year, month, day = figure.value
            today = (self.today.year, self.today.month, self.today.day)
            if all(part is None or part == own for part, own in zip((year, month, day), today, strict=True)):
                return True
            if month is None:
                return ("date", (year, None, None)) in self.others or Decimal(year or 0) in self.numbers
        return (figure.kind, figure.value) in self.others

    def _part_of_a_date(self, figure: Figure) -> bool:
        value = int(figure.value) if isinstance(figure.value, Decimal) and figure.value == int(figure.value) else -1
        place = {"month": (None, value, None), "day": (None, None, value), "year": (value, None, None)}.get(figure.unit)
        return ("date", place) in self.others


def _parts(figure: Figure) -> Iterator[object]:
    """A date as it may be taken up again: whole, without its year, its month alone."""
    yield figure.value
    if figure.kind == "date" and isinstance(figure.value, tuple):
        year, month, day = figure.value
        yield from ((None, month, day), (year, month, None), (year, None, None), (None, month, None), (None, None, day))


def _written(found: re.Match[str]) -> str:
    """A Chinese numeral in figures."""
    if found["parts"]:
        parts, part = of_numeral(found["parts"]), of_numeral(found["share"])
        return f" {(100 * part / parts).quantize(Decimal('0.01')).normalize():f}% " if parts and part else found[0]
    if share := found["percent"] or found["permille"]:
        value = share if share[0].isdigit() else of_numeral(share)
        sign = "%" if found["percent"] else "‰" if found["of"] == "千" else "bp"
        return f" {value}{sign} " if value is not None else found[0]
    if found["fifty"]:
        return " 50% "
    if half := found["half_of"]:
        return {"年": " 6个月 ", "个月": " 15天 ", "小时": " 30分钟 ", "天": " 0.5天 "}[half]
    if tenths := found["tenths"]:
        half = found["half"]
        more = 5 if half == "半" else of_numeral(half) if half else 0
        return f" {10 * (int(tenths) if tenths.isdigit() else of_numeral(tenths) or 0) + (more or 0)}% "
    numeral = found["whole"]
    body = numeral.rstrip("万亿")  # a scale stays written: "五百万" is 500万
    if "万" in body or "亿" in body:  # "一亿五千万"
        body = numeral
    value = of_numeral(body) if body else None
    return f" {value}{numeral[len(body) :]}" if value is not None else found[0]


def _and_a_half(found: re.Match[str]) -> str:
    """五天半 as 5.5天, 一分半钟 as 1.5分钟, 一个半月 as 1.5个月."""
    count = Decimal(found["count"]) if found["count"].isdigit() else of_numeral(found["count"])
    unit = f"{found['unit']}钟" if found["unit"] == "分" else found["unit"] or f"个{found['after']}"
    return found[0] if count is None else f" {count}.5{unit} "


def _shortened(found: re.Match[str]) -> str:
    """一亿五 as 150000000, 两千八 as 2800."""
    whole, part = of_numeral(found["whole"]), of_numeral(found["next"])
    if whole is None or part is None:
        return found[0]
    tenth = {"百": 10, "千": 100, "万": 1000, "亿": 10**7}[found["place"]]
    return f"{whole + part * tenth:f}"


def _last_day(found: re.Match[str]) -> str:
    """三月底 as 3月31日; the last of February is its 28th."""
    year, month = found["year"], int(found["month"])
    day = monthrange(2026, month)[1] if 1 <= month <= 12 else 0
    return f" {year + '年' if year else ''}{month}月{day}日 " if day else found[0]


def _in_english(found: re.Match[str]) -> str:
    """`March 1, 2026` as 2026年3月1日, `five working days` as `5 working days`."""
    if counted := found["counted"]:
        return str(_COUNTED[counted])
    if found["hour"]:
        hour = int(found["hour"]) % 12 + (12 if found["half"] == "p" else 0)
        return f" {hour}:{found['minute'] or '00'} "
    year = found["year"] or found["year2"] or found["year3"]
    month = _MONTHS.split("|").index(found["month"] or found["month2"] or found["month3"]) + 1
    if found["month3"]:
        return f" {year}年{month}月 "
    return f" {year + '年' if year else ''}{month}月{found['day'] or found['day2']}日 "


def _dated(found: re.Match[str]) -> Figure:
    if found["hour3"]:
        return Figure("time", (int(found["hour3"]), 30 if found["thirty3"] else int(found["minute3"] or 0)), said="点")
    if found["hour"] or found["hour2"]:
        hour, minute = int(found["hour"] or found["hour2"]), found["minute"] or found["minute2"]
        if (found["late"] or found["half"] or "上午") != "上午" and hour < 12:
            hour += 12
        return Figure("time", (hour, 30 if found["thirty"] else int(minute or 0)))
    year, month, day = found["y"] or found["y3"], found["m"] or found["m2"], found["d"] or found["d2"]
    return Figure("date", tuple(int(part) if part else None for part in (year, month, day)))


def _numbered(found: re.Match[str]) -> Figure | None:
    try:
        value = Decimal(found["digits"].replace(",", "")) * _SCALES.get(found["scale"] or "", 1)
    except InvalidOperation:
        return None
    sign = (found["before"] or "").strip()
    unit = _UNIT_OF.get(found["unit"] or "", "") or _UNIT_OF.get(sign, "")
    small = value <= 10 and value == value.to_integral_value() and not found["scale"]
    states = not (small and unit in ("", "count"))
    return Figure("number", value, "" if unit == "count" else unit, states, found["unit"] or "")
