"""One spelling for what is said in many: width, case, script, numerals, shares, dates.

Only for finding and comparing; what is quoted stays as it was written. `normal` of a normal text is the same text.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

from app.core.scripts import simplified

_HAN_DIGIT = "零〇一二两三四五六七八九十百千壹贰叁肆伍陆柒捌玖拾佰仟"
_UNITS = (
    "工作日|营业日|交易日|自然日|百分点|条|章|节|款|月|季度|年|周|日|号|天|小时|分钟|级|次|人|倍|名|份|笔|类|档"
    "|元|块|页|项|岁|户|[%‰]"
)
_SHARES: dict[str, Decimal] = {
    "": Decimal(1),
    "%": Decimal(1),
    "百": Decimal(1),
    "‰": Decimal("0.1"),
    "千": Decimal("0.1"),
    "万": Decimal("0.01"),
}
"""Per cent: 千分之五 is 0.5%."""
_ENGLISH_SCALES = {"thousand": 3, "million": 6, "mn": 6, "billion": 9, "bn": 9, "trillion": 12, "tn": 12}
_MONTH_NAMES = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES.split("|"), 1)}

_SEPARATED = re.compile(r"(?<![\d,.])\d{1,3}(?:,\d{3})+(?![\d,])")
_POINT_NOTHING = re.compile(r"(?<![\d.])(\d+)\.0+(?![\d.])")
_PERCENT = r"[%‰]| ?per ?cent\b| pct\b"
_FIGURE = re.compile(
    # Plain figures and 一些 are left alone at once: most of a text's are of this kind.
    rf"(?:([百千万])分之)?(?<![\d.{_HAN_DIGIT}哪某这那每同另])"
    rf"(?=(?(1)|(?:\d[\d.]*(?:[{_HAN_DIGIT}万亿点]|{_PERCENT})|[{_HAN_DIGIT}]+(?:[万亿点\d]|{_PERCENT}|个?(?:{_UNITS})))))"
    rf"((?:\d+(?:\.\d+)?(?![\d.])|[{_HAN_DIGIT}])(?:[{_HAN_DIGIT}万亿]|(?<!\d)\d)*(?:点[零〇一二三四五六七八九]+[万亿]*)?)"
    rf"({_PERCENT})?(?=(个?(?:{_UNITS}))?)"
)
_ENGLISH = re.compile(rf"(?<![\d.])(\d+(?:\.\d+)?)[ -]?({'|'.join(_ENGLISH_SCALES)})\b")
_DAY = re.compile(r"(?<![\d.])(\d{4})(?:(?:年(\d{1,2})月(\d{1,2})[日号])|(?:[-/.](\d{1,2})[-/.](\d{1,2})(?![\d./-])))")
_MONTH = rf"({_MONTH_NAMES})[a-z]{{0,6}}\.?"
_ENGLISH_DAY = re.compile(
    rf"\b(?:{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?|(\d{{1,2}})(?:st|nd|rd|th)? {_MONTH}),? (\d{{4}})\b"
)


def normal(text: str) -> str:
    """`２，０００，０００`, `二百万`, `2 million`: 2000000; 千分之五: 0.5%; 2026-03-01: 2026年3月1日; 國: 国."""
    plain = unicodedata.normalize("NFKC", text).lower()
    if not unicodedata.is_normalized("NFKC", plain):
        plain = unicodedata.normalize("NFKC", plain)
    plain = simplified(plain)
    if "," in plain:
        plain = _SEPARATED.sub(lambda found: found.group().replace(",", ""), plain)
    plain = _FIGURE.sub(_figure, plain)
    if ".0" in plain:
        plain = _POINT_NOTHING.sub(r"\1", plain)
    plain = _DAY.sub(lambda found: _day(found, found[1], found[2] or found[4], found[3] or found[5]), plain)
    if "n" in plain:  # every English scale has one
        plain = _ENGLISH.sub(lambda found: _plain(Decimal(found[1]).scaleb(_ENGLISH_SCALES[found[2]])), plain)
    return _ENGLISH_DAY.sub(_english_day, plain) if " " in plain else plain


def _figure(found: re.Match[str]) -> str:
    """Figures that count something, and those with 万 or 亿; 一定 and 千万 stay words."""
    share, said, percent, unit = found.groups()
    if said.isascii():
        if not share and not percent:
            return found.group()
    elif not (share or percent or unit or "万" in said or "亿" in said):
        return found.group()
    value = _value(said)
    if value is None:
        return found.group()
    if share or percent:
        return _plain(value * _SHARES[share or (percent or "").strip()[:1].replace("p", "%")]) + "%"
    return _plain(value)


@lru_cache(maxsize=8192)
def _value(said: str) -> Decimal | None:
    """Of `二百万`, `1.5亿`, `3万5千`, `二〇二六`, `三点五`; None for what is no number: 千万, 百, 十百."""
    if said.isascii():
        return Decimal(said)
    import cn2an

    try:
        return Decimal(str(cn2an.cn2an(said, "smart")))
    except (ValueError, LookupError, ArithmeticError):
        return None


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _day(found: re.Match[str], year: str, month: str, day: str) -> str:
    """As people write it; what is no day (a number of a document, a version) stays."""
    there = 1 <= int(month) <= 12 and 1 <= int(day) <= 31
    return f"{year}年{int(month)}月{int(day)}日" if there else found.group()


def _english_day(found: re.Match[str]) -> str:
    before, day_after, day_before, after, year = found.groups()
    return _day(found, year, str(_MONTHS[before or after]), day_after or day_before)
