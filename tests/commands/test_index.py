"""`deskmate index`: what came in is recorded, counts at once or is a draft, and is never left without a record."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from app.core.operator import operator
from app.core.ports import Version
from app.main import Deskmate, opened
from app.rooms import build_knowledge
from tests.commands.deskmate import run
from tests.conftest import clock, settings_in

SECRET = {"DESKMATE_SECRET": "test-secret"}
RULE = "---\ntitle: 雨伞借用办法\nnumber: 示银办〔2026〕88号\n---\n\n第一条 雨伞借用不超过 3 天。\n"


@pytest.fixture
def rule(tmp_path: Path) -> Path:
    path = tmp_path / "umbrella.md"
    path.write_text(RULE, encoding="utf-8")
    return path


def kept(home: Path) -> tuple[list[Version], int]:
    """The records of the set, and how many passages a search finds."""

    async def asked() -> tuple[list[Version], int]:
        async with opened(settings_in(home), clock=clock) as house:
            return list(await house.shelf.kept("office")), await found(house)

    return asyncio.run(asked())


async def found(house: Deskmate) -> int:
    hits = await house.knowledge.search("雨伞借用几天", sets=["office"])
    return sum(hit.source == "office/umbrella.md" for hit in hits)


def test_a_draft_is_recorded_and_found_by_nobody_until_it_is_in_force(tmp_path: Path, rule: Path) -> None:
    home = tmp_path / "home"
    ran = run(home, "index", rule, "--set", "office", "--status", "draft", **SECRET)
    assert ran.code == 0 and json.loads(ran.out)["added"] == 1
    ((draft,), hits) = kept(home)
    assert (draft.state, draft.title, draft.added_by, draft.released_by) == ("draft", "雨伞借用办法", operator(), ())
    assert hits == 0
    again = run(home, "index", rule, "--set", "office", "--status", "draft", **SECRET)
    assert json.loads(again.out)["unchanged"] == 1 and kept(home)[0] == [draft]
    assert run(home, "index", rule, "--set", "office", **SECRET).code == 0
    ((counts,), hits) = kept(home)
    assert (counts.version, counts.state, counts.released_by) == (draft.version, "in_force", (operator(),))
    assert hits == 1


@pytest.mark.parametrize("state", ["in_force", "draft"])
def test_what_an_earlier_run_did_not_record_is_recorded(tmp_path: Path, rule: Path, state: str) -> None:
    home = tmp_path / "home"

    async def cut_off() -> None:
        knowledge = build_knowledge(settings_in(home))
        await knowledge.open()
        with knowledge:
            await knowledge.index([rule], into="office", progress=lambda _: None, draft=state == "draft")

    asyncio.run(cut_off())
    ran = run(home, "index", rule, "--set", "office", "--status", state, **SECRET)
    assert ran.code == 0 and json.loads(ran.out)["unchanged"] == 1
    ((one,), hits) = kept(home)
    assert (one.state, one.added_by, hits) == (state, operator(), int(state == "in_force"))
