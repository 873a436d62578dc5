"""One sentence of dealing talk: what it says of the deal, prices and yes aside."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from skills.fx.amounts import BLANK
from skills.fx.dates import find_date
from skills.fx.dealing.agreement import without_yes
from skills.fx.dealing.client_meant import Meant, find_client
from skills.fx.dealing.papers import papers_in
from skills.fx.dealing.price_moves import without_price_moves
from skills.fx.dealing.questions import without_alternatives
from skills.fx.dealing.sentences import clauses_of
from skills.fx.dealing.side_talk import is_market_talk
from skills.fx.dealing.talk import Around, Message, Talk
from skills.fx.dealing.vagueness import has_no_unit, is_vague
from skills.fx.limits import find_limit
from skills.fx.parse import lines_of
from skills.fx.reading import Reading, corrected, read_line
from skills.fx.sides import is_swap, without_negated

_MILLIONS = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*[mM](?![A-Za-z])")
_OF_THE_CLIENT = re.compile(r"客户|结汇|购汇|client|customer", re.IGNORECASE)
_BARE_NAME = re.compile(r"(?:是|就是)?[一-鿿()（）]{3,24}[。.!！]?|(?:[A-Z][\w&.-]* ?){2,6}")
_DEALS = re.compile(
    r"[购结售]汇|询价|报价|换汇|锁汇|掉期|远期|即期|[买卖].*\d|\d.*[买卖]|(?:\d|[一二两三四五六七八九十百])\s*个?\s*[万亿]|(?<![a-z])(?:buy|sell|mio|mm|spot|swap)",
    re.IGNORECASE,
)
"""What an enquiry speaks of."""
_NEAR = re.compile(r"近端|near(?: leg)?", re.IGNORECASE)
_NUMBER = r"[\d.,一二两三四五六七八九十百千]+\s*[万亿]*\s*(?:美元|美金|欧元|日元|英镑|港币|人民币|元|mio|million)?"
_BOUND = re.compile(rf"{_NUMBER}\s*(?:以上|以下|以内|起步?(?!息)|封顶|or more|and above|or less)", re.IGNORECASE)
"""A bound of what a price holds for, not the amount."""
_CONVERTED = re.compile(
    rf"(?:折合?|合计|共计|总共|相当于|约合|换算(?:下来|成)?|equals?|that'?s)\s*(?:人民币|CNY|RMB)?\s*{_NUMBER}",
    re.IGNORECASE,
)
"""What an amount comes to in the other currency."""
_NO_CURRENCY = re.compile(
    r"[\d万亿]\s*(?:个|块)?\s*[一-鿿]{0,5}(?:比索|卢比|第纳尔|先令|克朗|法郎|列伊|里拉|塔卡|基普|福林)|[\d万亿]\s*[一-鿿]{1,4}币(?![种值])"
)
"""A currency that nobody here deals, or one of several of its name."""
_CHANGE_TO = re.compile(
    r"(?<![a-z])change (?:the |its )?(?:(?!client|customer)[a-z]+ ?)?(?:date )?(?:to(?![a-z])|:)", re.IGNORECASE
)
"""It changes the ticket, no currency into another."""
_CALLED_LIMIT = re.compile(r"限价|挂单|(?<![a-z])limit(?![a-z])", re.IGNORECASE)
_LIMIT = re.compile(
    r"以下|以上|以内|不高于|不低于|不超过|限价|挂单|or (?:better|lower|higher|less)|limit|not (?:above|below|over)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Elements:
    """What a sentence says of the elements."""

    reading: Reading
    meant: Meant | None = None
    near_date: date | None = None
    papers: tuple[str, ...] = ()
    vague: bool = False
    """An amount was said that is none yet."""


def hear_elements(sentence: str, talk: Talk, message: Message, around: Around) -> Elements:
    """The elements in a sentence from which the prices were taken already."""
    text = without_price_moves(without_alternatives(without_yes(sentence)))
    text = "".join(_blank_clause(one) for one in clauses_of(text))
    text = _CHANGE_TO.sub(_blank, text)
    text = _CONVERTED.sub(_blank, _BOUND.sub(_blank, text))
    if "customer" in talk.asked and _BARE_NAME.fullmatch(text):
        text = f"客户{text}"
    opens = "customer" not in talk.said and message.party == "branch" and _DEALS.search(text) is not None
    sure = "customer" in talk.said and "customer" not in talk.asked and not talk.several
    meant = find_client(without_negated(text), around.clients, around.people, opens=opens, sure=sure)
    if meant:
        text = text[: meant.start] + BLANK * (meant.end - meant.start) + text[meant.end :]
    if "amount" in talk.asked and "value_date" not in talk.asked:
        text = _MILLIONS.sub(r"\1 mio", text)  # 3M answers how much; else it is three months
    text, near = _near_date(text, around.today)
    reading = Reading()
    for line in lines_of(text):
        reading = corrected(reading, read_line(line, around.today))
    reading = replace(reading, customer=meant.name if meant else None)
    if reading.dealt is None and _NO_CURRENCY.search(text):
        reading = replace(reading, doubts=(*reading.doubts, "currency_unknown"))
    if message.party == "bank" and reading.side and not _OF_THE_CLIENT.search(sentence):
        reading = replace(reading, side=None)  # 我卖给你: the bank's own side
    vague = (reading.amount is not None and is_vague(sentence)) or has_no_unit(sentence)
    if vague:
        reading = replace(reading, amount=None, amount_ccy=None)
    papers = papers_in(sentence, around.papers) if message.party == "branch" else ()
    return Elements(replace(reading, limit_price=None), meant, near, papers, vague)


def limit_in(sentence: str, *, priced: bool) -> Reading | None:
    """The client's limit price, where a sentence names one as such: 7.05以下, 限价7.05.

    `priced`: the bank has named a price already; only what is called a limit is one then, the rest is bargaining.
    """
    limit = find_limit(sentence) if (_CALLED_LIMIT if priced else _LIMIT).search(sentence) else None
    return Reading(limit_price=limit.price) if limit and limit.price is not None else None


def _blank_clause(clause: str) -> str:
    """A clause; where it tells what the market does, blanks instead."""
    return BLANK * len(clause) if is_market_talk(clause) else clause


def _blank(found: re.Match[str]) -> str:
    return BLANK * len(found[0])


def _near_date(text: str, today: date) -> tuple[str, date | None]:
    """Of a swap with two dates, the near one; the far one stays in the text."""
    near = _NEAR.search(text) if is_swap(text) else None
    first = find_date(text[near.end() :], today) if near else None
    if near is None or first is None or first.day is None:
        return text, None
    start, end = near.end() + first.start, near.end() + first.end
    without = text[:start] + BLANK * (end - start) + text[end:]
    return (without, first.day) if find_date(without, today) or is_swap(without) else (text, None)
