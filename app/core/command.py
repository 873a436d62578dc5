"""A batch command that a skill domain offers to the operator, e.g. `deskmate fx parse`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class CommandOptions:
    """What was given beside the input lines."""

    content: Path
    today: date
    files: tuple[Path, ...] = ()
    """`--list FILE`, as often as given."""
    home: Path | None = None
    """The state folder."""


@dataclass(frozen=True, slots=True)
class Command:
    """One line in, one line out. `run` raises `AssistantError` for a line that cannot be answered."""

    name: str
    help: str
    field: str
    """The input line's field, and the name of the argument without `--jsonl`."""
    run: Callable[[str, CommandOptions], Mapping[str, Any]]
