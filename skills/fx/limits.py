"""The limit price in a line: 7.05以下 · 不高于7.05 · at 7.0520 · limit 4.65."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from skills.fx.currencies import CURRENCY

_PRICE = r"(?P<price>\d{1,3}\.\d{1,6}|\d{2,4}\.\d{1,4}|\d{2,4})"
_DECIMALS = r"(?P<price>\d{1,4}\.\d{1,6})"
NO_AMOUNT = (
    rf"(?![\d:]|,\d|\.\d|\s*(?:[%万亿千百个年月日号天周点]|bps?|pips?|[kmwb](?![a-z])|mio|mil|mn|mm|bio|bn|yard|thousand"
    rf"|million|billion|am(?![a-z])|pm(?![a-z])|o'clock|week|month|year|{CURRENCY}))"
)
"""What follows a price: nothing that would make it an amount, a day or a time."""
_HAN_CUE = (
    r"(?:限价|价格|价位|汇率|成交价|目标价|心理价|点位|挂单|挂价|挂|报价|不(?:能)?(?:高于|低于|超过)|低于|高于|最高|最低|至少|至多|最多"
    r"|达到|涨到|跌到|到|按|以)"
)
_CUE = (
    r"(?:@|(?<![a-z])(?:at|limit(?: price| order)?|rate|price|level|not? (?:more|less|higher|lower|worse) than"
    r"|not (?:above|below|over|under)|above|below|under|max(?:imum)?|min(?:imum)?|better than|up to))"
)
_RULES = tuple(
    re.compile(rule, re.IGNORECASE)
    for rule in (
        rf"{_HAN_CUE}(?:限|要|为|是|在|:|：|=|\s|不(?:能)?(?:高于|低于|超过)|最[高低])*{_PRICE}{NO_AMOUNT}",
        rf"(?<![\d.,]){_PRICE}\s*(?:或|及|元)?\s*(?:以下|以上|以内|之下|之上|更好|更低|更高|成交|挂单)",
        rf"{_CUE}(?:\s|of|is|:|=|at|price|order)*{_PRICE}{NO_AMOUNT}",
        rf"(?<![\d.,A-Za-z]){_PRICE}\s+(?:or|and)\s+(?:better|lower|higher|less|below|above)",
        # A bare figure with two or more decimals beside nothing else can only be a price.
        rf"(?<![\d.,A-Za-z-])(?P<price>\d{{1,3}}\.\d{{2,6}}){NO_AMOUNT}(?!\s*[-/~至到]\s*\d)",
    )
)
_NONE = re.compile(
    r"不限价|无限价|取消限价|不要限价|市价|随行就市|at market|at best|market order|no limit", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class SaidLimit:
    """A limit price, or that there is none (`price` None)."""

    price: Decimal | None
    start: int
    end: int


def find_limit(line: str) -> SaidLimit | None:
    """The limit price said in `line`; 0 is none."""
    if none := _NONE.search(line):
        return SaidLimit(None, none.start(), none.end())
    for rule in _RULES:
        if (match := rule.search(line)) and (price := Decimal(match["price"])) > 0:
            return SaidLimit(price, match.start("price"), match.end("price"))
    return None
