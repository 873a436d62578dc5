"""One line of dealing talk, read: what it says of a deal, and how a later line corrects an earlier one."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from skills.fx.amounts import BLANK, LARGEST, Amount, find_amounts, unknown_currency
from skills.fx.currencies import CNY, Mention, find_mentions, in_market_order
from skills.fx.customers import find_customer
from skills.fx.dates import SaidDate, find_date
from skills.fx.elements import Doubt, Product, Side
from skills.fx.limits import find_limit
from skills.fx.sides import Verb, find_verbs, is_swap, near_leg, without_negated
from skills.fx.tenors import find_letters, find_words

_FORWARD = re.compile(r"远期|锁汇|锁定|(?<![a-z])(?:forward|fwd|outright|ndf)s?(?![a-z])", re.IGNORECASE)
_ADDED = re.compile(r"[再另]加|追加|(?<![a-z])(?:add|plus)(?![a-z])", re.IGNORECASE)
_COUNTER_ONLY = re.compile(r"(?:兑|(?<!不)对|against|versus|vs\.?)\s*$", re.IGNORECASE)
_OTHER_PRODUCT = re.compile(r"期权|看涨|看跌|(?<![a-z])options?(?![a-z])|货币互换|利率互换", re.IGNORECASE)
_ONLY_A_NUMBER = re.compile(r"\s*(?:大?约|就|是|about)?\s*-?[\d,.\s一二两三四五六七八九十百千万亿半]+\s*[。.!！]?\s*")
_EXCHANGED = re.compile(r"[兑换对用付]|(?<![a-z])(?:against|vs|for|with|into)(?![a-z])", re.IGNORECASE)
_WORTH = re.compile(rf"[\s{BLANK}]*(?:的|等值)")
_CLAUSE_END = re.compile(r"[。;；!！?？]")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a line says. None: nothing said of it."""

    side: Side | None = None
    """The customer's side in `dealt`, or in the foreign currency where `dealt` is not said."""
    dealt: str | None = None
    """The currency that the customer buys or sells."""
    other: str | None = None
    """The currency against it, where it was said."""
    ordered: bool = False
    """`dealt` and `other` stand in an order of their own (a pair was named): `dealt` is the base as it is."""
    amount: Decimal | None = None
    amount_ccy: str | None = None
    tenor: str | None = None
    said_date: SaidDate | None = None
    product: Product | None = None
    other_product: bool = False
    customer: str | None = None
    limit_price: Decimal | None = None
    limit_lifted: bool = False
    doubts: tuple[Doubt, ...] = ()


def read_line(line: str, today: date) -> Reading:
    """Read one normalised line."""
    doubts: list[Doubt] = []
    only_number = _ONLY_A_NUMBER.fullmatch(line) is not None
    rest = without_negated(line)
    if customer := find_customer(rest):
        rest = _blank(rest, customer.start, customer.end)
    swap = is_swap(rest)
    said_date = find_date(rest, today)
    if said_date:
        rest = _blank(rest, said_date.start, said_date.end)
    tenor = _tenor_in_words(rest, swap)
    spans = [(tenor.start, tenor.end)] if tenor else []
    limit = find_limit(rest) if not only_number else None
    if limit:
        spans.append((limit.start, limit.end))
    for start, end in spans:
        rest = _blank(rest, start, end)
    if unknown_currency(rest):
        doubts.append("currency_unknown")
    amounts, without_figures = find_amounts(rest, only=only_number)
    if tenor is None and said_date is None and (letters := find_letters(without_figures)):
        tenor = letters
    if _ADDED.search(rest):
        doubts.append("several_amounts")
        amounts = []
    verbs = find_verbs(without_figures)
    if swap:
        verbs = near_leg(without_figures, verbs)
    mentions = find_mentions(without_figures)
    if any(one.first == one.second for one in mentions):
        doubts.append("same_currency")
    dealt = _dealt(without_figures, mentions, verbs, amounts)
    amount = _chosen(amounts, dealt.dealt, doubts)
    return replace(
        dealt,
        amount=amount.value if amount else None,
        amount_ccy=amount.code if amount else None,
        tenor=tenor.tenor if tenor else None,
        said_date=said_date,
        product=_product(without_negated(line), swap, tenor.tenor if tenor else None),
        other_product=_OTHER_PRODUCT.search(line) is not None,
        customer=customer.name if customer else None,
        limit_price=limit.price if limit else None,
        limit_lifted=limit is not None and limit.price is None,
        doubts=tuple(doubts),
    )


