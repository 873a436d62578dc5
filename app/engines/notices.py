"""Notices within one process: `ports.Notices`."""

from __future__ import annotations

import asyncio
import logging
from contextvars import Context

from app.core.errors import place_of
from app.core.ports import ImportEnded, Notice, NoticeListener

_log = logging.getLogger("deskmate.notices")


class LocalNotices:
    """Tells every listener in a task of its own, free of the turn in which the notice arose."""

    def __init__(self) -> None:
        self._listeners: list[NoticeListener] = []
        self._telling: set[asyncio.Task[None]] = set()

    def tell(self, notice: Notice | ImportEnded) -> None:
        """Pass it on. Never waits and never raises."""
        for listener in self._listeners:
            task = asyncio.get_running_loop().create_task(_told(listener, notice), context=Context())
            self._telling.add(task)  # the loop itself keeps no hold on its tasks
            task.add_done_callback(self._telling.discard)

    def subscribe(self, listener: NoticeListener) -> None:
        """Have `listener` told of every notice from now on."""
        self._listeners.append(listener)


async def _told(listener: NoticeListener, notice: Notice | ImportEnded) -> None:
    try:
        await listener(notice)
    except Exception as error:
        _log.error("a notice was not delivered: %s", place_of(error))
