"""The trace id of the turn in hand: one number that a person can read out to the help desk."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_trace: ContextVar[str] = ContextVar("trace", default="")


def trace_id() -> str:
    """The current trace id; empty outside a turn."""
    return _trace.get()


@contextmanager
def traced() -> Iterator[str]:
    """Open a trace for one turn."""
    token = _trace.set(secrets.token_hex(8))
    try:
        yield _trace.get()
    finally:
        _trace.reset(token)
