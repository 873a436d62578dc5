"""A question that leans on the one before it, said in full: 那二类地区呢？ after 一类地区住宿标准是多少.

Deterministic, by the form of the words alone. What stands on its own stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 40
"""Characters; what is longer stands on its own."""

_EDGE = ' \t\r\n，,。.？?！!；;：:、“”"'
_POLITE = re.compile(r"^(?:请问一?下?|麻烦|那么?|哦|嗯|好的?|ok|okay|and|but|so|then|also)[\s，,、]*", re.I)
_OTHER = (
    re.compile(
        r"^(?:那么?|换成?|如果是|要是|假如是|若是|至于|还有)\s*(?P<new>.{1,24}?)\s*(?:呢|怎么样|如何|的话呢?|行不行|可以吗)?$"
    ),
    re.compile(r"^(?P<new>.{1,24}?)(?:又|的话)?呢$"),
    re.compile(r"^(?:and\s+)?(?:what|how) about\s+(?P<new>.{1,60})$", re.I),
    re.compile(r"^and\s+(?:for|in|at|with|if)?\s*(?P<new>.{1,60})$", re.I),
    re.compile(r"^(?:for|in|at)\s+(?P<new>.{1,60})$", re.I),
)
_ASKS = re.compile(
    r"多少钱?|多久|多长时间|多长|多大|几[个天年月次点级人份倍成项]?|是?什么(?:时候|意思|样)?|怎么[办样]?|怎样|如何"
    r"|哪(?:一?[条份]|[些个里位种类])?|谁|吗|是否|能不能|可不可以"
    r"|要不要|有没有|何时|为什么|呢|么|有|是|的?标准是"
    r"|\b(?:how (?:many|much|long|often)?|what|when|which|who|whom|why|where|is|are|do|does|can|may|must|the|a)\b",
    re.I,
)
_POINTS = re.compile(
    r"^(?:这[个些种笔类]?|那[个些]?|它们?|其|该项?|此项?|(?:上面|刚才说?|前面)(?:的|那个)?)(?:规定|标准|限额|制度|办法|流程|业务|事|情况|费用|假)?"
    r"|\b(?:it|this|that|these|those|they|them)\b",
    re.I,
)
_PLAIN = re.compile(
    r"审批|批准|批|同意|审|签字|签|盖章|办理|办|申请|提交|提前|提|报备|报销|报|交|准备|带|用|材料|手续|流程|步骤|时间|期限|时限|时效|有效期|费用|收费|收|金额|限额"
    r"|上限|下限|最高|最低|最多|最少|至少|提前|超过|超出|例外|条件|要求|依据|规定|出处|部门|岗位|负责|联系|找|问|要|需要?|应该?|得|会|能|可以|不|的|了|去|来|给|由|向|在|有|是"
    r"|\b(?:approv\w*|sign\w*|apply|need\w*|takes?|long|much|many|to|for|limit|exceptions?|documents?|else)\b",
    re.I,
)
_MATTER = re.compile(r"[㐀-鿿]|[a-z]{3}", re.I)
_SHORTEST_END = 2
_OWNED = re.compile(r"[^，,。的]{1,8}的(.+)$")


def completed(text: str, before: str) -> str | None:
    """`text` with what it leaves to the question `before`; None where it stands on its own, or nothing was before."""
    said = text.strip(_EDGE)
    before = before.strip(_EDGE)
    if not said or not before or len(said) > LONGEST or not _MATTER.search(before):
        return None
    if new := _other(said):
        return _with(before, new)
    bare = _POLITE.sub("", said).strip(_EDGE)
    if points := _POINTS.search(bare):
        rest = f"{bare[: points.start()]} {bare[points.end() :]}".strip(_EDGE)
        if points.start() == 0 or not points[0][0].isascii() or _is_short(bare):
            return f"{_matter(before)} {rest}".strip()
        return None
    if _ASKS.search(bare) and not _MATTER.search(_PLAIN.sub(" ", _ASKS.sub(" ", bare))):
        return f"{_matter(before)} {bare}"
    return None


def in_full(text: str, earlier: Iterable[str]) -> str:
    """`text` completed by the questions before it, the latest last; each of them may lean on the one before."""
    full = ""
    for one in earlier:
        full = completed(one, full) or one
    return completed(text, full) or text


def _other(said: str) -> str:
    """What takes the place of something in the question before; empty where that is not what is asked."""
    bare = _POLITE.sub("", said).strip(_EDGE) if said[:1] not in "那换" else said
    for pattern in _OTHER:
        for candidate in (said, bare):
            if (found := pattern.match(candidate)) and not _ASKS.search(
                found["new"].replace("有", "").replace("是", "")
            ):
                return found["new"].strip(_EDGE)
    return ""


def _with(before: str, new: str) -> str:
    """`before` with `new` in place of what is built like it (一类地区: 二类地区) or has it (小说的借期)."""
    for length in range(len(new) - 1, _SHORTEST_END - 1, -1):
        end = new[-length:]
        at = before.find(end)
        if at > 0 and (differs := len(new) - length) <= at and before[at - differs : at] != new[:differs]:
            start = at - differs
            return before[:start] + new + before[at + length :]
    owned = _OWNED.match(before)
    return f"{new}的{owned[1]}" if owned and not new.isascii() else f"{new} {before}"


def _matter(before: str) -> str:
    """What the question before was about: its words without those that ask."""
    return re.sub(r"\s+", " ", _ASKS.sub(" ", before)).strip(_EDGE)


def _is_short(text: str) -> bool:
    return len(text.split()) <= 8
