"""The bytes of every version stay, and open for those who may read the document."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from app.core.errors import BadInput, Refused, Unavailable
from app.core.texts import Texts
from app.engines import knowledge as engine
from app.engines.knowledge import ChromaKnowledge
from app.engines.library.importing import originals
from app.engines.library.importing.importing import version_of
from app.engines.library.importing.originals import Originals
from tests.engines.test_knowledge_index import Added

SAY = Texts(Path(__file__).parents[2] / "app" / "engines" / "library" / "texts")
OLD, NEW = "公务用车应当提前一天申请。".encode(), "公务用车应当提前三天申请。".encode()


@pytest.fixture
def added(tmp_path: Path) -> Added:
    return Added(tmp_path)


async def test_every_version_opens(added: Added) -> None:
    for content in (OLD, NEW):
        await added.index(added.write("a.txt", content))
    for content in (OLD, NEW):
        original = await added.knowledge.original("office/a.txt", version_of(content))
        assert original is not None and (original.name, original.content) == ("a.txt", content)
    present = await added.knowledge.original("office/a.txt")
    assert present is not None and present.content == NEW


async def test_a_shipped_document_is_kept_in_every_version_and_when_it_is_gone(added: Added) -> None:
    await added.knowledge.open()
    shipped = added.content / "knowledge" / "office" / "seals.md"
    first = shipped.read_bytes()
    shipped.write_text("# 印章\n\n第一条 印章由两人保管。\n", encoding="utf-8")
    second = shipped.read_bytes()
    await added.knowledge.open()
    shipped.unlink()
    await added.knowledge.open()
    assert not await added.knowledge.search("印章由谁保管")
    for content in (first, second):
        original = await added.knowledge.original("office/seals.md", version_of(content))
        assert original is not None and original.content == content
    hit = await added.knowledge.passage("office/seals.md", "第一条", version_of(second))
    assert hit is not None and hit.state == "retired" and "两人" in hit.text


async def test_all_versions_come_back_when_the_index_is_lost(added: Added) -> None:
    for content in (OLD, NEW):
        await added.index(added.write("a.txt", content))
    for path in added.home.glob("knowledge.db*"):
        path.unlink()
    again = ChromaKnowledge(added.content, added.home)
    await again.open()
    assert [hit.text for hit in await again.search("公务用车", limit=9)] == [NEW.decode()]
    before = await again.passage("office/a.txt", "¶1", version_of(OLD))
    assert before is not None and (before.text, before.state) == (OLD.decode(), "superseded")


async def test_copies_of_the_first_version_are_taken_over(added: Added) -> None:
    copy = added.home / "knowledge" / "cars" / "a.txt"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(OLD)
    await added.knowledge.open()
    assert not copy.exists()
    assert [hit.source for hit in await added.knowledge.search("公务用车")] == ["cars/a.txt"]
    again = ChromaKnowledge(added.content, added.home)
    await again.open()
    assert [hit.source for hit in await again.search("公务用车")] == ["cars/a.txt"]


async def test_rights_are_those_of_the_passage(added: Added) -> None:
    await added.index(added.write("a.txt", OLD), into="cars")
    view = added.knowledge.narrowed(["office"])
    assert await view.original("cars/a.txt") is None
    assert await view.original("cars/a.txt", version_of(OLD)) is None
    assert await added.knowledge.original("cars/a.txt", version_of(NEW)) is None
    for name in ("../secret", "cars/../../secret", "office", "", "/etc/passwd"):
        with pytest.raises(Refused):
            await added.knowledge.original(name)


async def test_bytes_that_were_changed_are_not_shown(added: Added) -> None:
    await added.index(added.write("a.txt", OLD))
    kept = next(path for path in (added.home / "originals").glob("??/*") if path.read_bytes() == OLD)
    kept.write_bytes(NEW)
    with pytest.raises(Unavailable) as refused:
        await added.knowledge.original("office/a.txt")
    assert refused.value.code == "ORIGINAL_CHANGED"
    kept.unlink()
    with pytest.raises(Unavailable) as refused:
        await added.knowledge.original("office/a.txt")
    assert refused.value.code == "ORIGINAL_GONE"


def test_the_same_bytes_lie_there_once_and_for_the_server_alone(tmp_path: Path) -> None:
    kept = Originals(tmp_path / "originals", SAY)
    one, other = (kept.keep(f"office/{name}.txt", OLD, shelf="office") for name in "ab")
    assert one.digest == other.digest and len(list((tmp_path / "originals").glob("??/*"))) == 1
    path = kept.path(one.digest)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert kept.total() == len(OLD)


def test_a_disk_that_is_full_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    kept = Originals(tmp_path / "originals", SAY)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(Unavailable) as refused:
            kept.keep("office/a.txt", OLD, shelf="office")
    assert refused.value.code == "STORAGE_FULL"
    assert not list((tmp_path / "originals").glob("??/*")) and kept.find("office/a.txt") is None


def test_other_bytes_under_one_version_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two files whose digests begin alike can be made on purpose: a citation must not open the other one."""
    monkeypatch.setattr(originals, "VERSION", 1)
    kept = Originals(tmp_path / "originals", SAY)
    by_digit: dict[str, list[bytes]] = {}
    contents = [str(number).encode() for number in range(40)]
    for content in contents:
        by_digit.setdefault(version_of(content)[:1], []).append(content)
    one, other = next(alike for alike in by_digit.values() if len(alike) > 1)[:2]
    kept.keep("office/a.txt", one, shelf="office")
    with pytest.raises(BadInput):
        kept.keep("office/a.txt", other, shelf="office")
    kept.keep("office/a.txt", one, shelf="office")


async def test_a_start_does_not_wait_for_what_can_be_read_later(added: Added, monkeypatch: pytest.MonkeyPatch) -> None:
    await added.index(added.write("a.txt", OLD))
    for path in added.home.glob("knowledge.db*"):
        path.unlink()
    monkeypatch.setattr(engine, "_AT_ONCE", 1)
    again = ChromaKnowledge(added.content, added.home)
    await again.open()
    assert not await again.search("公务用车") and await again.search("印章由谁保管")
    await again.catch_up()
    assert [hit.text for hit in await again.search("公务用车")] == [OLD.decode()]


async def test_a_lost_original_does_not_keep_the_house_shut(added: Added) -> None:
    await added.index(added.write("a.txt", OLD), added.write("b.txt", NEW))
    for path in (*added.home.glob("knowledge.db*"), *(added.home / "originals").glob("??/*")):
        if path.name.startswith("knowledge") or path.read_bytes() == OLD:
            path.unlink()
    again = ChromaKnowledge(added.content, added.home)
    await again.open()
    assert [hit.source for hit in await again.search("公务用车", limit=9)] == ["office/b.txt"]
