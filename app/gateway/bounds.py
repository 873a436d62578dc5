"""Which way a clause bounds: 不低于 and 以上, 不超过 and 以下, before and after."""

from __future__ import annotations

import re
from typing import Literal

_MAY = "(?:得|能|可以?|准|许|宜|要|应当?)?"
_NO_MORE = re.compile(rf"不{_MAY}(?:超过|高于|多于|大于|超出)|(?:no|not) (?:more|later|higher) than|not (?:to )?exceed")
_NO_LESS = re.compile(rf"不{_MAY}(?:低于|少于|小于|短于)|(?:no|not) (?:less|fewer|lower|below)(?: than)?")
_UP = re.compile(
    r"以上|(?<!不)满(?![足额])|超过|至少|最低|最少|高于|大于|多于|at least|more than|over |above|exceed|minimum"
    r"|or (?:more|above|over|longer)"
)
_DOWN = re.compile(
    r"以下|不满|不到|至多|最高|最多|不足|低于|少于|小于|以内|之内|上限"
    r"|at most|up to|less than|below|under |within|maximum|or (?:less|fewer|below|under)"
)
_NUMERAL = re.compile(r"[\d一二两三四五六七八九十百千万]+(?:[.,]\d+)*")
_BESIDE = 10  # characters
_BEFORE = re.compile(r"(?<![以当目])前(?![期次款述台者])|之前|before|prior to|in advance")
_AFTER = re.compile(r"(?<![然])后(?![续者三两台])|之后|(?<!year )after")
_RISES = re.compile(
    r"上[涨升行]|增[长加]|[提升]高|升值|回升|走[高强]|扩大|(?<!只)增(?!值|信|量|资)|(?<=[^上下])涨|\b(?:rose|grew|increased?|gained|up)\b"
)
_FALLS = re.compile(
    r"下[跌降滑行调]|回落|减少|降低|贬值|缩小|收窄|走[低弱]|(?<!下)跌|\b(?:fell|dropped|shr[au]nk|declined?|decreased?|lost|down)\b"
)


def bound_of(text: str) -> Literal["", "up", "down"]:
    """Which way a clause bounds its figure, by the words beside it; empty where they say both, or nothing."""
    text = _NO_LESS.sub("至少", _NO_MORE.sub("至多", text))
    text = (
        " ".join(
            text[max(0, one.start() - _BESIDE) : one.end() + (18 if text.isascii() else 8)]
            for one in _NUMERAL.finditer(text)
        )
        or text
    )
    up, down = bool(_UP.search(text)), bool(_DOWN.search(text))
    return "" if up == down else "up" if up else "down"


def order_of(text: str) -> Literal["", "before", "after"]:
    """Whether a clause speaks of the time before something or after it; empty where it says both, or neither."""
    before, after = bool(_BEFORE.search(text)), bool(_AFTER.search(text))
    return "" if before == after else "before" if before else "after"


def direction_of(text: str) -> Literal["", "rises", "falls"]:
    """Whether a clause lets something rise or fall; empty where it says both, or neither."""
    rises, falls = bool(_RISES.search(text)), bool(_FALLS.search(text))
    return "" if rises == falls else "rises" if rises else "falls"
