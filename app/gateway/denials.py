"""A yes to what the passage denies, a no to what it demands: told by what stands behind the small word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.gateway.clauses import Clause

_DENIAL = (
    r"不(?:得|能|可以?|准|许|予|应|再|收取?|要求|需要?|接受|受理|适用|包括|享受|影响|改变|办理|提供|支付|报销|计)"
    r"|无[需须权]|禁止|严禁|谢绝|免[收除于予交]"
)
_DENIED = re.compile(_DENIAL)
"""What denies a whole list."""
_LACKING = re.compile("没有|未")
"""What denies one of its items."""
_NO = re.compile(r"[不无未免勿拒禁停非没别少减]|取消|除外|自理|关闭|零")
_TURNS = re.compile(r"才|除非|只有|方可|方能|后方|以外|除外|否则|例外|但")
_SPARED = re.compile(r"(?:不必|无[需须]|毋须|不用|不需要?|不须|不要求|(?<!且)可以?不(?!超))(?:再|另|先)?([㐀-鿿]{2,})")
_PHRASE = re.compile(r"[,，;；。:：\n()（）|]")
_HAN = re.compile(r"[㐀-鿿]+")
SHORTEST, LONGEST = 3, 12
"""Characters at the end of a clause that say what is done or had."""
ENOUGH = 4
"""Characters in a row behind a no that are the same as behind a yes."""


def grants_denied(own: Sequence[Clause], there: Sequence[Clause]) -> bool:
    """What a clause without a no ends in (承诺保本, 第三方担保) stands there, and only behind a no."""
    phrases = list(_phrases(there))
    for clause in own:
        tail = _tail(clause.text)
        if not tail or _NO.search(clause.around):
            continue
        for length in range(min(len(tail), LONGEST), SHORTEST - 1, -1):
            having = [phrase for phrase in phrases if tail[-length:] in phrase]
            if having:
                if all(_is_denied(tail[-length:], phrase) for phrase in having):
                    return True
                break
    return False


def spares_demanded(own: Sequence[Clause], there: Sequence[Clause]) -> bool:
    """不需要核验登记信息, where the passage has them verified."""
    return any(_stands_plainly(found[1], there) for clause in own for found in _SPARED.finditer(clause.text))


def _stands_plainly(done: str, there: Sequence[Clause]) -> bool:
    done = done[:LONGEST]
    for length in range(len(done), min(ENOUGH, len(done)) - 1, -1):
        if length < SHORTEST:
            return False
        having = [phrase for phrase in _phrases(there) if done[:length] in phrase]
        if having:
            return not any(_NO.search(phrase) for phrase in having)
    return False


def _is_denied(words: str, phrase: str) -> bool:
    before = phrase[: phrase.index(words)]
    denied = _DENIED.search(before) or _LACKING.search(before.rpartition("、")[2])
    return denied is not None and not _TURNS.search(phrase)


def _tail(text: str) -> str:
    found = _HAN.findall(text)
    return found[-1] if found and text.rstrip("。.;；!?！？ ").endswith(found[-1]) else ""


def _phrases(there: Sequence[Clause]) -> Iterator[str]:
    """What stands between commas, lists kept together."""
    for around in dict.fromkeys(one.around for one in there):
        yield from (phrase for phrase in _PHRASE.split(around) if phrase.strip())
