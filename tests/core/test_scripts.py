"""Simplified characters, one for one."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from app.core.scripts import SIMPLIFIED, simplified


@pytest.mark.parametrize(
    ("traditional", "expected"),
    [
        ("陳建國購匯", "陈建国购汇"),
        ("產線絕緣", "产线绝缘"),
        ("産綫絶縁", "产线绝縁"),
        ("人民币 USD 5", "人民币 USD 5"),
        ("", ""),
    ],
)
def test_characters_become_simplified(traditional: str, expected: str) -> None:
    assert simplified(traditional) == expected


@given(strategies.text())
def test_every_text_keeps_its_length(text: str) -> None:
    assert len(simplified(text)) == len(text)


def test_each_character_of_the_table_becomes_one_other() -> None:
    assert len(SIMPLIFIED) > 3000
    assert all(isinstance(value, int) and value != code for code, value in SIMPLIFIED.items())
