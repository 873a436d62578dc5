"""Counters and timings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from app.core.audit import AuditEntry
from app.core.turn import Mode


class Metrics(Protocol):
    """Counters and timings of turns."""

    def turn(self, *, channel: str, mode: Mode, outcome: str, seconds: float) -> None: ...

    def masked(self, types: Iterable[str]) -> None:
        """Count the personal data that was replaced in a message, by type."""
        ...

    def audited(self, entry: AuditEntry) -> None:
        """Count what an audit entry tells: refusals, violations, actions, alarms."""
        ...

    def exposition(self) -> bytes:
        """Prometheus text format."""
        ...
