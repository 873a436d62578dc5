"""Documents on their way into the index: what is new is read, kept and indexed; what is gone is forgotten."""

from __future__ import annotations

import errno
import hashlib
import logging
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from app.core.errors import AssistantError, BadInput, Unavailable, place_of
from app.core.texts import Texts
from app.engines.library.lexical import LexicalIndex, Standing
from app.engines.library.lexical_sql import is_set_name
from app.engines.library.passages import passages_of
from app.engines.library.reading import read_document
from app.engines.library.sources import SourceFile, is_source_name, read_source, walked
from app.engines.library.vectors import Vectors

READING = 2
"""Version of how documents are read and cut: a change makes every document be read again."""

_log = logging.getLogger(__name__)


class Importing:
    """Brings documents into the index. Everything blocks: call it in a thread."""

    def __init__(self, content: Path, home: Path, index: LexicalIndex, vectors: Vectors | None, say: Texts) -> None:
        self._content = content
        self._home = home
        self._index = index
        self._vectors = vectors
        self._say = say
        self._one_writer = threading.Lock()

    def follow(self) -> None:
        """Make the index hold what the folders hold. Cheap when nothing changed."""
        folders = (self._content / "knowledge", self._home / "knowledge")
        for name in sorted({*self._index.sets(), *_folders(*folders)}):
            self._follow(name)

    def add(self, paths: Sequence[Path], into: str, progress: Callable[[str], None]) -> dict[str, Any]:
        """Add files and folders to a set; a file that cannot be read is named in the summary and the rest goes on.

        Raises `BadInput` for what is no set's name, and for nothing to add.
        """
        if not is_set_name(into):
            raise BadInput("KNOWLEDGE_SET", self._say("set_name", name=into))
        if not paths:
            raise BadInput("NOTHING_TO_INDEX", self._say("nothing_to_index"))
        summary: dict[str, Any] = {"set": into, "added": 0, "updated": 0, "unchanged": 0, "passages": 0, "failed": []}
        seen: dict[str, str] = {}
        with self._one_writer:
            indexed = self._index.digests(into)
            for given in paths:
                for file in walked(given):
                    self._add_one(file, into, indexed, seen, summary, progress)
            self._embed(into)
        return summary

    def _follow(self, name: str) -> None:
        """Index what is new or changed in a set's folders, forget what is gone."""
        indexed = self._index.digests(name)
        present: set[str] = set()
        # Shipped documents come last: where a release brings a name that somebody has used, its text counts.
        for folder in (self._home / "knowledge" / name, self._content / "knowledge" / name):
            for file in walked(folder) if folder.is_dir() else ():
                source = f"{name}/{file.name}"
                try:
                    content = read_source(file, self._say)
                    digest = _digest(content)
                    if indexed.get(source) != digest:
                        self._put(name, source, digest, content)
                        indexed[source] = digest
                    present.add(source)
                except BadInput as error:
                    _log.warning("%s: %s", source, error.message)
        for source in sorted(indexed.keys() - present):
            self._index.remove(name, source)
        self._embed(name)

    def _add_one(
        self,
        file: SourceFile,
        into: str,
        indexed: dict[str, str],
        seen: dict[str, str],
        summary: dict[str, Any],
        progress: Callable[[str], None],
    ) -> None:
        source = f"{into}/{file.name}"
        try:
            content = read_source(file, self._say)
            digest = _digest(content)
            if digest in indexed.values():
                summary["unchanged"] += 1
                return
            if seen.setdefault(source, digest) != digest:
                raise BadInput("DOCUMENT_SAME_NAME", self._say("document_same_name"))
            if not is_source_name(file.name):
                raise BadInput("DOCUMENT_NAME", self._say("source_refused"))
            if (self._content / "knowledge" / into / file.name).exists():
                raise BadInput("DOCUMENT_SHIPPED", self._say("document_shipped"))
            passages = self._put(into, source, digest, content, keep=self._home / "knowledge" / into / file.name)
        except BadInput as error:
            summary["failed"].append({"path": str(file.path), "code": error.code, "message": error.message})
            progress(self._say("failed", path=file.path, reason=error.message))
            return
        summary["updated" if source in indexed else "added"] += 1
        summary["passages"] += passages
        indexed[source] = digest
        progress(self._say("indexed", source=source, passages=passages))

    def _put(self, name: str, source: str, digest: str, content: bytes, keep: Path | None = None) -> int:
        """Read, keep a copy, index. The copy comes first: what the index knows can always be shown."""
        document = read_document(source, content, self._say)
        passages = passages_of(document)
        if keep:
            _keep(keep, content, self._say)
        self._index.put(name, Standing(source, version_of(content), digest), document, passages)
        return len(passages)

    def _embed(self, name: str) -> None:
        if self._vectors:
            try:
                self._vectors.sync(name, self._index.marks(name))
            except AssistantError:
                raise
            except Exception as error:  # a vendor's or the embedding's: words still find
                _log.warning("vectors of set %s: %s", name, place_of(error))


def version_of(content: bytes) -> str:
    """Names these bytes for ever: the first 12 digits of their SHA-256."""
    return hashlib.sha256(content).hexdigest()[:12]


def _digest(content: bytes) -> str:
    return f"{READING}:{hashlib.sha256(content).hexdigest()}"


def _folders(*parents: Path) -> list[str]:
    """Names of the sets' folders."""
    children = [child for parent in parents if parent.is_dir() for child in parent.iterdir()]
    return [child.name for child in children if child.is_dir() and not child.is_symlink() and is_set_name(child.name)]


def _keep(path: Path, content: bytes, say: Texts) -> None:
    """Write the copy whole or not at all. Raises `Unavailable` when the disk is full."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        code = "STORAGE_FULL" if error.errno == errno.ENOSPC else "STORAGE"
        raise Unavailable(code, say("index_unavailable")) from None
