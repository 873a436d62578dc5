"""Values in what people say, by kind."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.assistant import Example
from app.core.model_talk import SlotSpec, ToolSpec
from app.core.skill import SlotKind
from app.engines.language import slots
from app.engines.language.forms import spans
from tests.engines.small_house import LEND, LIBRARY_EXAMPLES, ORDER, SEARCH, SEND

LENDING = [Example.model_validate(one) for one in LIBRARY_EXAMPLES if one["skill"] == "library.lend"]


def found(kind: str, text: str) -> list[str]:
    return [text[start:end] for start, end in spans(kind, text)]


@pytest.mark.parametrize(
    ("kind", "text", "values"),
    [
        ("money", "客户要买500万美元，另有5 mio eur", ["500万美元", "5 mio eur"]),
        ("money", "usd5m 和 $2.5m，两百万欧，一千二百万元", ["usd5m", "$2.5m", "两百万欧", "一千二百万元"]),
        ("money", "1,200,000.50 USD", ["1,200,000.50 USD"]),
        ("money", "十个人开三个月", []),
        ("currency", "usd/cny，EURUSD，换成港币", ["usd", "cny", "EUR", "USD", "港币"]),
        ("currency", "industry status used", []),
        ("date", "下周三或者2026年12月3日", ["下周三", "2026年12月3日"]),
        ("date", "3天后、明天、月底、2026-12-03", ["3天后", "明天", "月底", "2026-12-03"]),
        ("date", "next Friday, Mar 5 2027 or 5th of May", ["next Friday", "Mar 5 2027", "5th of May"]),
        ("time", "下午3点半到5点，14:30", ["下午3点半", "5点", "14:30"]),
        ("time", "at 9 am, 2-4pm", ["9 am", "2", "4pm"]),
        ("time", "三点之前有一个时间", ["三点"]),
        ("tenor", "3个月、2W、半年、1-year、隔夜", ["3个月", "2W", "半年", "1-year", "隔夜"]),
        ("percent", "20%，百分之五，25bp，3个基点", ["20%", "百分之五", "25bp", "3个基点"]),
        ("number", "十二个人，3 间", ["十二", "3"]),
        ("person", "<PERSON_3>、E1001、分机8501", ["<PERSON_3>", "E1001", "8501"]),
        ("person", "张伟的电话", ["张伟"]),
        ("organisation", "客户华星科技要买", ["华星科技"]),
        ("organisation", "晨光贸易有限公司，<ORGANIZATION_2>", ["晨光贸易有限公司", "<ORGANIZATION_2>"]),
        ("organisation", "we met Acme Trading Ltd yesterday", ["Acme Trading Ltd"]),
        ("file", "看看 报表2026.xlsx 和 notes.md", ["报表2026.xlsx", "notes.md"]),
    ],
)
def test_values_are_found_as_they_were_said(kind: str, text: str, values: list[str]) -> None:
    assert found(kind, text) == values


def test_a_call_is_filled_by_kind() -> None:
    said = slots.fill(ORDER, "后天下午1点订十二份素的")
    assert said == {"menu": "green", "count": "12", "day": "后天", "hour": "下午1点"}


def test_english_fills_the_same() -> None:
    said = slots.fill(ORDER, "order twelve vegetarian lunches for next Friday at 1 pm")
    assert said == {"menu": "green", "count": "12", "day": "next Friday", "hour": "1 pm"}


def test_a_template_names_what_words_mean() -> None:
    said = slots.fill(LEND, "把红楼梦借给<PERSON_1>", LENDING)
    assert said == {"title": "红楼梦", "reader": "<PERSON_1>"}


def test_without_a_template_what_remains_is_the_text() -> None:
    assert slots.fill(LEND, "帮我借一本关于园林的书，读者是<PERSON_2>", LENDING)["reader"] == "<PERSON_2>"


def test_command_words_alone_are_no_value() -> None:
    assert "title" not in slots.fill(LEND, "我要借一本", LENDING)


def test_a_time_takes_the_part_of_the_day_of_its_neighbour() -> None:
    tool = replace(ORDER, slots={"from": SlotSpec("time", "", True, {}), "to": SlotSpec("time", "", True, {})})
    assert slots.fill(tool, "明天下午3点到5点") == {"from": "下午3点", "to": "下午5点"}
    assert slots.fill(tool, "2-4pm") == {"from": "2pm", "to": "4pm"}


def test_an_utterance_and_a_search_take_the_whole_message() -> None:
    assert slots.fill(SEND, " 明天用车 ") == {"request": "明天用车"}
    assert slots.fill(SEARCH, "借期有多长？") == {"query": "借期有多长？"}


def test_a_file_that_is_not_named_is_the_latest() -> None:
    tool = replace(ORDER, slots={"file": SlotSpec("file", "", True, {})})
    assert slots.fill(tool, "看看这份报表") == {"file": ""}
    assert slots.fill(tool, "看看a.xlsx") == {"file": "a.xlsx"}


@pytest.mark.parametrize(
    ("parameter", "text", "value"),
    [
        ("count", "大概八份吧", "8"),
        ("count", "一百二十", "120"),
        ("count", "不知道", None),
        ("menu", "素的", "green"),
        ("menu", "随便", None),
        ("day", "下周一", "下周一"),
        ("hour", "13:00", "13:00"),
    ],
)
def test_an_answer_is_read_by_the_kind_that_was_asked_for(parameter: str, text: str, value: str | None) -> None:
    assert slots.answer(ORDER, parameter, text) == value


def test_any_words_answer_a_question_for_words() -> None:
    assert slots.answer(LEND, "title", "战争与和平") == "战争与和平"
    assert slots.answer(LEND, "reader", "是隔壁的老周") == "隔壁的老周"


@pytest.mark.parametrize(
    ("text", "alone"), [("300万", True), ("欧元，三个月", True), ("300万够不够", False), ("好", False)]
)
def test_bare_values(text: str, alone: bool) -> None:
    assert slots.bare(text) is alone


KINDS: list[SlotKind] = [
    "money",
    "currency",
    "date",
    "time",
    "tenor",
    "percent",
    "number",
    "person",
    "organisation",
    "file",
    "text",
    "choice",
]


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_filling_and_what_was_said_stands_in_it(text: str) -> None:
    tool = ToolSpec("x.y", "doc", {}, {kind: SlotSpec(kind, "", True, {"a": ("b",)}) for kind in KINDS}, False)
    for name, value in slots.fill(tool, text).items():
        if name not in ("choice", "time"):
            assert value in text
    for kind in KINDS:
        slots.answer(tool, kind, text)
