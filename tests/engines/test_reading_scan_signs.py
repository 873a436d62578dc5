"""Signs and blanks that print has and OCR does not see."""

from __future__ import annotations

import pytest

from app.engines.library.reading.layout.page import Piece
from app.engines.library.reading.scan_signs import chinese_signs, with_blanks


@pytest.mark.parametrize(
    ("seen", "printed"),
    [
        ("至少包括:客户基本情况,财务状况;", "至少包括：客户基本情况，财务状况；"),
        ("铁(普钢)余额只减不增.", "铁（普钢）余额只减不增。"),
        ("利率3.5%,期限12个月", "利率3.5%,期限12个月"),
        ("Total (net): 1,200.00", "Total (net): 1,200.00"),
    ],
)
def test_signs_of_full_width(seen: str, printed: str) -> None:
    assert chinese_signs(seen) == printed


def line(text: str, left: float, top: float) -> Piece:
    return Piece(text, left, top, left + 10 * len(text), top + 12, 10)


def test_the_blank_behind_a_clause_that_begins() -> None:
    lines = [
        line("第一条为规范管理制定本办法", 120, 0),
        line("以及依照第二条办理的", 100, 20),
        line("3.1分行业需求", 100, 40),
    ]
    assert [piece.text for piece in with_blanks(lines)] == [
        "第一条 为规范管理制定本办法",
        "以及依照第二条办理的",
        "3.1 分行业需求",
    ]


def test_no_blank_within_a_reference_or_a_figure() -> None:
    lines = [
        line("前款所称的机构，按照本办法", 120, 0),
        line("第五条办理登记", 100, 20),
        line("第六条规定的情形除外。", 100, 40),
        line("1.9个点，是六个季度以来的最高值", 100, 60),
    ]
    assert [piece.text for piece in with_blanks(lines)] == [piece.text for piece in lines]
