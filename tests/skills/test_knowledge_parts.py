"""Several questions in one message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skills.knowledge.parts import MOST, parts_of


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        ("年假有几天？没休完能顺延吗？", ["年假有几天", "没休完能顺延吗"]),
        ("出差住宿标准多少，谁批？", ["出差住宿标准多少", "出差住宿标准 谁批"]),
        (
            "我下周去上海出差三天，住宿标准多少？伙食补助怎么算？",
            ["我下周去上海出差三天，住宿标准多少", "伙食补助怎么算"],
        ),
        ("年假几天，病假要什么证明，另外加班怎么算", ["年假几天", "病假要什么证明", "加班怎么算"]),
        ("What is the daily limit, and who signs?", ["What is the daily limit", "daily limit who signs"]),
        ("公章丢了怎么办", ["公章丢了怎么办"]),
        ("会议室在三楼，最多提前几天预订", ["会议室在三楼，最多提前几天预订"]),
        ("绿色金融", ["绿色金融"]),
    ],
)
def test_each_question_is_one(query: str, parts: list[str]) -> None:
    assert parts_of(query) == parts


def test_there_are_never_more_than_a_few() -> None:
    assert len(parts_of("一是多少？二是多少？三是多少？四是多少？五是多少？六是多少？")) == MOST


@given(st.text(max_size=200))
def test_something_is_always_asked(query: str) -> None:
    assert 1 <= len(parts_of(query)) <= MOST
