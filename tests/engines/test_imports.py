"""Imports beside the talk: drafts come in, are told, stopped and announced; the reader is a process of its own."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import threading
import time
import zipfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from app.core.audit import AuditEntry
from app.core.errors import BadInput, Unavailable
from app.core.ports import Import, ImportEnded, ImportProgress, Notice, Version
from app.core.texts import Texts
from app.engines.imports import LocalImports
from app.engines.knowledge import ChromaKnowledge
from app.engines.library.importing import importing
from app.engines.library.importing.import_lock import ImportLocks
from app.engines.library.importing.import_rules import WatchedFolder, load_import_rules
from app.engines.library.importing.time_left import TimeLeft
from app.engines.library.importing.watching import FolderWatch
from app.engines.library.reading.process import ReadingLimits, ReadingProcess, Stopped

SET = "title: 资料\nowner: 总行办公室\naudience: ['*']\nvalid_from: 2026-01-01\n"
SAY = Texts(Path(__file__).parents[2] / "app" / "engines" / "library" / "texts")
LONG = "第一条 借款人应当按期还本付息，逾期的按合同约定计收罚息。\n\n" * 12_000
"""More than this process reads by itself."""


class Told:
    """Notices and audit that remember."""

    def __init__(self) -> None:
        self.notices: list[Notice | ImportEnded] = []
        self.entries: list[AuditEntry] = []
        self.recorded: list[Version] = []

    def tell(self, notice: Notice | ImportEnded) -> None:
        self.notices.append(notice)

    def subscribe(self, listener: Any) -> None:
        raise AssertionError("nobody listens here")

    async def append(self, *entries: AuditEntry) -> None:
        self.entries.extend(entries)

    async def record(self, version: Version, *, by: str) -> Version:
        self.recorded.append(version)
        return version


class House:
    """A knowledge base with the imports that run beside it."""

    def __init__(self, base: Path) -> None:
        self.content, self.home = base / "content", base / "home"
        shipped = self.content / "knowledge" / "office"
        shipped.mkdir(parents=True)
        (shipped / "set.yaml").write_text(SET, encoding="utf-8")
        (shipped / "seals.md").write_text("# 印章\n\n第一条 印章由专人保管。\n", encoding="utf-8")
        self.knowledge = ChromaKnowledge(self.content, self.home)
        self.told = Told()
        self.imports = LocalImports(self.knowledge, self.told.record, self.told, self.told)  # type: ignore[arg-type]

    async def ended(self, id: str) -> Import:
        async with asyncio.timeout(60):
            states = [one async for one in self.imports.follow(id)]
        return states[-1]

    async def run(self, *files: tuple[str, bytes], into: str = "office") -> Import:
        return await self.ended((await self.imports.start(files, into=into, by="E6001", room="r1")).id)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    made = House(tmp_path)
    await made.knowledge.open()
    yield made
    await made.imports.close()
    made.knowledge.__exit__()


def zipped(**members: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/") + ".txt", text)
    return packed.getvalue()


# --- what comes in by the chat ---


async def test_an_upload_becomes_a_draft_that_no_search_finds(house: House) -> None:
    ended = await house.run(("用车.txt", "公务用车应当提前一天申请。".encode()))
    assert ended.state == "finished" and [source for source, _ in ended.added] == ["office/用车.txt"]
    assert not await house.knowledge.search("公务用车")
    (version,) = house.told.recorded
    assert (version.state, version.added_by, version.source) == ("draft", "E6001", "office/用车.txt")
    original = await house.knowledge.original(version.source, version.version)
    assert original is not None and original.content.decode() == "公务用车应当提前一天申请。"


async def test_its_end_is_announced_and_in_the_audit(house: House) -> None:
    files = [("a.txt", "公务用车。".encode()), ("b.docx", b"PK\3\4 broken")]
    job = await house.imports.start(files, into="office", by="E6001", room="r1")
    async with asyncio.timeout(30):
        while not house.told.notices:
            await asyncio.sleep(0.01)
    (notice,) = house.told.notices
    assert isinstance(notice, ImportEnded) and notice.person == "E6001" and notice.imported.id == job.id
    (entry,) = house.told.entries
    assert (entry.what, entry.person, entry.decision) == ("knowledge.indexed", "E6001", "finished")
    assert entry.detail["added"] == [notice.imported.added[0][1]] and len(entry.detail["failed"]) == 1
    assert "b.docx" not in str(entry.detail)


async def test_who_followed_it_to_its_end_is_not_told_twice(house: House) -> None:
    await house.run(("a.txt", "公务用车。".encode()))
    assert not house.told.notices


async def test_what_is_broken_is_named_and_the_rest_comes_in(house: House) -> None:
    ended = await house.run(("1.docx", b"PK\3\4 x"), ("2.txt", b""), ("3.exe", b"MZ"), ("4.txt", "内容。".encode()))
    assert [one.name for one in ended.failed] == ["1.docx", "2.txt", "3.exe"] and all(
        one.message for one in ended.failed
    )
    assert [source for source, _ in ended.added] == ["office/4.txt"]


async def test_an_archive_is_its_members(house: House) -> None:
    ended = await house.run(("制度.zip", zipped(甲__a="甲的内容。", 乙__a="乙的内容。")))
    assert [source for source, _ in ended.added] == ["office/制度.zip/甲/a.txt", "office/制度.zip/乙/a.txt"]
    assert (ended.progress.done, ended.progress.total) == (3, 3)


async def test_the_same_file_again_changes_nothing(house: House) -> None:
    first = await house.run(("a.txt", "公务用车。".encode()))
    again = await house.run(("b.txt", "公务用车。".encode()))
    assert len(first.added) == 1 and not again.added and again.unchanged == 1


async def test_the_same_bytes_as_a_shipped_document_leave_it_in_force(house: House) -> None:
    ended = await house.run(("x.md", "# 印章\n\n第一条 印章由专人保管。\n".encode()))
    assert ended.unchanged == 1 and not house.told.recorded
    assert [hit.source for hit in await house.knowledge.search("印章由谁保管")] == ["office/seals.md"]


async def test_a_path_for_a_name_stays_in_the_set(house: House) -> None:
    ended = await house.run(("../../etc/passwd.txt", "内容。".encode()))
    assert [source for source, _ in ended.added] == ["office/passwd.txt"]


async def test_nothing_and_no_set_are_refused_at_once(house: House) -> None:
    with pytest.raises(BadInput):
        await house.imports.start([], into="office", by="E6001")
    with pytest.raises(BadInput):
        await house.imports.start([("a.txt", b"x")], into="../office", by="E6001")


async def test_an_import_is_stopped_and_goes_on_where_it_was(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [(f"{number:03}.txt", f"第{number}份通知。".encode()) for number in range(60)]
    draft = ChromaKnowledge.draft

    def slowly(*arguments: Any) -> Any:
        time.sleep(0.02)
        return draft(*arguments)

    monkeypatch.setattr(ChromaKnowledge, "draft", slowly)
    job = await house.imports.start(files, into="office", by="E6001")
    async for now in house.imports.follow(job.id):
        if now.progress.done >= 3:
            break
    assert await house.imports.stop(job.id)
    stopped = house.imports.listed()[0]
    assert stopped.state == "stopped" and 3 <= len(stopped.added) < 60
    assert not await house.imports.stop(job.id)
    again = await house.run(*files)
    assert (len(again.added), again.unchanged) == (60 - len(stopped.added), len(stopped.added))


async def test_the_loop_is_free_while_a_document_is_read(house: House) -> None:
    job = await house.imports.start([("long.txt", LONG.encode())], into="office", by="E6001")
    slowest = 0.0
    while house.imports.listed()[0].state in ("waiting", "running"):
        before = time.perf_counter()
        await asyncio.sleep(0.01)
        slowest = max(slowest, time.perf_counter() - before)
    assert (await house.ended(job.id)).state == "finished"
    assert slowest < 5, "the event loop stood still"


async def test_two_imports_of_one_set_wait_for_each_other(house: House) -> None:
    jobs = [await house.imports.start([("a.txt", f"{n}".encode() * 9)], into="office", by="E6001") for n in range(3)]
    assert [(await house.ended(job.id)).state for job in jobs] == ["finished"] * 3
    assert {one.id for one in house.imports.listed(by="E6001")} == {job.id for job in jobs}
    assert not house.imports.listed(by="E1001")


# --- the lock ---


async def test_a_short_import_of_the_set_is_waited_for(house: House, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("公务用车。", encoding="utf-8")
    with ImportLocks(house.home / "imports", SAY).held("office"):
        waiting = asyncio.create_task(house.knowledge.index([tmp_path / "a.txt"], into="office", progress=print))
        await asyncio.sleep(0.3)
        assert not waiting.done()
    assert (await waiting)["added"] == 1


async def test_another_import_of_the_set_is_named(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "_WAIT", 0.0)
    (tmp_path / "a.txt").write_text("公务用车。", encoding="utf-8")
    with ImportLocks(house.home / "imports", SAY).held("office"), pytest.raises(Unavailable) as refused:
        await house.knowledge.index([tmp_path / "a.txt"], into="office", progress=print)
    assert refused.value.code == "IMPORT_RUNNING" and str(os.getpid()) in refused.value.message
    assert (await house.knowledge.index([tmp_path / "a.txt"], into="office", progress=print))["added"] == 1


# --- the process that reads ---


@pytest.fixture
def reading() -> Any:
    made = ReadingProcess(SAY)
    yield made
    made.close()


def test_a_small_text_needs_no_process(reading: ReadingProcess) -> None:
    assert reading.read("a.txt", "公务用车。".encode())[0].text == "公务用车。"
    assert reading._child is None


def test_what_a_child_reads_is_what_this_process_reads(reading: ReadingProcess) -> None:
    document, passages = reading.read("long.txt", LONG.encode())
    assert reading._child is not None and document.text == LONG
    assert {passage.text for passage in passages} == {LONG.split("\n")[0]}
    table = reading.read("a.csv", "币种,牌价\n美元,7.10\n".encode())[0]
    assert "7.10" in table.text


def test_a_child_that_dies_costs_one_file(reading: ReadingProcess) -> None:
    reading.read("a.csv", b"a,b\n1,2\n")
    child = reading._child
    assert child is not None
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert reading.read("a.csv", b"a,b\n1,2\n")[0].text  # it was idle: a new one is started
    threading.Timer(0.05, lambda: os.kill(reading._child.pid, signal.SIGKILL)).start()  # type: ignore[union-attr]
    with pytest.raises(BadInput) as refused:
        reading.read("long.txt", LONG.encode() * 12)
    assert refused.value.code == "DOCUMENT_KILLS"
    assert reading.read("a.csv", b"a,b\n1,2\n")[0].text


def test_a_document_that_takes_too_long_is_given_up() -> None:
    reading = ReadingProcess(SAY, ReadingLimits(seconds=0.3))
    with pytest.raises(BadInput) as refused:
        reading.read("long.txt", LONG.encode() * 15)
    assert refused.value.code == "DOCUMENT_TOO_SLOW" and reading._child is None


def test_a_document_that_takes_too_much_memory_is_given_up() -> None:
    reading = ReadingProcess(SAY, ReadingLimits(memory=160 * 2**20))
    with pytest.raises(BadInput) as refused:
        reading.read("long.txt", LONG.encode() * 15)
    reading.close()
    assert refused.value.code in ("DOCUMENT_TOO_HEAVY", "DOCUMENT_KILLS")  # where it hits decides


def test_a_reading_is_stopped_in_the_middle(reading: ReadingProcess) -> None:
    until = time.monotonic() + 0.3
    with pytest.raises(Stopped):
        reading.read("long.txt", LONG.encode() * 15, stop=lambda: time.monotonic() > until)


def test_the_child_holds_no_secret(reading: ReadingProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKMATE_SECRET", "wild-goose-chase")
    reading.read("a.csv", b"a,b\n1,2\n")
    assert reading._child is not None
    environment = Path(f"/proc/{reading._child.pid}/environ")
    if environment.exists():
        assert b"wild-goose-chase" not in environment.read_bytes()


# --- watched folders ---


def watch(folder: Path, memory: Path, now: list[float]) -> FolderWatch:
    return FolderWatch(WatchedFolder(folder=folder, set="office"), memory, SAY, lambda: now[0])


def test_a_file_that_is_being_written_is_left(tmp_path: Path) -> None:
    folder, now = tmp_path / "share", [time.time()]
    folder.mkdir()
    watched = watch(folder, tmp_path / "memory.json", now)
    (folder / "a.txt").write_text("一半", encoding="utf-8")
    assert not watched.look() and not watched.look()
    (folder / "a.txt").write_text("一半，又一半。", encoding="utf-8")
    now[0] += 60
    assert not watched.look(), "it has changed since it was last seen"
    change = watched.look()
    assert [one.name for one in change.items] == ["a.txt"]
    watched.done(change)
    assert not watched.look()
    again = watch(folder, tmp_path / "memory.json", now)
    assert not again.look() and not again.look(), "a restart reads nothing again"


def test_a_removed_file_is_told_and_an_empty_folder_is_not_believed(tmp_path: Path) -> None:
    folder, now = tmp_path / "share", [time.time() + 60]
    folder.mkdir()
    for name in "ab":
        (folder / f"{name}.txt").write_text(name, encoding="utf-8")
    watched = watch(folder, tmp_path / "memory.json", now)
    watched.look()
    watched.done(watched.look())
    (folder / "a.txt").unlink()
    assert list(watched.look().removed) == ["a.txt"]
    (folder / "b.txt").unlink()
    assert not watched.look(), "perhaps the share is not there"


async def test_what_lies_in_a_watched_folder_comes_in_and_goes(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "share"
    folder.mkdir()
    for name, text in (("a.txt", "公务用车应当提前一天申请。"), ("b.txt", "会议室应当提前预订。")):
        (folder / name).write_text(text, encoding="utf-8")
    rule = WatchedFolder(
        folder=folder, set="office", in_force=True, retire_removed=True, every_seconds=1, quiet_seconds=0
    )
    watching = asyncio.create_task(house.imports.watch([FolderWatch(rule, tmp_path / "memory.json", SAY)]))
    try:
        async with asyncio.timeout(30):
            while not await house.knowledge.search("公务用车"):
                await asyncio.sleep(0.1)
            (folder / "a.txt").unlink()
            while await house.knowledge.search("公务用车"):
                await asyncio.sleep(0.1)
    finally:
        watching.cancel()
    assert await house.knowledge.search("会议室预订")
    gone = await house.knowledge.passage("office/a.txt", "¶1")
    assert gone is not None and gone.state == "retired"


@pytest.mark.parametrize(
    "wrong",
    ["folder: relative, set: office", "folder: /a, set: Office", "folder: /a, set: office, retire_removed: true"],
)
def test_a_wrong_rule_is_named(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "knowledge.yaml").write_text(f"watched: [{{{wrong}}}]\n", encoding="utf-8")
    with pytest.raises(Exception, match=r"knowledge\.yaml:1"):
        load_import_rules(tmp_path)


# --- the time that is left ---


def test_the_time_left_follows_what_was_measured() -> None:
    now = [0.0]
    left = TimeLeft(lambda: now[0])
    for _ in range(4):
        left.expect("a.pdf", 2**20)
    for _ in range(2):
        left.begin("a.pdf", 2**20)
        now[0] += 100
        left.end(read=True)
    measured = left.seconds()
    assert 100 < measured < 250
    left.begin("a.pdf", 2**20)
    left.page(11, 20)
    now[0] += 10
    assert left.seconds() < measured
    left.end(read=True)
    left.begin("a.pdf", 2**20)
    left.end(read=True)
    assert left.seconds() == 0


async def test_progress_never_runs_backwards(house: House, tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{number}.txt").write_text(f"第{number}份通知。", encoding="utf-8")
    told: list[ImportProgress] = []
    await house.knowledge.index([tmp_path / f"{n}.txt" for n in range(20)], into="office", progress=told.append)
    done: Sequence[int] = [one.done for one in told]
    assert list(done) == sorted(done) and told[-1].done == told[-1].total == 20
    assert sum(bool(one.said) for one in told) == 20
