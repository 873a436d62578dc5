"""Prices in dealing talk: 7.0520 · 7.0540/52 · 48/52 · at 52 · 7.05 fig · 掉期点 -320.

Figures that leave out the handle are completed from the last full price (or the market's middle): the nearest price
that ends so. A pip is the fourth decimal, the second where a currency of small value is the quote.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from skills.fx.amounts import BLANK
from skills.fx.dealing.sentences import clauses_of
from skills.fx.dealing.side_talk import is_market_talk
from skills.fx.elements import Side
from skills.fx.lexicon import any_of
from skills.fx.limits import NO_AMOUNT
from skills.fx.sides import without_negated

LOW_VALUE = ("JPY", "KRW", "IDR", "HUF")
"""Quotes of small value: two decimals."""
_PLAUSIBLE = Decimal("0.1")
"""How far from the last price a figure may lie to be one, as a share of it."""

_NO_COUNT = rf"{NO_AMOUNT}(?!\s*(?:交割|起息|到期|付款))(?!\s*(?:[元块位次份笔楼家人名条]|左右|上下|附近|多[万个]))"
_FULL = rf"(?<![\d.,A-Za-z])(?P<full>\d{{1,4}}\.\d{{1,6}}){_NO_COUNT}"
_OTHER_SIDE = r"\s*[/~～-]\s*(?P<second>\d{1,4}\.\d{1,6}|\d{2,3})(?![\d.])"
_FULL_PRICE = re.compile(rf"{_FULL}(?:{_OTHER_SIDE})?", re.IGNORECASE)
_NAMED_SIDES = re.compile(
    r"(?:买入价?|bid)\s*[:：]?\s*(?P<bid>\d{1,4}\.\d{2,6})\D{1,6}?(?:卖出价?|offer|ask)\s*[:：]?\s*(?P<offer>\d{1,4}\.\d{2,6})",
    re.IGNORECASE,
)
_SHORT_PAIR = re.compile(r"(?<![\d./-])(?P<bid>\d{2,3})\s*/\s*(?P<offer>\d{2,3})(?![\d/.])")
_SHORT = re.compile(rf"(?<![\d.,/A-Za-z:#+-])(?P<short>\d{{2,3}}){_NO_COUNT}(?!\s*[/:])", re.IGNORECASE)
_FIGURE = re.compile(r"(?<![a-z])(?:at )?(?:the )?fig(?:ure)?(?![a-z])", re.IGNORECASE)
_POINTS = re.compile(
    r"(?P<cue>掉期点|点数|(?<![a-z])points?|pts)?\s*[:：是]?\s*(?<![\d.,A-Za-z/])(?P<sign>[-+−])?(?P<points>\d{1,4}(?:\.\d)?)"
    rf"(?:\s*/\s*(?P<sign2>[-+−])?(?P<points2>\d{{1,4}}(?:\.\d)?))?(?![\d.])\s*(?P<after>点|points?|pts|pips?)?{NO_AMOUNT}",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    any_of(
        r"""做不[了到] (?<!行)不行(?!吗) 不能做 不做 给不[了到] 太[低高贵差] 不接受 低了 高了 贵了 没法 [达没]不?到
        不够 过期 作废 失效
        can't cannot can\snot no\sway too\s(?:low|high|expensive|rich|cheap) not\spossible"""
    ),
    re.IGNORECASE,
)
_INSTEAD = re.compile(
    r"从|由|让到|降到|提到|调[整到]|改[成为到]|变成|换成|上次|刚才|原来|之前|不是|而不|不要"
    r"|(?<![a-z])(?:from|was|instead|not|rather|make it)(?![a-z])",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"左右|上下|附近|大概|大约|around|about|roughly", re.IGNORECASE)
