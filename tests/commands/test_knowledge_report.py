"""`deskmate knowledge report`, `gaps`, `case`, `cases`: what the owners look at, and what is asked again."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from pathlib import Path

import pytest

from app.main import opened
from tests.commands.deskmate import Ran, run
from tests.conftest import asking, clock, settings_in

SECRET = {"DESKMATE_SECRET": "test-secret"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A house in which one answer was disliked, one question found none, and a draft contradicts a rule."""

    async def lived() -> None:
        async with opened(settings_in(tmp_path), clock=clock) as house:
            ask = asking(house, "room-k", "E6001")
            await ask("@办公 印章由谁保管", id="turn-bad")
            await house.gateway.desk.feedback("E6001", "turn-bad", "down", "不全")
            await house.gaps.note(
                "凤凰城出差住哪家酒店",
                room="room-k",
                turn="turn-gap",
                person="E6001",
                at=clock(),
                set="office",
                nearest=["office/travel-expenses.md"],
            )
            for number, days in (("1", 7), ("2", 9)):
                text = f"# 值班备勤办法{number}\n\n第一条 备勤人员的备勤补休应当在 {days} 个工作日内安排。\n"
                draft = await house.shelf.add(f"{number}.md", text.encode(), into="office", by="E6001")
                await house.shelf.indexed(
                    [(draft.source, draft.version)], state="in_force", operator="ops", today=date(2026, 6, 1)
                )
            await house.shelf.add("3.md", "# 三\n\n第一条 待复核的草稿。\n".encode(), into="office", by="E6001")

    asyncio.run(lived())
    return tmp_path


def told(home: Path, *arguments: object) -> Ran:
    return run(home, "knowledge", *arguments, **SECRET)


def test_the_report_has_a_line_for_each_finding_with_its_owners(home: Path) -> None:
    ran = told(home, "report", "--jsonl")
    assert ran.code == 0
    by_kind = {line["kind"]: line for line in ran.lines}
    assert {"waiting", "gap", "disliked", "figures"} <= by_kind.keys()
    assert by_kind["figures"]["figures"] == ["7个工作日", "9个工作日"]
    assert by_kind["disliked"]["turn"] == "turn-bad" and by_kind["disliked"]["citations"]
    assert by_kind["gap"]["owners"] == ["总行办公室", "总行财务会计部"]
    assert "总行办公室" in told(home, "report").out


def test_an_owner_sees_what_is_his(home: Path) -> None:
    assert {line["kind"] for line in told(home, "report", "--owner", "总行财务会计部", "--jsonl").lines} == {"gap"}
    assert told(home, "report", "--set", "fx", "--jsonl").lines == []
    wrong = told(home, "report", "--set", "nowhere")
    assert wrong.code == 1 and "KNOWLEDGE_SET" in wrong.err


def test_a_gap_is_listed_and_closed(home: Path) -> None:
    (gap,) = told(home, "gaps", "--jsonl").lines
    assert gap["question"] == "凤凰城出差住哪家酒店"
    assert told(home, "gaps", "--close", gap["id"]).code == 0
    assert told(home, "gaps", "--jsonl").lines == []
    again = told(home, "gaps", "--close", gap["id"])
    assert again.code == 1 and "NO_GAP" in again.err


def test_a_disliked_answer_becomes_a_case_that_is_asked_again(home: Path) -> None:
    made = told(home, "case", "turn-bad")
    assert made.code == 0
    (case,) = made.lines
    assert case["source"] == "office/seals.md" and "印章" in case["question"]
    kept = home / "knowledge_cases.jsonl"
    assert [json.loads(line) for line in kept.read_text("utf-8").splitlines()] == [case]
    assert told(home, "cases").code == 0
    kept.write_text(json.dumps({**case, "locator": "第九十九条"}, ensure_ascii=False) + "\n", encoding="utf-8")
    failed = told(home, "cases", "--jsonl")
    assert failed.code == 1 and failed.lines[0]["good"] is False and "第九十九条" in failed.lines[0]["problem"]
    kept.write_text(json.dumps({**case, "quote": "不在其中的话"}, ensure_ascii=False) + "\n", encoding="utf-8")
    assert told(home, "cases").code == 1


def test_the_place_that_must_be_found_can_be_named(home: Path) -> None:
    own = home / "own.jsonl"
    named = ("case", "turn-bad", "--source", "office/seals.md", "--locator", "第三条", "--file", own)
    first = told(home, *named)
    assert first.code == 0 and first.lines[0]["locator"] == "第三条"
    assert told(home, *named).code == 0
    assert len(own.read_text("utf-8").splitlines()) == 1
    assert not (home / "knowledge_cases.jsonl").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("case", "turn-unknown"), "NO_CASE"),
        (("case", "turn-bad", "--source", "office/seals.md", "--locator", "第九十九条"), "NO_PASSAGE"),
        (("case", "turn-bad", "--source", "office/seals.md", "--locator", "第三条", "--quote", "没有的话"), "NO_QUOTE"),
        (("case", "turn-bad", "--source", "../secret", "--locator", "第三条"), "SOURCE"),
    ],
)
def test_what_cannot_be_a_case_is_said(home: Path, arguments: tuple[str, ...], code: str) -> None:
    ran = told(home, *arguments)
    assert ran.code == 1 and code in ran.err
    assert not (home / "knowledge_cases.jsonl").exists()


def test_a_broken_file_of_cases_is_named_with_its_line(home: Path) -> None:
    (home / "knowledge_cases.jsonl").write_text('{"id": "x"}\n', encoding="utf-8")
    ran = told(home, "cases")
    assert ran.code == 1 and "BAD_CASE" in ran.err and "knowledge_cases.jsonl:1" in ran.err