def corrected(earlier: Reading, later: Reading) -> Reading:
    """`earlier` as `later` corrects or completes it."""
    merged = _currencies_corrected(earlier, later)
    if later.side:
        merged = replace(merged, side=later.side)
    if later.amount is not None:
        code = later.amount_ccy or merged.amount_ccy
        merged = replace(merged, amount=later.amount, amount_ccy=code)
    if later.tenor or later.said_date or later.product:
        kept_swap = earlier.product == "swap" and later.product != "spot" and later.product != "forward"
        merged = replace(
            merged,
            tenor=later.tenor if later.tenor or later.said_date else earlier.tenor,
            said_date=later.said_date if later.tenor or later.said_date else earlier.said_date,
            product="swap" if kept_swap else later.product or (earlier.product if earlier.product != "spot" else None),
        )
    return replace(
        merged,
        customer=later.customer or earlier.customer,
        limit_price=None if later.limit_lifted else later.limit_price or earlier.limit_price,
        other_product=later.other_product or (earlier.other_product and later.product is None),
        doubts=tuple(dict.fromkeys((*_still_open(earlier, later), *later.doubts))),
    )


def _still_open(earlier: Reading, later: Reading) -> tuple[Doubt, ...]:
    settled: set[str] = set()
    if later.amount is not None:
        settled |= {"amount_not_positive", "amount_too_large", "several_amounts"}
    if later.dealt is not None:
        settled |= {"currency_unknown", "same_currency"}
    return tuple(doubt for doubt in earlier.doubts if doubt not in settled)


def _currencies_corrected(earlier: Reading, later: Reading) -> Reading:
    if later.dealt is None:
        return replace(earlier, other=later.other) if later.other and later.other != earlier.dealt else earlier
    if earlier.dealt is None or later.other is not None:
        moved = replace(earlier, dealt=later.dealt, other=later.other, ordered=later.ordered)
    elif later.dealt == CNY and earlier.dealt != CNY and later.side is None:
        return replace(earlier, other=CNY)  # 人民币: against what, not what
    else:
        other = earlier.other if earlier.other != later.dealt else earlier.dealt
        moved = replace(earlier, dealt=later.dealt, other=other, ordered=False)
    if earlier.amount_ccy is not None and earlier.amount_ccy == earlier.dealt and later.amount_ccy is None:
        moved = replace(moved, amount_ccy=None if later.other else later.dealt)
    return moved


def _tenor_in_words(line: str, swap: bool):  # type: ignore[no-untyped-def]
    tenor = find_words(line)
    if tenor and swap and tenor.tenor in ("SPOT", "TOD", "TOM"):
        # 近端即期，远端三个月: the tenor of a swap is its far leg's.
        far = find_words(_blank(line, tenor.start, tenor.end))
        return far or (None if tenor.tenor == "SPOT" else tenor)
    return tenor


def _product(line: str, swap: bool, tenor: str | None) -> Product | None:
    if swap or tenor in ("ON", "TN", "SN"):
        return "swap"
    if _FORWARD.search(line):
        return "forward"
    return "spot" if tenor == "SPOT" else None


def _chosen(amounts: list[Amount], dealt: str | None, doubts: list[Doubt]) -> Amount | None:
    if not amounts:
        return None
    if len({(amount.value, amount.code) for amount in amounts}) > 1:
        doubts.append("several_amounts")
    amount = next((one for one in amounts if one.code == dealt), amounts[0])
    if amount.value <= 0:
        doubts.append("amount_not_positive")
        return None
    if amount.value > LARGEST:
        doubts.append("amount_too_large")
        return None
    return amount