# A bare figure is a price only among words of price talk.
_PRICE_TALK = re.compile(
    r"(?:[\s¦!！?？.。~，,]|"
    + any_of(
        r"""best that's\s(?:it|me|all|that) that's mine yours at @ done if\syou\scan if firm bid offer okay ok and
        i'?m we'?re i'?ll i we you
        then
        please pls mate only can\sdo can\syou\sdo can do what\sabout how\sabout no yes sure fine deal max min for\syou
        for is
        my the make\sit buy sell take give me us it meet halfway split call\sit let'?s\ssay say works? last final lowest
        highest here\syou\sgo here now still again wants? asks? looking would like to so well hmm in client they he she
        might could with from try all as far go agreed dealt ours their
        [可以行不吗吧能给你我们就最低高多少只顶让到头报价格成交敲定做了马上立刻刚才保留太贵的好那呢嘛啊哦哈嗯也客户想要出怎么样如何没问题按折
        中间收卖买是再拿来这个点同意接受说肯各一步口底线极限封见尾数零抹凑整取谈跟问还差些有老哥姐总您麻烦谢辛苦拜托帮忙争申请领导批算以内合适
        理便宜优惠确认否么先别家人他她它之后前面然边里]"""
    )
    + ")*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Price:
    """A price, or both sides of one, from the bank's view."""

    bid: Decimal
    offer: Decimal

    @property
    def one(self) -> Decimal | None:
        """The price where it is the same for both sides."""
        return self.bid if self.bid == self.offer else None

    def for_side(self, side: Side | None) -> Decimal | None:
        """What a client of `side` in the base deals at; None where that is not known yet."""
        return self.offer if side == "buy" else self.bid if side == "sell" else self.one


@dataclass(frozen=True, slots=True)
class Said:
    """What a sentence says of prices."""

    named: Price | None
    """The price that the speaker means."""
    unclear: bool
    """Whether a figure may be a price, and is not read as one."""
    several: bool
    """Whether there were different ones, so that nobody knows which is meant."""
    seen: Decimal | None
    """The last price in it, meant or refused: shorter figures are completed from it."""
    rest: str
    """The sentence without its prices."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How prices of a deal are written."""

    reference: Decimal | None
    """The last full price; None where there was none."""
    quote: str | None
    swap: bool = False
    talked: bool = False
    """Whether a price was named already: only then does a bare figure mean one."""

    @property
    def pip(self) -> Decimal:
        """The unit of a swap's points."""
        return Decimal("0.01") if self.quote in LOW_VALUE else Decimal("0.0001")

    def completed(self, short: str) -> Decimal | None:
        """The price nearest to the reference that ends in `short`."""
        if self.reference is None:
            return None
        step = self.pip * 10 ** len(short)
        value = int(short) * self.pip
        times = ((self.reference - value) / step).to_integral_value()
        price: Decimal = (value + times * step).quantize(self.pip)
        return price

    def padded(self, full: str) -> Decimal:
        """A full price with at least the decimals of a pip: 7.05 is 7.0500."""
        price = Decimal(full)
        return price.quantize(self.pip) if price.as_tuple().exponent > self.pip.as_tuple().exponent else price  # type: ignore[operator]

    def plausible(self, price: Decimal) -> bool:
        """Whether a figure may be a price here."""
        return self.reference is None or abs(price - self.reference) <= _PLAUSIBLE * self.reference


def find_prices(sentence: str, scale: Scale, *, both_sides: bool) -> Said:
    """The price named in a sentence. `both_sides`: who deals for the bank quotes with a pair of short figures."""
    meant: list[Price] = []
    seen: Decimal | None = None
    parts: list[str] = []
    unclear = False
    for clause in clauses_of(without_negated(sentence)):
        prices, rest = _in_clause(clause, scale, both_sides)
        parts.append(rest)
        left = scale.talked and not prices and not scale.swap
        unclear = unclear or (left and (_SHORT.search(rest) or _FULL_PRICE.search(rest)) is not None)
        if not prices or is_market_talk(clause):
            continue
        last = prices[-1]
        seen = last.offer
        if not scale.swap:
            scale = Scale(seen, scale.quote, scale.swap, scale.talked)
        if not _REFUSED.search(clause) and not _ABOUT.search(clause):
            meant += [last] if _INSTEAD.search(clause) else prices
            if _INSTEAD.search(sentence) or (meant and meant[0].one is not None and last.one is None):
                meant = [last]  # 从7.0530让到7.0520
    several = len({*meant}) > 1
    return Said(None if several or not meant else meant[-1], unclear, several, seen, "".join(parts))


def _in_clause(clause: str, scale: Scale, both_sides: bool) -> tuple[list[Price], str]:
    if scale.swap:
        return _points_in(clause, scale)
    if sides := _NAMED_SIDES.search(clause):
        price = Price(scale.padded(sides["bid"]), scale.padded(sides["offer"]))
        return [price], _blanked(clause, [(sides.start(), sides.end())])
    found: list[Price] = []
    spans: list[tuple[int, int]] = []
    for match in _FULL_PRICE.finditer(clause):
        if not _is_price(match["full"], scale):
            continue
        first = scale.padded(match["full"])
        found.append(_both(first, match["second"], scale))
        spans.append(match.span())
    if not found and scale.reference is not None:
        found, spans = _short_in(clause, scale, both_sides)
    return found, _FIGURE.sub(lambda figure: BLANK * len(figure[0]), _blanked(clause, spans))


def _is_price(figure: str, scale: Scale) -> bool:
    price = Decimal(figure)
    decimals = len(figure.partition(".")[2])
    return price > 0 and scale.plausible(price) and (decimals >= 2 or scale.reference is not None)


def _both(first: Decimal, second: str | None, scale: Scale) -> Price:
    if second is None:
        return Price(first, first)
    if "." in second:
        return Price(first, scale.padded(second))
    other = Scale(first, scale.quote).completed(second)
    return Price(
        first, other if other is not None and other >= first else (other or first) + scale.pip * 10 ** len(second)
    )


def _short_in(clause: str, scale: Scale, both_sides: bool) -> tuple[list[Price], list[tuple[int, int]]]:
    if both_sides and (pair := _SHORT_PAIR.search(clause)):
        bid = scale.completed(pair["bid"])
        if bid is not None:
            return [_both(bid, pair["offer"], scale)], [pair.span()]
    if scale.reference is not None and (figure := _FIGURE.search(clause)):
        handle = scale.reference.quantize(scale.pip * 100)
        return [Price(handle.quantize(scale.pip), handle.quantize(scale.pip))], [figure.span()]
    matches = list(_SHORT.finditer(clause))
    if len(matches) != 1 or not (scale.talked or re.search(r"(?<![a-z])at\s+\d|@\s*\d", clause, re.IGNORECASE)):
        return [], []
    match = matches[0]
    if not _PRICE_TALK.fullmatch(clause[: match.start()] + clause[match.end() :]):
        return [], []
    price = scale.completed(match["short"])
    return ([Price(price, price)], [match.span()]) if price is not None else ([], [])


def _points_in(clause: str, scale: Scale) -> tuple[list[Price], str]:
    found: list[Price] = []
    spans: list[tuple[int, int]] = []
    for match in _POINTS.finditer(clause):
        cued = bool(match["cue"] or match["after"] or match["sign"])
        alone = scale.talked and _PRICE_TALK.fullmatch(clause[: match.start()] + clause[match.end() :])
        if not cued and not alone:
            continue
        first = _signed(match["sign"], match["points"], scale)
        second = _signed(match["sign2"] or match["sign"], match["points2"], scale) if match["points2"] else first
        found.append(Price(min(first, second), max(first, second)))
        spans.append(match.span())
    return found, _blanked(clause, spans)


def _signed(sign: str | None, points: str, scale: Scale) -> Decimal:
    if sign is None and scale.reference is not None and points.isdigit():
        known = int(abs(scale.reference) / scale.pip)
        if len(points) < len(str(known)):  # 12 after -410 is -412
            step = 10 ** len(points)
            points = str(int(points) + round((known - int(points)) / step) * step)
    below = sign in ("-", "−") or (sign is None and scale.reference is not None and scale.reference < 0)
    return (-1 if below else 1) * Decimal(points) * scale.pip


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + BLANK * (end - start) + text[end:]
    return text
