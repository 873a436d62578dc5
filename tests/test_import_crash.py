"""kill -9, a full disk and two at once in the middle of an import: index, originals and records agree afterwards."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from app.__main__ import main
from app.engines.knowledge import ChromaKnowledge
from tests.dying import KILL
from tests.importing_and_dying import AFTER, PASSAGES, POINTS

ROOT = Path(__file__).parents[1]
DOCUMENTS = 6
SET = "title: 资料\nowner: 总行办公室\naudience: ['*']\nvalid_from: 2026-01-01\n"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    shipped = tmp_path / "content" / "knowledge" / "office"
    shipped.mkdir(parents=True)
    (shipped / "set.yaml").write_text(SET, encoding="utf-8")
    (shipped / "seals.md").write_text("# 印章\n\n第一条 印章由专人保管。\n", encoding="utf-8")
    return tmp_path / "content"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "given"
    made.mkdir()
    for number in range(DOCUMENTS):
        clauses = "".join(f"第{one}条 第{number}号通知的内容{one}。\n\n" for one in "一二三")
        (made / f"{number}.md").write_text(clauses, encoding="utf-8")
    return made


async def command(*words: str, home: Path, content: Path, **more: Any) -> tuple[int, str, str]:
    """Exit code and words of a command in a process of its own."""
    environment = {
        **os.environ,
        "DESKMATE_HOME": str(home),
        "DESKMATE_CONTENT": str(content),
        "DESKMATE_SECRET": "test",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *words,
        cwd=ROOT,
        env={**environment, **more.pop("environment", {})},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        **more,
    )
    async with asyncio.timeout(120):
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def checked(home: Path, content: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    """The exit code of `deskmate knowledge check`."""
    for name, value in (("HOME", home), ("CONTENT", content), ("SECRET", "test")):
        monkeypatch.setenv(f"DESKMATE_{name}", str(value))
    with ThreadPoolExecutor(1) as pool:  # the command has a loop of its own
        return pool.submit(main, ["knowledge", "check", *words]).result()


async def imported(home: Path, content: Path, folder: Path) -> Any:
    knowledge = ChromaKnowledge(content, home)
    await knowledge.open()
    return await knowledge.index([folder], into="notices", progress=lambda one: None)


@pytest.mark.parametrize("point", POINTS)
async def test_a_kill_leaves_whole_documents_and_the_next_run_goes_on(
    content: Path, folder: Path, tmp_path: Path, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    words = ("-m", "tests.importing_and_dying", str(home), str(content), str(folder))
    code, _, err = await command(*words, home=home, content=content, environment={KILL: point})
    assert code == -signal.SIGKILL, err
    with sqlite3.connect(home / "knowledge.db") as connection:
        rows = connection.execute("SELECT source, count(*) FROM passages_notices GROUP BY source").fetchall()
    whole = AFTER + (point == "after the document")
    assert len(rows) == whole and {count for _, count in rows} == {PASSAGES}
    # What was kept and not indexed is the one thing that differs, and the check names it.
    named = point in ("named and not indexed", "half of the passages", "before the index is committed")
    assert checked(home, content, monkeypatch) == int(named)
    assert checked(home, content, monkeypatch, "--mend") == 0
    summary = await imported(home, content, folder)
    assert summary["added"] + summary["unchanged"] == DOCUMENTS and not summary["failed"]
    assert summary["unchanged"] == whole + named
    assert checked(home, content, monkeypatch, "--deep") == 0


@pytest.mark.parametrize("point", ["named and not indexed", "half of the passages", "after the document"])
async def test_a_kill_while_a_document_changes_leaves_the_old_one_or_the_new_one(
    content: Path, folder: Path, tmp_path: Path, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    await imported(home, content, folder)
    for path in folder.iterdir():
        path.write_text(path.read_text("utf-8").replace("内容", "新内容"), encoding="utf-8")
    words = ("-m", "tests.importing_and_dying", str(home), str(content), str(folder))
    code, _, err = await command(*words, home=home, content=content, environment={KILL: point})
    assert code == -signal.SIGKILL, err
    knowledge = ChromaKnowledge(content, home)
    knowledge._index.open()
    hits = await knowledge.search("号通知的内容", sets=["notices"], limit=100)
    assert len(hits) == DOCUMENTS * PASSAGES, "each document is found once, old or new"
    assert (await imported(home, content, folder))["failed"] == []
    hits = await knowledge.search("号通知的内容", sets=["notices"], limit=100)
    assert len(hits) == DOCUMENTS * PASSAGES and all("新内容" in hit.text for hit in hits)
    assert checked(home, content, monkeypatch, "--deep") == 0


async def test_a_full_disk_stops_the_import_and_nothing_is_torn(
    content: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file may grow past what the index has already: the kernel says so, as it does where a disk is full."""
    home = tmp_path / "home"
    (folder / "9.md").write_text("".join(f"第{n}条 很长的通知{n}。\n\n" for n in range(9000)), encoding="utf-8")
    limited = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000));"
    limited += " from app.__main__ import main; sys.exit(main(sys.argv[1:]))"
    words = ("-c", limited, "index", str(folder), "--set", "notices")
    code, out, err = await command(*words, home=home, content=content)
    assert code == 1 and not out and ("STORAGE" in err or "KNOWLEDGE_INDEX" in err), (code, out, err)
    assert "Traceback" not in err
    assert checked(home, content, monkeypatch, "--mend") == 0
    code, out, err = await command("-m", "app", "index", str(folder), "--set", "notices", home=home, content=content)
    summary = json.loads(out)
    assert code == 0 and summary["added"] + summary["unchanged"] == DOCUMENTS + 1
    assert checked(home, content, monkeypatch, "--deep") == 0


