"""At start: the index is brought to hold what the folders and the originals hold. Cheap where nothing changed."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from app.core.errors import BadInput, Unavailable, place_of
from app.core.texts import Texts
from app.engines.library.importing.import_lock import ImportLocks
from app.engines.library.importing.importing import READING, Importing, digest_of, version_of
from app.engines.library.importing.originals import KeptOriginal, Originals
from app.engines.library.importing.sources import SourceFile, read_source, walked
from app.engines.library.index.lexical import Kept, LexicalIndex
from app.engines.library.index.lexical_sql import DRAFT, OLD, is_set_name
from app.engines.library.reading.process import Stop, never

_WAIT = 60.0
"""Seconds for which another process is waited for that imports into the same set; it does the same work."""
_BANK_TIME = timedelta(hours=8)

_log = logging.getLogger(__name__)
_Of = TypeVar("_Of", KeptOriginal, Kept)


@dataclass(frozen=True, slots=True)
class _Due:
    """What a set lacks. Small: bytes are read when their turn comes."""

    again: tuple[KeptOriginal, ...] = ()
    """Versions that are kept and not indexed, or indexed as an older program read them; in the order they came."""
    added: tuple[SourceFile, ...] = ()
    """Copies as the first version kept them."""
    shipped: tuple[SourceFile, ...] = ()
    """What is new or changed in the content folder, or not kept yet."""
    gone: tuple[str, ...] = ()
    """Sources whose file was removed."""

    def __bool__(self) -> bool:
        return bool(self.again or self.added or self.shipped or self.gone)


class Following:
    """Follows the folders. Everything blocks: call it in a thread."""

    def __init__(
        self,
        content: Path,
        home: Path,
        index: LexicalIndex,
        originals: Originals,
        importing: Importing,
        locks: ImportLocks,
        say: Texts,
    ) -> None:
        self._shipped = content / "knowledge"
        self._added = home / "knowledge"
        self._index = index
        self._originals = originals
        self._importing = importing
        self._locks = locks
        self._say = say

    def follow(self, *, at_once: int | None = None, stop: Stop = never) -> None:
        """Read what is new or changed, forget what is gone. What cannot be read is logged, and the rest goes on.

        A new program may read everything anew: of what people added not more than `at_once` bytes are read, where that
        is given; the rest can be found as it was read before, and waits for a call without it.
        """
        for name, due in self._dues(at_once):
            try:
                if due:
                    with self._locks.held(name, wait=_WAIT, stop=stop):
                        lying = self._index.kept(name)  # another process may have done it while we waited
                        due = self._due(name, self._originals.listed(name), lying, at_once)
                        self._do(name, due, lying, stop)
            except Unavailable as error:
                if error.code != "IMPORT_RUNNING":
                    raise
                _log.warning("set %s: %s", name, error.message)
            self._importing.embed(name)

    def pending(self) -> list[str]:
        """Sources of which the folders say otherwise than the index."""
        found = []
        for name, due in self._dues(None):
            found += [f"{name}/{file.name}" for file in (*due.added, *due.shipped)] + list(due.gone)
        return found

    def _dues(self, at_once: int | None) -> Iterator[tuple[str, _Due]]:
        originals, indexed = _by_set(self._originals.listed()), _by_set(self._index.kept())
        for name in sorted({*_folders(self._shipped, self._added), *originals, *indexed}):
            yield name, self._due(name, originals.get(name, ()), indexed.get(name, ()), at_once)

    def _due(self, name: str, originals: Sequence[KeptOriginal], indexed: Sequence[Kept], at_once: int | None) -> _Due:
        digests = self._index.digests(name)
        kept = {(one.source, one.version) for one in originals}
        shipped, due = set(), {}
        for file, content in self._files(self._shipped / name):
            source, version = f"{name}/{file.name}", version_of(content)
            shipped.add(source)
            if digests.get(source) != digest_of(content) or (source, version) not in kept:
                due[source, version] = file
        added = [file for file, _ in self._files(self._added / name) if f"{name}/{file.name}" not in shipped]
        present = {*shipped, *(f"{name}/{file.name}" for file in added)}
        present |= {one.source for one in originals if not one.shipped and not one.gone}
        gone = {one.source for one in indexed if one.shelf == name} - present
        lacking = _lacking(originals, {(one.source, one.version) for one in indexed}, digests)
        again = [one for one in originals if one.source in lacking and (one.source, one.version) not in due]
        if at_once is not None and sum(one.size for one in again if one.source not in shipped) > at_once:
            _log.warning("set %s: %d documents are still to be read", name, len(again))
            again = [one for one in again if one.source in shipped]
        return _Due(tuple(again), tuple(added), tuple(due.values()), tuple(sorted(gone)))

    def _do(self, name: str, due: _Due, indexed: Sequence[Kept], stop: Stop) -> None:
        lying = {(one.source, one.version): one for one in indexed}
        for one in due.again:
            if stop():
                return
            with _logged(one.source):
                before = lying.get((one.source, one.version))
                shelf = before.shelf if before else one.shelf
                state = before.state if before else "draft" if shelf.endswith(DRAFT) else "in_force"
                self._importing.again(one.source, self._originals.read(one).content, shelf=shelf, state=state)
                if before and shelf == name + OLD:
                    self._index.place([before])  # when it ended is known from no file
        for source, day in {one.source: one.gone for one in due.again if one.gone}.items():
            self.retire(name, source, day)
        for file in due.added:
            with _logged(f"{name}/{file.name}"):
                self._importing.put(f"{name}/{file.name}", read_source(file, self._say), shelf=name)
                file.path.unlink()
        # Shipped documents come last: where a release brings a name that somebody has used, its text counts.
        digests = self._index.digests(name)
        for file in due.shipped:
            source = f"{name}/{file.name}"
            with _logged(source, lambda source=source: self.retire(name, source, bank_day())):  # type: ignore[misc]
                content = read_source(file, self._say)
                if digests.get(source) == digest_of(content):
                    self._originals.keep(source, content, shelf=name, shipped=True)
                else:
                    self._importing.put(source, content, shelf=name, shipped=True)
        for source in due.gone:
            self.retire(name, source, bank_day())

    def retire(self, name: str, source: str, day: str) -> None:
        """Its file was gone on that day: nothing rests on it any more, but it can be opened where it was cited."""
        self._originals.gone(source, day)
        until = (date.fromisoformat(day) - timedelta(days=1)).isoformat()
        counting = [one for one in self._index.kept(name) if one.source == source and one.shelf == name]
        self._index.place([replace(one, shelf=name + OLD, state="retired", until=until) for one in counting])

    def _files(self, folder: Path) -> Iterator[tuple[SourceFile, bytes]]:
        """The files of a set's folder; what cannot be read is logged and left out."""
        for file in walked(folder) if folder.is_dir() else ():
            with _logged(str(file.path)):
                yield file, read_source(file, self._say)


