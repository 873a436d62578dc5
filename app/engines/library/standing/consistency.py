"""Whether index, originals, vectors and records agree, and what brings them to agree again."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from app.core.errors import AssistantError, Unavailable
from app.core.ports import Version
from app.engines.library.importing.following import Following
from app.engines.library.importing.import_lock import ImportLocks
from app.engines.library.importing.importing import Importing, version_of
from app.engines.library.importing.originals import KeptOriginal, Originals
from app.engines.library.index import index_check
from app.engines.library.index.lexical import Kept, LexicalIndex
from app.engines.library.index.lexical_sql import DRAFT, OLD, is_set_name
from app.engines.library.index.vectors import Vectors
from app.engines.library.reading.process import ReadingProcess
from app.engines.library.standing.standing import Standings

Kind = Literal[
    "index_broken",  # the file itself is damaged
    "torn",  # rows of the index that do not belong together
    "not_indexed",  # kept, and not in the index
    "not_followed",  # the content folder says otherwise
    "no_original",  # indexed or recorded, and its bytes are not there
    "original_changed",  # other bytes than came in
    "stray",  # a file among the originals that belongs to no document
    "misplaced",  # the record says another state than the index
    "not_recorded",  # a draft that nobody added
    "vectors",  # other passages than the index has
    "misread",  # the index quotes what does not stand in the original
]
_GROWS_FOR = 3600.0
"""Seconds for which a file without a name may be on its way in."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that does not agree: a version of a document, or else a set or a file."""

    kind: Kind
    source: str
    version: str = ""


class Consistency:
    """Compares, and mends. Everything blocks: call it in a thread."""

    def __init__(
        self,
        content: Path,
        path: Path,
        index: LexicalIndex,
        originals: Originals,
        importing: Importing,
        following: Following,
        standings: Standings,
        reading: ReadingProcess,
        locks: ImportLocks,
        vectors: Vectors | None,
    ) -> None:
        """`path`: the file of the index."""
        self._content = content
        self._path = path
        self._index = index
        self._originals = originals
        self._importing = importing
        self._following = following
        self._standings = standings
        self._reading = reading
        self._locks = locks
        self._vectors = vectors

    def differences(self, recorded: Sequence[Version], today: date, *, deep: bool) -> list[Difference]:
        """What does not agree. `recorded`: the versions in the records. `deep`: every original is read again."""
        if index_check.broken_file(self._path):
            return [Difference("index_broken", self._path.name)]
        self._index.open()
        indexed, kept = self._index.kept(), self._originals.listed()
        found = [
            *(Difference("torn", source, version) for source, version in index_check.torn(self._path)),
            *self._originals_of(indexed, kept, recorded),
            *(Difference("not_followed", source) for source in self._following.pending()),
            *(Difference("stray", path.name) for path in self._originals.strays(_GROWS_FOR)),
            *(Difference("misplaced", one.source, one.version) for one in self._standings.astray(recorded, today)),
            *_unrecorded(indexed, recorded),
            *self._vectors_of(),
        ]
        if deep:
            lost = {(one.source, one.version) for one in found if one.kind in ("no_original", "original_changed")}
            found.extend(self._misread(indexed, lost))
        return list(dict.fromkeys(found))

    def mend(self, found: Sequence[Difference]) -> None:
        """Repair what can be; what the records say is for the caller to settle afterwards. Raises `Unavailable`."""
        for one in found:
            if one.kind == "index_broken":
                self._set_aside()
            elif one.kind in ("no_original", "original_changed"):
                self._restore(one)
            elif one.kind in ("torn", "misread") and one.version:
                self._read_again(one)
            elif one.kind == "stray":
                for path in self._originals.strays(_GROWS_FOR):
                    path.unlink(missing_ok=True)
        self._index.open()
        index_check.scrap(self._path)
        self._following.follow()

    # --- what does not agree ---

    def _originals_of(
        self, indexed: Sequence[Kept], kept: Sequence[KeptOriginal], recorded: Sequence[Version]
    ) -> Iterator[Difference]:
        names, there = {(one.source, one.version) for one in kept}, {(one.source, one.version) for one in indexed}
        for source, version in sorted((there | {(one.source, one.version) for one in recorded}) - names):
            yield Difference("no_original", source, version)
        for one in kept:
            if (one.source, one.version) not in there:
                yield Difference("not_indexed", one.source, one.version)
            try:
                self._originals.read(one)
            except Unavailable as error:
                changed = error.code == "ORIGINAL_CHANGED"
                yield Difference("original_changed" if changed else "no_original", one.source, one.version)

    def _vectors_of(self) -> Iterator[Difference]:
        if self._vectors is None:
            return
        for name in self._index.sets():
            searched = is_set_name(name) or name.endswith(OLD)
            if searched and self._vectors.marks(name) != {mark for mark, _ in self._index.marks(name)}:
                yield Difference("vectors", name)

    def _misread(self, indexed: Sequence[Kept], lost: Set[tuple[str, str]]) -> Iterator[Difference]:
        for one in indexed:
            kept = self._originals.find(one.source, one.version)
            if kept is None or (one.source, one.version) in lost:
                continue
            try:
                _, passages = self._reading.read(one.source, self._originals.read(kept).content)
                said = (self._index.passage(one.shelf, one.source, its.locator, one.version) for its in passages)
                same = all(found and found.text == its.text for found, its in zip(said, passages, strict=True))
            except AssistantError:
                same = False
            if not same:
                yield Difference("misread", one.source, one.version)

    # --- what mends it ---

    def _set_aside(self) -> None:
        """The index is made anew from the originals; what is left of the old file is kept for whoever wants to look."""
        for file in self._path.parent.glob(f"{self._path.name}*"):
            file.replace(file.with_name(f"broken-{int(time.time())}-{file.name}"))

    def _restore(self, one: Difference) -> None:
        """The bytes of a shipped document lie in the content folder too; of others there was one copy."""
        name, _, file = one.source.partition("/")
        path = self._content / "knowledge" / name / file
        if path.is_symlink() or not path.is_file() or version_of(content := path.read_bytes()) != one.version:
            return
        with self._locks.held(name):
            if (kept := self._originals.find(one.source, one.version)) is not None:
                self._originals.drop(kept.digest)
            self._originals.keep(one.source, content, shelf=name, shipped=True)

    def _read_again(self, one: Difference) -> None:
        kept = self._originals.find(one.source, one.version)
        lying = [it for it in self._index.kept() if (it.source, it.version) == (one.source, one.version)]
        if kept is None or not lying:
            return
        with self._locks.held(kept.set):
            content = self._originals.read(kept).content
            self._importing.again(one.source, content, shelf=lying[0].shelf, state=lying[0].state)
            self._index.place(lying)


def _unrecorded(indexed: Sequence[Kept], recorded: Sequence[Version]) -> Iterator[Difference]:
    known = {(one.source, one.version) for one in recorded}
    for one in indexed:
        if one.shelf.endswith(DRAFT) and (one.source, one.version) not in known:
            yield Difference("not_recorded", one.source, one.version)
