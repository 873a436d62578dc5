"""Questions between people: what is asked, what is only offered as a choice, and the plain answers to them."""

from __future__ import annotations

import re

from skills.fx.amounts import BLANK
from skills.fx.deals.deal import ElementName
from skills.fx.lexicon import any_of


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_ASKED: tuple[tuple[ElementName, re.Pattern[str]], ...] = tuple(
    (name, _compiled(any_of(words)))  # type: ignore[misc]
    for name, words in (
        (
            "amount",
            r"""多少(?!天|个月|时间|号|价|点) 金额 多大 几个(?!月)
            (?<![a-z])(?:how\smuch|what\ssize|size|amount)(?![a-z])""",
        ),
        (
            "side",
            r"""方向 买还是卖 卖还是买 结汇还是购汇 购汇还是结汇
            (?<![a-z])(?:buy\sor\ssell|sell\sor\sbuy|which\sside|side)(?![a-z])""",
        ),
        ("base", r"""币种 什么币 哪种货币 哪个币 (?<![a-z])(?:which|what)\s(?:currency|ccy|pair)"""),
        (
            "value_date",
            r"""期限 多久 多长 什么时候 哪天 几号 交割日 起息日
            (?<![a-z])(?:tenor|value\sdate|when|how\slong|maturity)(?![a-z])""",
        ),
        (
            "customer",
            r"""哪个客户 哪家 什么客户 客户是谁 谁家 哪个(?=[一-鿿]{2,6}[?？])
            (?<![a-z])(?:which\sclient|who\sis\sthe\sclient|what\sclient)""",
        ),
    )
)
_QUESTION = _compiled(r"[?？]\s*$|[吗么]\s*[。.!！]?\s*$|吧\s*[?？]\s*$|是不是|对不对|是否|对吧\s*$|right\W*$")
_ALTERNATIVES = _compiled(
    r"(?<![那吧,，\s])\s*[一-鿿A-Za-z\d/]+\s*还是\s*(?![那这按原老刚之]|\d+\.)[一-鿿A-Za-z\d/]+"
    r"|(?<![a-z])[a-z]+ or [a-z]+(?![a-z])"
)
_AFFIRMS = _compiled(
    r"^\W*(?:对的?|是的?|没错|正确|嗯|确认|就是|(?:yes|yep|yeah|right|correct|exactly|confirmed)(?![a-z]))(?:[,，。.!！\s]|$)"
)
_DENIES = _compiled(r"^\W*(?:不对?|不是|没有|错了?|no|nope|wrong|not that)(?:[,，。.!！\s]|$)")
_CORRECTS = _compiled(
    any_of(
        r"""不对 错了 说错 写错 打错 看错 口误 更正 纠正 应该是 应为 改[成为一买卖做] 反了 搞错 弄错 修改 变更 换成
        哦不 不是 而是 要的是
        其实是 更新 改到 [增减加]到
        (?<![a-z])(?:sorry|correction|i\smean|make\sit|make\sthat|actually|change|instead|rather|amend)(?![a-z])"""
    )
    + r"|^\W*(?:no|不)[,，;]|(?:等[下等]|等一下|慢着|wait|hold on)[,，\s]*(?:是|应该|it'?s)"
)
_ANOTHER = _compiled(
    any_of(
        r"""再来一?[笔单个] 另外?一[笔单] 还有一?[笔单] 下一[笔单] 第二[笔单] 再[做加]一[笔单]
        another\s(?:one|deal|enquiry) next\s(?:one|deal)"""
    )
)
_SAME_PRICE = _compiled(
    any_of(
        r"""同价 一样(?!的客户) 价格?不变 还是(?:这个|刚才的?|原来的?|那个)价 维持原价
        (?<![a-z])(?:same\sprice|same\slevel|unchanged|price\sstands)"""
    )
)


def asked_in(sentence: str) -> tuple[ElementName, ...]:
    """The elements that a sentence asks for."""
    return tuple(name for name, rule in _ASKED if rule.search(sentence))


def is_question(sentence: str) -> bool:
    """Whether a sentence wants an answer."""
    return _QUESTION.search(sentence) is not None


def without_alternatives(sentence: str) -> str:
    """`sentence` without what it only offers as a choice: 即期还是远期, spot or forward."""

    return _ALTERNATIVES.sub(lambda found: BLANK * len(found[0]), sentence)


def affirms(sentence: str) -> bool:
    """Whether a sentence begins with a plain yes to what was asked."""
    return _AFFIRMS.match(sentence) is not None


def denies(sentence: str) -> bool:
    """Whether a sentence begins with a plain no to what was asked."""
    return _DENIES.match(sentence) is not None


def corrects(sentence: str) -> bool:
    """Whether a sentence says that something was wrong or is to be changed."""
    return _CORRECTS.search(sentence) is not None


def speaks_of_another_deal(sentence: str) -> bool:
    """Whether a sentence begins a further deal."""
    return _ANOTHER.search(sentence) is not None


def keeps_the_price(sentence: str) -> bool:
    """Whether a sentence says that the last price stands: 一样, same price."""
    return _SAME_PRICE.search(sentence) is not None
