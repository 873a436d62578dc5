"""Prices said as a step from the last one: 再让5个点 · 加3个点 · 2 pips better."""

from __future__ import annotations

import re
from decimal import Decimal

from skills.fx.amounts import BLANK
from skills.fx.dealing.prices import Price
from skills.fx.elements import Side
from skills.fx.lexicon import any_of
from skills.fx.numbers import chinese

_COUNT = (
    r"(?P<count{n}>\d{{1,3}}(?:\.5)?|[一二两三四五六七八九十半]{{1,2}})\s*个?\s*"
    r"(?:基点|点(?!钟|半|\d)|bps?|pips?|points?)"
)
_BETTER = any_of(r"""让 优惠 便宜 好 improve better tighter give""")
_UP = any_of(r"""加 高 抬 上调 up higher add plus""")
_DOWN = any_of(r"""减 降 低 下调 down lower less minus""")
_WAY = rf"(?:(?P<better{{n}}>{_BETTER})|(?P<up{{n}}>{_UP})|(?P<down{{n}}>{_DOWN}))"
_MOVE = re.compile(
    f"{_WAY.format(n=1)}\\s*(?:[你我他客户出了by给 ]{{0,4}})?{_COUNT.format(n=1)}"
    f"|{_COUNT.format(n=2)}\\s*{_WAY.format(n=2)}",
    re.IGNORECASE,
)


def moved(sentence: str, price: Decimal | None, side: Side | None, pip: Decimal) -> Price | None:
    """The price that a sentence moves `price` to; None where it moves none, or nobody knows which way is better.

    `price`: the bank's for the client. `side`: of the client; who buys wants it lower.
    """
    match = _MOVE.search(sentence)
    if match is None or price is None or side is None:
        return None
    count = _count(match["count1"] or match["count2"])
    up = bool(match["up1"] or match["up2"]) or (bool(match["better1"] or match["better2"]) and side == "sell")
    to = price + (count if up else -count) * pip
    return Price(to, to)


def moves_a_price(sentence: str) -> bool:
    """Whether a sentence moves the price."""
    return _MOVE.search(sentence) is not None


def without_price_moves(sentence: str) -> str:
    """`sentence` without them: 再加5个点 adds nothing to the amount."""
    return re.sub(rf"[再另]?{_MOVE.pattern}", lambda found: BLANK * len(found[0]), sentence, flags=re.IGNORECASE)


def _count(said: str) -> Decimal:
    if said == "半":
        return Decimal("0.5")
    value = chinese(said) if not said[0].isdigit() else Decimal(said)
    return value if value is not None else Decimal(0)
