"""Whom a text is for, from nothing but folders."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.assistant import Assistant, load_assistants
from app.engines.understanding import Understanding
from app.team.router import FITS
from tests.engines.small_house import WEATHER, WEATHER_EXAMPLES, small_house, write_folder


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("content")


@pytest.fixture(scope="module")
def house(content: Path) -> dict[str, Assistant]:
    return small_house(content)


@pytest.fixture(scope="module")
def understanding(house: dict[str, Assistant]) -> Understanding:
    return Understanding(house)


@pytest.mark.parametrize(
    ("text", "assistant", "skill"),
    [
        ("我想借一本三体", "library", "library.lend"),
        ("最多可以借几本书", "library", None),
        ("borrow a book about history", "library", "library.lend"),
        ("帮忙订六份盒饭", "canteen", "lunch.order"),
        ("order ten lunches for Monday", "canteen", "lunch.order"),
        ("派辆车去高铁站", "fleet", "fleet.send"),
        ("need a car tomorrow morning", "fleet", "fleet.send"),
    ],
)
def test_a_sentence_like_the_examples_finds_its_assistant(
    understanding: Understanding, text: str, assistant: str, skill: str | None
) -> None:
    best = understanding.fits(text)[0]
    assert (best.assistant, best.skill) == (assistant, skill)
    assert best.confidence >= FITS


@pytest.mark.parametrize(
    "text", ["今天天气怎么样", "讲个笑话", "who is the president", "你好", "", "？？？", "zxcvb qwerty"]
)
def test_what_is_nobodys_fits_nobody(understanding: Understanding, text: str) -> None:
    assert understanding.fits(text)[0].confidence < FITS


def test_a_new_folder_is_routable_at_once(content: Path) -> None:
    """Weather is in the background of what is nobody's: a folder that claims it wins."""
    write_folder(content / "more" / "weather", WEATHER, WEATHER_EXAMPLES)
    assistants = load_assistants(content / "assistants") | load_assistants(content / "more")
    understanding = Understanding(assistants)
    for text in ("后天北京会不会下雨", "天气怎么样", "is it going to rain tonight"):
        best = understanding.fits(text)[0]
        assert best.assistant == "weather"
        assert best.confidence >= FITS
    assert understanding.fits("讲个笑话")[0].confidence < FITS


def test_knowledge_headings_speak_for_their_readers(content: Path, house: dict[str, Assistant]) -> None:
    folder = content / "knowledge" / "library"
    folder.mkdir(parents=True)
    document = '---\ntitle: "善本古籍修复办法"\n---\n# 总则\n第一条 修复须登记。\n'
    (folder / "old.md").write_text(document, encoding="utf-8")
    before = Understanding({name: house[name] for name in ("canteen", "fleet")})
    after = Understanding(house)
    assert before.fits("善本古籍怎么修复")[0].confidence < FITS
    assert after.fits("善本古籍怎么修复")[0].assistant == "library"


def test_nobody_at_all() -> None:
    assert Understanding({}).fits("你好") == []


def test_skills_of_a_stranger_are_none(understanding: Understanding) -> None:
    assert understanding.skills("stranger", "借书") == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_any_text_has_a_confidence(understanding: Understanding, text: str) -> None:
    fits = understanding.fits(text)
    assert {fit.assistant for fit in fits} == {"library", "canteen", "fleet"}
    assert all(0 <= fit.confidence <= 1 for fit in fits)
    assert [fit.confidence for fit in fits] == sorted((fit.confidence for fit in fits), reverse=True)
