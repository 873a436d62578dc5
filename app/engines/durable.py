"""Work that outlives a crash, kept by DBOS: `ports.Durable`.

DBOS is one per process, takes two seconds to load, and runs its functions in threads of its own. So it is loaded at
the first need, off the loop, and a task is carried back to the house's loop; a thread only waits for it there. What
waits for its time is a row in DBOS's database and nothing else.

DBOS keeps arguments plain: they hold ids and times, never words of people.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import threading
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.core.errors import AssistantError, Unavailable, place_of
from app.core.ports import DurableTask
from app.core.settings import Settings
from app.core.texts import Texts

_QUEUE = "deskmate"
_VERSION = "1"
"""Of what is kept: another would leave the work of the one before to nobody."""
_POLL = 0.1  # seconds between two looks at the queue
_GRACE = 5.0  # seconds that a process which ends gives to what it has begun
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 300.0  # seconds between two tries of a task that raises
_log = logging.getLogger("deskmate.durable")
_one = threading.Lock()
_launched: list[DbosDurable] = []
"""The house of this process that has launched DBOS."""


class _Left(BaseException):
    """The house closes: the task is left as it is, for the next start. Not an `Exception`: those DBOS would record."""


class DbosDurable:
    """`ports.Durable` over DBOS; in SQLite beside the records, in PostgreSQL where those are."""

    def __init__(self, settings: Settings, texts: Texts) -> None:
        self._file: Path | None = None
        self._url = settings.database_url.replace("+asyncpg", "")
        if self._url.startswith("sqlite"):
            self._file = settings.home / "durable.db"
            self._url = f"sqlite:///{self._file}"
        self._texts = texts
        self._tasks: dict[str, DurableTask] = {}
        self._launching = asyncio.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._dbos: Any = None
        self._perform: Any = None
        self._closing = False
        self._due: set[str] = set()
        """Keys of what this process has asked for, is due, and is not done."""
        self._running: set[concurrent.futures.Future[None]] = set()

    def register(self, name: str, task: DurableTask) -> None:
        """What `name` means. Before `open`."""
        self._tasks[name] = task

    async def open(self) -> None:
        """Go on with what an earlier process left; where there is nothing, DBOS is not even loaded.

        Raises `Unavailable`.
        """
        if self._file is None or self._file.exists():
            await self._ready()

    async def close(self) -> None:
        """Finish what this process has asked for and is due; leave the rest to the next start."""
        if self._dbos is None:
            return
        for _ in range(int(_GRACE / _POLL)):
            if not self._due:
                break
            await asyncio.sleep(_POLL)
        self._closing = True
        for running in tuple(self._running):
            running.cancel()
        await asyncio.to_thread(self._destroy)

    async def enqueue(self, name: str, argument: str, *, key: str, line: str = "", at: datetime | None = None) -> None:
        """Have the task run once for `key`: as soon as possible, or `at` a time. A key that is known changes nothing.

        Raises `Unavailable` where it cannot be kept.
        """
        if name not in self._tasks:
            raise KeyError(name)
        await self._ready()
        delay = (at - datetime.now(UTC)).total_seconds() if at is not None else 0.0
        if delay <= 0:
            self._due.add(key)
        try:
            await self._asked(self._enqueue, name, argument, key, line or key, delay)
        except Unavailable:
            self._due.discard(key)
            raise

    async def cancel(self, key: str) -> None:
        """Do not run what waits under `key` (any more)."""
        await self._ready()
        await self._asked(lambda: self._dbos.cancel_workflow(key))

    async def _ready(self) -> None:
        async with self._launching:
            if self._dbos is None:
                self._loop = asyncio.get_running_loop()
                await self._asked(self._launch)

    async def _asked(self, what: Any, *arguments: Any) -> Any:
        """Ask DBOS, which blocks, in a thread. Its errors quote what it was given: only their kind is told."""
        try:
            return await asyncio.to_thread(what, *arguments)
        except AssistantError:
            raise
        except Exception as error:
            _log.error("durable work: %s", place_of(error))
            raise Unavailable("DURABLE", self._texts("durable_error")) from None

    # --- in a thread ---

    def _launch(self) -> None:
        with _one:
            if _launched:
                raise Unavailable("DURABLE_TAKEN", self._texts("durable_taken"))
            from dbos import DBOS

            DBOS(
                config={
                    "name": "deskmate",
                    "system_database_url": self._url,
                    "application_version": _VERSION,
                    "log_level": "ERROR",
                    "notification_listener_polling_interval_sec": 1.0,
                }
            )
            self._perform = DBOS.workflow(name="deskmate.perform", max_recovery_attempts=None)(self._performed())
            try:
                DBOS.launch()
                DBOS.register_queue(_QUEUE, partition_concurrency=1, polling_interval_sec=_POLL)
            except Exception:
                DBOS.destroy(destroy_registry=True)
                raise
            self._dbos = DBOS
            _launched.append(self)
        if self._file is not None:
            self._file.chmod(0o600)

    def _destroy(self) -> None:
        with _one:
            self._dbos.destroy(destroy_registry=True)
            self._dbos = None
            _launched.remove(self)

    def _enqueue(self, name: str, argument: str, key: str, line: str, delay: float) -> None:
        from dbos import SetEnqueueOptions, SetWorkflowID

        options: dict[str, Any] = {"queue_partition_key": line}
        if delay > 0:
            options["delay_seconds"] = delay
        with SetWorkflowID(key), SetEnqueueOptions(**options):
            handle = self._dbos.enqueue_workflow(_QUEUE, self._perform, name, argument)
        if handle.get_status().status in ("SUCCESS", "CANCELLED", "ERROR"):
            self._due.discard(key)  # it was known, and is done

    def _performed(self) -> Any:
        """The one function that DBOS knows: it carries a task to the loop, and waits for its end."""

        def perform(name: str, argument: str) -> None:
            if self._closing or self._loop is None:
                raise _Left
            running = asyncio.run_coroutine_threadsafe(self._until_done(name, argument), self._loop)
            self._running.add(running)
            try:
                running.result()
            except (concurrent.futures.CancelledError, asyncio.CancelledError):
                raise _Left from None
            finally:
                self._running.discard(running)
            self._due.discard(str(self._dbos.workflow_id))

        return perform

    # --- on the loop ---

    def _until_done(self, name: str, argument: str) -> Coroutine[Any, Any, None]:
        async def work() -> None:
            pause = _FIRST_PAUSE
            while True:
                try:
                    return await self._tasks[name](argument)
                except AssistantError as error:
                    _log.warning("durable work %s is tried again: %s", name, error.code)
                except Exception as error:
                    _log.error("durable work %s is tried again: %s", name, place_of(error))
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)

        return work()
