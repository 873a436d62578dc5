"""Work that is done once, even if the process dies in the middle of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

DurableTask = Callable[[str], Awaitable[None]]
"""Gets the JSON text it was enqueued with. It may be begun again after a crash: outside effects carry its key."""


class Durable(Protocol):
    """Keeps what is to be done, and does it: now, at a time, and again after a crash until it has returned."""

    def register(self, name: str, task: DurableTask) -> None:
        """What `name` means. Before `open`."""
        ...

    async def open(self) -> None:
        """Go on with what an earlier process left. Raises `Unavailable`."""
        ...

    async def close(self) -> None: ...

    async def enqueue(self, name: str, argument: str, *, key: str, line: str = "", at: datetime | None = None) -> None:
        """Have the task run once for `key`: as soon as possible, or `at` a time. A key that is known changes nothing.

        Tasks of one `line` run one after the other, in the order they were enqueued; waiting holds no thread.
        A task that raises is tried again with growing pauses. Raises `Unavailable` where it cannot be kept.
        """
        ...

    async def cancel(self, key: str) -> None:
        """Do not run what waits under `key` (any more)."""
        ...
