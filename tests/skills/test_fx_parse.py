"""Dealing sentences are taken apart exactly; nothing is guessed; nothing breaks the reader."""

from __future__ import annotations

import json
import time
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.errors import BadInput
from skills.fx.parse import asked_pairs, asked_tenors, parse
from tests.skills.context import CONTENT

TODAY = date(2026, 3, 10)
KEYS = [
    *("side", "base", "quote", "amount", "amount_ccy", "product", "tenor", "value_date", "customer", "limit_price"),
    "missing",
]


def read(text: str) -> dict[str, Any]:
    return parse(text, TODAY).as_json()


def test_the_keys_of_the_contract_in_their_order() -> None:
    assert list(read("客户要买500万美元")) == KEYS
    assert list(read("")) == KEYS


def test_one_sentence_with_everything() -> None:
    assert read("@外汇 客户华星科技要买500万美元，三个月远期，7.0300以下") == {
        "side": "buy",
        "base": "USD",
        "quote": "CNY",
        "amount": 5_000_000,
        "amount_ccy": "USD",
        "product": "forward",
        "tenor": "3M",
        "value_date": "2026-06-12",
        "customer": "华星科技",
        "limit_price": 7.03,
        "missing": [],
    }


def test_every_sentence_looked_at_while_tuning_is_read_exactly() -> None:
    lines = (CONTENT / "bench" / "data" / "fx_sentences_dev.jsonl").read_text(encoding="utf-8").splitlines()
    for one in map(json.loads, lines):
        assert parse(one["text"], date.fromisoformat(one["today"])).as_json() == one["expected"], one["text"]


@pytest.mark.parametrize(
    ("text", "side", "base", "quote"),
    [
        ("结汇100万美元", "sell", "USD", "CNY"),
        ("购汇100万美元", "buy", "USD", "CNY"),
        ("售汇100万美元", "buy", "USD", "CNY"),
        ("我行卖出100万美元", "buy", "USD", "CNY"),
        ("银行买入100万欧元", "sell", "EUR", "CNY"),
        ("buy JPY 100 mio against USD", "buy", "JPY", "USD"),
        ("sell USD/JPY 10 mio", "sell", "USD", "JPY"),
        ("卖美元买欧元，300万美元", "buy", "EUR", "USD"),
        ("买日元卖美元，100万美元", "sell", "USD", "JPY"),
        ("把100万美元换成人民币", "sell", "USD", "CNY"),
        ("用700万人民币买美元", "buy", "USD", "CNY"),
        ("cable mine 5 mio", "buy", "GBP", "USD"),
        ("USD/JPY yours 5 mio", "sell", "USD", "JPY"),
        ("sell/buy swap USDCNY 20 mio 6M", "sell", "USD", "CNY"),
        ("近端买入美元，远端卖出，1000万", "buy", "USD", "CNY"),
        ("美元买入价是多少", None, "USD", "CNY"),
        ("100万欧元，购汇还是结汇？", None, "EUR", "CNY"),
        ("not buy but sell 2 mio usd", "sell", "USD", "CNY"),
    ],
)
def test_the_side_is_the_customers_in_the_base(text: str, side: str | None, base: str, quote: str) -> None:
    found = read(text)
    assert (found["side"], found["base"], found["quote"]) == (side, base, quote)


@pytest.mark.parametrize(
    ("said", "tenor", "day"),
    [
        ("三个月", "3M", "2026-06-12"),
        ("两周后", "2W", "2026-03-26"),
        ("18M", "18M", "2027-09-13"),
        ("一年", "1Y", "2027-03-12"),
        ("半年", "6M", "2026-09-14"),
        ("一年半", "18M", "2027-09-13"),
        ("next month forward", "1M", "2026-04-13"),
        ("明天交割", "TOM", "2026-03-11"),
        ("T+0", "TOD", "2026-03-10"),
        ("即期", "SPOT", "2026-03-12"),
        ("12月15日交割", None, "2026-12-15"),
        ("value Dec 15", None, "2026-12-15"),
        ("2026-12-15", None, "2026-12-15"),
        ("下周五交割", None, "2026-03-20"),
        ("月底交割", None, "2026-03-31"),
        ("下个月15号", None, "2026-04-15"),
        ("1月15日", None, "2027-01-15"),
    ],
)
def test_tenors_and_dates(said: str, tenor: str | None, day: str) -> None:
    found = read(f"买100万美元，{said}")
    assert (found["tenor"], found["value_date"]) == (tenor, day)


def test_products_follow_from_word_tenor_or_date() -> None:
    assert read("买100万美元")["product"] == "spot"
    assert read("买100万美元 3M")["product"] == "forward"
    assert read("买100万美元 3月12日")["product"] == "spot"
    assert read("买100万美元 3月13日")["product"] == "forward"
    assert read("隔夜，买100万美元")["product"] == "swap"
    assert read("买100万美元期权")["product"] is None


