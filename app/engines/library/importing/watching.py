"""A watched folder: which of its files are new or changed and whole, and which are gone."""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.core.texts import Texts
from app.engines.library.importing.import_rules import WatchedFolder
from app.engines.library.importing.sources import Item, items_of

_log = logging.getLogger("deskmate.imports")
_Stamp = tuple[int, int]
"""Size and time of the last change, in nanoseconds."""


@dataclass(frozen=True, slots=True)
class FolderChange:
    """What has happened in a folder since it was looked at the last time."""

    items: Sequence[Item]
    """New or changed, and quiet."""
    removed: Sequence[str]
    """Names of documents whose file is gone."""

    def __bool__(self) -> bool:
        return bool(self.items or self.removed)


class FolderWatch:
    """Everything blocks: call it in a thread. What was done is remembered in a file: a restart reads nothing again."""

    def __init__(self, rule: WatchedFolder, memory: Path, say: Texts, clock: Callable[[], float] = time.time) -> None:
        self.rule = rule
        self._memory = memory
        self._say = say
        self._clock = clock
        self._before: Mapping[str, _Stamp] = {}
        self._done: dict[str, _Stamp] = _remembered(memory)

    def look(self) -> FolderChange:
        """A file counts when two looks have seen it the same, and nobody wrote to it for a while."""
        items, stamps = {}, {}
        for item in items_of(self.rule.folder, self._say) if self.rule.folder.is_dir() else ():
            with suppress(OSError):  # gone in between, or a link to nowhere
                about = os.lstat(item.path or "")
                stamps[item.name], items[item.name] = (about.st_size, about.st_mtime_ns), item
        before, self._before = self._before, stamps
        if self._done and not stamps:
            if before:
                _log.warning("watched folder %s is empty or away: nothing is taken as removed", self.rule.folder)
            return FolderChange((), ())
        quiet = (self._clock() - self.rule.quiet_seconds) * 1e9
        due = [
            items[name]
            for name, stamp in stamps.items()
            if stamp != self._done.get(name) and stamp == before.get(name) and stamp[1] <= quiet
        ]
        return FolderChange(due, sorted(self._done.keys() - stamps.keys()))

    def done(self, change: FolderChange) -> None:
        """These need not be looked at again until they change."""
        for item in change.items:
            self._done[item.name] = self._before[item.name]
        for name in change.removed:
            self._done.pop(name, None)
        _write(self._memory, json.dumps(self._done, ensure_ascii=False))


def _remembered(path: Path) -> dict[str, _Stamp]:
    """What a damaged file no longer says is read again: that changes nothing."""
    try:
        return {str(name): (int(size), int(at)) for name, (size, at) in json.loads(path.read_text("utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _write(path: Path, text: str) -> None:
    draft = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError:
        _log.warning("what was imported from a watched folder could not be noted: it is looked at again")


def watches(rules: Iterable[WatchedFolder], home: Path, say: Texts) -> list[FolderWatch]:
    """One for each rule."""
    return [FolderWatch(one, home / f"watched-{number}-{one.set}.json", say) for number, one in enumerate(rules)]
