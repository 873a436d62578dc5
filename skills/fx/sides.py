"""Who buys and who sells, always as the customer: 结汇 · 购汇 · 买 · 卖 · mine · yours · 我行卖出 · sell/buy swap."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from skills.fx.elements import Side
from skills.fx.lexicon import any_of

Way = Literal["object", "foreign", "convert"]


@dataclass(frozen=True, slots=True)
class Verb:
    """One word of dealing. `way` says what its side is about.

    `object`: the currency that follows. `foreign`: the foreign currency (结汇, 购汇). `convert`: the customer gives
    what stands before it and gets what stands after it.
    """

    side: Side
    way: Way
    start: int
    end: int


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_HOUSE = r"(?:(?<![向从跟与找给和])(?:我行|我们行|本行|银行|行里|the bank|bank))"
_CLIENT = r"(?:the |our )?(?:client|customer)(?![a-z])"
_DEALS = "(?:买|卖|购汇|结汇|售汇)"
# What looks like a side and is none.
_NO_SIDE = any_of(
    rf"""买[入汇]?价(?!值) 卖[出汇]?价(?!值) 现[汇钞][买卖]入?出?价 买卖 结售汇 双边 {_DEALS}(?:还是|或者?){_DEALS}
    bid\s?/\s?(?:ask|offer) two[-\s]way both\ssides buy\sor\ssell"""
)
_BANK_BUYS = (
    any_of(
        rf"""{_HOUSE}\s*(?:要|想|拟)?(?:买入?|购入?|buys?)
        从客户(?:处|那里?|手[里上])?\s*(?:买入?|购入?) 向客户(?:买入?|购入?)"""
    )
    + rf"|buy(?:s|ing)? from {_CLIENT}"
)
_BANK_SELLS = (
    any_of(rf"""{_HOUSE}\s*(?:要|想|拟)?(?:卖出?|售出?|sells?) [卖售]给客户 向客户(?:卖出?|售出?)""")
    + rf"|sell(?:s|ing)? to {_CLIENT}"
)
_SELLS_FOREIGN = r"结汇|结(?=\d|[个一两三四五六七八九十$]|掉|了|\s*(?:$|[,，。!！?？]))"
_BUYS = any_of(
    r"""买[入进]? 购[买入进]? buy(?:s|ing|er)?(?![a-z]) bought purchas(?:e[sd]?|ing)(?![a-z])
    (?<![a-z])mine(?![a-z]) (?<![a-z])lift(?:s|ed|ing)?(?![a-z])
    (?<![a-z])(?:i|we|client|customer)\s(?:take[sn]?|bids?)(?![a-z])
    (?<![a-z])bid(?:s|ding)?\s(?:for|on)(?![a-z])"""
)
_SELLS = any_of(
    r"""卖[出掉]? 售出 [沽抛](?:出|掉)? sell(?:s|ing|er)?(?![a-z]) (?<![a-z])sold(?![a-z]) (?<![a-z])sale\sof
    (?:forward|spot)\ssale(?![a-z]) (?<![a-z])yours(?![a-z]) (?<![a-z])hit(?:s|ting)?(?![a-z])
    (?:we|i|client|customer)\s(?:offers?|gives?)(?![a-z]) your\sbid(?![a-z])"""
)
_CONVERTS = any_of(
    r"""换成 换为 兑换成 兑换为 兑成 转成 转换成 (?<!兑)换(?![汇个]) 兑换(?!率) (?<=[a-z]\s)in\s?to(?=\s)
    (?<![a-z])(?:convert|exchange|change|swap)(?:s|ing)?(?=\s)"""
)
# Of two that begin at the same place, the earlier one counts. The bank's own side is the customer's other one.
_RULES: tuple[tuple[re.Pattern[str], Side | None, Way], ...] = (
    (_compiled(_NO_SIDE), None, "object"),
    (_compiled(_BANK_BUYS), "sell", "object"),
    (_compiled(_BANK_SELLS), "buy", "object"),
    (_compiled(_SELLS_FOREIGN), "sell", "foreign"),
    (_compiled("[购售]汇"), "buy", "foreign"),
    (_compiled(_BUYS), "buy", "object"),
    (_compiled(_SELLS), "sell", "object"),
    (_compiled(_CONVERTS), "buy", "convert"),
)
_NEGATED = re.compile(
    r"(?<!是)(?:不是|并非|不要|不做|而非|别)(?P<what>[^,，。;；是要¦]{1,16})(?=是|要|而是|[,，。;；]|$)"
    r"|(?<![a-z])(?:not|instead of|rather than)\s+(?:a\s+)?(?P<what2>[^,.;¦]{1,24}?)(?=\s*(?:[,.;]|but|$))",
    re.IGNORECASE,
)
_SWAP = _compiled(
    any_of(
        r"""掉期 近端 远端 即期\s*[买卖][^。;；]{0,30}远期\s*[买卖]
        (?<![a-z])swap(?!s?\s(?:my|our|the)\s)s?(?![a-z]) (?<![A-Za-z])[SB]/[SB](?![A-Za-z])"""
    )
)
_THEN = r"\s*(?:/|-|&|\+|and|then)\s*"
_ENDS = r"(?=$|[,，。;；\s掉¦])"
_SELL_BUY = rf"(?<![A-Za-z])S/B(?![A-Za-z])|sell(?:ing)?{_THEN}buy|卖出?\s*(?:/|-|后)?\s*买[入回]?{_ENDS}|先卖后买"
_BUY_SELL = rf"(?<![A-Za-z])B/S(?![A-Za-z])|buy(?:ing)?{_THEN}sell|买[入进]?\s*(?:/|-|后)?\s*卖出?{_ENDS}|先买后卖"
_LEGS = _compiled(rf"(?P<sell>{_SELL_BUY})|(?P<buy>{_BUY_SELL})")
_NEAR = re.compile(r"近端|near leg", re.IGNORECASE)
_FAR = re.compile(r"远端|far leg", re.IGNORECASE)


def without_negated(line: str) -> str:
    """`line` without what was said not to be meant: 不是买是卖 → 是卖."""
    return _NEGATED.sub(lambda found: " " * len(found[0]), line)


def is_swap(line: str) -> bool:
    """Whether a swap is spoken of."""
    return _SWAP.search(line) is not None


def find_verbs(line: str) -> list[Verb]:
    """The words of dealing in `line`, in order."""
    verbs: list[Verb] = []
    taken = 0
    matches = sorted(
        ((match, side, way, place) for place, (rule, side, way) in enumerate(_RULES) for match in rule.finditer(line)),
        key=lambda found: (found[0].start(), found[3]),
    )
    for match, side, way, _ in matches:
        if match.start() < taken:
            continue
        taken = match.end()
        if side is not None:
            verbs.append(Verb(side, way, match.start(), match.end()))
    return verbs


def near_leg(line: str, verbs: list[Verb]) -> list[Verb]:
    """Of a swap's verbs, those of its near leg."""
    if legs := _LEGS.search(line):
        return [Verb("sell" if legs["sell"] else "buy", "object", legs.start(), legs.end())]
    near, far = _NEAR.search(line), _FAR.search(line)
    if near:
        end = far.start() if far and far.start() > near.end() else len(line)
        return [verb for verb in verbs if near.end() <= verb.start < end][:1]
    if far:
        return [verb for verb in verbs if verb.start < far.start()][:1]
    return verbs[:1]
