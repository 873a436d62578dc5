"""The circuit breaker before a model: after some failures in a row it is left alone for a while.

Without it each person would wait for the time-out of a model that everybody knows to be down.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Literal

FaultKind = Literal["error", "silence", "cut", "malformed"]


class Fault(Exception):
    """What a model did wrong. `reason` never carries texts, arguments, addresses or keys: it goes to the log."""

    def __init__(self, kind: FaultKind, reason: str) -> None:
        super().__init__(f"{kind}: {reason}")
        self.kind = kind
        self.reason = reason


class Breaker:
    """Closed: requests pass. Open: none passes for `pause_s`; then one at a time tries until one succeeds."""

    def __init__(self, failures: int, pause_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = failures
        self._pause_s = pause_s
        self._clock = clock
        self._failures = 0
        self._closed_until = 0.0
        """Requests are refused before this moment while the breaker is open."""

    @property
    def open(self) -> bool:
        """Whether the model counts as down."""
        return self._failures >= self._limit

    def allows(self) -> bool:
        """Whether a request may pass now. A trial takes the next pause with it, so an abandoned one blocks nobody."""
        if not self.open:
            return True
        now = self._clock()
        if now < self._closed_until:
            return False
        self._closed_until = now + self._pause_s
        return True

    def succeeded(self) -> None:
        """The model answered, well or badly: it is there."""
        self._failures = 0

    def failed(self) -> None:
        """Error, silence or a cut stream."""
        self._failures += 1
        if self.open:
            self._closed_until = self._clock() + self._pause_s
