"""What documents say twice, or differently. Precision first: what is no contradiction is not reported."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.ports import Likeness
from app.engines.library.comparing.likeness import Piece, likenesses


def piece(number: int, text: str, *, title: str = "差旅费管理办法", place: str = "第一条") -> Piece:
    return Piece(f"office/{number}.md", place, f"v{number}", title, "", text)


def found(*pieces: Piece) -> list[Likeness]:
    return likenesses(pieces, lambda source, locator, version: f"/{source}?at={locator}&v={version}")


@pytest.mark.parametrize(
    ("one", "other", "figures"),
    [
        ("住宿费每人每天不超过 500 元。", "住宿费每人每天不超过450元。", ("500元", "450元")),
        (
            "出差人员的住宿费上限为每人每天 500 元，凭票报销。",
            "住宿费，出差人员每人每天最高 450 元。",
            ("500元", "450元"),
        ),
        (
            "员工返回后应当在十五个工作日内提交报销。",
            "员工返回后应当在 10 个工作日内提交报销。",
            ("15个工作日", "10个工作日"),
        ),
        ("借款按预计差旅费用的 80% 预支。", "借款按预计差旅费用的 70% 预支。", ("80%", "70%")),
        (
            "| 地区 | 部门负责人 |\n|---|---|\n| 一类地区住宿 | 650元 |",
            "| 地区 | 部门负责人 |\n|---|---|\n| 一类地区住宿 | 600元 |",
            ("650元", "600元"),
        ),
    ],
)
def test_the_same_matter_with_another_figure(one: str, other: str, figures: tuple[str, str]) -> None:
    listed = found(piece(1, one), piece(2, other))
    assert [(each.kind, each.figures) for each in listed] == [("figures", figures)]
    assert listed[0].one.quote in one and listed[0].other.quote in other
    assert listed[0].one.url == "/office/1.md?at=第一条&v=v1"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("住宿费每人每天不超过 500 元。", "住宿费每人每天不超过 500.00 元。"),  # the same figure
        ("一类地区住宿费每人每天 500 元。", "二类地区住宿费每人每天 400 元。"),  # another matter
        ("住宿费每人每天 500 元。", "住宿费每人每天提前 2 日预订。"),  # another unit
        ("住宿费每人每天不超过 500 元。", "住宿费每人每天不低于 100 元。"),  # one bounds above, the other below
        ("授信总额超过 3,000 万元的客户应当提供报表。", "授信总额 5,000 万元以上的客户每年检查。"),  # conditions
        (
            "本办法由总行办公室负责解释，自 2026 年 2 月 1 日起施行。",
            "本办法由总行办公室负责解释，自 2025 年 1 月 1 日起施行。",
        ),
        (
            "个人住房贷款不良率比年初上升 0.08 个百分点。",
            "普惠小微贷款不良率比年初上升 0.12 个百分点。",
        ),  # observations
        ("依据示银财〔2026〕12号办理。", "依据示银财〔2026〕15号办理。"),
        ("第 5 条所列情形除外。", "第 7 条所列情形除外。"),
        ("费用 500 元。", "费用 400 元。"),  # nothing says what of
    ],
)
def test_what_is_no_contradiction(one: str, other: str) -> None:
    assert found(piece(1, one), piece(2, other)) == []


def test_within_one_document_figures_differ_for_reasons_of_its_own() -> None:
    one, other = "住宿费每人每天不超过 500 元。", "住宿费每人每天不超过 450 元。"
    assert found(piece(1, one), piece(1, other, place="第二条")) == []


def test_words_that_do_not_tell_figures_apart_prove_nothing() -> None:
    """A document that gives two figures for the same words means two things by them."""
    both = "住宿费每人每天不超过 500 元；特殊情况下住宿费每人每天不超过 800 元；住宿费每人每天不超过 300 元。"
    assert found(piece(1, both), piece(2, "住宿费每人每天不超过 450 元。")) == []


LONG = (
    "员工应当在返回后通过费用系统提交报销，附出差审批单、交通票据、住宿发票和行程说明；"
    "单据由部门负责人审核、财务会计部复核，不符合规定的退回补正，逾期不再受理。"
)


def test_nearly_the_same_passage_in_two_documents() -> None:
    listed = found(piece(1, LONG), piece(2, LONG.replace("退回补正", "退回")), piece(3, LONG[:30]))
    assert [(each.kind, each.one.source, each.other.source) for each in listed] == [
        ("same", "office/1.md", "office/2.md")
    ]
    assert float(listed[0].about) >= 0.8


def test_short_and_different_passages_repeat_nothing() -> None:
    rng = random.Random(3)
    letters = [chr(0x4E00 + number) for number in range(2000)]
    others = [piece(number, "".join(rng.choices(letters, k=90))) for number in range(50)]
    assert found(*others, piece(51, "本办法由总行办公室负责解释。"), piece(52, "本办法由总行办公室负责解释。")) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=120), max_size=6))
def test_any_text_is_compared_without_a_fault_and_quotes_stand_in_it(texts: list[str]) -> None:
    pieces = [piece(number, text) for number, text in enumerate(texts)]
    for each in found(*pieces):
        for cited in (each.one, each.other):
            assert cited.quote in pieces[int(cited.source[7:-3])].text
