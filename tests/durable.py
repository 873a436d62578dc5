"""`ports.Durable` without a database: what is due runs at once, what has a time waits until the test says so."""

from __future__ import annotations

import asyncio
from datetime import datetime

from app.core.ports import DurableTask


class MemoryDurable:
    """Remembers keys as the real one does; several houses of one process may each have their own."""

    def __init__(self) -> None:
        self.held: dict[str, tuple[datetime, str, str, str]] = {}
        """Key -> time, task, argument, line."""
        self._tasks: dict[str, DurableTask] = {}
        self._keys: set[str] = set()
        self._lines: dict[str, asyncio.Lock] = {}
        self._running: set[asyncio.Task[None]] = set()

    def register(self, name: str, task: DurableTask) -> None:
        self._tasks[name] = task

    async def open(self) -> None:
        """Nothing is left of an earlier process."""

    async def close(self) -> None:
        await self.settled()

    async def enqueue(self, name: str, argument: str, *, key: str, line: str = "", at: datetime | None = None) -> None:
        if key in self._keys:
            return
        self._keys.add(key)
        if at is not None:
            self.held[key] = (at, name, argument, line)
        else:
            self._begin(name, argument, line)

    async def cancel(self, key: str) -> None:
        self.held.pop(key, None)

    async def pass_until(self, moment: datetime) -> None:
        """Run what is due by then, in the order of its times."""
        for key, (at, name, argument, line) in sorted(self.held.items(), key=lambda one: one[1][0]):
            if at <= moment:
                del self.held[key]
                self._begin(name, argument, line)
        await self.settled()

    async def settled(self) -> None:
        """Until nothing runs any more, also not what the running began."""
        while self._running:
            await asyncio.gather(*self._running)

    def _begin(self, name: str, argument: str, line: str) -> None:
        task = asyncio.get_running_loop().create_task(self._run(name, argument, line))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(self, name: str, argument: str, line: str) -> None:
        async with self._lines.setdefault(line or argument, asyncio.Lock()):
            await self._tasks[name](argument)
