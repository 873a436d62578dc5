"""A process that kills itself at a named point, for tests of what a power cut leaves behind."""

from __future__ import annotations

import os
import signal

KILL = "DESKMATE_TEST_KILL"
"""Environment: the point. Nothing of the product knows of it."""


def die_at(point: str) -> None:
    """As a power cut: no handler runs, nothing is cleaned up."""
    if os.environ.get(KILL) == point:
        os.kill(os.getpid(), signal.SIGKILL)
