"""Figures are compared by value and unit; small counts, ordinals and names state nothing."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.gateway.figures import Sources, figures_in
from app.gateway.numerals import of_numeral

READ = (
    "客户要买500万美元，费率0.05，单位：万元 货币资金 1,234.56，年假5天，自2026-01-01起施行，第九条，每晚不超过八百元，"
    "会议15:30开始，利差20bp，有效期一年，人数超过三十人"
)


def sources(text: str = READ) -> Sources:
    made = Sources(date(2026, 11, 23))
    made.read(text)
    return made


@pytest.mark.parametrize(
    "text",
    [
        "5,000,000美元",
        "五百万",
        "5 million USD",
        "USD 5,000,000",
        "5%",
        "百分之五",
        "1234.56万元",
        "1,234.56",
        "五天",
        "5个工作日",
        "2026年1月1日",
        "1月1日起",
        "2026/1/1",
        "第九条",
        "第9条",
        "800元",
        "¥800",
        "下午3点半",
        "20个基点",
        "1年",
        "30人",
        "２０２６年１月",
        "今天是11月23日",
        "2026年",
        "分两种情况、三个方面，第一步",
        "1. 首先\n2. 其次",
        "工号E1001，T+2交割，Q4",
        "见[12]和<PHONE_77>",
        "**500**万美元",
    ],
)
def test_it_stands_there(text: str) -> None:
    assert sources().verified(text)


@pytest.mark.parametrize(
    "text",
    [
        "500万元",
        "6天",
        "六天",
        "5.1%",
        "2027年",
        "第十条",
        "5000001",
        "合计5,000,800",
        "900元",
        "16:30",
        "25个基点",
        "11月24日",
        "二十五个工作日",
        "3.7%",
        "12小时",
        "1.5倍",
        "31人",
    ],
)
def test_it_stands_nowhere(text: str) -> None:
    assert not sources().verified(text)


@given(st.integers(11, 10**12), st.sampled_from(["", "元", "%", "天"]))
def test_a_number_is_found_again_with_thousands_separators(number: int, unit: str) -> None:
    assert sources(f"共{number}{unit}").verified(f"共{number:,}{unit}")
    assert not sources(f"共{number}{unit}").verified(f"共{number + 1}{unit}")


@given(st.text(max_size=60))
def test_any_text_can_be_read_and_stands_in_itself(text: str) -> None:
    assert sources(text).verified(text)
    assert list(figures_in(text)) == list(figures_in(text))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十", 10),
        ("二十三", 23),
        ("一百零五", 105),
        ("三千二百", 3200),
        ("二〇二六", 2026),
        ("两万", 20000),
        ("三点五", "3.5"),
    ],
)
def test_numerals(text: str, value: int | str) -> None:
    assert str(of_numeral(text)) == str(value)


@pytest.mark.parametrize("text", ["甲", "三点甲"])
def test_what_is_no_numeral(text: str) -> None:
    assert of_numeral(text) is None
