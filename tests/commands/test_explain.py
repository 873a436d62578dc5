"""`deskmate explain` and the permissions in `deskmate check`, as an operator runs them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.commands.deskmate import run
from tests.houses import content_in


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def rows(home: Path, *words: str) -> list[dict[str, Any]]:
    ran = run(home, "explain", *words, "--json")
    assert ran.code == 0, ran.err
    return ran.lines


def test_one_person_and_one_skill(home: Path) -> None:
    (row,) = rows(home, "E1001", "fx.quote")
    assert (row["person"], row["assistant"], row["allowed"], row["why"]) == ("E1001", "fx", True, "rule")
    assert row["rule"].startswith("config/permissions.csv:") and row["text"].startswith("p, relationship_manager")
    assert row["confirm"] == "none"


def test_in_words_it_says_rule_and_confirmation(home: Path) -> None:
    ran = run(home, "explain", "E1001", "office.book_room")
    for words in ("可以", "张伟", "@办公", "预订会议室", "config/permissions.csv:", "本人确认", "批准人"):
        assert words in ran.out
    assert "规则禁止" in run(home, "explain", "E9001", "knowledge:credit").out


def test_who_may_and_all_that_he_may(home: Path) -> None:
    may = {row["person"] for row in rows(home, "fx.quote") if row["allowed"]}
    assert may == {"E1001", "E1002", "E2001", "E3001", "E3002"}
    denied = {(row["assistant"], row["object"]) for row in rows(home, "E9001") if not row["allowed"]}
    assert ("credit", "knowledge:credit") in denied and ("fx", "fx.quote") in denied
    assert ("office", "office.find_person") not in denied


def test_a_room_narrows_it(home: Path) -> None:
    lines = [
        {"text": "@外汇 美元现在多少", "as": "E1002", "room": "desk"},
        {"text": "@办公 李娜的分机", "as": "E6001", "room": "desk"},
    ]
    run(home, "ask", "--jsonl", lines=lines)
    quote, rates = (rows(home, "E1002", object, "--room", "desk")[0] for object in ("fx.quote", "fx.rates"))
    assert not quote["allowed"] and quote["why"] == "rule"
    assert [(one["person"], one["sees"], one["why"]) for one in quote["room"]] == [("E6001", False, "no_rule")]
    assert rates["allowed"] and rates["room"][0]["sees"]


@pytest.mark.parametrize(
    ("words", "code"), [(["E7777"], "EXPLAIN"), (["fx.qoute"], "EXPLAIN"), (["E1001", "--room", "none"], "NO_ROOM")]
)
def test_what_is_not_there_is_said(home: Path, words: list[str], code: str) -> None:
    ran = run(home, "explain", *words)
    assert ran.code == 1 and ran.err.startswith(code)


def test_check_names_what_is_wrong_with_the_permissions(home: Path, tmp_path: Path) -> None:
    content = content_in(tmp_path / "content")
    path = content / "config" / "permissions.csv"
    shipped = path.read_text(encoding="utf-8")
    line = len(shipped.splitlines()) + 1
    wrong = "p, dealer, *, fx, fx.rates, allow\np, staff, *, research, *, deny\n"
    path.write_text(shipped + wrong, encoding="utf-8")
    ran = run(home, "check", DESKMATE_CONTENT=str(content))
    assert ran.code == 1
    assert f"permissions.csv:{line}: " in ran.err and "is 'dealers' meant?" in ran.err
    assert f"contradiction: all that it allows is denied by line {line + 1}" in ran.err


def test_a_remark_is_no_error(home: Path, tmp_path: Path) -> None:
    content = content_in(tmp_path / "content")
    people = content / "config" / "people.yaml"
    people.write_text(
        people.read_text(encoding="utf-8") + "- {id: E6002, name: 林芳, role: trainee, place: 总行办公室}\n",
        encoding="utf-8",
    )
    ran = run(home, "check", DESKMATE_CONTENT=str(content))
    assert "people.yaml" in ran.err and "'trainee'" in ran.err
    assert ran.code == 0, ran.err
    (row, *_) = [
        json.loads(one)
        for one in run(home, "explain", "E6002", "--json", DESKMATE_CONTENT=str(content)).out.splitlines()
    ]
    assert not row["allowed"]
