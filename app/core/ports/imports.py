"""Documents on their way into a set: how far an import is, who may stop it, what came of it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

ImportState = Literal["waiting", "running", "finished", "stopped", "failed"]
"""`waiting`: another import of the set runs. `failed`: it broke off (disk full); what came before is in."""


@dataclass(frozen=True, slots=True)
class ImportFailure:
    """A file that could not be read; the rest went on."""

    name: str
    code: str
    message: str
    """The reason, for people."""


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far an import is, in documents."""

    done: int
    total: int
    """Known so far: an archive's documents are counted when it is opened."""
    now: str = ""
    """The document that is being read; empty between two."""
    page: int = 0
    """Of that document, from 1; 0 where it has none."""
    pages: int = 0
    failed: int = 0
    """Documents so far that could not be read."""
    seconds_left: float | None = None
    """None while nothing tells."""
    said: str = ""
    """What has just come of a document, one line in words; empty while one is read."""


@dataclass(frozen=True, slots=True)
class Import:
    """An import of files into a set."""

    id: str
    set: str
    by: str
    """Staff number of who started it; the folder's name where it is a watched one."""
    room: str
    """Where it was started; empty outside the chat."""
    started: datetime
    state: ImportState
    progress: ImportProgress
    added: tuple[tuple[str, str], ...] = ()
    """Source and version of what came in new."""
    unchanged: int = 0
    """Documents whose bytes were there already."""
    failed: tuple[ImportFailure, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    """Of what came in: a source, and a sentence on what stands in the file and was not read (hidden sheets …)."""
    why: str = ""
    """Of `failed`: the reason, for people."""


class Imports(Protocol):
    """Runs imports beside the talk. What comes in is a draft: nobody finds it until two people have put it in force."""

    async def start(self, files: Sequence[tuple[str, bytes]], *, into: str, by: str, room: str = "") -> Import:
        """Begin with these files (name, bytes); a ZIP is its members. Raises `BadInput` for no file and no set."""
        ...

    def follow(self, id: str) -> AsyncIterator[Import]:
        """The import as it is now, then after each change, at most a few times a second; ends with its end.

        Where nobody follows it to its end, a notice tells who started it.
        """
        ...

    async def stop(self, id: str) -> bool:
        """Stop after what is being written; what is in stays in. False where it does not run (any more)."""
        ...

    def listed(self, *, by: str = "", room: str = "") -> Sequence[Import]:
        """Those that run and the last that ended, latest first; of one person, of one room."""
        ...
