"""How long the rest of an import takes: by format, from what its documents have taken so far."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import PurePath

_PRIOR = {".pdf": 4.0, ".png": 3.0, ".jpg": 6.0, ".jpeg": 6.0, ".xlsx": 6.0, ".docx": 2.0, ".pptx": 1.0}
"""Seconds a megabyte before anything is known; measured with the documents of `bench/bench_import.py`."""
_PRIOR_OF_TEXT = 3.0
_PRIOR_EACH = 0.01
"""Seconds of a document besides."""
_PRIOR_WEIGHT = 2**20
"""Bytes that have to be read until what was measured counts as much as what was thought before."""


class TimeLeft:
    """Told of documents as they come and go; tells the seconds that the rest takes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: Counter[str] = Counter()
        self._waiting: Counter[str] = Counter()
        self._read: Counter[str] = Counter()
        self._took: dict[str, float] = {}
        self._now: tuple[str, int, float] | None = None
        self._share = 0.0

    def expect(self, name: str, size: int) -> None:
        """One more document to come."""
        self._open[_format(name)] += size
        self._waiting[_format(name)] += 1

    def begin(self, name: str, size: int) -> None:
        """This one is being read."""
        self._now, self._share = (_format(name), size, self._clock()), 0.0

    def page(self, page: int, of: int) -> None:
        """So far within it."""
        self._share = min(1.0, (page - 1) / of) if of else 0.0

    def end(self, *, read: bool) -> None:
        """It is done; `read`: it had to be read, and was not there already."""
        if self._now is None:
            return
        kind, size, since = self._now
        self._open[kind] -= size
        self._waiting[kind] -= 1
        if read:
            self._read[kind] += size
            self._took[kind] = self._took.get(kind, 0.0) + self._clock() - since
        self._now = None

    def seconds(self) -> float:
        """What the rest takes, the one that is being read included."""
        left = sum(self._open[kind] * self._rate(kind) + _PRIOR_EACH * self._waiting[kind] for kind in self._open)
        if self._now:
            kind, size, since = self._now
            spent = self._clock() - since
            whole = size * self._rate(kind)
            if self._share:
                left += spent / self._share - spent - whole  # its own pages say more than its size
            else:
                left -= min(spent, whole)
        return max(0.0, left)

    def _rate(self, kind: str) -> float:
        """Seconds a byte."""
        prior = _PRIOR.get(kind, _PRIOR_OF_TEXT) / 2**20
        return (prior * _PRIOR_WEIGHT + self._took.get(kind, 0.0)) / (_PRIOR_WEIGHT + self._read[kind])


def _format(name: str) -> str:
    return PurePath(name).suffix.lower()