def bank_day() -> str:
    """Today at the bank, ISO."""
    return (datetime.now(UTC) + _BANK_TIME).date().isoformat()


def _lacking(originals: Sequence[KeptOriginal], there: Set[tuple[str, str]], digests: Mapping[str, str]) -> set[str]:
    """Sources of which a version is not indexed, or the one that counts was read by an older program.

    All versions of such a source are indexed anew in their order, so that the last one counts in the end.
    """
    missing = {one.source for one in originals if (one.source, one.version) not in there}
    stale = {source for source, digest in digests.items() if not digest.startswith(f"{READING}:")}
    return missing | (stale & {one.source for one in originals})


def _by_set(them: Sequence[_Of]) -> dict[str, list[_Of]]:
    found: dict[str, list[_Of]] = defaultdict(list)
    for one in them:
        found[one.source.split("/", 1)[0]].append(one)
    return found


def _folders(*parents: Path) -> list[str]:
    """Names of the sets' folders."""
    children = [child for parent in parents if parent.is_dir() for child in parent.iterdir()]
    return [child.name for child in children if child.is_dir() and not child.is_symlink() and is_set_name(child.name)]


@contextmanager
def _logged(source: str, otherwise: Callable[[], None] = lambda: None) -> Iterator[None]:
    """One document that cannot be read does not keep the others from their readers."""
    try:
        yield
    except BadInput as error:
        _log.warning("%s: %s", source, error.message)
        otherwise()
    except Unavailable as error:
        if not error.code.startswith("ORIGINAL_"):
            raise
        _log.error("%s: %s", source, error.message)
    except Exception as error:  # a defect in reading one document: the house opens, and the others are there
        _log.error("%s: %s", source, place_of(error))
        otherwise()
