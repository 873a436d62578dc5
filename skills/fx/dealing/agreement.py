"""Words with which people say yes to a price: 成交 · 敲定 · 就这个价 · done · mine · yours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from skills.fx.amounts import BLANK
from skills.fx.elements import Side
from skills.fx.lexicon import any_of


@dataclass(frozen=True, slots=True)
class Yes:
    """A yes as it was said."""

    strength: Literal["strong", "mild"]
    """`strong` closes a deal; `mild` (可以, ok) only says that something is possible."""
    side: Side | None = None
    """Of mine and yours: what the speaker does, as he says it."""


_TO_YOU = r"(?=\W*$| at| (?:to|from) you)"
_YOURS = r"(?:you|your (?:bid|offer))"
_STRONG = re.compile(
    any_of(
        r"""成交 敲定 一言为定 拍板 (?<![能要想会不可])做了(?!吗|没) (?:就这么|这么|就)定了? 定了(?!吗)
        就按?这个?价格?(?!能|可|行)(?:了|吧|做)?
        我们?要了 我接了 (?:就|那|就按这个|马上|可以|赶紧)做吧 ^\W*(?:行|好|好的|可以|成|ok|okay)?\W*做[吧了]?\W*$
        (?<![一-鿿])成(?=\W|$) 敲了 锁定?(?=吧|了|掉|\W*$) 定下来
        (?<![a-z])(?:go\sahead|book\sit|that'?s\sa\sdeal|you'?re\son) (?<![a-z'])done(?![a-z])
        (?<![a-z])dealt(?![a-z]) (?<![a-z])agreed(?![a-z])
        (?<![a-z])(?<!the\s)(?<!this\s)(?<!a\s)(?<!no\s)(?<!client's\s)deal(?=\W*$)
        (?<![a-z])(?:i'?ll|we'?ll|we|i)\stake\s(?:it|that)"""
    )
    + rf"|(?<![a-z])(?P<mine>mine|bought{_TO_YOU}|(?:i|we) (?:lift|take)(?: (?:it|{_YOURS}))?|lift(?:ing)? {_YOURS})"
    r"(?![a-z])"
    rf"|(?<![a-z])(?P<yours>yours|sold{_TO_YOU}|(?:i|we) (?:hit|give)(?: (?:it|{_YOURS}))?|hit(?:ting)? {_YOURS})"
    r"(?![a-z])",
    re.IGNORECASE,
)
_NO_YES = re.compile(
    any_of(
        r"""(?:[不没未别]|先别|先不|还没|不能|没有|不想|无法)(?:能|要|急着?)?成交
        成交(?:量|额|单|记录|的话|了?[吗没]|前|后|那|之) 今[天日]的?成交
        (?:能|是否|能否|可否)(?:不能|不可以)?(?:就这么)?(?:成交|敲定|定) sold\sout
        (?:was|were|has|have|already)\s(?:sold|bought)
        没敲定 未敲定 (?:别家|别处|他行|别的银行|外面|对手)[^,，]{0,6}(?:成交|做了|敲定)
        (?:done|dealt|agreed|deal)\s(?:away|elsewhere|with) 还没定 (?:成交|敲定|done|deal|agreed)\s*[?？]
        nothing\sdone not\s(?:yet\s)?(?:done|agreed)
        well\sdone un(?:done|agreed)
        (?:i'?m|we'?re|are\swe|is\sit)\sdone (?:等|客户没)[^,，。]{0,16}(?:成交|敲定|定)
        (?:如果|要是|若|假如|只要|除非)[^。;；]{0,20}(?:成交|敲定|定)
        (?<![a-z])(?:if|once|when|unless|before|after|until)(?![a-z])[^.。;]{0,40}(?:done|deal|agreed)"""
    ),
    re.IGNORECASE,
)
_MILD = re.compile(
    r"^\W*(?:那|那就|也|都|我|客户说?|客户|应该)?\s*(?:"
    + any_of(
        r"""可以(?!吗|么|再|不) 行(?![吗不业情么]) 没问题 好(?![像吗久歹多么]) 能做(?!吗|么|不) 做得了 同意 接受 给你
        没意见 嗯 确认 接受 给(?=[了吧]?\W*$)
        confirmed(?![a-z])
        ok(?:ay)?(?![a-z]) fine(?![a-z]) sure(?![a-z]) yes(?![a-z]) yep(?![a-z]) alright(?![a-z]) no\sproblem can\sdo
        works\sfor"""
    )
    + r")|(?:可以|能做|可以做|没问题|ok|okay|行|给你)\W*$",
    re.IGNORECASE,
)
_NOT_MILD = re.compile(
    any_of(
        r"""不可以 (?<!行)不行 不能做 做不[了到] 不好 不同意 不接受 没法 稍等 等一?[等下会] 看看 看一?下 我?问问
        我?问一?下 我看 算一?下 查一?下 收到
        [吗?？]\s*$ 行不行 能不能 can't cannot can\snot wait hold\son let\sme check moment not\sok"""
    ),
    re.IGNORECASE,
)


def find_yes(sentence: str) -> Yes | None:
    """The yes in a sentence, where it is one: a question (成交吗), a condition and a denial are none."""
    if _NO_YES.search(sentence):
        return None
    if found := _STRONG.search(sentence):
        if re.search(r"[?？吗]\s*$", sentence):
            return None
        side: Side | None = "buy" if found["mine"] else "sell" if found["yours"] else None
        return Yes("strong", side)
    if _MILD.search(sentence) and not _NOT_MILD.search(sentence):
        return Yes("mild")
    return None


def asks_for_yes(sentence: str) -> bool:
    """Whether a sentence asks for the yes: 成交？ · 7.0520成交吗 · done?"""
    asks = re.search(
        r"(?:成交|敲定|定了?|(?<![a-z])done|(?<![a-z])deal|agreed)\s*(?:吗|么|吧)?\s*[?？吗]\s*$",
        sentence,
        re.IGNORECASE,
    )
    return asks is not None and not re.search(r"(?:能|可以|是否|能否|可否)", sentence)


def without_yes(sentence: str) -> str:
    """`sentence` without its words of yes: mine and yours say who takes a price, not what the client wants."""
    return _STRONG.sub(lambda found: BLANK * len(found[0]), sentence)
