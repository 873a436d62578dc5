"""What a query names and what it is made of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.questions import parts_of
from app.engines.library.comparing.questions import is_situation, named_in, pieces_of, without_instructions


@pytest.mark.parametrize(
    ("query", "clauses", "titles"),
    [
        ("第三十二条怎么说", ("第32条",), ()),
        ("《差旅费管理办法》第五条", ("第5条",), ("差旅费管理办法",)),
        ("clause 3.2 of the lending policy", ("§3.2",), ()),
        ("Section 4 and section 7.1", ("§4", "§7.1"), ()),
        ("第3.2条是什么", ("§3.2",), ()),
        ("二季度的利润", (), ()),
        ("第2季度利润增长3.2%", (), ()),
        ("房贷最多能贷几成", (), ()),
    ],
)
def test_clauses_and_documents_are_named(query: str, clauses: tuple[str, ...], titles: tuple[str, ...]) -> None:
    named = named_in(query)
    assert (named.clauses, named.titles) == (clauses, titles)


def test_a_clause_is_known_however_its_document_writes_it() -> None:
    named = named_in("第32条")
    assert {"第32条", "第三十二条"} <= set(named.spellings)
    assert named.is_at("p.12 第三十二条") and named.is_at("第三十二条 ¶40") and not named.is_at("第三十条")


def test_a_named_document_is_meant_and_no_other() -> None:
    named = named_in("《差旅费管理辦法》第五条")
    assert named.is_of("示例银行差旅费管理办法") and not named.is_of("印章使用管理规定")
    assert named_in("第五条").is_of("印章使用管理规定")


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        ("住宿标准是多少，另外报销要几天？", ["住宿标准是多少", "报销要几天"]),
        ("我下周去上海出差，住宿标准是多少？报销要几天", ["我下周去上海出差，住宿标准是多少", "报销要几天"]),
        ("What is the limit, and how long does approval take?", ["What is the limit", "how long does approval take"]),
        ("Is it useful? If it is not, say so.", ["Is it useful，If it is not， say so."]),
        ("企业、个人贷款利率是多少", ["企业、个人贷款利率是多少"]),
        ("差旅费", ["差旅费"]),
        ("", [""]),
    ],
)
def test_a_question_has_its_parts(query: str, parts: list[str]) -> None:
    assert parts_of(query) == parts


@given(st.text(st.sampled_from("多少几天，。？另外 howis,.ab\n"), max_size=60))
def test_every_part_comes_from_the_question(query: str) -> None:
    parts = parts_of(query)
    assert parts
    assert all(piece in query for part in parts for piece in part.split("，"))


def test_an_account_is_long_and_comes_in_pieces() -> None:
    account = "今天上午来了一位客户。他说卡丢了，身份证也过期了。" * 10
    assert is_situation(account) and not is_situation("卡丢了怎么办")
    assert pieces_of(account) == ["今天上午来了一位客户", "他说卡丢了", "身份证也过期了"]


@pytest.mark.parametrize(
    ("query", "asks"),
    [
        ("What drove the margin? If it is not useful, then please state that.", "What drove the margin?"),
        ("Please answer in one word. Which branch is the largest?", "Which branch is the largest?"),
        ("毛利率是多少？如果没有意义，请说明原因。", "毛利率是多少？"),
        ("If a loan is overdue, who decides?", "If a loan is overdue, who decides?"),
        ("如果逾期，要不要说明原因？", "如果逾期，要不要说明原因？"),
        ("Please explain the policy.", "Please explain the policy."),
    ],
)
def test_how_to_answer_is_not_what_is_asked(query: str, asks: str) -> None:
    assert without_instructions(query) == asks
