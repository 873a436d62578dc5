"""One import of a set at a time, over all processes. The lock dies with the process that holds it."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.core.errors import Unavailable
from app.core.operator import operator
from app.core.texts import Texts

_ASK_EVERY = 0.1  # seconds


class ImportLocks:
    """A file a set under `<home>/imports`, locked by the kernel; who holds it stands in it."""

    def __init__(self, folder: Path, say: Texts) -> None:
        self._folder = folder
        self._say = say

    @contextmanager
    def held(self, name: str, *, wait: float = 0.0, stop: Callable[[], bool] = lambda: False) -> Iterator[None]:
        """Hold the lock of a set; wait that many seconds for it. Raises `Unavailable` with the name of who holds it."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self._folder / f"{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            until = time.monotonic() + wait
            while not _taken(handle):
                if time.monotonic() >= until or stop():
                    raise Unavailable("IMPORT_RUNNING", self._say("import_running", name=name, **_owner(handle)))
                time.sleep(_ASK_EVERY)
            owner = {"who": operator(), "process": os.getpid()}
            os.ftruncate(handle, 0)
            os.pwrite(handle, json.dumps(owner).encode(), 0)
            yield
        finally:
            os.close(handle)  # lets go of the lock; the file stays, for removing it would race


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _owner(handle: int) -> dict[str, str]:
    """Who holds it, for the message; it may be being written just now."""
    try:
        owner = json.loads(os.pread(handle, 1000, 0))
        return {"who": str(owner["who"]), "process": str(owner["process"])}
    except (ValueError, KeyError, TypeError):
        return {"who": "?", "process": "?"}
