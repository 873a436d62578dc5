"""Imports that run beside the talk: `ports.Imports`. One thread reads, so that nobody else waits for a document."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import secrets
import threading
from collections.abc import AsyncIterator, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from app.core.audit import AuditEntry
from app.core.errors import AssistantError, BadInput, place_of
from app.core.operator import operator
from app.core.ports import AuditLog, Import, ImportEnded, ImportProgress, Notices, Version
from app.core.texts import Texts
from app.engines.library.importing.import_run import ImportRun, Outcome, Take, Taken
from app.engines.library.importing.sources import Item, uploaded
from app.engines.library.importing.watching import FolderWatch
from app.engines.library.index.lexical_sql import is_set_name
from app.engines.library.reading.pages import Pages
from app.engines.library.reading.process import Stop

_REMEMBERED = 50
"""Imports that have ended and can still be asked about."""
_TELL_EVERY = 0.3  # seconds between two states that somebody who follows is told
_FOREVER = 7 * 24 * 3600.0
_ENDED = ("finished", "stopped", "failed")

_say = Texts(Path(__file__).parent / "library" / "texts")
_log = logging.getLogger("deskmate.imports")


class Library(Protocol):
    """What an import needs of the knowledge engine. Everything blocks."""

    def draft(self, name: str, content: bytes, into: str, pages: Pages, stop: Stop) -> tuple[Version, Taken | None]:
        """Lay a document among the drafts; without `Taken` where its bytes are there already. Raises `BadInput`."""
        ...

    def importing_into(self, name: str, *, wait: float, stop: Stop) -> AbstractContextManager[None]:
        """Hold the set against other imports. Raises `BadInput` for what is no set's name, `Unavailable`."""
        ...

    def straight(self, into: str, stop: Stop) -> Take:
        """What brings documents of one import in so that they count at once, as `deskmate index` does."""
        ...

    def retire(self, source: str) -> None:
        """A document whose file was removed no longer counts; it can still be opened where it was cited."""
        ...

    def check_room(self, items: Sequence[Item]) -> None:
        """Raises `BadInput` where these are more than an import may be."""
        ...


class Record(Protocol):
    """Keeps a version and who added it; the same one again gives what is there."""

    def __call__(self, version: Version, *, by: str) -> Coroutine[Any, Any, Version]: ...


