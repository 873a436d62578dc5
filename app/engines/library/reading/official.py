"""What an official document says of itself without front matter: its number (文号) and date, by where they stand.

GB/T 9704—2012, 7.2.5 and 7.3.5.3: the number stands above the title, the date alone in a line at the end.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import cn2an

_NUMBER = re.compile(
    r"(?!根据|依据|按照?|参照|详?见|依照)[\u4e00-\u9fffA-Za-z]{1,16}[〔\[［(（]\s?(?:19|20)\d{2}\s?[〕\]］)）]\s?(?:第\s?)?\d{1,5}\s?号"
)
_NUMBER_LINE = re.compile(rf"[(（]?({_NUMBER.pattern})[)）]?(?:\s*签发人.*)?")
"""The number stands alone in its line; a text that names another document's is none."""
_DATE = re.compile(
    r"([12]\d{3}|[一二][〇○零Ｏ一二三四五六七八九]{3})年([\d一二三四五六七八九十]{1,3})月([\d一二三四五六七八九十]{1,3})日"
)
_TITLE = re.compile(
    r"关于.+的|(?:办法|规定|规则|细则|制度|指引|规程|方案|意见|通知|通报|公告|报告|请示|批复|纪要|手册|标准|章程|函)(?:[（(].{1,20}[）)])?$"
)
_FIRST, _LAST = 10, 6
"""Paragraphs from either end in which to look."""


def about_of(paragraphs: Sequence[str]) -> dict[str, str]:
    """`number`, and `issued` as ISO, where the paragraphs say them."""
    about: dict[str, str] = {}
    number = next((found for text in paragraphs[:_FIRST] if (found := _NUMBER_LINE.fullmatch(text.strip()))), None)
    if number:
        about["number"] = re.sub(r"\s", "", number[1])
    for text in reversed(paragraphs[-_LAST:]):
        found = _DATE.fullmatch(re.sub(r"\s", "", text))
        if found and (day := _day(*found.groups())):
            about["issued"] = day
            break
    return about


def title_among(lines: Sequence[str]) -> str:
    """The line that is called like a rule or a circular (`…办法`, `关于…的通知`); empty where there is none."""
    return next((line for line in lines if _TITLE.search(line) and not is_number(line)), "")


def is_number(line: str) -> bool:
    """True for a line with a 文号."""
    return bool(_NUMBER.search(line))


def _day(year: str, month: str, day: str) -> str:
    digits = year.translate(str.maketrans("〇○零Ｏ一二三四五六七八九", "0000123456789"))
    try:
        return date(int(digits), _count(month), _count(day)).isoformat()
    except ValueError:
        return ""


def _count(text: str) -> int:
    return int(text) if text.isdigit() else int(cn2an.cn2an(text, "smart"))