def _dealt(line: str, mentions: list[Mention], verbs: list[Verb], amounts: list[Amount]) -> Reading:
    """Which currency is dealt, against which, and on which side."""
    codes = _codes(mentions)
    pair = next((one for one in mentions if one.second and not one.nickname), None)
    nickname = next((one for one in mentions if one.nickname), None)
    if nickname and not pair:
        others = [code for code in codes if code not in (nickname.first, nickname.second)]
        if not others and nickname.second:
            return Reading(verbs[0].side if verbs else None, nickname.first, nickname.second, True)
    side = verbs[0].side if verbs else None
    if not codes:
        return Reading(side)
    if codes == [CNY] and verbs and verbs[0].way == "foreign":
        return Reading(side, None, CNY)  # 用700万人民币购汇: which currency for them is still to be said
    if len(codes) == 1 and _COUNTER_ONLY.search(line[: mentions[0].start]):
        return Reading(side, None, codes[0])
    by_verb = [(verb, _object(line, verb, mentions, verbs)) for verb in verbs]
    if converted := next(((verb, i) for i, verb in enumerate(verbs) if verb.way == "convert"), None):
        return _converted(converted[0], mentions, codes, amounts, verbs)
    bought = next((code for verb, code in by_verb if verb.side == "buy" and code), None)
    sold = next((code for verb, code in by_verb if verb.side == "sell" and code), None)
    if bought and sold and bought != sold:
        base, quote = in_market_order(bought, sold)
        return Reading("buy" if base == bought else "sell", base, quote, True)
    spoken = bought or sold
    if pair and pair.second:
        base, quote = (pair.first, pair.second) if pair.against else in_market_order(pair.first, pair.second)
        dealt = spoken if spoken in (base, quote) and spoken is not None else base
        return Reading(side, dealt, quote if dealt == base else base, True)
    foreign = [code for code in codes if code != CNY]
    counted = {amount.code for amount in amounts if amount.code and amount.code != CNY}
    if len(counted) > 1 and not _EXCHANGED.search(line):
        return Reading(side, amounts[0].code)  # two deals in one breath: the first one, with a doubt
    if spoken is None or (verbs and verbs[0].way == "foreign" and spoken == CNY and foreign):
        spoken = foreign[0] if foreign else codes[0]
    return Reading(side, spoken, next((code for code in codes if code != spoken), None))


def _converted(
    verb: Verb, mentions: list[Mention], codes: list[str], amounts: list[Amount], verbs: list[Verb]
) -> Reading:
    after = [one.first for one in mentions if one.start >= verb.end]
    before = [one.first for one in mentions if one.end <= verb.start]
    opening = not before and len(after) > 1  # convert EUR into CNY, exchange X for Y
    given = after[0] if opening else before[-1] if before else None
    got = after[1] if opening else after[0] if after else None
    counted = next((amount.code for amount in amounts if amount.code in (given, got) and amount.code != CNY), None)
    foreign = next((code for code in (given, got) if code and code != CNY), None)
    dealt = counted or foreign
    if dealt is None:
        return Reading(None, codes[0])
    side: Side = "sell" if dealt == given else "buy"
    plain = [one for one in verbs if one.way != "convert"]
    if given is None and plain:
        side = plain[0].side
    return Reading(side, dealt, got if dealt == given else given)


def _object(line: str, verb: Verb, mentions: list[Mention], verbs: list[Verb]) -> str | None:
    """The currency that a verb speaks of: the next one after it, before another verb; else the last one before it."""
    stop = min((other.start for other in verbs if other.start > verb.start), default=len(line))
    if end := _CLAUSE_END.search(line, verb.end):
        stop = min(stop, end.start())
    for one in mentions:
        if verb.end <= one.start < stop:
            if one.first == CNY and _WORTH.match(line, one.end):
                continue  # 买500万人民币的美元: the yuan only say how much
            return None if one.second and not one.against else one.first
    taken = max((other.end for other in verbs if other.end <= verb.start), default=0)
    before = [one for one in mentions if taken <= one.start and one.end <= verb.start]
    return before[-1].first if before and not before[-1].second else None


def _codes(mentions: list[Mention]) -> list[str]:
    found: list[str] = []
    for one in mentions:
        for code in (one.nickname, None) if one.nickname else (one.first, one.second):
            if code and code not in found:
                found.append(code)
    return found


def _blank(line: str, start: int, end: int) -> str:
    return line[:start] + BLANK * (end - start) + line[end:]
