"""Ranking: what a passage counts for a question, beyond the words that it has."""

from __future__ import annotations

import pytest

from app.engines.library.comparing.compared import compared
from app.engines.library.comparing.relevance import question_of
from app.engines.library.wording.synonyms import NONE
from app.engines.library.wording.words import normal, terms_of


def rank(query: str, text: str) -> float:
    """Of a passage without titles, BM25 left out."""
    question = question_of(query, NONE)
    scale = question.scale(dict.fromkeys(question.terms, 10), 1000)
    plain = normal(text)
    part = compared(plain, "", "", " ".join(terms_of(plain)))
    return scale.rank(0.0, scale.score(part), part)


@pytest.mark.parametrize(
    ("query", "better", "worse"),
    [
        ("印章由谁保管", "印章平时上锁保管，钥匙在主席手里。", "印章平时上锁保管，钥匙在抽屉里面。"),
        ("培训中心在什么地方", "培训中心新址选在海边小镇。", "培训中心新址选在办公大楼。"),
        ("为什么暂停贷款审批", "因系统升级，暂停贷款审批。", "随系统升级，暂停贷款审批。"),
        ("柜台哪一年装修", "柜台于2019年装修。", "柜台于早些时候装修。"),
    ],
)
def test_what_is_asked_for_stands_in_the_sentence(query: str, better: str, worse: str) -> None:
    assert rank(query, better) > rank(query, worse)


def test_neighbouring_sentences_count_more_than_distant_ones() -> None:
    told, more, other = "保函到期", "原件退回分行", "今日天气晴好"
    query = "保函到期以后原件退回分行吗"
    assert rank(query, f"{other}。{told}。{more}。") > rank(query, f"{told}。{other}。{more}。")


def test_what_a_chinese_question_begins_with_counts_more() -> None:
    assert rank("保函的期限", "保函另有规定。") > rank("期限的保函", "保函另有规定。")


def test_an_english_question_counts_what_stands_in_a_row() -> None:
    query = "deferred tax assets on March 31, 2019"
    assert rank(query, "The deferred tax assets grew.") > rank(query, "Assets grew; tax was deferred by the group.")


@pytest.mark.parametrize("query", ["的", "a", "？", "印章"])
def test_the_shortest_questions_have_a_rank(query: str) -> None:
    assert not question_of(query, NONE).about or rank(query, "印章由专人保管。") >= 0


@pytest.mark.parametrize(
    ("query", "nearer", "further"),
    [
        ("What is the largest item of the balance sheet?", "CONSOLIDATED BALANCE SHEETS", "INCOME TAXES"),
        ("住宿费的标准是多少", "费用 › 住宿费标准", "住宿费标准 › 附则"),
        ("住宿费的标准是多少", "住宿费标准", "住宿费标准与市内交通费、伙食补助费的报销流程"),
        ("住宿费的标准是多少", "住宿费标准 › | 城市 | 金额 |", "附则 › | 城市 | 金额 |"),
    ],
)
def test_a_title_that_is_what_is_asked_for_is_named(query: str, nearer: str, further: str) -> None:
    question = question_of(query, NONE)
    scale = question.scale(dict.fromkeys(question.terms, 10), 1000)
    assert 1.0 >= scale.share_in_heading(nearer) > scale.share_in_heading(further)
    assert scale.share_in_heading("") == 0.0
