"""The topic within a wish: what is left of `写一份人民币汇率的研究提纲，存成Word`."""

from __future__ import annotations

import re

_STOPS = "。！？!?，,；;：: "
_WISH_BEFORE = re.compile(
    # A verb counts as a wish only with a word of asking before it or a measure word after it: 生成式、出口 are topics.
    r"^(?:(?:请|帮我|帮忙|麻烦|给我|替我|我要|我想|准备)+(?:写|拟|列|起草|搭|做|出|编|整理|汇总|摘编|归纳|生成|导出|收集|来)?"
    r"(?:一下|出)?(?:[一1]?[份个篇])?"
    r"|(?:写|拟|列|起草|搭|做|出|编|整理|汇总|摘编|归纳|生成|导出|收集|来)(?:一下|[一1]?[份个篇]))?(?:关于|有关|围绕)?"
    r"|^(?:please )?(?:write|draft|make|prepare|put together) (?:me )?(?=an? |the |outline|digest)"
)
_WISH_AFTER = re.compile(
    r"(?:的|方面|相关)*(?:(?:研究|专题|写作|报告)*(?:提纲|大纲|框架)|专题摘编|摘编|(?:文献)?综述|资料汇编|(?:研究)?(?:资料|材料|观点))"
    r"(?:[，, ]*(?:并?(?:存|写|导出|输出|保存)[成为到]?)[^，,]{0,12})?$"
)
_ENGLISH_WISH = re.compile(
    r"^(?:an? |the )?(?:outline|digest) (?:of|on|about|for) (?:a (?:paper|report) on )?|(?: in(?:to)? word)$",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[《“\"'‘「](.+)[》”\"'’」]")


def topic_of(said: str) -> str:
    """The topic alone: without the wish around it (`写一份……的提纲，存成Word`), quotation marks and stops."""
    plain = " ".join(said.split()).strip(_STOPS)
    plain = _ENGLISH_WISH.sub("", _WISH_AFTER.sub("", _WISH_BEFORE.sub("", plain))).strip(_STOPS)
    found = _QUOTED.fullmatch(plain)
    return found.group(1) if found else plain
