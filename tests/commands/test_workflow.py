"""`deskmate check` on workflows and on what an assistant names; `deskmate workflow draw` with where a run stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.__main__ import main
from app.commands.check import workflow_problems
from app.main import opened
from tests.conftest import asking, clock, settings_in
from tests.durable import MemoryDurable
from tests.houses import content_in, copied_index

WORKFLOW = """\
title: 测试
slots: {city: {kind: text, ask: 去哪里？}}
steps:
  - {id: what, ask: [city]}
  - {id: a, skill: office.nothing}
  - {id: b, skill: office.request_trip, with: {city: "{city}", town: x}}
  - {id: c, confirm: office.find_person, with: {who: "{city}"}}
  - {id: d, skill: fx.rates}
  - {id: e, call: elsewhere}
  - {id: f, call: broken}
"""


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return content_in(tmp_path / "content")


def test_what_is_shipped_is_right(content: Path) -> None:
    assert list(workflow_problems(content)) == []


def test_every_name_that_is_not_there_is_told_with_its_line(content: Path) -> None:
    office = content / "assistants" / "office"
    path = office / "workflows" / "broken.yaml"
    path.write_text(WORKFLOW, encoding="utf-8")
    with (office / "examples.yaml").open("a", encoding="utf-8") as examples:
        examples.write("\n- {text: 发射火箭, workflow: rocket}\n")
    found = {(one.path.name, one.line, one.problem) for one in workflow_problems(content)}
    expected = [
        (5, "there is no skill 'office.nothing'"),
        (6, "'office.request_trip' changes something: it needs a confirm step"),
        (6, "'office.request_trip' has no parameter 'town'"),
        (6, "'office.request_trip' needs 'start'"),
        (7, "'office.find_person' proposes nothing: it needs a skill step"),
        (9, "there is no workflow 'elsewhere'"),
        (1, "'broken' calls itself"),
    ]
    for line, problem in expected:
        assert ("broken.yaml", line, problem) in found, found
    assert any(name == "broken.yaml" and line == 8 and "is not its skill" in problem for name, line, problem in found)
    assert any(name == "examples.yaml" and "'rocket'" in problem for name, _, problem in found)


@pytest.mark.parametrize("key", ["listens", "panel"])
def test_a_listening_or_panel_skill_that_is_not_there(
    content: Path, key: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = content / "assistants" / "credit" / "assistant.yaml"
    path.write_text(path.read_text(encoding="utf-8") + f"{key}: credit.nothing\n", encoding="utf-8")
    for name, value in (("HOME", tmp_path / "home"), ("SECRET", "test-secret"), ("CONTENT", content)):
        monkeypatch.setenv(f"DESKMATE_{name}", str(value))
    assert main(["check"]) == 1
    said = capsys.readouterr().err
    assert "credit/assistant.yaml" in said and "there is no skill 'credit.nothing'" in said


def test_it_is_drawn(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DESKMATE_HOME", str(tmp_path / "home"))
    assert main(["workflow", "draw", "business_trip"]) == 0
    drawn = capsys.readouterr().out
    assert drawn.startswith("flowchart TD") and "approval --> granted" in drawn and "present" not in drawn
    assert main(["workflow", "draw", "office.business_trip"]) == 0
    assert main(["workflow", "draw", "nothing"]) == 1
    assert "office.business_trip" in capsys.readouterr().err


async def test_it_is_drawn_where_a_run_stands(shared_house: object, tmp_path: Path) -> None:
    from app.commands.workflow import draw

    home = copied_index(shared_house.settings.home, tmp_path / "home")  # type: ignore[attr-defined]
    settings = settings_in(home)
    async with opened(settings, clock=clock, durable=MemoryDurable()) as house:
        ask = asking(house)
        await ask("@办公 我要申请出差")
        await ask("下周三")
        (run,) = await house.workflows._runs.of_room(ask.room)
    import io
    from contextlib import redirect_stdout

    with redirect_stdout(io.StringIO()) as out:
        assert await draw(settings, name="business_trip", run=run.id[:6].upper()) == 0
    assert "class length_of_stay present" in out.getvalue() and "class day,day_fits walked" in out.getvalue()
