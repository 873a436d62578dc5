"""What people type about actions: a plain yes or no, and the question what waits for them. Never guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_YES = r"确认|同意|批准|通过|确定|好的?|可以|是的?|confirm(?:ed)?|yes|ok(?:ay)?|approved?"
_NO = r"拒绝|不同意|不通过|驳回|取消|不要了?|算了|否|不|reject(?:ed)?|no|cancel"
_ID = r"(?P<id>[A-Z0-9]{6})"
# Right behind a mention only words that end no name: "@李好" is nobody's yes.
_PLAIN = r"确认|同意|批准|不同意|拒绝|驳回|取消"
_MENTION = rf"(?:[@＠]\S+\s+|[@＠]\S+?(?={_PLAIN}))?"
_DECISION = re.compile(
    rf"^\s*{_MENTION}(?:(?P<no>{_NO})|(?P<yes>{_YES}))[吧呀啊]?[\s：:，,]*{_ID}?\s*[。.!！]?\s*$", re.I
)

_FORMAL = re.compile(r"确认|同意|批准|拒绝|驳回|confirm|approve|reject", re.I)

_MINE = r"(?:等|等着|等待|待|需要|需|要|该|归|由|轮到)+\s*(?:我|本人)(?:来|去)?\s*(?:审批|批准|批|确认|审)"
_THINGS = r"(?:的)?\s*(?:事项|事情|事儿|事|单子|申请|任务|清单|列表|交易|东西)?"
_WHICH = r"(?:都)?(?:有)?(?:哪些|什么|多少|几[件个项笔]|吗|么|没有)?(?:吗|呢|呀)?"
_SHOW = r"(?:请|帮我|给我)*(?:查看|看看|看一?下|查一?下|查询|列出|列一?下|显示|打开|看|查)?"
_HAVE = r"(?:现在|目前|今天|当前)?(?:还|都)?(?:有没有|有|还剩)?(?:什么|啥|哪些|多少|几[件个项笔])?(?:事项|事情|事)?是?"
_WAITING_ZH = re.compile(
    rf"^\s*(?:[@＠]\S+\s+)?{_SHOW}(?:我(?:的|有)?)?{_HAVE}\s*(?:{_MINE}|待\s*(?:审批|批|确认))"
    rf"{_THINGS}\s*{_WHICH}\s*[？?。.!！]*\s*$"
)
_WAITING_EN = re.compile(
    r"""^\s*(?:[@＠]\S+\s+)?(?:
        (?:please\s+)?(?:show|list|see)?\s*(?:me\s+)?(?:my|the)?\s*(?:pending|open|outstanding)\s+approvals?
      | (?:(?:what(?:'s|\s+is)?|anything|is\s+(?:there\s+)?anything)\s+(?:is\s+)?)?
        (?:waiting|pending)\s+(?:for|on)\s+(?:my\s+(?:approval|confirmation)|me(?:\s+to\s+(?:approve|confirm))?)
      | what\s+(?:do|should|must)\s+i\s+(?:(?:have|need)\s+to\s+)?(?:approve|confirm)
      | (?:is\s+there\s+)?anything\s+(?:for\s+me\s+)?to\s+approve
      | approvals?\s+(?:waiting|pending)\s+for\s+me
    )\s*(?:now|today|right\s+now)?\s*[?.!]*\s*$""",
    re.I | re.X,
)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person's words decide. `id` is None where no action was named."""

    yes: bool
    id: str | None
    formal: bool = field(default=False, compare=False)
    """Said in words that decide on actions and on nothing else: 确认, 批准, reject."""


def decision_in(text: str) -> Decision | None:
    """The decision that `text` consists of; None for any text that says more than that."""
    found = _DECISION.match(text)
    if found is None:
        return None
    id = found["id"].upper() if found["id"] else None
    return Decision(found["yes"] is not None, id, _FORMAL.search(text) is not None)


def asks_what_waits(text: str) -> bool:
    """Whether `text` asks what waits for the person's approval, and nothing else."""
    return bool(_WAITING_ZH.match(text) or _WAITING_EN.match(text))
