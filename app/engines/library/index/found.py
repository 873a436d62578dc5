"""What a search finds: a part of a passage, with all that a citation needs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """A part of a passage that a query found."""

    source: str
    locator: str
    heading: str
    text: str
    title: str
    dated: str
    mark: str
    """Names this text at this place; the vectors know it by that."""
    score: float
    """Share of the query's weight that stands here, 0 to 1."""
    rank: float
    """Higher is better; comparable within one query."""
    version: str = ""
    until: str = ""
    """Last day on which it counts, ISO; empty where open."""
    state: str = "in_force"
    owner: str = ""
    superseded_by: str = ""
