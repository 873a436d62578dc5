"""How often something happened lately."""

from __future__ import annotations

from collections import deque


class Window:
    """Counts over the last `seconds`, kept by the second: memory does not grow with what happens."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._buckets: deque[list[int]] = deque()  # [second, all, hits]
        self.all = 0
        self.hits = 0

    def add(self, now: float, *, hit: bool, one_more: bool = True) -> None:
        """Something happened at `now` (seconds of a clock that only goes on).

        `hit`: it is what is looked for. Not `one_more`: it belongs to something that is counted by itself.
        """
        self.forget(now)
        if not self._buckets or self._buckets[-1][0] != int(now):
            self._buckets.append([int(now), 0, 0])
        self._buckets[-1][1] += one_more
        self._buckets[-1][2] += hit
        self.all += one_more
        self.hits += hit

    def forget(self, now: float) -> None:
        """Let go what is older than the window."""
        while self._buckets and self._buckets[0][0] <= now - self._seconds:
            _, all, hits = self._buckets.popleft()
            self.all -= all
            self.hits -= hits
