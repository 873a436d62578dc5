"""Documents on their way into the index: read, kept as they are, indexed."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any

from app.core.errors import AssistantError, BadInput, place_of
from app.core.ports import ImportProgress
from app.core.texts import Texts
from app.engines.library.importing.import_lock import ImportLocks
from app.engines.library.importing.import_rules import ImportLimits
from app.engines.library.importing.import_run import ImportRun, Outcome, Take, Taken
from app.engines.library.importing.originals import VERSION, Originals
from app.engines.library.importing.sources import Item, is_source_name, items_of
from app.engines.library.index.lexical import LexicalIndex, Standing
from app.engines.library.index.lexical_sql import OLD, is_set_name
from app.engines.library.index.vectors import Vectors
from app.engines.library.knowledge_sets import check_readers
from app.engines.library.reading.pages import Pages, unwatched
from app.engines.library.reading.process import ReadingProcess, Stop, never

READING = 4
"""Version of how documents are read and cut: a change makes every document be read again."""

_WAIT = 10.0
"""Seconds for which one import of a set waits for another before it says that one runs: a short one is over by then."""

_log = logging.getLogger(__name__)


class Importing:
    """Brings documents into the index. Everything blocks: call it in a thread."""

    def __init__(
        self,
        content: Path,
        index: LexicalIndex,
        originals: Originals,
        reading: ReadingProcess,
        locks: ImportLocks,
        limits: ImportLimits,
        vectors: Vectors | None,
        say: Texts,
    ) -> None:
        self._content = content
        self._index = index
        self._originals = originals
        self._reading = reading
        self._locks = locks
        self._limits = limits
        self._vectors = vectors
        self._say = say

    def add(
        self,
        paths: Sequence[Path],
        into: str,
        progress: Callable[[ImportProgress], None],
        stop: Stop = never,
        take: Take | None = None,
    ) -> dict[str, Any]:
        """Add files and folders to a set; a file that cannot be read is named in the summary and the rest goes on.

        `take` brings each in; without one it counts at once. Each document is in or not: the next run goes on behind
        the last one, wherever this one ended.
        Raises `BadInput` for what is no set's name, and for nothing to add; `Unavailable` when another import of the
        set runs on for longer than it waits, or the disk is full.
        """
        if not paths:
            raise BadInput("NOTHING_TO_INDEX", self._say("nothing_to_index"))
        with self.holding(into, wait=_WAIT, stop=stop):
            run = ImportRun(self._say, progress, stop)
            found = chain.from_iterable(items_of(given, self._say) for given in paths)
            items = list(islice(found, self._limits.documents + 1))
            self.check_room(items)
            run.run(items, take or self.taking(into, stop))
        return _summary(into, run.outcome)

    @contextmanager
    def holding(self, name: str, *, wait: float = 0.0, stop: Stop = never) -> Iterator[None]:
        """Hold a set against other imports. Raises `BadInput` for what is no set's name, `Unavailable` when held."""
        if not is_set_name(name):
            raise BadInput("KNOWLEDGE_SET", self._say("set_name", name=name))
        with self._locks.held(name, wait=wait, stop=stop):
            try:
                yield
            finally:
                self.embed(name)

    def check_room(self, items: Sequence[Item]) -> None:
        """Raises `BadInput` where these are more than an import may be, or than all originals may be together."""
        size = sum(item.size for item in items)
        if len(items) > self._limits.documents or size > self._limits.megabytes * 2**20:
            most, megabytes = self._limits.documents, self._limits.megabytes
            raise BadInput("IMPORT_TOO_LARGE", self._say("import_too_large", documents=most, megabytes=megabytes))
        if self._originals.total() + size > self._limits.originals_megabytes * 2**20:
            raise BadInput("ORIGINALS_FULL", self._say("originals_full", limit=self._limits.originals_megabytes))

    def taking(self, into: str, stop: Stop = never) -> Take:
        """Brings documents of one import in; they count at once. What stands in the set already is left as it is."""
        known = set(self._index.digests(into).values())
        seen: dict[str, str] = {}

        def take(item: Item, content: bytes, pages: Pages) -> Taken | None:
            source, digest = f"{into}/{item.name}", digest_of(content)
            if digest in known:
                return None
            if seen.setdefault(source, digest) != digest:
                raise BadInput("DOCUMENT_SAME_NAME", self._say("document_same_name"))
            if not is_source_name(item.name):
                raise BadInput("DOCUMENT_NAME", self._say("source_refused"))
            if (self._content / "knowledge" / into / item.name).exists():
                raise BadInput("DOCUMENT_SHIPPED", self._say("document_shipped"))
            taken = self.put(source, content, shelf=into, pages=pages, stop=stop)
            known.add(digest)
            return taken

        return take

    def put(
        self,
        source: str,
        content: bytes,
        *,
        shelf: str,
        shipped: bool = False,
        state: str = "in_force",
        pages: Pages = unwatched,
        stop: Stop = never,
    ) -> Taken:
        """Read, keep, index. The bytes are kept first: what the index knows can always be shown."""
        document, passages = self._reading.read(source, content, pages, stop)
        check_readers(document.audience, document.places, source, self._content, self._say)
        new = self._originals.find(source) is None
        kept = self._originals.keep(source, content, shelf=shelf, shipped=shipped)
        self._index.put(shelf, Standing(source, kept.version, digest_of(content), state), document, passages)
        return Taken(source, kept.version, len(passages), new, tuple(document.left_out))

    def again(self, source: str, content: bytes, *, shelf: str, state: str) -> None:
        """Index what is kept already: the index was lost, or a newer program reads better."""
        document, passages = self._reading.read(source, content)
        self._index.put(shelf, Standing(source, version_of(content), digest_of(content), state), document, passages)

    def embed(self, name: str) -> None:
        """Bring a set's vectors in line with its passages; where the embedding is away, words still find."""
        for shelf, other in ((name + OLD, name), (name, name + OLD)) if self._vectors else ():
            try:
                self._vectors.sync(shelf, self._index.marks(shelf), beside=other)  # type: ignore[union-attr]
            except AssistantError:
                raise
            except Exception as error:  # a vendor's or the embedding's
                _log.warning("vectors of %s: %s", shelf, place_of(error))


def digest_of(content: bytes) -> str:
    """Names these bytes as they are read at present."""
    return f"{READING}:{hashlib.sha256(content).hexdigest()}"


def version_of(content: bytes) -> str:
    """Names these bytes for ever."""
    return hashlib.sha256(content).hexdigest()[:VERSION]


def _summary(into: str, outcome: Outcome) -> dict[str, Any]:
    """What `deskmate index` prints at the end."""
    return {
        "set": into,
        "added": sum(one.new for one in outcome.taken),
        "updated": sum(not one.new for one in outcome.taken),
        "unchanged": outcome.unchanged,
        "passages": sum(one.passages for one in outcome.taken),
        "failed": [{"path": one.name, "code": one.code, "message": one.message} for one in outcome.failed],
        "left_out": [{"source": one.source, "what": what} for one in outcome.taken for what in one.left_out],
        "stopped": outcome.stopped,
    }
