"""Adding documents: what is broken is named and the rest goes on; nothing outside the given folders is read."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import BadInput, Unavailable
from app.core.ports import ImportProgress
from app.engines.knowledge import ChromaKnowledge
from app.engines.library.importing.importing import Importing

SET = "title: 资料\nowner: 总行办公室\naudience: ['*']\nvalid_from: 2026-01-01\n"


class Added:
    """A knowledge base with one shipped document, and what was said while indexing."""

    def __init__(self, base: Path) -> None:
        self.content, self.home, self.folder = base / "content", base / "home", base / "given"
        shipped = self.content / "knowledge" / "office"
        shipped.mkdir(parents=True)
        (shipped / "set.yaml").write_text(SET, encoding="utf-8")
        (shipped / "seals.md").write_text("# 印章\n\n第一条 印章由专人保管。\n", encoding="utf-8")
        self.folder.mkdir()
        self.knowledge = ChromaKnowledge(self.content, self.home)
        self.progress: list[ImportProgress] = []

    async def index(self, *paths: Path, into: str = "office") -> Mapping[str, Any]:
        await self.knowledge.open()
        return await self.knowledge.index(paths or (self.folder,), into=into, progress=self.progress.append)

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path


@pytest.fixture
def added(tmp_path: Path) -> Added:
    return Added(tmp_path)


def failures(summary: Mapping[str, Any]) -> dict[str, str]:
    return {Path(one["path"]).name: one["code"] for one in summary["failed"]}


async def test_a_folder_is_walked_and_found_in(added: Added) -> None:
    added.write("a.md", "# 保函\n\n第一条 保函手续费为千分之五。\n")
    added.write("深/b.txt", "车辆管理：公务用车应当提前一天申请。".encode("gb18030"))
    summary = await added.index()
    assert (summary["added"], summary["passages"], summary["failed"]) == (2, 2, [])
    hit = (await added.knowledge.search("公务用车提前多久申请"))[0]
    assert (hit.source, hit.locator) == ("office/深/b.txt", "¶1")
    assert [one.said.split("：")[0] for one in added.progress if one.said] == ["office/a.md", "office/深/b.txt"]
    assert (added.progress[-1].done, added.progress[-1].total) == (2, 2)


async def test_the_same_file_twice_changes_nothing(added: Added) -> None:
    path = added.write("a.txt", "公务用车应当提前一天申请。")
    added.write("again/copy.txt", path.read_bytes())
    first = await added.index(path)
    second = await added.index()
    assert (first["added"], second["added"], second["unchanged"]) == (1, 0, 2)
    assert len(await added.knowledge.search("公务用车", limit=50)) == 1


async def test_a_new_version_takes_the_place_of_the_old(added: Added) -> None:
    await added.index(added.write("a.txt", "公务用车应当提前一天申请。"))
    summary = await added.index(added.write("a.txt", "公务用车应当提前三天申请。"))
    assert (summary["added"], summary["updated"]) == (0, 1)
    assert [hit.text for hit in await added.knowledge.search("公务用车", limit=50)] == ["公务用车应当提前三天申请。"]


async def test_documents_stay_when_the_originals_and_the_index_are_gone(added: Added) -> None:
    await added.index(added.write("a.txt", "公务用车应当提前一天申请。"), into="cars")
    (added.folder / "a.txt").unlink()
    for path in added.home.glob("knowledge.db*"):
        path.unlink()
    again = ChromaKnowledge(added.content, added.home)
    await again.open()
    assert [hit.source for hit in await again.search("公务用车")] == ["cars/a.txt"]


async def test_what_is_broken_is_named_and_the_rest_goes_on(added: Added) -> None:
    added.write("1.docx", b"PK\3\4 broken")
    added.write("2.txt", b"")
    added.write("3.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    added.write("4.pdf", b"%PDF-1.7")
    added.write("5.txt", "公务用车应当提前一天申请。")
    with (added.folder / "6.md").open("wb") as large:
        large.truncate(50 * 2**20)
    added.write("7\nname.txt", "名称里有换行。")
    summary = await added.index()
    assert failures(summary) == {
        "1.docx": "DOCUMENT_BROKEN",
        "2.txt": "DOCUMENT_EMPTY",
        "3.txt": "DOCUMENT_BINARY",
        "4.pdf": "DOCUMENT_BROKEN",
        "6.md": "DOCUMENT_TOO_LARGE",
        "7\nname.txt": "DOCUMENT_NAME",
    }
    assert summary["added"] == 1
    assert all(one["message"] for one in summary["failed"])
    assert await added.knowledge.search("公务用车")


async def test_links_are_not_followed(added: Added, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "salaries.txt").write_text("工资名册：不得外传。", encoding="utf-8")
    added.write("a.txt", "公务用车应当提前一天申请。")
    (added.folder / "file.txt").symlink_to(secret / "salaries.txt")
    (added.folder / "folder").symlink_to(secret)
    (added.folder / "nowhere.txt").symlink_to(secret / "none.txt")
    summary = await added.index()
    assert failures(summary) == dict.fromkeys(["file.txt", "folder", "nowhere.txt"], "DOCUMENT_LINK")
    assert not await added.knowledge.search("工资名册")


async def test_only_ordinary_files_are_read(added: Added) -> None:
    os.mkfifo(added.folder / "pipe.txt")
    added.write(".hidden.txt", "隐藏的文件。")
    added.write("~$lock.docx", b"x")
    summary = await added.index(added.folder, Path("/dev/zero"), added.folder / "none.txt")
    assert failures(summary) == {
        "pipe.txt": "DOCUMENT_NOT_A_FILE",
        "zero": "DOCUMENT_NOT_A_FILE",
        "none.txt": "DOCUMENT_MISSING",
    }


async def test_names_that_are_taken_are_said(added: Added) -> None:
    added.write("seals.md", "第一条 与随附资料同名。\n")
    one, other = added.write("甲/a.txt", "甲的内容。"), added.write("乙/a.txt", "乙的内容。")
    summary = await added.index(added.folder / "seals.md", one, other)
    assert [failure["code"] for failure in summary["failed"]] == ["DOCUMENT_SHIPPED", "DOCUMENT_SAME_NAME"]
    passage = await added.knowledge.passage("office/seals.md", "第一条")
    assert passage is not None and passage.text == "第一条 印章由专人保管。"


@pytest.mark.parametrize("name", ["", "Office", "../office", "a;b", "部门", "a" * 60, "9a"])
async def test_a_bad_set_name_is_refused(added: Added, name: str) -> None:
    with pytest.raises(BadInput):
        await added.index(added.folder, into=name)


async def test_nothing_given_is_said(added: Added) -> None:
    await added.knowledge.open()
    with pytest.raises(BadInput):
        await added.knowledge.index([], into="office", progress=print)


async def test_a_full_disk_is_said_and_leaves_the_index_as_it_was(
    added: Added, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = added.write("a.txt", "公务用车应当提前一天申请。")
    await added.knowledge.open()

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(Unavailable) as refused:
            await added.index(path)
    assert refused.value.code == "STORAGE_FULL"
    assert not await added.knowledge.search("公务用车")
    assert (await added.index(path))["added"] == 1


def zipped(members: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


async def test_an_archive_is_its_documents(added: Added) -> None:
    rule = "第一条 保函手续费为千分之五。".encode()
    members = {"甲/a.txt": rule, "乙/a.txt": "第一条 车辆提前一天申请。".encode(), "c.docx": b"PK\3\4 broken"}
    added.write("制度.zip", zipped({**members, "../../out.txt": "越界。".encode()}))
    added.write("not.zip", b"PK is all")
    summary = await added.index()
    assert (summary["added"], summary["passages"]) == (2, 2)
    assert sorted(failures(summary)) == ["c.docx", "not.zip", "out.txt"]
    hit = (await added.knowledge.search("保函手续费"))[0]
    assert (hit.source, hit.locator) == ("office/制度.zip/甲/a.txt", "第一条")
    original = await added.knowledge.original(hit.source, hit.version)
    assert original is not None and (original.name, original.content) == ("a.txt", rule)
    assert not (added.folder.parent.parent / "out.txt").exists()
    assert (await added.index())["unchanged"] == 2


async def test_a_bomb_is_refused_unopened(added: Added) -> None:
    added.write("bomb.zip", zipped({"a.txt": b"0" * (64 * 2**20)}))
    assert failures(await added.index()) == {"bomb.zip": "ARCHIVE_BOMB"}


async def test_a_name_in_an_old_encoding_is_read(added: Added) -> None:
    raw = os.path.join(os.fsencode(added.folder), "用车办法.txt".encode("gb18030"))
    with open(raw, "wb") as file:
        file.write("公务用车应当提前一天申请。".encode())
    summary = await added.index()
    assert [one.said.split("：")[0] for one in added.progress if one.said] == ["office/用车办法.txt"], summary
    json.dumps(summary, ensure_ascii=False).encode()


async def test_more_than_an_import_may_be_is_said(added: Added) -> None:
    rules = added.content / "config" / "knowledge.yaml"
    rules.parent.mkdir()
    rules.write_text("each_import: {documents: 3}\n", encoding="utf-8")
    added.knowledge = ChromaKnowledge(added.content, added.home)
    for number in range(4):
        added.write(f"{number}.txt", f"第{number}份。")
    with pytest.raises(BadInput) as refused:
        await added.index()
    assert refused.value.code == "IMPORT_TOO_LARGE"
    assert not (await added.index(*(added.folder / f"{number}.txt" for number in range(3))))["failed"]


async def test_only_what_changed_gets_new_vectors(added: Added) -> None:
    """A rule of forty clauses: one changes, then a paragraph is put in before all of them."""
    clauses = [f"第{number}条 第{number}项业务由经办人办理。" for number in range(1, 41)]
    asked: list[str] = []

    def embed(texts: Sequence[str]) -> list[list[float]]:
        asked.extend(texts)
        return [[float(len(text)), 1.0] for text in texts]

    async def embedded(lines: Sequence[str]) -> list[str]:
        asked.clear()
        added.knowledge = ChromaKnowledge(added.content, added.home, embed)
        await added.index(added.write("rule.md", "\n\n".join(lines)), into="rules")
        return [text for text in asked if "业务" in text or "施行" in text]

    assert len(await embedded(clauses)) == 40
    assert len(await embedded([one.replace("第7项", "第7项新") for one in clauses])) == 1
    assert len(await embedded(["本办法自发布之日起施行。", *clauses])) == 1
    assert await embedded(clauses) == [], "the first version again: its vectors are still there"


async def test_a_defect_in_reading_one_document_does_not_stop_the_rest(
    added: Added, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    put = Importing.put

    def sometimes(self: Importing, source: str, *rest: Any, **named: Any) -> Any:
        if source.endswith("b.txt"):
            raise ZeroDivisionError("秘密内容")
        return put(self, source, *rest, **named)

    monkeypatch.setattr(Importing, "put", sometimes)
    for name in "abc":
        added.write(f"{name}.txt", f"第{name}份通知。")
    summary = await added.index()
    assert summary["added"] == 2 and failures(summary) == {"b.txt": "DOCUMENT_DEFECT"}
    assert "ZeroDivisionError" in caplog.text and "秘密内容" not in caplog.text