def test_what_is_not_in_the_text_is_null_and_what_is_needed_is_named() -> None:
    assert read("你好")["missing"] == ["side", "base", "amount"]
    assert read("远期购汇")["missing"] == ["base", "amount", "value_date"]
    assert read("买100万美元")["tenor"] is None
    assert read("买100万美元")["value_date"] is None
    assert read("500万") == dict.fromkeys(KEYS) | {"amount": 5_000_000, "product": "spot", "missing": ["side", "base"]}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("买500万美元", "改成300万"), {"amount": 3_000_000, "base": "USD"}),
        (("卖100万美元", "不对，是欧元"), {"base": "EUR", "amount_ccy": "EUR", "amount": 1_000_000}),
        (("买美元500万", "不是买是卖"), {"side": "sell"}),
        (("买100万美元，三个月", "改成半年"), {"tenor": "6M"}),
        (("卖100万美元，一个月", "改成即期"), {"tenor": "SPOT", "product": "spot"}),
        (("买100万美元 7.02以下", "不限价"), {"limit_price": None}),
        (("卖300万欧元", "对美元"), {"base": "EUR", "quote": "USD"}),
        (("买500万", "美元", "三个月", "客户是华星科技"), {"base": "USD", "tenor": "3M", "customer": "华星科技"}),
        (("sell 2 mio eur/usd", "sorry, gbp/usd"), {"base": "GBP", "quote": "USD", "amount_ccy": "GBP"}),
        (("结汇500万美元，不对，是欧元",), {"base": "EUR", "amount": 5_000_000}),
    ],
)
def test_later_lines_correct_earlier_ones(lines: tuple[str, ...], expected: dict[str, Any]) -> None:
    found = read("\n".join(lines))
    assert {key: found[key] for key in expected} == expected


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("买0美元", "amount_not_positive"),
        ("卖-100万美元", "amount_not_positive"),
        ("买1000万亿美元", "amount_too_large"),
        ("买100万比特币", "currency_unknown"),
        ("sell 5 mio XYZ", "currency_unknown"),
        ("2025年1月1日购汇100万美元", "date_past"),
        ("2026年2月30日购汇100万美元", "date_impossible"),
        ("买100万美元和50万欧元", "several_amounts"),
        ("买美元兑美元100万", "same_currency"),
        ("买100万美元看涨期权", "product_unknown"),
        ("买100万美元" + " " * 5_000, "too_long"),
    ],
)
def test_what_cannot_be_meant_is_not_taken_over_in_silence(text: str, doubt: str) -> None:
    assert doubt in parse(text, TODAY).doubts


@pytest.mark.parametrize(
    "text",
    [
        "美元今天多少",
        "10:30给我报价",
        "联系电话13900001002",
        "合同号HX20260315",
        "账号6222021234567890",
        "利率3.5%",
        "三个工作日内",
        "千万别忘了",
    ],
)
def test_other_figures_are_no_amounts_and_no_prices(text: str) -> None:
    found = read(text)
    assert found["amount"] is None
    assert found["limit_price"] is None
    assert found["value_date"] is None


@pytest.mark.parametrize(
    "text",
    ["客户要买100万美元", "帮我买100万美元", "今天要买100万美元", "方向：买入100万美元", "下午客户来电卖100万美元"],
)
def test_no_customer_is_made_up(text: str) -> None:
    assert read(text)["customer"] is None


def test_several_tenors_and_pairs_of_one_question() -> None:
    assert asked_tenors("欧元 1M、3M、半年") == ("1M", "3M", "6M")
    assert asked_pairs("USD/JPY 和英镑，还有美元") == (("USD", "JPY"), ("GBP", "CNY"), ("USD", "CNY"))
    assert asked_pairs("欧元美元现在多少") == (("EUR", "USD"),)
    assert asked_pairs("美元欧元英镑汇率") == (("USD", "CNY"), ("EUR", "CNY"), ("GBP", "CNY"))


def test_a_year_out_of_reach_is_told() -> None:
    with pytest.raises(BadInput):
        parse("买100万美元 3M", date(1900, 1, 1))


PIECES = st.sampled_from(
    [
        "百",
        "万",
        "亿",
        "点",
        "半",
        "个",
        "1",
        "0",
        ",",
        ".",
        "-",
        "12月",
        "30日",
        "号",
        "不是",
        "不对",
        "改成",
        "买",
        "卖",
        "结汇",
        "换成",
        "美元",
        "EUR/",
        "USD",
        "3M",
        "T+1",
        "客户",
        "帮",
        "有限公司",
        "for",
        "ABC",
        "at",
        "7.05",
        "以下",
        "\n",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map("".join)))
def test_no_text_breaks_the_reader(text: str) -> None:
    found = parse(text, TODAY)
    assert list(found.as_json()) == KEYS
    assert found.amount is None or found.amount > 0
    assert found.value_date is None or found.value_date >= TODAY
    json.dumps(found.as_json())


@pytest.mark.parametrize(
    "piece", ["1", "百", "，", "A ", "客户", "帮", "不是", "买100万美元 ", "one hundred ", "\n买", "\x00"]
)
def test_a_megabyte_is_read_in_bounded_time(piece: str) -> None:
    started = time.monotonic()
    parse(piece * (1_000_000 // len(piece)), TODAY)
    assert time.monotonic() - started < 20  # a runaway pattern takes hours; this is no measurement
