"""Documents in sets and the passages that answer: `ports.Knowledge` over words, and over vectors where there are any.

Shipped documents lie in `<content>/knowledge/<set>/`, every version that was ever indexed in `<home>/originals`; the
index can be made anew from both at any time. Every set has tables and a collection of its own, so that a view
that was not given a set cannot touch it, whatever a query says.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from app.core.errors import Refused
from app.core.ports import (
    DocumentState,
    Hit,
    ImportProgress,
    Likeness,
    OpenDocument,
    Original,
    PagePicture,
    Version,
)
from app.core.texts import Texts
from app.engines.library.answering import Answering
from app.engines.library.importing.following import Following, bank_day
from app.engines.library.importing.import_lock import ImportLocks
from app.engines.library.importing.import_rules import load_import_rules
from app.engines.library.importing.import_run import Take, Taken
from app.engines.library.importing.importing import Importing
from app.engines.library.importing.originals import Originals
from app.engines.library.importing.sources import Item, is_source_name
from app.engines.library.importing.watching import FolderWatch, watches
from app.engines.library.index.finding import Finding
from app.engines.library.index.found import Found
from app.engines.library.index.lexical import LexicalIndex
from app.engines.library.index.lexical_sql import DRAFT, OLD, is_set_name
from app.engines.library.index.vectors import Embed, Vectors
from app.engines.library.knowledge_sets import KnowledgeSet, check_content, load_sets
from app.engines.library.reading.pages import Pages
from app.engines.library.reading.process import ReadingProcess, Stop, never
from app.engines.library.standing.consistency import Consistency
from app.engines.library.standing.opening import Opening
from app.engines.library.standing.standing import Standings
from app.engines.library.wording.synonyms import load_synonyms
from app.engines.library.wording.words import warm

__all__ = ["ChromaKnowledge", "KnowledgeView", "check_content", "document_url"]

_AT_ONCE = 4 * 2**20
"""Bytes of a set's documents that a start reads anew; more are read while the house is open."""

_say = Texts(Path(__file__).parent / "library" / "texts")


@dataclass(frozen=True, slots=True)
class Reach:
    """What a view may open."""

    sets: frozenset[str]
    drafts: bool
    """Also what waits to be put in force, for those who review it."""