@dataclass(slots=True)
class _Job:
    value: Import
    stop: threading.Event = field(default_factory=threading.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    followers: int = 0

    def now(self, value: Import) -> None:
        self.value = value
        self.changed.set()
        self.changed = asyncio.Event()


class LocalImports:
    """`ports.Imports` within this process; imports of one set wait for each other, also over processes."""

    def __init__(self, library: Library, record: Record, notices: Notices, audit: AuditLog) -> None:
        self._library = library
        self._record = record
        self._notices = notices
        self._audit = audit
        self._jobs: dict[str, _Job] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="imports")

    async def start(self, files: Sequence[tuple[str, bytes]], *, into: str, by: str, room: str = "") -> Import:
        """Begin. Raises `BadInput` for no file, for what is no set's name, and for too much at once."""
        if not files:
            raise BadInput("NOTHING_TO_INDEX", _say("nothing_to_index"))
        if not is_set_name(into):
            raise BadInput("KNOWLEDGE_SET", _say("set_name", name=into))
        items = [uploaded(name, content, _say) for name, content in files]
        return (await self._begin(items, into, by, room)).value

    async def follow(self, id: str) -> AsyncIterator[Import]:
        """The import as it is now, then after each change; ends with its end."""
        job = self._jobs.get(id)
        if job is None:
            return
        job.followers += 1
        try:
            while True:
                value, changed = job.value, job.changed
                yield value
                if value.state in _ENDED:
                    return
                await changed.wait()
                await asyncio.sleep(_TELL_EVERY if job.value.state not in _ENDED else 0)
        finally:
            job.followers -= 1

    async def stop(self, id: str) -> bool:
        """Stop after what is being written; returns when it has. False where it does not run."""
        job = self._jobs.get(id)
        if job is None or job.task is None or job.value.state in _ENDED:
            return False
        job.stop.set()
        await asyncio.wait([job.task])
        return job.value.state == "stopped"

    def listed(self, *, by: str = "", room: str = "") -> Sequence[Import]:
        """Those that run and the last that ended, latest first."""
        values = [job.value for job in reversed(self._jobs.values())]
        return [one for one in values if by in ("", one.by) and room in ("", one.room)]

    async def close(self) -> None:
        """Stop what runs; a later import of the same files goes on behind it."""
        for job in self._jobs.values():
            job.stop.set()
        tasks = [job.task for job in self._jobs.values() if job.task is not None]
        if tasks:
            await asyncio.wait(tasks)
        self._thread.shutdown()

    async def watch(self, folders: Sequence[FolderWatch]) -> None:
        """Bring in what appears in these folders, until cancelled."""
        await asyncio.gather(*(self._watch(one) for one in folders))

    async def _watch(self, folder: FolderWatch) -> None:
        rule = folder.rule
        while True:
            try:
                if change := await asyncio.to_thread(folder.look):
                    job = await self._begin(change.items, rule.set, operator(), "", in_force=rule.in_force)
                    if job.task is not None:
                        await asyncio.wait([job.task])
                    if job.value.state == "finished":
                        for name in change.removed if rule.retire_removed else ():
                            await asyncio.to_thread(self._library.retire, f"{rule.set}/{name}")
                        await asyncio.to_thread(folder.done, change)
                    for one in job.value.failed:
                        _log.warning("watched folder %s: a file cannot be read: %s", rule.folder, one.code)
            except AssistantError as error:
                _log.warning("watched folder %s: %s", rule.folder, error.message)
            except Exception as error:  # a defect: the other folders go on, and so does this one
                _log.error("watched folder %s: %s", rule.folder, place_of(error))
            await asyncio.sleep(rule.every_seconds)

    async def _begin(self, items: Sequence[Item], into: str, by: str, room: str, *, in_force: bool = False) -> _Job:
        await asyncio.to_thread(self._library.check_room, items)
        progress = ImportProgress(0, len(items))
        value = Import(secrets.token_hex(6), into, by, room, datetime.now(UTC), "waiting", progress)
        job = self._jobs[value.id] = _Job(value)
        job.task = asyncio.create_task(self._run(job, items, in_force))
        self._forget_old()
        return job

    async def _run(self, job: _Job, items: Sequence[Item], in_force: bool) -> None:
        loop = asyncio.get_running_loop()

        def told(progress: ImportProgress) -> None:
            loop.call_soon_threadsafe(self._progressed, job, progress)

        run = ImportRun(_say, told, job.stop.is_set)
        try:
            take = self._library.straight(job.value.set, job.stop.is_set) if in_force else self._drafting(job, loop)
            work = partial(contextvars.copy_context().run, self._work, job, run, items, take)
            await loop.run_in_executor(self._thread, work)
            state, why = "stopped" if run.outcome.stopped else "finished", ""
        except AssistantError as error:
            state, why = "stopped" if job.stop.is_set() else "failed", error.message
        except Exception as error:  # a defect: the person is told that it broke off
            _log.error("import %s: %s", job.value.id, place_of(error))
            state, why = "failed", _say("import_broke_off")
        await self._note(job, run.outcome, state)
        added = tuple((one.source, one.version) for one in run.outcome.taken)
        left_out = tuple((one.source, what) for one in run.outcome.taken for what in one.left_out)
        over = replace(job.value, state=state, why=why, added=added, left_out=left_out)  # type: ignore[arg-type]
        job.now(replace(over, unchanged=run.outcome.unchanged, failed=tuple(run.outcome.failed)))
        if not job.followers:  # who has followed it to its end knows
            self._notices.tell(ImportEnded(job.value.by, job.value))

    async def _note(self, job: _Job, outcome: Outcome, state: str) -> None:
        """Names of files are left out: they may hold people's. The versions say exactly what came in."""
        value = job.value
        detail = {
            "set": value.set,
            "added": [one.version for one in outcome.taken],
            "unchanged": outcome.unchanged,
            "failed": [one.code for one in outcome.failed],
        }
        try:
            await self._audit.append(AuditEntry("knowledge.indexed", value.by, "", "", value.room, "", state, detail))
        except AssistantError as error:
            _log.error("import %s is not in the audit: %s", value.id, error.code)

    def _work(self, job: _Job, run: ImportRun, items: Sequence[Item], take: Take) -> None:
        """In the thread."""
        with self._library.importing_into(job.value.set, wait=_FOREVER, stop=job.stop.is_set):
            run.run(items, take)

    def _drafting(self, job: _Job, loop: asyncio.AbstractEventLoop) -> Take:
        into, by, stop = job.value.set, job.value.by, job.stop.is_set

        def take(item: Item, content: bytes, pages: Pages) -> Taken | None:
            version, taken = self._library.draft(item.name, content, into, pages, stop)
            if version.state == "draft":  # also again: a crash may have come between the two
                recorded = self._record(replace(version, added_by=by), by=by)
                asyncio.run_coroutine_threadsafe(recorded, loop).result()
            return taken

        return take

    def _progressed(self, job: _Job, progress: ImportProgress) -> None:
        if job.value.state not in _ENDED:
            job.now(replace(job.value, state="running", progress=progress))

    def _forget_old(self) -> None:
        ended = [id for id, job in self._jobs.items() if job.value.state in _ENDED]
        for id in ended[:-_REMEMBERED]:
            del self._jobs[id]
