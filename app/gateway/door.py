"""Who came in, and who was turned away, for the audit."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from app.core.audit import AuditEntry
from app.core.ports import AuditLog

_AT_MOST_EVERY = 1.0  # seconds between two entries about strangers


class Door:
    """Log-ins. A flood of made-up names and tokens neither fills the audit nor keeps the database busy."""

    def __init__(self, audit: AuditLog, clock: Callable[[], float] = time.monotonic) -> None:
        self._audit = audit
        self._clock = clock
        self._unnoted = 0
        self._noted_at = -_AT_MOST_EVERY

    async def let_in(self, person: str, channel: str) -> None:
        """Raises `Unavailable` where it cannot be written: then nobody comes in."""
        await self._append(person, "allow", {"channel": channel})

    async def turned_away(self, reason: str, channel: str, person: str = "") -> None:
        """`person`: a known staff number, or empty. What a stranger typed may be anything and goes into no record."""
        if person:
            await self._append(person, "refuse", {"channel": channel, "reason": reason})
            return
        self._unnoted += 1
        now = self._clock()
        if now - self._noted_at >= _AT_MOST_EVERY:
            times, self._unnoted, self._noted_at = self._unnoted, 0, now
            await self._append("", "refuse", {"channel": channel, "reason": reason, "times": times})

    async def _append(self, person: str, decision: str, detail: dict[str, Any]) -> None:
        await self._audit.append(AuditEntry("login", person, "", "", "", "", decision, detail))
