"""Names in a sentence that another text may have: titles, posts, departments, firms, places, grades, codes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_TITLE = re.compile(r"《([^《》]{2,60})》")
_ENDS = (
    "行长|行领导|主任|经理|主管|负责人|审批人|交易员|专员|管理员|领导|秘书|董事长|主办|协办|柜员|人员|员工|委员会|董事会|监事会|"
    "支行|分行|总行|本行|部门|部|处|科|室|中心|公司|集团|局|岗"
)
_PARTY = re.compile(rf"[㐀-鿿]{{0,9}}?(?:{_ENDS})+(?![门位理分份数长技研目学值于内外时期境额置罚级组成])")
_GRADE = re.compile(r"[㐀-鿿]{1,3}?(?:类(?!别|型|似)|等座|务座|等舱|务舱|济舱|头等|级(?!别)|档(?!案))")
_CODE = re.compile(r"(?<![A-Za-z])(?:[A-Z]{2,6}[+-]?|[A-Z]\+\d|[A-Z](?=级))(?![A-Za-z])")
_NO_NAMES = frozenset(("PDF", "OK", "IT", "HR", "ID", "USD", "CNY", "RMB", "EUR", "JPY", "GBP", "HKD", "APP", "FX"))
_EDGE = re.compile(
    r"^.*(?:由|报|经|交|向|给|到|是|和|与|及|的|为|在|对|从|请|或|需|须|应|当|要|可|以|得|能|按|被|让|找|每|该|各|本|凡|若|如|则|同|其|以上|以下|后|前|内|时|者|并|再|先|只)(?=[㐀-鿿])"
)
_ALL = frozenset(("部门", "人员", "员工", "领导", "总行", "分行", "支行", "本行", "公司", "银行"))
"""Too general to be looked up by themselves where the text names none of the kind."""


def titles_in(text: str) -> list[str]:
    """Names in 《》."""
    return _TITLE.findall(text)


def parties_in(text: str) -> Iterator[tuple[str, str]]:
    """Posts, departments, firms, and what they end in: (`分行行长`, `行长`). `text` is in plain spelling."""
    for found in _PARTY.finditer(text):
        name = _EDGE.sub("", found[0])
        ending = re.search(rf"(?:{_ENDS})$", name)
        if ending and (len(ending[0]) > 1 or len(name) > 2):
            yield name, ending[0]


def places_in(text: str) -> Iterator[str]:
    """Cities, provinces, countries of the list. `text` is in plain spelling."""
    return (found[0] for found in _places().finditer(text))


def grades_in(text: str) -> Iterator[tuple[str, str]]:
    """`二类`, `一等座`, `关注类`, and what they end in."""
    for found in _GRADE.finditer(text):
        name = _EDGE.sub("", found[0])
        if len(name) > 1:
            yield name, name[-1]


def codes_in(text: str) -> Iterator[str]:
    """`BB`, `LPR`, `T+2`. `text` as it was written."""
    return (found[0] for found in _CODE.finditer(text) if found[0] not in _NO_NAMES)


def named_in(name: str, ending: str, text: str) -> bool:
    """Whether `text` names `name`: as it is, with words between (财务部: 财务会计部), or its own end (报财务会计部)."""
    if name in text:
        return True
    if len(name) > len(ending) + 2 and name[-len(ending) - 2 :] in text:
        return True
    between = "[㐀-鿿]{0,4}".join(map(re.escape, name.removesuffix(ending)))
    return bool(between) and re.search(f"{between}[㐀-鿿]{{0,4}}{re.escape(ending)}", text) is not None


def is_general(name: str) -> bool:
    """`部门`, `总行`: a word rather than a name."""
    return name in _ALL


@cache
def _places() -> re.Pattern[str]:
    listed = (Path(__file__).parent / "places.txt").read_text(encoding="utf-8").split()
    return re.compile("|".join(sorted(map(re.escape, listed), key=len, reverse=True)))
