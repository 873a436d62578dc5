"""The day whose rules are asked about, and what a passage is on that day."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from app.core.ports import Hit
from app.core.texts import Texts
from skills.knowledge.as_of import read_as_of, standing, standing_note

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024年时的规定是怎样的", "2024-12-31"),
        ("2024年的差旅住宿标准是多少", "2024-12-31"),
        ("去年三月的住宿费标准", "2025-03-31"),
        ("去年的规定是什么", "2025-12-31"),
        ("前年年初的报销流程", "2024-01-31"),
        ("二〇二四年六月时住宿费能报多少", "2024-06-30"),
        ("按2025年6月1日有效的办法，年假几天", "2025-06-01"),
        ("2025-06-01 执行的是哪个标准", "2025-06-01"),
        ("两年前的规定怎么说", "2024-11-23"),
        ("半年前的标准是多少", "2026-05-23"),
        ("上个月的报价权限规定", "2026-10-31"),
        ("明年的住宿标准是多少", "2027-01-01"),
        ("2027年3月适用的规定", "2027-03-01"),
        ("三月份的标准是多少", "2026-03-31"),
        ("as of June 2024, what is the hotel limit?", "2024-06-30"),
        ("what were the rules in 2024", "2024-12-31"),
        ("what was in force on 3 May 2025", "2025-05-03"),
        ("last year's policy on annual leave", "2025-12-31"),
        ("the travel policy as of May 3, 2025", "2025-05-03"),
    ],
)
def test_a_day_of_rules(text: str, day: str) -> None:
    found = read_as_of(text, TODAY)
    assert found is not None, text
    assert found.day == date.fromisoformat(day)
    assert text[found.start : found.end].strip() == found.said


@pytest.mark.parametrize(
    "text",
    [
        "住宿费标准是多少",
        "2026年的住宿标准",
        "今年的规定",
        "2025年三季度贷款需求指数是多少",
        "2024年不良率是多少",
        "2027年GDP增速的预测",
        "示银财〔2025〕12号讲什么",
        "《2025年行业信贷政策》讲了什么",
        "去年的净息差是多少",
        "四季度美元兑人民币的预测区间是多少",
        "3个月期的掉期怎么报价",
        "明天上午十点订会议室",
        "10月的居民消费价格怎么样",
        "customers with sales of 2024 thousand",
        "本月的报价权限规定",
        "2024年2月30日的规定",
    ],
)
def test_no_other_day(text: str) -> None:
    assert read_as_of(text, TODAY) is None


def hit(**values: str) -> Hit:
    given = {"dated": "2025-01-01", "until": "", **values}
    return Hit("office/a.md", "第一条", "第一条 甲。", 1.0, "甲办法", "/documents/x", **given)  # type: ignore[arg-type]


def test_what_a_passage_is_on_a_day() -> None:
    old = hit(until="2025-12-31", superseded_by="office/b.md", state="superseded")
    assert standing(old, date(2025, 6, 1)) == ""
    assert standing(old, TODAY) == "superseded"
    assert standing(hit(until="2025-12-31"), TODAY) == "expired"
    assert standing(hit(until="2025-12-31", state="retired"), TODAY) == "retired"
    assert standing(hit(dated="2027-01-01"), TODAY) == "not_yet"
    assert standing(hit(dated="2027-01-01"), date(2027, 1, 1)) == ""
    assert standing(hit(), TODAY) == ""


def test_it_is_said_in_words() -> None:
    say = Texts(Path("skills/knowledge/texts"))
    assert "2027-01-01" in standing_note(hit(dated="2027-01-01"), TODAY, say)
    assert standing_note(hit(), TODAY, say) == ""
