"""Words of which only one can be meant: grades, opposites, currencies. Another one in its place says something else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from app.gateway.clauses import Clause, terms
from app.gateway.equal_figures import same_figure

_SCALES = (
    r"[一二三四五六特]类(?![^地客])|[一二三四五特甲乙丙]级|[一二三特]等[座舱]|商务座|经济舱|公务舱|头等舱",
    r"(?<![合])(?:正常|关注|次级|可疑|损失)(?=类|贷款|客户|$)",
    r"绝密|机密|秘密(?!码)",
    r"(?<![比较])第?[一二三四1-4]季度?",
    r"(?:周|星期|礼拜)[一二三四五六日天]",
    r"[上下]半年",
    r"(?<![a-z])(?:[a-d]{2,3}|[a-d](?=\s?[级、|]))[+-]?(?![a-z])",
    r"(?<![a-z+])[a-z][1-9](?![\d.])",
    r"红色|橙色|黄色|蓝色",
    r"即期|远期|掉期|期权",
    r"信用方式|保证方式|抵押方式",
    r"同比|环比",
    r"(?:稳健|进取|平衡|保守|谨慎|积极)型",
    r"(?:受托|自主)支付",
    r"[有无]效|[生失]效(?!日)",
    r"(?<![\d万亿千百]\s)(?<![\d万亿千百])(?:美元|欧元|英镑|日元|港币|港元|澳元|加元|加拿大元|泰铢|韩元|卢布|瑞士法郎)",
    r"(?<![a-z])i{1,3}类",
    r"(?<![a-z])t(?:od|om)(?![a-z])",
    r"[有无]权",
    r"[前中后]台",
    r"[快慢]于",
    r"开启|关闭",
    r"定量|定性",
    r"特急|加急",
    r"主办(?!方)|协办",
    r"[左右]侧",
    r"[近远]端",
    r"总资产|净资产",
    r"凭证式|记账式",
    r"(?<!非)零售债务|非零售债务",
    r"(?:支持|适度|审慎|压缩)类",
    r"公开招标|邀请招标|竞争性谈判|单一来源",
    r"董事会|股东会|监事会",
    r"口头挂失|书面挂失",
    r"[短中长]期贷款",
    r"大型|中型|小型|微型",
    r"付款人|收款人|出质人|质权人|抵押人|承租人|出租人",
    r"当日|当天|次日|隔日|翌日",
    r"[上下]调(?!休)",
    r"[上下]限",
    r"事[前后]",
    r"[买卖]方|[甲乙]方|[借贷]方",
    r"[升贴]水",
    r"(?:买入|卖出)[价方]",
    r"[多空]头",
    r"[进出]口",
    r"活期|定期存款",
    r"对[公私]",
    r"线[上下]",
    r"单人|双人",
    r"[原复]印?件",
    r"固定利率|浮动利率",
    r"单利|复利",
    r"等额本[息金]",
    r"初审|复审|终审",
    r"经办人|复核人",
    r"固定期限|择期",
    r"父母|子女|配偶",
)
_SAME = {"星期": "周", "礼拜": "周", "当天": "当日", "隔日": "次日", "翌日": "次日", "港元": "港币", "加拿大元": "加元"}
_ENDS = re.compile(r"^第|(?<=季)度$")
BY_MORE, FEWEST = 0.34, 2
"""By how much more of what is said of a step must be said of another one; words of it at least."""


def steps_in(text: str) -> Iterator[tuple[str, int]]:
    """`二类`, `一等座`, `三季度`, `周二`, and which scale they are a step of. `text` is in plain spelling."""
    for scale, pattern in enumerate(_patterns()):
        for found in pattern.finditer(text):
            yield _spelled(found[0]), scale


def another_step(said: str, text: str, given: str) -> bool:
    """Whether a step is said that `text` does not have, where it has others of the scale. All in plain spelling."""
    there: dict[int, set[str]] = {}
    for step, scale in steps_in(text):
        there.setdefault(scale, set()).add(step)
    return any(scale in there and step not in there[scale] and step not in given for step, scale in steps_in(said))


def swapped_step(own: Sequence[Clause], there: Sequence[Clause]) -> bool:
    """Whether what is said of one step stands there of another one of its scale: 特急 is done in three days."""
    steps_there = [dict.fromkeys(steps_in(one.text)) for one in there]
    for clause in own:
        said = dict.fromkeys(steps_in(clause.text))
        for step, scale in said:
            if sum(other == scale for _, other in said) > 1:
                continue
            same = [one for one, steps in zip(there, steps_there, strict=True) if (step, scale) in steps]
            others = [
                one
                for one, steps in zip(there, steps_there, strict=True)
                if (step, scale) not in steps and any(other == scale for _, other in steps)
            ]
            if same and others and _fits_others(clause, step, same, others):
                return True
    return False


def _fits_others(clause: Clause, step: str, same: Sequence[Clause], others: Sequence[Clause]) -> bool:
    """Whether what a clause says besides the step stands rather where the others are; a figure counts as two words."""
    words = terms(clause.text.replace(step, " "))
    words &= frozenset[str]().union(*(place.near for place in (*same, *others)))
    figures = [one for one in clause.figures if one.states or one.said]
    total = len(words) + 2 * len(figures)

    def fits(place: Clause) -> float:
        found = sum(any(same_figure(one, other) for other in place.figures) for one in figures)
        return (len(words & place.near) + 2 * found) / total

    return total >= FEWEST and max(map(fits, others)) - max(map(fits, same)) >= BY_MORE


def _spelled(step: str) -> str:
    step = _ENDS.sub("", step)
    for one, other in _SAME.items():
        step = step.replace(one, other)
    return step


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    return tuple(map(re.compile, _SCALES))
