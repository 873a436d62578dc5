"""A dealing sentence taken apart into its elements."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from skills.fx.currencies import CNY, find_mentions, in_market_order
from skills.fx.elements import DealElements, Doubt, Product
from skills.fx.lexicon import any_of
from skills.fx.reading import Reading, corrected, read_line
from skills.fx.tenors import all_tenors

LONGEST = 4_000
"""Characters that are read; no dealing talk is longer, and the time for reading stays bounded."""
FARTHEST = timedelta(days=30 * 366)

_TRADITIONAL = str.maketrans(
    "購結匯賣買萬億遠個週兩開戶對換歐圓幣鎊個詢價華進鐘為後韓紐盧極掛單憑幾從禮這請幫給",
    "购结汇卖买万亿远个周两开户对换欧元币镑个询价华进钟为后韩纽卢极挂单凭几从礼这请帮给",
)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code) not in "（），；：！？"}
_SAME_LENGTH = {**_FULL_WIDTH, 0x3000: 0x20, 0x00A0: 0x20, ord("−"): ord("-"), ord("﹣"): ord("-")}
_GROUPED = re.compile(
    r"(?<![\d.])\d{1,3}(?:(?:['’]\d{3})+|(?: \d{3}){2,}|(?:\.\d{3}){2,})(?!\d)"
    r"|(?<![\d.])\d{1,3}(?:，\d{3})+(?!\d)"
)
_SPLIT_NUMBER = re.compile(r"(?<=\d) +(?=[十百千万亿个])|(?<=[万亿]) +(?=[\d千]+万)")
_HAN = re.compile(r"[一-鿿]")
_AT_NAME = re.compile(r"@[A-Za-z_一-鿿]{1,12}(?=[\s,，:：]|$)")
# A correction within a line begins a new one.
_HAN_TURN = any_of(
    r"""不对 错了 说错了 更正 纠正 应该是 应为 改成 改为 改一下 换成(?=\d|即期|远期|买|卖) 改(?=买|卖)
    哦不 不不 不(?=[,，]\s*是)
    不是"""
)
_ENGLISH_TURN = r"(?:oh |sorry,? )?(?:no[,;]|sorry|correction|i mean|make it|actually|change (?:it|that) to)"
_TURN = re.compile(
    rf"(?:[,，。;；.!！\s]|^)(?={_HAN_TURN}|{_ENGLISH_TURN})|(?<=[^\s,，。])(?=改成|改为|更正为)", re.IGNORECASE
)


def parse(text: str, today: date) -> DealElements:
    """The elements of the deal that `text` speaks of, as the contract's "Fields" define them.

    Several lines are one talk: a later line corrects or completes the earlier ones. `today` is the dealing day.
    Never raises; what cannot be taken over stays None and leaves a doubt.
    """
    whole = Reading()
    for line in lines_of(text[:LONGEST]):
        whole = corrected(whole, read_line(line, today))
    elements = finished(whole, today)
    if len(text) > LONGEST:
        elements = _doubting(elements, ("too_long",))
    return elements


def asked_tenors(text: str) -> tuple[str, ...]:
    """Every tenor named in `text`, in order: for questions about several at once."""
    found: list[str] = []
    for line in lines_of(text[:LONGEST]):
        found += [tenor for tenor in all_tenors(line) if tenor not in found]
    return tuple(found)


def asked_pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Every pair named in `text`, in market order; a currency alone means against CNY."""
    found: list[tuple[str, str]] = []
    for line in lines_of(text[:LONGEST]):
        for one in find_mentions(line):
            other = one.second or CNY
            if one.first != other and (pair := in_market_order(one.first, other)) not in found:
                found.append(pair)
    return tuple(found)


def readable(text: str) -> str:
    """`text` in one way of writing: simplified, half-width, numbers without separators, nobody called by an @."""
    readable = text.translate(_SAME_LENGTH).translate(_TRADITIONAL)
    if _HAN.search(readable):
        readable = readable.replace("¥", "￥")  # beside Chinese, the sign means yuan, not yen
    readable = _GROUPED.sub(lambda found: re.sub(r"\D", "", found[0]), readable)
    readable = _SPLIT_NUMBER.sub("", readable)
    return _AT_NAME.sub(" ", readable)


def lines_of(text: str) -> list[str]:
    """The readable lines of `text`; a correction within a line begins a new one."""
    lines = readable(text).splitlines()
    return [part for line in lines for part in _TURN.split(line) if part and part.strip()]


def finished(reading: Reading, today: date) -> DealElements:
    """The elements of what was read, with what follows from it: pair, product, value date."""
    doubts: list[Doubt] = list(reading.doubts)
    side = reading.side
    base, quote = _pair(reading)
    if base is None and reading.dealt == CNY and side:
        side = "sell" if side == "buy" else "buy"  # who buys yuan sells the foreign currency still to be named
    value = _Value(reading, base, quote, today, doubts)
    return DealElements(
        side=side,
        base=base,
        quote=quote,
        amount=reading.amount,
        amount_ccy=(reading.amount_ccy or base) if reading.amount is not None else None,
        product=value.product,
        tenor=value.tenor,
        value_date=value.day,
        customer=reading.customer,
        limit_price=reading.limit_price,
        doubts=tuple(dict.fromkeys(doubts)),
    )


def _pair(reading: Reading) -> tuple[str | None, str | None]:
    """Base and quote: market order, unless the second currency is dealt against a named first one."""
    if reading.dealt is None:
        return None, None
    if reading.other is None or reading.other == reading.dealt:
        return (reading.dealt, CNY) if reading.dealt != CNY else (None, None)
    return reading.dealt, reading.other


class _Value:
    """Product, tenor and value date, which depend on each other."""

    def __init__(self, reading: Reading, base: str | None, quote: str | None, today: date, doubts: list[Doubt]) -> None:
        self.tenor = reading.tenor if reading.said_date is None else None
        self.day = _day(reading, base, quote, today, doubts)
        self.product: Product | None = reading.product or _product(self.tenor, self.day, base, quote, today)
        if reading.other_product:
            self.product = None
            doubts.append("product_unknown")


def _day(reading: Reading, base: str | None, quote: str | None, today: date, doubts: list[Doubt]) -> date | None:
    said = reading.said_date
    if said is None:
        if reading.tenor is None or base is None or quote is None:
            return None
        # QuantLib takes a third of a second to load: only a tenor needs it.
        from skills.fx.value_dates import value_date

        return value_date(base, quote, reading.tenor, today).day
    if said.day is None:
        doubts.append("date_impossible")
        return None
    if said.day < today:
        doubts.append("date_past")
        return None
    if said.day - today > FARTHEST:
        doubts.append("date_too_far")
        return None
    if said.month_end and base and quote:
        from skills.fx.value_dates import last_business_day

        return last_business_day(base, quote, said.day)
    return said.day


def _product(tenor: str | None, day: date | None, base: str | None, quote: str | None, today: date) -> Product:
    if tenor in ("ON", "TN", "SN"):
        return "swap"
    if tenor is not None:
        return "spot" if tenor in ("TOD", "TOM", "SPOT") else "forward"
    if day is None or day <= today + timedelta(days=1):
        return "spot"
    if day > today + timedelta(days=20) or base is None or quote is None:
        return "forward"
    from skills.fx.value_dates import value_date

    return "forward" if day > value_date(base, quote, "SPOT", today).day else "spot"


def _doubting(elements: DealElements, doubts: Sequence[Doubt]) -> DealElements:
    from dataclasses import replace

    return replace(elements, doubts=(*elements.doubts, *doubts))
