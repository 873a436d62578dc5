"""The lists in force: those of `config/lists`, and those that an operator imported."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from skills.fx.screening.entry import WatchList
from skills.fx.screening.formats import read_file
from skills.fx.screening.store import WatchListStore, read_version

OWN = Path("config") / "lists"


def lists_in_force(content: Path, home: Path | None) -> tuple[WatchList, ...]:
    """Own lists, then imported ones. Raises `BadInput` when one of them cannot be read: a list that is passed over in
    silence clears everybody on it."""
    versions = WatchListStore(home).versions() if home else ()
    return (*own_lists(content), *(_kept(path, *_stamp(path)) for path in versions))


def own_lists(content: Path) -> tuple[WatchList, ...]:
    """The lists in `config/lists`."""
    return tuple(read_list(path) for path in sorted((content / OWN).glob("*.csv")))


def read_list(path: Path) -> WatchList:
    """A list from a file, named like it. Raises `BadInput` when it cannot be read as one."""
    return _read(path, *_stamp(path))


def _stamp(path: Path) -> tuple[int, int]:
    """Changes with the file; a file that is not there is told by who reads it."""
    try:
        about = path.stat()
    except OSError:
        return (0, 0)
    return about.st_mtime_ns, about.st_size


@lru_cache(maxsize=32)
def _read(path: Path, changed: int, size: int) -> WatchList:
    found = read_file(path)
    version = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    return WatchList(path.stem, found.entries, found.source, found.day, version)


@lru_cache(maxsize=16)
def _kept(path: Path, changed: int, size: int) -> WatchList:
    return read_version(path)
