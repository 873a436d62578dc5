"""Documents in sets and the passages that answer: `ports.Knowledge` over words, and over vectors where there are any.

Shipped documents lie in `<content>/knowledge/<set>/`, those people add are copied to `<home>/knowledge/<set>/`; the
index can be made anew from both at any time. Every set has tables and a collection of its own, so that a view
that was not given a set cannot touch it, whatever a query says.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import logging
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote

from app.core.errors import AssistantError, BadInput, Refused, Unavailable, place_of
from app.core.ports import Hit
from app.core.texts import Texts
from app.engines.library.documents import read_document
from app.engines.library.knowledge_sets import KnowledgeSet, check_content, load_sets
from app.engines.library.lexical import CANDIDATES, Found, LexicalIndex
from app.engines.library.lexical_sql import is_set_name
from app.engines.library.passages import passages_of
from app.engines.library.sources import SourceFile, is_source_name, read_source, walked
from app.engines.library.synonyms import load_synonyms
from app.engines.library.vectors import Embed, Vectors
from app.engines.library.words import warm

__all__ = ["ChromaKnowledge", "KnowledgeView", "check_content", "document_url"]

READING = 2
"""Version of how documents are read and cut: a change makes every document be read again."""
NEAREST = 20
"""Parts per set that are fetched by meaning."""
FUSION = 60
"""k of reciprocal rank fusion (Cormack, Clarke, Büttcher 2009)."""

_log = logging.getLogger(__name__)
_say = Texts(Path(__file__).parent / "library" / "texts")


class ChromaKnowledge:
    """`ports.Knowledge` over every set. Without `embed` passages are found by their words alone."""

    def __init__(self, content: Path, home: Path, embed: Embed | None = None) -> None:
        self._content = content
        self._home = home
        self._index = LexicalIndex(home / "knowledge.db", _say, load_synonyms(content / "knowledge" / "synonyms.yaml"))
        self._vectors = Vectors(home / "vectors", embed) if embed else None
        self._one_writer = threading.Lock()

    @cached_property
    def sets(self) -> Mapping[str, KnowledgeSet]:
        """What `set.yaml` says of the shipped sets. Raises `ContentError`."""
        return load_sets(self._content)

    async def open(self) -> None:
        """Bring the index up to date with the documents. Raises `Unavailable`."""
        await asyncio.to_thread(self._open)

    async def ping(self) -> None:
        """Raises `Unavailable` when the index does not answer."""
        await asyncio.to_thread(self._index.ping)

    async def warm(self) -> None:
        """Load the words: afterwards the first search is as fast as the next."""
        await asyncio.to_thread(warm)

    async def search(self, query: str, *, sets: Sequence[str] | None = None, limit: int = 10) -> Sequence[Hit]:
        """Best passages first. Raises `Refused` for a set that is not there."""
        return await asyncio.to_thread(self._search, None, query, sets, limit)

    async def index(self, paths: Sequence[Path], *, into: str, progress: Callable[[str], None]) -> Mapping[str, Any]:
        """Add files and folders to a set, or to a new one. A file that cannot be read is named and the rest goes on."""
        return await asyncio.to_thread(self._add, paths, into, progress)

    async def passage(self, source: str, locator: str) -> Hit | None:
        """The passage at that place, verbatim. Raises `Refused` for what is no document's name."""
        return await asyncio.to_thread(self._passage, None, source, locator)

    def narrowed(self, sets: Sequence[str]) -> KnowledgeView:
        """A view that can read these sets and no other."""
        return KnowledgeView(self, frozenset(sets))

    # --- what the threads do ----------------------------------------------------------------------

    def _open(self) -> None:
        self._index.open()
        folders = (self._content / "knowledge", self._home / "knowledge")
        for name in sorted({*self._index.sets(), *_folders(*folders)}):
            self._sync(name)

    def _sync(self, name: str) -> None:
        """Index what is new or changed in a set's folders, forget what is gone. Cheap when nothing changed."""
        indexed = self._index.digests(name)
        present: set[str] = set()
        # Shipped documents come last: where a release brings a name that somebody has used, its text counts.
        for folder in (self._home / "knowledge" / name, self._content / "knowledge" / name):
            for file in walked(folder) if folder.is_dir() else ():
                source = f"{name}/{file.name}"
                try:
                    content = read_source(file, _say)
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

    def _add(self, paths: Sequence[Path], into: str, progress: Callable[[str], None]) -> dict[str, Any]:
        if not is_set_name(into):
            raise BadInput("KNOWLEDGE_SET", _say("set_name", name=into))
        if not paths:
            raise BadInput("NOTHING_TO_INDEX", _say("nothing_to_index"))
        summary: dict[str, Any] = {"set": into, "added": 0, "updated": 0, "unchanged": 0, "passages": 0, "failed": []}
        seen: dict[str, str] = {}
        with self._one_writer:
            indexed = self._index.digests(into)
            for given in paths:
                for file in walked(given):
                    self._add_one(file, into, indexed, seen, summary, progress)
            self._embed(into)
        return summary

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
            content = read_source(file, _say)
            digest = _digest(content)
            if digest in indexed.values():
                summary["unchanged"] += 1
                return
            if seen.setdefault(source, digest) != digest:
                raise BadInput("DOCUMENT_SAME_NAME", _say("document_same_name"))
            if not is_source_name(file.name):
                raise BadInput("DOCUMENT_NAME", _say("source_refused"))
            if (self._content / "knowledge" / into / file.name).exists():
                raise BadInput("DOCUMENT_SHIPPED", _say("document_shipped"))
            passages = self._put(into, source, digest, content, keep=self._home / "knowledge" / into / file.name)
        except BadInput as error:
            summary["failed"].append({"path": str(file.path), "code": error.code, "message": error.message})
            progress(_say("failed", path=file.path, reason=error.message))
            return
        summary["updated" if source in indexed else "added"] += 1
        summary["passages"] += passages
        indexed[source] = digest
        progress(_say("indexed", source=source, passages=passages))

    def _put(self, name: str, source: str, digest: str, content: bytes, keep: Path | None = None) -> int:
        """Read, keep a copy, index. The copy comes first: what the index knows can always be shown."""
        document = read_document(source, content, _say)
        passages = passages_of(document)
        if keep:
            _keep(keep, content)
        self._index.put(name, source, digest, document, passages)
        return len(passages)

    def _embed(self, name: str) -> None:
        if self._vectors:
            try:
                self._vectors.sync(name, self._index.marks(name))
            except AssistantError:
                raise
            except Exception as error:  # a vendor's or the embedding's: words still find
                _log.warning("vectors of set %s: %s", name, place_of(error))

    def _search(self, allowed: frozenset[str] | None, query: str, sets: Sequence[str] | None, limit: int) -> list[Hit]:
        names = self._readable(allowed, sets)
        nearest = self._nearest(names, query)
        also = {name: [mark for _, mark in near] for name, near in nearest.items()}
        found = self._index.search(names, query, depth=max(CANDIDATES, 2 * limit), also=also)
        if nearest:
            found = _fused(found, [mark for _, mark in sorted(chain.from_iterable(nearest.values()))])
        best: dict[tuple[str, str], Found] = {}
        for one in found:
            best.setdefault((one.source, one.locator), one)  # a long passage counts by its best part
        return [_hit(one) for one in list(best.values())[: max(0, limit)]]

    def _nearest(self, names: Sequence[str], query: str) -> dict[str, list[tuple[float, str]]]:
        if not self._vectors or not query.strip():
            return {}
        try:
            return {name: self._vectors.nearest(name, query, NEAREST) for name in names}
        except Exception as error:  # the embedding is away: words still find
            _log.warning("search by meaning: %s", place_of(error))
            return {}

    def _readable(self, allowed: frozenset[str] | None, sets: Sequence[str] | None) -> list[str]:
        there = [name for name in self._index.sets() if allowed is None or name in allowed]
        for name in sets or ():
            if name not in there:
                raise Refused("KNOWLEDGE_SET", _say("set_unknown", name=name))
        return there if sets is None else list(dict.fromkeys(sets))

    def _passage(self, allowed: frozenset[str] | None, source: str, locator: str) -> Hit | None:
        name = source.split("/", 1)[0]
        if not is_source_name(source) or not is_set_name(name) or "/" not in source:
            raise Refused("SOURCE", _say("source_refused"))
        if allowed is not None and name not in allowed:
            return None
        found = self._index.passage(name, source, locator)
        return _hit(found) if found else None


