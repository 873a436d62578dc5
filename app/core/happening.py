"""Something that happened in the bank's work: what a skill did, what people decided, what time brought."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Happening:
    """Workflows start on it, and go on with it."""

    name: str
    """`<domain>.<what>`, e.g. `fx.agreed`; `action.executed`, `action.rejected` … for decisions of people."""
    about: str
    """What it concerns: a deal's number, an action's id. A workflow that waits names it."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """JSON only."""
