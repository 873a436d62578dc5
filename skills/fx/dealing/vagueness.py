"""Amounts that are no amounts yet: 五百万左右 · 几百万 · about 5 mio · 改成300."""

from __future__ import annotations

import re

_FIGURE = r"(?=[\d一二两三四五六七八九十百千半]|USD|EUR|GBP|JPY|[$€£])"
_AROUND = re.compile(
    rf"(?<!不)(?:大概|大约|约莫|约(?![定好束])|差不多|估计|可能)(?:是|有|在)?\s*{_FIGURE}"
    rf"|(?<![a-z])(?:around|about|approx\w*\.?|roughly|some|circa)\s+{_FIGURE}"
    r"|[万亿个元千](?:[一-鿿]{0,3})(?:左右|上下|出头|不到)"
    r"|(?<=\d)\s*[a-z]{0,8}\s*(?:[a-z]{3}\s*)?(?:左右|上下|or so|ish|give or take)"
    r"|(?<![一二两三四五六七八九十百千])[一二两三四五六七八][二三四五六七八九](?:[十百千][万亿]?|[万亿个])|没定|未定|待定"
    r"|几[十百千]?[万亿]|数[十百千]?[万亿]|[十百千\d]多[万亿个]|[十百千万]来[万亿]|上[百千]万"
    r"|(?<![a-z])(?:a few|several|a couple of)\s+(?:mio|million|hundred|yards)",
    re.IGNORECASE,
)
_NO_UNIT = re.compile(
    r"(?:改成|改为|金额[是为:：]?|换成|make (?:it|that)|change (?:it |that )?to)\s*\d{1,3}"
    r"(?![\d.,:/]|\s*(?:[%万亿千百十个年月日号天周点元]|[a-z]))",
    re.IGNORECASE,
)


def is_vague(sentence: str) -> bool:
    """Whether the amount in a sentence is said as about so much."""
    return _AROUND.search(sentence) is not None


def has_no_unit(sentence: str) -> bool:
    """Whether an amount is changed to a figure that may mean thousands or millions."""
    return _NO_UNIT.search(sentence) is not None