async def test_two_processes_at_once_import_everything_once(
    content: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    words = ("-m", "app", "index", str(folder), "--set", "notices")
    runs = await asyncio.gather(*(command(*words, home=home, content=content) for _ in range(3)))
    codes = sorted(code for code, _, _ in runs)
    assert codes[0] == 0 and set(codes) <= {0, 1}
    assert all("IMPORT_RUNNING" in err for code, _, err in runs if code == 1)
    assert sum(json.loads(out)["added"] for code, out, _ in runs if code == 0) == DOCUMENTS
    assert checked(home, content, monkeypatch, "--deep") == 0


async def test_a_ctrl_c_ends_behind_a_document_and_the_next_run_goes_on(
    content: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    for number in range(400):
        (folder / f"n{number}.md").write_text(f"第一条 第{number}号补充通知。\n" * 40, encoding="utf-8")
    environment = {
        **os.environ,
        "DESKMATE_HOME": str(home),
        "DESKMATE_CONTENT": str(content),
        "DESKMATE_SECRET": "test",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "app", "index", str(folder), "--set", "notices"),
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout and process.stderr
    async with asyncio.timeout(120):
        for _ in range(5):
            await process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
    summary = json.loads(out)
    assert process.returncode == 130 and summary["stopped"], err.decode()
    assert 5 <= summary["added"] < 400
    again = await imported(home, content, folder)
    assert (again["unchanged"], again["added"]) == (summary["added"], 400 + DOCUMENTS - summary["added"])
    assert checked(home, content, monkeypatch) == 0


async def test_a_damaged_index_is_made_anew_from_the_originals(
    content: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    await command("-m", "app", "index", str(folder), "--set", "notices", home=home, content=content)
    for path in home.glob("knowledge.db-*"):
        path.unlink()
    (home / "knowledge.db").write_bytes(b"not a database" * 1000)
    assert checked(home, content, monkeypatch) == 1
    assert checked(home, content, monkeypatch, "--mend", "--deep") == 0
    knowledge = ChromaKnowledge(content, home)
    await knowledge.open()
    assert len(await knowledge.search("号通知的内容", sets=["notices"], limit=100)) == DOCUMENTS * PASSAGES


async def test_what_cannot_be_mended_is_named(
    content: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = tmp_path / "home"
    await imported(home, content, folder)
    originals = [path for path in (home / "originals").glob("??/*")]
    first = next(path for path in originals if "第0号通知" in path.read_text("utf-8"))
    shipped = next(path for path in originals if "印章" in path.read_text("utf-8"))
    first.write_text("改过的内容。", encoding="utf-8")
    shipped.unlink()
    assert checked(home, content, monkeypatch, "--mend") == 1
    said = capsys.readouterr().out.splitlines()
    assert any("notices/0.md" in line for line in said[-1:]), said
    assert shipped.exists(), "the content folder has it too"