class KnowledgeView:
    """Some sets of a `ChromaKnowledge`, and no other."""

    def __init__(self, whole: ChromaKnowledge, allowed: frozenset[str]) -> None:
        self._whole = whole
        self._allowed = allowed

    async def search(self, query: str, *, sets: Sequence[str] | None = None, limit: int = 10) -> Sequence[Hit]:
        """Best passages of this view's sets. Raises `Refused` for another set."""
        return await asyncio.to_thread(self._whole._search, self._allowed, query, sets, limit)

    async def index(self, paths: Sequence[Path], *, into: str, progress: Callable[[str], None]) -> Mapping[str, Any]:
        """Add documents to one of this view's sets. Raises `Refused` for another set."""
        if into not in self._allowed:
            raise Refused("KNOWLEDGE_SET", _say("set_unknown", name=into))
        return await self._whole.index(paths, into=into, progress=progress)

    async def passage(self, source: str, locator: str) -> Hit | None:
        """The passage at that place; None where this view does not reach."""
        return await asyncio.to_thread(self._whole._passage, self._allowed, source, locator)

    def narrowed(self, sets: Sequence[str]) -> KnowledgeView:
        """A view of those of these sets that this one can read."""
        return KnowledgeView(self._whole, self._allowed & frozenset(sets))


def document_url(source: str, locator: str) -> str:
    """Where the original opens at that place."""
    return f"/documents/{quote(source)}?at={quote(locator, safe='')}"


def _hit(found: Found) -> Hit:
    score = min(1.0, round(found.score, 4))
    url = document_url(found.source, found.locator)
    return Hit(found.source, found.locator, found.text, score, found.title, url, found.dated, found.heading)


def _fused(found: Sequence[Found], nearest: Sequence[str]) -> list[Found]:
    """Words and meaning by rank: neither's scale counts."""
    value: dict[str, float] = {}
    for ranking in ([one.mark for one in found if one.rank > 0], nearest):
        for place, mark in enumerate(ranking, start=1):
            value[mark] = value.get(mark, 0.0) + 1 / (FUSION + place)
    return sorted(found, key=lambda one: -value.get(one.mark, 0.0))


def _digest(content: bytes) -> str:
    return f"{READING}:{hashlib.sha256(content).hexdigest()}"


def _folders(*parents: Path) -> list[str]:
    """Names of the sets' folders."""
    children = [child for parent in parents if parent.is_dir() for child in parent.iterdir()]
    return [child.name for child in children if child.is_dir() and not child.is_symlink() and is_set_name(child.name)]


def _keep(path: Path, content: bytes) -> None:
    """Write the copy whole or not at all. Raises `Unavailable` when the disk is full."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        code = "STORAGE_FULL" if error.errno == errno.ENOSPC else "STORAGE"
        raise Unavailable(code, _say("index_unavailable")) from None
