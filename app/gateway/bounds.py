"""Which way a clause bounds: 不低于 and 以上, 不超过 and 以下, before and after."""

from __future__ import annotations

import re
from typing import Literal

_MAY = "(?:得|能|可以?|准|许|应当?)?"
_NO_MORE = re.compile(rf"不{_MAY}(?:超过|高于|多于|大于|超出)|(?:no|not) (?:more|later|higher) than|not (?:to )?exceed")
_NO_LESS = re.compile(rf"不{_MAY}(?:低于|少于|小于|短于)|(?:no|not) (?:less|fewer|lower|below)(?: than)?")
_UP = re.compile(
    r"以上|(?<!不)满(?![足额])|超过|至少|最低|最少|高于|大于|多于|at least|more than|over |above|exceed|minimum"
)
_DOWN = re.compile(
    r"以下|不满|不到|至多|最高|最多|不足|低于|少于|小于|以内|之内|上限"
    r"|at most|up to|less than|below|under |within|maximum"
)
_NUMERAL = re.compile(r"[\d一二两三四五六七八九十百千万]+(?:[.,]\d+)*")
_BESIDE = 10  # characters
_BEFORE = re.compile(r"(?<![以当目])前(?![期次款述台者])|之前|before|prior to|in advance")
_AFTER = re.compile(r"(?<![然])后(?![续者三两台])|之后|after")


def bound_of(text: str) -> Literal["", "up", "down"]:
    """Which way a clause bounds its figure, by the words beside it; empty where they say both, or nothing."""
    text = " ".join(text[max(0, one.start() - _BESIDE) : one.end() + 8] for one in _NUMERAL.finditer(text)) or text
    text = _NO_LESS.sub("至少", _NO_MORE.sub("至多", text))
    up, down = bool(_UP.search(text)), bool(_DOWN.search(text))
    return "" if up == down else "up" if up else "down"


def order_of(text: str) -> Literal["", "before", "after"]:
    """Whether a clause speaks of the time before something or after it; empty where it says both, or neither."""
    before, after = bool(_BEFORE.search(text)), bool(_AFTER.search(text))
    return "" if before == after else "before" if before else "after"
