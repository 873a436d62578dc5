"""Which secret the running processes write under: a secret is not ended while somebody still seals with it.

One lock file per key, named by its id. A process holds the one of its newest key shared, a rotation holds those of the
keys it ends alone. The kernel gives a lock back when its process dies, however it dies.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from app.core.errors import Unavailable
from app.core.texts import Texts


class InUse:
    """The lock that one open database holds."""

    def __init__(self, folder: Path, id: bytes, texts: Texts) -> None:
        self._path = _lock_file(folder, id)
        self._texts = texts
        self._held: int | None = None

    def take(self) -> None:
        """Hold it. Raises `Unavailable` while a rotation ends this key."""
        if self._held is None:
            try:
                self._held = _locked(self._path, fcntl.LOCK_SH)
            except BlockingIOError:
                raise Unavailable("ROTATING", self._texts("rotating")) from None

    def give_back(self) -> None:
        """Hold it no longer."""
        if self._held is not None:
            os.close(self._held)
            self._held = None


@contextmanager
def nobody_uses(folder: Path, ids: Iterable[bytes], texts: Texts) -> Iterator[None]:
    """Hold the locks of these keys alone. Raises `Unavailable` while a process runs under one of them."""
    with ExitStack() as held:
        for id in ids:
            try:
                held.callback(os.close, _locked(_lock_file(folder, id), fcntl.LOCK_EX))
            except BlockingIOError:
                raise Unavailable("SECRET_IN_USE", texts("secret_in_use")) from None
        yield


def _lock_file(folder: Path, id: bytes) -> Path:
    return folder / f"key-{id.hex()}.lock"


def _locked(path: Path, how: int) -> int:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        raise
    return file
