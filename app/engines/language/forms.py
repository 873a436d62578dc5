"""What a value looks like, by kind: regular expressions over half-width text, put together from `lexicon.yaml`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from app.engines.language.ngrams import folded, narrowed

Span = tuple[int, int]

LONGEST = 2000
"""Characters that are searched for values."""

_HAN_DIGIT = "零〇一二两三四五六七八九"
_HAN_NUMBER = rf"(?:[{_HAN_DIGIT}十百千][{_HAN_DIGIT}十百千万亿]{{0,24}}|半)(?:点[{_HAN_DIGIT}]{{1,8}})?"
_PLAIN_DIGITS = r"\d{1,20}(?:,\d{3}){0,6}(?:\.\d{1,12})?"
_DIGITS = rf"(?<![\da-z_])(?<!\d[.,]){_PLAIN_DIGITS}"
_NUMBER = rf"(?:{_DIGITS}|{_HAN_NUMBER})"
_SMALL = rf"(?:\d{{1,2}}|[{_HAN_DIGIT}十]{{1,3}})"
_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_WEEKDAYS = r"(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)(?:day|nesday|sday|rsday|urday)?|wednesday|saturday"


@cache
def lexicon() -> Mapping[str, Any]:
    """The words that carry values."""
    loaded: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_name("lexicon.yaml").read_text(encoding="utf-8"))
    return loaded


def any_of(words: Iterable[str]) -> str:
    """Any of `words`, the longest first; Latin ones only as whole words."""
    parts = []
    for word in sorted({folded(word) for word in words}, key=len, reverse=True):
        latin = word[0].isascii() and word[0].isalnum()
        parts.append(rf"(?<![a-z]){re.escape(word)}(?![a-z])" if latin else re.escape(word))
    return f"(?:{'|'.join(parts)})" if parts else r"(?!)"


def spans(kind: str, text: str) -> list[Span]:
    """Where values of this kind stand in `text`, in order; none for a kind without a form of its own."""
    if kind not in _FORMS:
        return []
    found = []
    for match in _pattern(kind).finditer(narrowed(text[:LONGEST])):
        group = next((name for name, value in match.groupdict().items() if value), 0)
        start, end = match.span(group)
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start < end:
            found.append((start, end))
    return found


@cache
def _pattern(kind: str) -> re.Pattern[str]:
    """The expression for a kind with a form of its own; case counts only where it says so."""
    return re.compile(_FORMS[kind](), re.IGNORECASE)


def _currency() -> str:
    names: Mapping[str, Sequence[str]] = lexicon()["currency"]
    codes = "|".join(code.lower() for code in names)
    pair = rf"(?<![a-z])(?:{codes})(?=/?(?:{codes})(?![a-z]))|(?<={codes})(?:{codes})(?![a-z])"
    return rf"{pair}|{any_of([word for words in names.values() for word in words])}|[$€£]"


def _money() -> str:
    unit = any_of(lexicon()["magnitude"]).replace("(?<![a-z])", "")
    currency, sign = _currency(), "[" + "".join(map(re.escape, lexicon()["signs"])) + "]"
    amount = rf"{_NUMBER}\s*(?:{unit}){{0,2}}"
    return (
        rf"(?:(?:{currency})|{sign})\s*(?:{_PLAIN_DIGITS}|{_HAN_NUMBER})\s*(?:{unit}){{0,2}}"
        rf"|{amount}\s*(?:{currency})"
        rf"|{_NUMBER}\s*{unit}(?!月|人|小时|星期|工作日|字|基点|百分点)"
    )


def _date() -> str:
    year = rf"(?:(?:\d{{2,4}}|[{_HAN_DIGIT}]{{2,4}})年|今年|明年|后年|去年)"
    return "|".join(
        (
            r"(?<!\d)\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)",
            rf"{year}?\s*{_SMALL}\s*月\s*(?:{_SMALL}\s*[日号]?|底|末|初|中旬)",
            rf"{_SMALL}\s*[日号](?!线)",
            any_of(lexicon()["day_words"]),
            r"(?:下下|下|这|本|上)?个?(?:周|星期|礼拜)[一二三四五六日天末1-7]",
            r"(?:本|这个|下个|下|上个|上|当)?(?:月|季度|季|年)(?:底|末|初)",
            rf"{_NUMBER}\s*个?(?:工作日|天|日|周|星期|月|年)(?:之后|以后|后|内)",
            rf"(?<![a-z])(?:(?:next|this|coming|last|on)\s+)?(?:{_WEEKDAYS})(?![a-z])",
            rf"(?<![a-z]){_MONTHS}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?(?![a-z\d])",
            rf"(?<!\d)\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTHS}(?:,?\s+\d{{4}})?(?![a-z])",
            r"(?<![a-z])in\s+(?:\d+|a|one|two|three)\s+(?:days?|weeks?|months?|years?)(?![a-z])",
            r"(?<![a-z])(?:end of (?:the |this |next )?(?:week|month|year)|next (?:week|month|year))(?![a-z])",
        )
    )


def _time() -> str:
    part = any_of(lexicon()["day_parts"])
    clock = r"(?<!\d)\d{1,2}:\d{2}(?!\d)"
    spoken = rf"{_SMALL}\s*[点时](?!间|候)(?:钟|整|半|一刻|三刻|\s*{_SMALL}\s*分?)?"
    latin = r"(?<![\d.,])\d{1,2}(?::\d{2})?\s*(?:[ap]\.?m(?![a-z])\.?|o'clock)"
    until = r"\s*(?:-|–|~|to|until|到|至)\s*"
    bounded = rf"(?<![\d.,]){_SMALL}(?={until}(?:{_SMALL}\s*[点时](?!间|候)|\d{{1,2}}(?::\d{{2}})?\s*[ap]\.?m))"
    return rf"{latin}|(?:{part})?\s*(?:{clock}|{spoken}|{bounded})|(?<![a-z])(?:noon|midnight)(?![a-z])|{part}"


def _tenor() -> str:
    latin = r"(?<![a-z\d.,])\d{1,2}\s*-?\s*(?:d|w|m|y|days?|weeks?|wks?|months?|mths?|years?|yrs?)(?![a-z])"
    han = rf"{_NUMBER}\s*(?:个?(?:月|星期|礼拜)|周|天|年)(?:期|零{_SMALL}天)?"
    return rf"{latin}|{han}|{any_of(lexicon()['tenor_words'])}"


def _percent() -> str:
    unit = r"%|‰|个百分点|个?基点|个?bps?(?![a-z])|percent|per cent|pct"
    return rf"百分之\s*{_NUMBER}|[-+]?{_NUMBER}\s*(?:{unit})"


def _number() -> str:
    return rf"[-+]?{_NUMBER}|{any_of(lexicon()['number_words'])}"


def _person() -> str:
    words = lexicon()
    identity = r"<(?:person|phone|email|cn_id_card)_\d+>|(?<![a-z\d])[a-z]\d{4}(?!\d)|(?<!\d)1\d{10}(?!\d)"
    extension = rf"{any_of(words['extension_words'])}\s*(?P<extension>\d{{3,6}})(?!\d)"
    follows = rf"(?=(?:{any_of(words['person_titles'])})?(?:的|是|在|$|[\s,。?!])|{any_of(words['person_after'])})"
    return rf"{identity}|{extension}|(?<![㐀-鿿\d])[{words['surnames']}][㐀-鿿]{{1,2}}?{follows}"


def _organisation() -> str:
    """A name with the ending of a firm; else what stands between `客户` and `要买`."""
    words = lexicon()
    body = r"[㐀-鿿a-z0-9()·&]"
    latin = rf"(?:(?<![a-z])(?-i:[A-Z])[\w&.-]*\s+){{1,4}}{any_of(words['organisation_ends_latin'])}"
    before, after = any_of(words["organisation_before"]), any_of(words["organisation_after"])
    return (
        rf"<organization_\d+>|(?P<named>{body}{{2,30}}?{any_of(words['organisation_ends'])})|{latin}"
        rf"|{before}[:\s]*(?P<led>{body}{{2,20}}?)(?=\s*{after}|[，,。；;]|\s*$)"
    )


def _file() -> str:
    return rf"[^\s，,。；;：:、“”\"'《》]{{1,100}}\.(?:{'|'.join(lexicon()['file_ends'])})(?![a-z])"


_FORMS: Mapping[str, Callable[[], str]] = {
    "money": _money,
    "currency": _currency,
    "date": _date,
    "time": _time,
    "tenor": _tenor,
    "percent": _percent,
    "number": _number,
    "person": _person,
    "organisation": _organisation,
    "file": _file,
}
