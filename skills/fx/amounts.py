"""Amounts in a line: 500万美元 · USD 1,280,000 · 3个 · half a yard of yen · 2.5m eur."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from skills.fx.currencies import CURRENCY, NICKNAMES, PAIR, Mention, code_of, in_market_order, mention
from skills.fx.numbers import ENGLISH_NUMBER, HAN_DIGIT, HAN_NUMBER, HAN_UNIT, chinese, english

BLANK = "¦"
"""Stands where something was read already; matches nothing."""

_UNITS: dict[str, int] = {
    **dict.fromkeys(("k", "thousand"), 1_000),
    "w": 10_000,
    **dict.fromkeys(("m", "mm", "mn", "mil", "mill", "mln", "mio", "mios", "million", "millions", "个"), 1_000_000),
    **dict.fromkeys(("b", "bn", "bio", "bil", "billion", "billions", "yard", "yards", "yd", "yds"), 1_000_000_000),
    **dict.fromkeys(("trillion", "trillions"), 1_000_000_000_000),
}
_WEAK = ("m", "w")
"""Also month and week: an amount only beside a currency, or where no such tenor is dealt."""

_latin = "|".join(sorted((unit for unit in _UNITS if unit != "个"), key=len, reverse=True))
# 个 counts millions in dealing talk, unless it counts something else: 3个月, 两个工作日, 一个报价.
_PIECE = r"个半?(?!月|星期|礼拜|工作日|小时|客户|人|字|季|交易|点|基点|价|报)"


def _value_group(number: int) -> str:
    return (
        # Atomic: a number is taken whole or not at all, never a part of its figures.
        rf"(?P<minus{number}>[-−负]\s*|(?:minus|negative)\s+)?(?>(?P<number{number}>{HAN_NUMBER}|{ENGLISH_NUMBER})"
        rf"(?P<unit{number}>[ -]?个?(?:{_latin})(?![A-Za-z])|{_PIECE})?)"
    )


_START = r"(?<![A-Za-z\d.,/#])"
_NOT_COUNTED = r"(?!\s*[%年月日号天周点个期])"
_AFTER = rf"(?P<after>{PAIR}|{CURRENCY}|元|块钱|块)"
_BESIDE = re.compile(
    rf"{_START}{_value_group(1)}\s*(?:元(?=\s*(?:{CURRENCY})))?\s*(?:of\s+(?:the\s+)?)?{_AFTER}"
    rf"|(?P<before>{PAIR}|{CURRENCY})[\s:]*{_value_group(2)}{_NOT_COUNTED}(?!\s*(?:{CURRENCY}))",
    re.IGNORECASE,
)
_ALONE = re.compile(rf"{_START}{_value_group(1)}{_NOT_COUNTED}", re.IGNORECASE)
_PLAIN_WORDS = re.compile(
    rf"千万(?=别|不|要|注意|记|小心)|(?<!{HAN_DIGIT})万一(?!{HAN_UNIT}|{HAN_DIGIT})|一[些下定样直起共]|百分"
    rf"|(?:十|{HAN_DIGIT})点(?!{HAN_DIGIT})"
)
_COINS = r"(?:比特币|以太坊|泰达币|bitcoins?)"
_UNKNOWN = re.compile(
    rf"{HAN_NUMBER}\s*(?:{_latin})?\s*(?P<code>(?-i:[A-Z]{{3,5}})(?![A-Za-z]))"
    rf"|(?P<named>(?<![A-Za-z])(?:USDT|USDC|BTC|ETH|XAU|XAG)(?![A-Za-z])|{_COINS}|黄金|白银)",
    re.IGNORECASE,
)
_COIN_CODES = frozenset(["USDT", "USDC", "BTC", "ETH", "XAU", "XAG"])
_NO_CODES = frozenset(["TOD", "TOM", "SPOT", "FWD", "SWAP", "NDF", "LTD", "INC", "LLC", "PLC", "GMBH", "CORP"])

LARGEST = Decimal(10) ** 13
"""No deal is larger; what is, is a slip of the hand."""


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount, with the currency or pair that stands beside it."""

    value: Decimal
    currency: Mention | None
    start: int
    end: int
    weak: bool = False
    """Could as well be a tenor (USD 3M)."""

    @property
    def code(self) -> str | None:
        """The currency it counts: of a pair, the base."""
        if self.currency is None:
            return None
        if self.currency.nickname or self.currency.second is None or self.currency.against:
            return self.currency.first
        return in_market_order(self.currency.first, self.currency.second)[0]


