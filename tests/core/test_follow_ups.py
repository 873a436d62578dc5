"""Questions that lean on the one before, by their form alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.follow_ups import completed, in_full

BEFORE = "去一类地区出差，普通员工住宿标准是多少"


@pytest.mark.parametrize(
    ("text", "full"),
    [
        ("那二类地区呢？", "去二类地区出差，普通员工住宿标准是多少"),
        ("那部门负责人呢", "部门负责人 去一类地区出差，普通员工住宿标准是多少"),
        ("这个要谁批", "去一类地区出差，普通员工住宿 要谁批"),
        ("谁批？", "去一类地区出差，普通员工住宿 谁批"),
        ("要提前几天", "去一类地区出差，普通员工住宿 要提前几天"),
        ("那超过了怎么办", "去一类地区出差，普通员工住宿 超过了怎么办"),
        ("需要什么材料？", "去一类地区出差，普通员工住宿 需要什么材料"),
        ("and for juniors?", "juniors 去一类地区出差，普通员工住宿标准是多少"),
        ("What about Tokyo?", "Tokyo 去一类地区出差，普通员工住宿标准是多少"),
    ],
)
def test_it_is_said_in_full(text: str, full: str) -> None:
    assert completed(text, BEFORE) == full


@pytest.mark.parametrize(
    "text",
    [
        "年假有几天",
        "会议室怎么订",
        "李娜的电话",
        "客户要买50万美元",
        "What is the spot limit of a branch dealer?",
        "谢谢",
        "好的",
        "",
        "那" * 60,
    ],
)
def test_what_stands_on_its_own_stays(text: str) -> None:
    assert completed(text, BEFORE) is None
    assert completed("那二类地区呢？", "") is None


def test_a_talk_is_followed_from_question_to_question() -> None:
    assert in_full("那行领导呢", ["小说的借期有多长", "那期刊呢"]) == "行领导的借期有多长"
    assert in_full("年假有几天", [BEFORE]) == "年假有几天"


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_can_follow_any_other(text: str, before: str) -> None:
    full = completed(text, before)
    assert full is None or full.strip()
