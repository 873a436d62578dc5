"""How far an import is, said to who started it; and stopping it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from app.core.ports import Import, ImportFailure, ImportProgress
from app.core.skill import Context, Result, Skill
from skills.knowledge.coming_in import progress, stop_import
from tests.skills.context import NOW, FakeDatabase, NoImports, context

READING = ImportProgress(12, 340, "制度.pdf", 3, 120, failed=2, seconds_left=200.0)
RUNNING = Import("one", "office", "E6001", "room-1", NOW, "running", READING)


class SomeImports(NoImports):
    """What was started, by whomever."""

    def __init__(self, *started: Import) -> None:
        self.started = list(started)

    async def stop(self, id: str) -> bool:
        self.started = [replace(one, state="stopped") if one.id == id else one for one in self.started]
        return True

    def listed(self, *, by: str = "", room: str = "") -> Sequence[Import]:
        return [one for one in self.started if by in ("", one.by)]


async def run(skill: Skill, ctx: Context) -> Result:
    outcome = await skill.function(ctx)
    assert isinstance(outcome, Result)
    return outcome


def turn(folder: Path, imports: SomeImports, **more: Any) -> Any:
    return context(folder, FakeDatabase(folder / "db"), imports=imports, **more)


async def test_how_far_it_is(tmp_path: Path) -> None:
    said = await run(progress, turn(tmp_path, SomeImports(RUNNING)))
    expected = "资料库 office 正在入库：已处理 12/340 份，正在读“制度.pdf” 第 3/120 页，还需约 3 分钟，2 份无法读取。"
    assert said.text == expected and said.data["imports"][0]["state"] == "running"


async def test_what_came_of_it_names_what_is_broken(tmp_path: Path) -> None:
    failed = tuple(ImportFailure(f"{n}.docx", "DOCUMENT_BROKEN", "文件已损坏") for n in range(7))
    ended = replace(RUNNING, state="finished", added=(("office/a.md", "0"),), failed=failed)
    said = await run(progress, turn(tmp_path, SomeImports(ended)))
    assert said.text.startswith("资料库 office 的入库已完成：新增草稿 1 份") and said.text.count("文件已损坏") == 5
    assert said.text.endswith("另有 2 份无法读取")


async def test_anothers_import_and_another_set_are_nobodys_business(tmp_path: Path) -> None:
    others = SomeImports(replace(RUNNING, by="E5001"), replace(RUNNING, set="research"))
    for one in (progress, stop_import):
        assert (await run(one, turn(tmp_path, others))).data["imports"] == []
    assert [one.state for one in others.started] == ["running", "running"]


async def test_stopping(tmp_path: Path) -> None:
    imports = SomeImports(RUNNING, replace(RUNNING, id="two", state="finished"))
    said = await run(stop_import, turn(tmp_path, imports))
    assert "已停止" in said.text and [one.state for one in imports.started] == ["stopped", "finished"]
    assert (await run(stop_import, turn(tmp_path, imports))).data["imports"] == []
