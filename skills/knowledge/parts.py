"""The questions within one message, each in full: a part that leans on the one before (谁批) is completed by it."""

from __future__ import annotations

from app.core import questions
from app.core.follow_ups import completed

MOST = 4
"""Questions that one message may have; what is left over belongs to the last."""
_EDGE = "？?。；;.， "


def parts_of(query: str) -> list[str]:
    """The questions of `query` in their order; `query` itself where it is one."""
    found: list[str] = []
    for part in questions.parts_of(query):
        own = part.strip(_EDGE)
        found.append((completed(own, found[-1]) if found else None) or own)
    if len(found) < 2:
        return [query.strip()]
    return [*found[: MOST - 1], "，".join(found[MOST - 1 :])] if len(found) > MOST else found