class ChromaKnowledge:
    """`ports.Knowledge` over every set. Without `embed` passages are found by their words alone."""

    def __init__(self, content: Path, home: Path, embed: Embed | None = None) -> None:
        self._content = content
        synonyms = load_synonyms(content / "knowledge" / "synonyms.yaml")
        self._index = LexicalIndex(home / "knowledge.db", _say, synonyms)
        self._answering = Answering(self._index, synonyms)
        vectors = self._vectors = Vectors(home / "vectors", embed) if embed else None
        self._finding = Finding(self._index, vectors)
        self._originals = Originals(home / "originals", _say)
        limits = load_import_rules(content)
        self._watched, self._home = limits.watched, home
        self._reading = ReadingProcess(_say, limits.document.reading)
        locks = self._locks = ImportLocks(home / "imports", _say)
        self._importing = Importing(
            content, self._index, self._originals, self._reading, locks, limits.each_import, vectors, _say
        )
        self._following = Following(content, home, self._index, self._originals, self._importing, locks, _say)
        self._opening = Opening(self._index, lambda: {name: one.owner for name, one in self.sets.items()}, _say)
        self._standings = Standings(content, self._index, self._originals, self._importing, _say)

    @cached_property
    def consistency(self) -> Consistency:
        """Whether index, originals, vectors and records agree. Asked of an engine that was not opened."""
        path = self._home / "knowledge.db"
        parts = (self._index, self._originals, self._importing, self._following, self._standings, self._reading)
        return Consistency(self._content, path, *parts, self._locks, self._vectors)

    @cached_property
    def sets(self) -> Mapping[str, KnowledgeSet]:
        """What `set.yaml` says of the shipped sets. Raises `ContentError`."""
        return load_sets(self._content)

    async def open(self) -> None:
        """Bring the index up to date with the documents. Raises `Unavailable`."""
        await asyncio.to_thread(self._open)

    async def catch_up(self) -> None:
        """Read what was left at the start, beside everything else, until cancelled."""
        stop = threading.Event()
        try:
            await asyncio.to_thread(self._following.follow, stop=stop.is_set)
        finally:
            stop.set()

    def __enter__(self) -> ChromaKnowledge:
        return self

    def __exit__(self, *_: object) -> None:
        """End the processes that read and draw."""
        self._reading.close()
        self._opening.close()

    async def ping(self) -> None:
        """Raises `Unavailable` when the index does not answer."""
        await asyncio.to_thread(self._index.ping)

    async def warm(self) -> None:
        """Load the words and compare the documents: afterwards the first search is as fast as the next."""
        await asyncio.to_thread(warm)
        await self.alike([])

    async def search(
        self, query: str, *, sets: Sequence[str] | None = None, limit: int = 10, on: date | None = None
    ) -> Sequence[Hit]:
        """Best passages first. Raises `Refused` for a set that is not there."""
        return await asyncio.to_thread(self._search, None, query, sets, limit, on)

    async def answering(self, query: str, hits: Sequence[Hit]) -> Sequence[float]:
        """How likely each of these hits answers, 0 to 1."""
        return await asyncio.to_thread(self._answering.likelihoods, query, hits)

    async def index(
        self,
        paths: Sequence[Path],
        *,
        into: str,
        progress: Callable[[ImportProgress], None],
        stop: Stop = never,
        draft: bool = False,
    ) -> Mapping[str, Any]:
        """Add files and folders to a set, or to a new one. A file that cannot be read is named and the rest goes on.

        Each counts at once, or with `draft` lies among the drafts, where no search finds it.
        """
        take = self._standings.drafting(into, stop) if draft else None
        return await asyncio.to_thread(self._importing.add, paths, into, progress, stop, take)

    async def passage(self, source: str, locator: str, version: str = "") -> Hit | None:
        """The passage at that place, verbatim. Raises `Refused` for what is no document's name."""
        return await asyncio.to_thread(self._passage, None, source, locator, version)

    async def original(self, source: str, version: str = "") -> Original | None:
        """The file of that version. Raises `Refused` for what is no document's name, `Unavailable` for lost bytes."""
        return await asyncio.to_thread(self._original, None, source, version)

    async def open_document(self, source: str, version: str = "") -> OpenDocument | None:
        """That version with its text and how it stands today. Raises `Refused` for what is no document's name."""
        return await asyncio.to_thread(self._opened, None, source, version)

    async def page(self, source: str, version: str, page: int, quote: str = "") -> PagePicture | None:
        """A page as it looks. Raises `BadInput` where there is none to draw, `Refused`, `Unavailable`."""
        return await self._opening.drawn(lambda: self._page(None, source, version, page, quote))

    async def is_draft(self, source: str, version: str) -> bool:
        """Whether that version waits to be put in force."""
        return await asyncio.to_thread(self._standings.is_draft, source, version)

    def narrowed(self, sets: Sequence[str], *, drafts: bool = False) -> KnowledgeView:
        """A view that can read these sets and no other; a draft only with `drafts`, and where its version is named."""
        return KnowledgeView(self, frozenset(sets), drafts)

    # --- the life of documents: `ports.Placing` ---

    async def take_in(self, name: str, content: bytes, *, into: str) -> Version:
        """Read a file and keep it where drafts lie. Raises `BadInput` for what cannot be read."""
        return await asyncio.to_thread(self._standings.take_in, name, content, into)

    def draft(self, name: str, content: bytes, into: str, pages: Pages, stop: Stop) -> tuple[Version, Taken | None]:
        """The same for an import: blocks, tells the pages, and says whether it was new."""
        return self._standings.draft(name, content, into, pages, stop)

    def importing_into(self, name: str, *, wait: float, stop: Stop) -> AbstractContextManager[None]:
        """Hold a set against other imports. Blocks. Raises `BadInput` for what is no set's name, `Unavailable`."""
        return self._importing.holding(name, wait=wait, stop=stop)

    def straight(self, into: str, stop: Stop) -> Take:
        """What brings documents of one import in so that they count at once."""
        return self._importing.taking(into, stop)

    def retire(self, source: str) -> None:
        """A document whose file was removed no longer counts. Blocks."""
        self._following.retire(source.split("/", 1)[0], source, bank_day())

    def folder_watches(self) -> list[FolderWatch]:
        """The watched folders of `config/knowledge.yaml`."""
        return watches(self._watched, self._home / "imports", _say)

    def check_room(self, items: Sequence[Item]) -> None:
        """Raises `BadInput` where these are more than an import may be."""
        self._importing.check_room(items)

    async def place(self, versions: Sequence[Version], today: date) -> None:
        """Lay each of these where its state and its dates say."""
        await asyncio.to_thread(self._standings.place, versions, today)

    async def lying(self, name: str) -> Sequence[Version]:
        """Every version of a set that is indexed."""
        return await asyncio.to_thread(self._standings.lying, name)

    async def alike(self, names: Sequence[str], *, fresh: bool = True) -> Sequence[Likeness]:
        """Near-duplicates and contradicting figures between the documents of these sets."""
        return await asyncio.to_thread(self._standings.alike, names, document_url, fresh=fresh)

    # --- what the threads do ----------------------------------------------------------------------

    def _open(self) -> None:
        self._index.open()
        self._following.follow(at_once=_AT_ONCE)

    def _search(
        self, allowed: frozenset[str] | None, query: str, sets: Sequence[str] | None, limit: int, on: date | None
    ) -> list[Hit]:
        return [_hit(one) for one in self._finding.search(self._readable(allowed, sets), query, limit, on)]

    def _readable(self, allowed: frozenset[str] | None, sets: Sequence[str] | None) -> list[str]:
        there = [name for name in self._index.sets() if is_set_name(name) and (allowed is None or name in allowed)]
        for name in sets or ():
            if name not in there:
                raise Refused("KNOWLEDGE_SET", _say("set_unknown", name=name))
        return there if sets is None else list(dict.fromkeys(sets))

    def _passage(self, allowed: Reach | None, source: str, locator: str, version: str) -> Hit | None:
        shelves = self._shelves(allowed, source, version)
        found = (self._index.passage(shelf, source, locator, version) for shelf in shelves)
        return next((_hit(one) for one in found if one), None)

    def _original(self, allowed: Reach | None, source: str, version: str) -> Original | None:
        name, shelves = source.split("/", 1)[0], self._shelves(allowed, source, version)
        known = [one for one in self._index.kept(name) if one.source == source and one.shelf in shelves]
        named = [one for one in known if one.version == version or not version]
        best = max(named, key=lambda one: (one.shelf == name, one.dated), default=None)
        kept = self._originals.find(source, best.version) if best else None
        return self._originals.read(kept) if kept else None

    def _opened(self, allowed: Reach | None, source: str, version: str) -> OpenDocument | None:
        shelves, today = self._shelves(allowed, source, version), date.fromisoformat(bank_day())
        kept = self._opening.version(source, version, shelves, today)
        return self._opening.opened(kept, shelves, today) if kept else None

    def _page(self, allowed: Reach | None, source: str, version: str, page: int, quote: str) -> PagePicture | None:
        shelves = self._shelves(allowed, source, version)
        kept = self._opening.version(source, version, shelves, date.fromisoformat(bank_day()))
        if kept is None:
            return None
        return self._opening.picture(kept, page, quote, lambda: self._original(allowed, source, kept.version))

    def _shelves(self, allowed: Reach | None, source: str, version: str) -> list[str]:
        """Where a source may lie for this view. Raises `Refused` for what is no document's name."""
        name = source.split("/", 1)[0]
        if not is_source_name(source) or not is_set_name(name) or "/" not in source:
            raise Refused("SOURCE", _say("source_refused"))
        if allowed is not None and name not in allowed.sets:
            return []
        # A draft is shown to who names its version: those who review it are told.
        drafts = bool(version) and (allowed is None or allowed.drafts)
        there, wanted = self._index.sets(), (name, name + OLD, *([name + DRAFT] if drafts else []))
        return [shelf for shelf in wanted if shelf in there]


