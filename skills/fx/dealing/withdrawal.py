"""Words with which a deal is called off: 撤 · 不做了 · nothing done · off."""

from __future__ import annotations

import re

from skills.fx.lexicon import any_of

_OFF = re.compile(
    any_of(
        r"""撤单 撤[了吧掉销回] (?:先|那就?|全|都|请|就)撤 撤(?=\s*[。!！,，]?\s*$) (?<!要)不做了
        (?:不想|不打算|先不|暂时不|暂不)做了?
        不要了 不买了 不卖了 不结了 不购了 取消 算了(?!下?一下) 反悔 作罢 放弃 关掉 (?<!报)关单 变卦
        (?:下次|下周|下个?月|以后|改天|回头)再(?:说|做|聊)
        (?:别家|别处|他行|别的银行|外面)[^,，]{0,6}(?:成交|做了|敲定|做掉) 被[^,，]{1,4}[抢截]
        (?<![a-z])nothing\sdone (?<![a-z])(?:call|calls|called)\s(?:it\s)?off (?<![a-z])forget\s(?:it|about\sit)
        (?<![a-z])(?:dealt|done|traded|gone|went)\s(?:away|elsewhere)
        ^\W*(?:(?:i|we|he|she|they|client)\s)?pass(?:ed|es)?(?:\W+(?:thanks|thx|sorry|here|on\sthis)?.{0,8})?$
        (?<![a-z])(?:no\sgo|walked|no\sdeal|we\spass|i\spass|cancel(?:s|led|ed)?|withdraw[ns]?|withdrew)(?![a-z])"""
    )
    + r"|(?:^|[,，.;；]\s*)\W*(?:ok(?:ay)?|sorry|no|all|i'?m|we'?re|it'?s)?[\s,]*off"
    r"(?:[\s,]*(?:please|pls|thanks|thx|mate|sorry))?\W*$",
    re.IGNORECASE,
)
_NOT_MEANT = re.compile(
    any_of(
        r"""[别没未不]撤 (?:不要|不能|不会|不用|没有?|别|先别|不是)(?:撤|取消|放弃) (?:要|想|是否|是不是)(?:撤|取消)
        取消限价 (?<!都)(?<!全)[吗?？]\s*$"""
    ),
    re.IGNORECASE,
)


_PRICE_GONE = re.compile(
    any_of(
        r"""价格?(?:又|已经|都)?(?:变|动)了 (?:报价|价格|这个价|刚才的?价?)(?:撤|作废|失效|过期|收回|取消|不算)
        重新报价? 过期了
        (?<![a-z])(?:off|stale|expired|requote|re-quote|under\sreference|price\s(?:is\s)?off|change)(?![a-z])"""
    ),
    re.IGNORECASE,
)


def takes_price_back(sentence: str) -> bool:
    """Whether the bank says that its price does not hold any more."""
    return _PRICE_GONE.search(sentence) is not None


def is_withdrawal(sentence: str) -> bool:
    """Whether a sentence calls the deal off. 算了 before something new is none: the caller sees what else is said."""
    return _OFF.search(sentence) is not None and _NOT_MEANT.search(sentence) is None
