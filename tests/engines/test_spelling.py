"""One spelling for numerals, shares, dates and scripts; English words without their endings."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engines.library.wording.spelling import normal
from app.engines.library.wording.stems import stem
from app.engines.library.wording.words import asked, terms


@pytest.mark.parametrize(
    "spellings",
    [
        ("二百万", "200万", "2,000,000", "２，０００，０００", "2 million", "贰佰万", "2百万"),
        ("百分之三点五", "3.5%", "３．５％", "3.5 percent", "3.50%"),
        ("千分之五", "5‰", "0.5%"),
        (
            "2026年3月1日",
            "2026-03-01",
            "二〇二六年三月一日",
            "2026/3/1",
            "March 1, 2026",
            "1st March 2026",
            "2026年3月1号",
        ),
        ("第三十二条", "第32条", "第３２條"),
        ("一亿元", "1亿元", "100000000元", "1億元"),
        ("十五个工作日", "15个工作日"),
        ("500.00元", "500元"),
    ],
)
def test_what_is_the_same_is_spelled_the_same(spellings: tuple[str, ...]) -> None:
    assert len({normal(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    "said", ["千万不要", "万一", "一些", "三三两两", "示银授信〔2026〕5号", "§3.2", "3.2.1", "may 2019", "哪一年"]
)
def test_what_is_no_number_stays(said: str) -> None:
    assert normal(said) == said


@settings(max_examples=400, deadline=None)
@given(
    st.text(
        st.sampled_from("零〇一二两十百千万亿点三五0123,.-/%‰年月日条个元 分之第壹佰國a ma rch1２，million"),
        max_size=24,
    )
)
def test_a_normal_text_stays_as_it_is(text: str) -> None:
    once = normal(text)
    assert normal(once) == once


@settings(deadline=None)
@given(st.text(max_size=40))
def test_any_text_has_a_normal_spelling(text: str) -> None:
    once = normal(text)
    assert normal(once) == once
    assert all(not term.isspace() for term in terms(text))


@pytest.mark.parametrize(
    ("words", "bare"),
    [
        (("expenses", "expense"), "expens"),
        (("operating", "operates", "operation", "operate"), "oper"),
        (("hopping",), "hop"),
        (("filings", "filing", "file", "files"), "file"),
        (("m2", "2018", "3.5%", "净息差", "nim"), None),
    ],
)
def test_english_endings_are_taken_off(words: tuple[str, ...], bare: str | None) -> None:
    assert all(stem(word) == (bare or word) for word in words)


def test_what_only_asks_is_no_word_of_the_question() -> None:
    assert asked("大学在哪一年建立") == asked("大学何时建立") == ["大学", "建立"]
    assert asked("FY2018 bank's capex") == ["2018", "bank", "capex"]
