"""Sentence templates: hassil's grammar, matched in one piece."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engines.language.templates import MOST, is_sentence, template


@pytest.mark.parametrize(
    ("pattern", "text", "slots"),
    [
        ("查[一下]{who}的(电话|手机)", "查一下张伟的电话", {"who": "张伟"}),
        ("查[一下]{who}的(电话|手机)", "查 张伟 的 手机？", {"who": "张伟"}),
        ("查[一下]{who}的(电话|手机)", "查一下<PERSON_1>的手机！", {"who": "<PERSON_1>"}),
        ("lend [me] the book {title}", "Lend the book  Moby Dick.", {"title": "Moby Dick"}),
        ("借给<PERSON_1>一本书", "借给<PERSON_12>一本书", {}),
        ("{what}改成{new}", "份数改成 五份。", {"what": "份数", "new": "五份"}),
        ("买{n:amount}", "买５００万", {"amount": "５００万"}),
    ],
)
def test_a_template_names_its_slots(pattern: str, text: str, slots: dict[str, str]) -> None:
    match = template(pattern).match(text)
    assert match is not None
    assert {name: text[start:end] for name, (start, end) in match.slots.items()} == slots


@pytest.mark.parametrize("text", ["查一下电话", "张伟的电话查一下行吗", "", "查" + "张" * 200 + "的电话"])
def test_another_sentence_does_not_match(text: str) -> None:
    assert template("查[一下]{who}的(电话|手机)").match(text) is None


def test_every_alternative_is_heard() -> None:
    sentences = template("(起草|写|拟)[一份|一个](通知|函|请示)").sentences
    assert {"通知", "函", "请示"} <= {word for word in ("通知", "函", "请示") if any(word in one for one in sentences)}
    assert len(sentences) <= MOST


def test_a_broken_template_is_a_plain_sentence() -> None:
    assert template("坏(了").match("坏 了") is not None


def test_only_plain_sentences_are_shown() -> None:
    assert is_sentence("订三份套餐")
    assert not is_sentence("订{count}份套餐")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.text(max_size=120))
def test_no_text_breaks_a_template(pattern: str, text: str) -> None:
    template(pattern).match(text)