class KnowledgeView:
    """Some sets of a `ChromaKnowledge`, and no other."""

    def __init__(self, whole: ChromaKnowledge, allowed: frozenset[str], drafts: bool = False) -> None:
        self._whole = whole
        self._allowed = allowed
        self._reach = Reach(allowed, drafts)

    async def search(
        self, query: str, *, sets: Sequence[str] | None = None, limit: int = 10, on: date | None = None
    ) -> Sequence[Hit]:
        """Best passages of this view's sets. Raises `Refused` for another set."""
        return await asyncio.to_thread(self._whole._search, self._allowed, query, sets, limit, on)

    async def answering(self, query: str, hits: Sequence[Hit]) -> Sequence[float]:
        """How likely each of these hits answers. Raises `Refused` for a hit of another set: its words are counted."""
        self._whole._readable(self._allowed, list({hit.source.split("/", 1)[0] for hit in hits}))
        return await self._whole.answering(query, hits)

    async def index(
        self,
        paths: Sequence[Path],
        *,
        into: str,
        progress: Callable[[ImportProgress], None],
        stop: Stop = never,
    ) -> Mapping[str, Any]:
        """Add documents to one of this view's sets. Raises `Refused` for another set."""
        if into not in self._allowed:
            raise Refused("KNOWLEDGE_SET", _say("set_unknown", name=into))
        return await self._whole.index(paths, into=into, progress=progress, stop=stop)

    async def passage(self, source: str, locator: str, version: str = "") -> Hit | None:
        """The passage at that place; None where this view does not reach."""
        return await asyncio.to_thread(self._whole._passage, self._reach, source, locator, version)

    async def original(self, source: str, version: str = "") -> Original | None:
        """The file of that version; None where this view does not reach."""
        return await asyncio.to_thread(self._whole._original, self._reach, source, version)

    async def open_document(self, source: str, version: str = "") -> OpenDocument | None:
        """That version with its text; None where this view does not reach."""
        return await asyncio.to_thread(self._whole._opened, self._reach, source, version)

    async def page(self, source: str, version: str, page: int, quote: str = "") -> PagePicture | None:
        """A page as it looks; None where this view does not reach."""
        whole, reach = self._whole, self._reach
        return await whole._opening.drawn(lambda: whole._page(reach, source, version, page, quote))

    async def is_draft(self, source: str, version: str) -> bool:
        """Whether that version waits to be put in force; False where this view does not reach."""
        return source.split("/", 1)[0] in self._allowed and await self._whole.is_draft(source, version)

    def narrowed(self, sets: Sequence[str], *, drafts: bool = False) -> KnowledgeView:
        """A view of those of these sets that this one can read; drafts only where this one opens them."""
        return KnowledgeView(self._whole, self._allowed & frozenset(sets), drafts and self._reach.drafts)


def document_url(source: str, locator: str, version: str = "") -> str:
    """Where the original opens at that place, in that version also when a later one counts."""
    return f"/documents/{quote(source)}?at={quote(locator, safe='')}" + (f"&v={version}" if version else "")


def _hit(found: Found) -> Hit:
    score = min(1.0, round(found.score, 4))
    url = document_url(found.source, found.locator, found.version)
    return Hit(
        found.source,
        found.locator,
        found.text,
        score,
        found.title,
        url,
        found.dated,
        found.heading,
        found.version,
        found.until,
        cast(DocumentState, found.state),
        found.owner,
        found.superseded_by,
    )
