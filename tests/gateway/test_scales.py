"""Words of which only one can be meant."""

from __future__ import annotations

import pytest

from app.gateway.clauses import clauses_of, plain
from app.gateway.scales import another_step, steps_in, swapped_step

URGENT = "紧急公文标注“特急”或者“加急”：特急应当当日办理，加急应当在 3 日内办理。"
LEVELS = "数字员工分为五级：L1只提示，L2按指令执行，L3能拆解任务并提出方案。"


@pytest.mark.parametrize(
    ("said", "text", "other"),
    [
        ("欧元的区间是多少", "美元兑人民币在6.95至7.20区间", True),
        ("每笔 50 万美元", "起点为 50 万欧元", False),
        ("确需带出的次日归还", "当日归还", True),
        ("确需带出的当天归还", "当日归还", False),
        ("加元是 T+1", "美元对加拿大元为 T+1", False),
        ("本行无权平仓", "未补足的，本行有权平仓", True),
        ("III类户一天五千", "Ⅱ类户一天一万", True),
        ("二季度净息差", "三季度净息差", True),
        ("前台核对限额", "中台核对限额", True),
        ("前台核对限额", "由柜员核对限额", False),
    ],
)
def test_a_step_that_is_not_there_where_others_are(said: str, text: str, other: bool) -> None:
    assert another_step(plain(said), plain(text), "") is other
    assert not another_step(plain(said), plain(text), plain(said)), "the person said it"


@pytest.mark.parametrize(
    ("said", "text", "swapped"),
    [
        ("加急公文应当当日办理。", URGENT, True),
        ("特急公文应当当日办理。", URGENT, False),
        ("加急三天之内办。", URGENT, False),
        ("L2能拆解任务并提出方案。", LEVELS, True),
        ("L3 能拆解任务、提出方案。", LEVELS, False),
        ("周二和周四在库房领取。", "每周二、周四 14:00 至 16:00 在库房领取。", False),
    ],
)
def test_what_is_said_of_another_step(said: str, text: str, swapped: bool) -> None:
    assert swapped_step(clauses_of(said), clauses_of(text)) is swapped


def test_one_step_has_one_spelling() -> None:
    assert {step for step, _ in steps_in("星期二")} == {step for step, _ in steps_in("礼拜二")} == {"周二"}
    assert {step for step, _ in steps_in("第三季度")} == {"三季"}
