"""Catalogues: both languages say the same things, and the language of a talk is heard."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from app.core.texts import Texts, language_of, speaking

ROOT = Path(__file__).parents[2]
FOLDERS = sorted({*(ROOT / "app").glob("**/texts"), *(ROOT / "skills").glob("**/texts")})


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.relative_to(ROOT).as_posix())
def test_both_languages_say_the_same_things(folder: Path) -> None:
    zh, en = (yaml.safe_load((folder / f"{one}.yaml").read_text(encoding="utf-8")) or {} for one in ("zh", "en"))
    assert set(zh) == set(en)


def test_a_text_that_is_missing_is_a_defect() -> None:
    with pytest.raises(KeyError):
        Texts(ROOT / "app" / "team" / "texts")("no_such_text")


def test_the_current_language_is_spoken() -> None:
    say = Texts(ROOT / "app" / "team" / "texts")
    with speaking("en"):
        assert say("closing", names="x") == "Answered by x."
    assert say("closing", names="x") == "以上分别由x答复。"


@pytest.mark.parametrize(
    ("text", "before", "language"),
    [
        ("客户要买500万", "en", "zh"),
        ("@外汇 buy 5 mio usd spot please", "zh", "en"),
        ("10 people", "en", "en"),
        ("10 people", "zh", "zh"),
        ("", "zh", "zh"),
        ("<PERSON_1> <BANK_CARD_2>", "zh", "zh"),
    ],
)
def test_the_language_is_heard(text: str, before: str, language: str) -> None:
    assert language_of(text, before) == language  # type: ignore[arg-type]
