"""What an erasure found and did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that a value stands in, or that could not be looked into."""

    room: str
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Erased:
    """What went, or would go."""

    counts: Mapping[str, int]
    """`rooms`, `turns`, `feedback`, `placeholders`, `texts`, `files`, `unopened`: only what applies."""
    kept_actions: tuple[str, ...] = ()
    """Ids of actions that stay as evidence, or wait for people."""
    waiting_rooms: tuple[str, ...] = ()
    """Rooms that were left alone: an action waits there."""
    files: tuple[FoundFile, ...] = ()
    """Files with the value that were left for a person to decide."""
    closed_files: tuple[FoundFile, ...] = ()
    """Files that could not be looked into."""
