"""`@name` anywhere in a text, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.team.mentions import find_mentions, name_table, shares
from tests.team.house import HOUSE

NAMES = name_table(HOUSE)


def called(text: str) -> list[tuple[str, str | None]]:
    return [(mention.text, mention.assistant) for mention in find_mentions(text, NAMES)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@外汇 报个价", [("外汇", "fx")]),
        ("请@外汇报个价", [("外汇", "fx")]),
        ("＠外汇，买500万", [("外汇", "fx")]),
        ("@FX: quote please", [("FX", "fx")]),
        ("＠ＦＸ quote", [("ＦＸ", "fx")]),
        ("@fx. Thanks", [("fx", "fx")]),
        ("@外汇交易助手你好", [("外汇交易助手", "fx")]),
        ("@FX dealing assistant quote", [("FX dealing assistant", "fx")]),
        ("@ 外汇 报个价", [("外汇", "fx")]),
        ("@@外汇", [("外汇", "fx")]),
        ("@外汇行情怎么样", [("外汇", "fx")]),
        ("@外汇部分客户要买美元", [("外汇", "fx")]),
        ("@信贷@外汇 看看华星", [("信贷", "credit"), ("外汇", "fx")]),
        ("看看报表，@信贷；然后@office发通知", [("信贷", "credit"), ("office", "office")]),
        ("hello@外汇 hi", [("外汇", "fx")]),
        ("发到a@bank.example，再@外汇", [("外汇", "fx")]),
    ],
)
def test_a_mention_stands_anywhere(text: str, expected: list[tuple[str, str]]) -> None:
    assert called(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "写信给 user@fx.com",
        "user@fx",
        "zhang.wei@office.bank.example",
        "a@外汇.com",
        "https://example.com/@fx/rates",
        "见 www.example.com/@外汇",
        "卖出欧元 @7.05",
        "meet @ office at 3pm",
        "@",
        "＠＠",
        "",
    ],
)
def test_what_only_looks_like_a_mention(text: str) -> None:
    assert called(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("@王小明 你好", "王小明"),
        ("@王小明你好", "王小明"),
        ("@法务部看下合同", "法务部"),
        ("@<PERSON_1> 在吗", "<PERSON_1>"),
        ("@bob, are you there", "bob"),
        ("@外汇局 批了吗", "外汇局"),
        ("@信贷部看看", "信贷部"),
        ("@研究院的报告", "研究院"),
        ("@交易员", "交易员"),
        ("@fx-desk", "fx-desk"),
        ("@fxteam", "fxteam"),
        ("@" + "很" * 50, "很" * 8),
    ],
)
def test_a_name_that_nobody_bears_is_kept_as_written(text: str, name: str) -> None:
    assert called(text) == [(name, None)]


def _shares(text: str) -> tuple[str, dict[str, str]]:
    return shares(text, [one for one in find_mentions(text, NAMES) if one.assistant])


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("@外汇，买500万", "买500万"),
        ("请@外汇报个价", "请报个价"),
        ("please @fx quote", "please quote"),
        ("买美元@外汇", "买美元"),
        ("@外汇", ""),
        ("没有提到谁", "没有提到谁"),
        ("@王小明 你好", "@王小明 你好"),
    ],
)
def test_the_text_without_its_mention(text: str, rest: str) -> None:
    assert _shares(text)[0] == rest


def test_each_assistant_gets_its_part() -> None:
    whole, parts = _shares("@信贷 看下报表 @外汇 报个价")
    assert whole == "看下报表\n报个价"
    assert parts == {"credit": "看下报表", "fx": "报个价"}


@pytest.mark.parametrize("text", ["@信贷 @外汇 看看华星", "@信贷和@外汇，看看华星", "看看华星 @信贷 @外汇"])
def test_those_named_in_one_breath_share_the_text(text: str) -> None:
    assert _shares(text)[1] == {"credit": "看看华星", "fx": "看看华星"}


def test_what_comes_before_the_mentions_is_for_all() -> None:
    parts = _shares("华星要买500万美元。@外汇 报价 @信贷 看额度")[1]
    assert parts == {"fx": "华星要买500万美元。报价", "credit": "华星要买500万美元。看额度"}


LOCAL_PART = st.text("abcdefghijklmnopqrstuvwxyz0123456789._%+-", min_size=1, max_size=12)
DOMAIN = st.sampled_from(["fx.com", "fx", "office.example", "credit.bank.example", "research"])


@settings(max_examples=150)
@given(st.text("中文，。 ", max_size=6), LOCAL_PART, DOMAIN, st.text("中文，。 ", max_size=6))
def test_never_inside_an_address(before: str, local: str, domain: str, after: str) -> None:
    assert called(f"{before}{local}@{domain}{after}") == []


@settings(max_examples=150)
@given(
    st.text("中文，。！a b", max_size=8), st.sampled_from(sorted(NAMES)), st.text("，。！：\n ", min_size=1, max_size=3)
)
def test_always_after_a_blank(before: str, name: str, after: str) -> None:
    assert (name, NAMES[name]) in called(f"{before} @{name}{after}")


@settings(max_examples=200)
@given(st.text(max_size=200))
def test_any_text_is_read_and_its_places_are_true(text: str) -> None:
    mentions = find_mentions(text, NAMES)
    for mention in mentions:
        assert mention.text in text[mention.start : mention.end]
    shares(text, [one for one in mentions if one.assistant])