def find_amounts(line: str, *, only: bool = False) -> tuple[list[Amount], str]:
    """The amounts of `line` and the line with their figures (not their currencies) blanked.

    `only`: nothing else stands in the line, so that a bare number is the amount.
    """
    readable = _PLAIN_WORDS.sub(lambda found: BLANK * len(found[0]), line)
    found = [amount for match in _BESIDE.finditer(readable) if (amount := _beside(match))]
    rest = readable
    for amount in found:
        rest = _blanked(rest, amount.start, amount.end)
    alone = [amount for match in _ALONE.finditer(rest) if (amount := _by_itself(match, only, readable))]
    sure = [amount for amount in found if not amount.weak] + alone
    kept = sorted(sure or found[:1], key=lambda amount: amount.start)
    return kept, blank_figures(line, kept)


def unknown_currency(line: str) -> str | None:
    """What stands after a number like a currency and is none that is dealt here."""
    for match in _UNKNOWN.finditer(line):
        if match["named"]:
            return match["named"]
        code = match["code"]
        if code.upper() in _COIN_CODES:
            return code
        word_of_ours = code.upper() in _NO_CODES or code.lower() in _UNITS or code.lower() in NICKNAMES
        if not word_of_ours and code_of(code[:3]) is None:
            return code
    return None


def blank_figures(line: str, amounts: list[Amount]) -> str:
    """`line` without the figures; the currencies beside them stay to be read."""
    for amount in amounts:
        keep = amount.currency
        for start, end in _without(amount.start, amount.end, keep):
            line = _blanked(line, start, end)
    return line


def _beside(match: re.Match[str]) -> Amount | None:
    group = "1" if match["after"] else "2"
    number, unit = match[f"number{group}"], _unit(match[f"unit{group}"])
    value = _value(number, match[f"unit{group}"])
    if value is None:
        return None
    bare = not unit and not re.search(r"[万亿千百]", number)
    if bare and group == "2" and (("." in number and value < 1000) or not number[0].isdigit()):
        return None  # a price after the pair; 一 in 卖欧元一笔
    if (
        number in ("一",)
        and unit == "个"
        and re.match(r"\s*(?:报价|价|的|远期|即期|掉期)", match.string[match.end() :])
    ):
        return None
    start, end = match.span()
    beside = match["after"] or match["before"]
    if beside in ("元", "块", "块钱"):
        where = Mention("CNY", None, match.start("after"), end)
    else:
        where = mention(beside, match.start("after" if match["after"] else "before"))
    weak = group == "2" and unit in _WEAK and _could_be_tenor(value / _UNITS[unit])
    return Amount(_signed(value, match[f"minus{group}"]), where, start, end, weak)


def _by_itself(match: re.Match[str], only: bool, readable: str) -> Amount | None:
    number, unit = match["number1"], _unit(match["unit1"])
    value = _value(number, match["unit1"])
    if value is None or (unit in _WEAK and _could_be_tenor(value / _UNITS[unit])):
        return None
    if unit == "个" and not number[0].isdigit() and re.match(r"[^\s,，。;；、!！?？¦]", readable[match.end() :]):
        return None  # 两个 counts what follows
    if unit:
        pass
    elif re.fullmatch(r"\d+", number):
        if not (only or (number.endswith("000") and len(number) <= 13)):
            return None
    elif "." in number and "," not in number and not re.search(r"[万亿千百]", number):
        return None  # a price
    elif not only and (value < 1000 or re.fullmatch(r"[百千万亿]+", number)):
        return None
    return Amount(_signed(value, match["minus1"]), None, match.start(), match.end())


def _value(number: str, unit: str | None) -> Decimal | None:
    value = english(number) if re.match(r"[A-Za-z]", number) else chinese(number)
    if value is None:
        return None
    if unit and unit.strip() == "个半":
        return (value + Decimal("0.5")) * _UNITS["个"]
    return value * _UNITS.get(_unit(unit), 1)


def _unit(unit: str | None) -> str:
    word = (unit or "").strip(" -").lower()
    if word.startswith("个"):
        word = word[1:].replace("半", "").strip() or "个"
    return word


def _could_be_tenor(count: Decimal) -> bool:
    return count in (15, 18, 21, 24, 30, 36, 48, 60) or (count == count.to_integral_value() and 1 <= count <= 12)


def _signed(value: Decimal, minus: str | None) -> Decimal:
    return -value if minus else value


def _without(start: int, end: int, keep: Mention | None) -> list[tuple[int, int]]:
    return [(start, end)] if keep is None else [(start, keep.start), (keep.end, end)]


def _blanked(line: str, start: int, end: int) -> str:
    return line[:start] + BLANK * (end - start) + line[end:]
