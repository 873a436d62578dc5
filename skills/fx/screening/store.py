"""Imported lists in the state folder: `lists/<name>/<version>.json`, and `current.json` that names the one in force.

A version is written whole before it is named, and never changed: what a screening was made with can be looked up.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from app.core.errors import BadInput
from skills.fx.screening.entry import Entry, WatchList
from skills.fx.screening.formats import read_files
from skills.fx.words import say

FOLDER = "lists"
CURRENT = "current.json"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_SHRUNK = 0.5
"""A list that lost more than half of its entries was most likely cut off on its way here."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import came to."""

    list: str
    version: str
    source: str
    day: str
    """ISO date of publication; of a file that does not say, of the import."""
    entries: int
    names: int
    """Entries with their aliases."""
    before: int
    """Entries of the version before; 0 where there was none."""
    unchanged: bool
    """The same files were in force already."""

    def as_json(self) -> Mapping[str, Any]:
        """For programs and the audit."""
        return asdict(self)


class WatchListStore:
    """The imported lists of one state folder."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    def bring(
        self,
        name: str,
        files: Sequence[Path],
        now: datetime,
        *,
        source: str = "",
        day: date | None = None,
        smaller: bool = False,
    ) -> Imported:
        """Read `files` as one list and put it in force under `name`.

        Raises `BadInput`, and the list in force stays, when the files cannot be read as a list, or when it would lose
        more than half of its entries and `smaller` does not allow that.
        """
        if not _NAME.fullmatch(name):
            raise BadInput("FX_LIST", say("list_name", name=name[:40]))
        read = read_files(files)
        before = self._about(name)
        if before and not smaller and len(read.entries) < _SHRUNK * before["entries"]:
            raise BadInput("FX_LIST", say("list_shrunk", name=name, before=before["entries"], now=len(read.entries)))
        version = _digest(files)
        made = Imported(
            list=name,
            version=version,
            source=source or read.source,
            day=(day or read.day or now.date()).isoformat(),
            entries=len(read.entries),
            names=sum(1 + len(entry.aliases) for entry in read.entries),
            before=before["entries"] if before else 0,
            unchanged=before is not None and before["version"] == version,
        )
        about = {**made.as_json(), "imported_at": now.isoformat(), "files": [path.name for path in files]}
        folder = self._folder / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(folder / f"{version}.json", {**about, "listed": [asdict(entry) for entry in read.entries]})
        _write(folder / CURRENT, about)
        return made

    def in_force(self) -> list[Mapping[str, Any]]:
        """What is known of each list, without its entries. Raises `BadInput` where that was damaged."""
        names = sorted(path.parent.name for path in self._folder.glob(f"*/{CURRENT}"))
        return [about for name in names if (about := self._about(name))]

    def versions(self) -> tuple[Path, ...]:
        """The file of the version in force of each list."""
        return tuple(self._folder / about["list"] / f"{about['version']}.json" for about in self.in_force())

    def _about(self, name: str) -> Mapping[str, Any] | None:
        path = self._folder / name / CURRENT
        try:
            about = json.loads(path.read_text("utf-8")) if path.exists() else None
            if about is not None and {"list", "version", "entries"} - about.keys():
                raise ValueError
        except (OSError, ValueError, AttributeError):
            raise BadInput("FX_LIST", say("list_damaged", name=name)) from None
        return about


def read_version(path: Path) -> WatchList:
    """One version. Raises `BadInput` when it was damaged: nobody is screened against half a list."""
    try:
        said = json.loads(path.read_text("utf-8"))
        entries = tuple(Entry(**{**one, "aliases": tuple(one["aliases"])}) for one in said["listed"])
        if len(entries) != said["entries"]:
            raise ValueError
        return WatchList(said["list"], entries, said["source"], date.fromisoformat(said["day"]), said["version"])
    except (OSError, ValueError, KeyError, TypeError):
        raise BadInput("FX_LIST", say("list_damaged", name=path.parent.name)) from None


def _digest(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in files:
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def _write(path: Path, said: Mapping[str, Any]) -> None:
    """Whole or not at all, also when the power goes."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(6)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(said, file, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
