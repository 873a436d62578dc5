"""Where versions of documents lie: what counts on a set's shelf, drafts and what counts no longer beside it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import cast

from app.core.errors import BadInput
from app.core.file_names import harmless_name
from app.core.ports import DocumentState, Likeness, Version
from app.core.texts import Texts
from app.engines.library.comparing.likeness import likenesses
from app.engines.library.importing.import_run import Take, Taken
from app.engines.library.importing.importing import Importing, version_of
from app.engines.library.importing.originals import Originals
from app.engines.library.importing.sources import is_source_name
from app.engines.library.index.lexical import Kept, LexicalIndex
from app.engines.library.index.lexical_sql import DRAFT, OLD, is_set_name
from app.engines.library.reading.pages import Pages, unwatched
from app.engines.library.reading.process import Stop, never

_log = logging.getLogger(__name__)


class Standings:
    """Follows the life of documents in the index. Everything blocks: call it in a thread."""

    def __init__(
        self,
        content: Path,
        index: LexicalIndex,
        originals: Originals,
        importing: Importing,
        say: Texts,
    ) -> None:
        self._content = content
        self._index = index
        self._originals = originals
        self._importing = importing
        self._say = say
        self._comparing = threading.Lock()
        self._found: list[Likeness] | None = None
        self._compared: frozenset[tuple[str, ...]] = frozenset()

    def take_in(self, name: str, content: bytes, into: str) -> Version:
        """Read a file and lay it on the shelf of drafts; the same bytes again give the version that is there."""
        return self.draft(name, content, into)[0]

    def draft(
        self, name: str, content: bytes, into: str, pages: Pages = unwatched, stop: Stop = never
    ) -> tuple[Version, Taken | None]:
        """The same, with the pages told while it is read; without `Taken` where the bytes are there already."""
        version = version_of(content)
        if known := [one for one in self._index.kept(into) if one.version == version]:
            return _version(known[0]), None
        file = name if is_source_name(name) else harmless_name(name)
        source = f"{into}/{file}"
        if not is_source_name(file):
            raise BadInput("DOCUMENT_NAME", self._say("source_refused"))
        if (self._content / "knowledge" / into / file).exists():
            raise BadInput("DOCUMENT_SHIPPED", self._say("document_shipped"))
        taken = self._importing.put(source, content, shelf=into + DRAFT, state="draft", pages=pages, stop=stop)
        lying = next(one for one in self._index.kept(into) if (one.source, one.version) == (source, version))
        return _version(lying), taken

    def drafting(self, into: str, stop: Stop) -> Take:
        """What brings documents of one import in among the drafts."""
        return lambda item, content, pages: self.draft(item.name, content, into, pages, stop)[1]

    def lying(self, name: str) -> list[Version]:
        """Every version of a set that is indexed."""
        return [_version(one) for one in self._index.kept(name)]

    def is_draft(self, source: str, version: str) -> bool:
        """Whether that version lies among the drafts."""
        lying = self._index.versions(source)
        return any(one.version == version and one.shelf == _set_of(source) + DRAFT for one in lying)

    def place(self, versions: Sequence[Version], today: date) -> None:
        """Lay each of these where its state and dates say, and end whatever else has come to its last day."""
        recorded = {(one.source, one.version): one for one in versions}
        self._read_again(recorded)
        moves = []
        for kept in self._index.kept():
            version = recorded.pop((kept.source, kept.version), None)
            wanted = _placed(kept, version, today.isoformat())
            if wanted != kept:
                moves.append((kept, wanted))
        if moves:
            self._index.place([wanted for _, wanted in moves])
            self._embed({shelf for kept, wanted in moves for shelf in (kept.shelf, wanted.shelf)})

    def astray(self, versions: Sequence[Version], today: date) -> list[Kept]:
        """What does not lie where these records and the day say: `place` would move it."""
        recorded = {(one.source, one.version): one for one in versions}
        kept = self._index.kept()
        return [one for one in kept if _placed(one, recorded.get((one.source, one.version)), today.isoformat()) != one]

    def alike(self, names: Sequence[str], url: Callable[[str, str, str], str], *, fresh: bool) -> list[Likeness]:
        """What repeats or contradicts between documents of these sets; both places lie within them.

        Not `fresh`, what was found the last time is good enough: nobody who asks a question waits for it.
        """
        with self._comparing:
            stamp = frozenset((one.source, one.version, one.shelf, one.dated) for one in self._index.kept())
            if self._found is None or (fresh and self._compared != stamp):
                shelves = [name for name in self._index.sets() if is_set_name(name)]
                self._found, self._compared = likenesses(self._index.pieces(shelves), url), stamp
            within = frozenset(names)
            return [one for one in self._found if {_set_of(one.one.source), _set_of(one.other.source)} <= within]

    def _read_again(self, recorded: Mapping[tuple[str, str], Version]) -> None:
        """What is recorded and not in the index, though its bytes are kept: a crash came in between."""
        there = {(one.source, one.version) for one in self._index.kept()}
        for source, version in sorted(recorded.keys() - there):
            kept = self._originals.find(source, version)
            if kept is None:
                _log.error("version %s of a document in %s is recorded, its bytes are gone", version, _set_of(source))
                continue
            shelf = _set_of(source) + DRAFT
            self._importing.again(source, self._originals.read(kept).content, shelf=shelf, state="draft")

    def _embed(self, shelves: set[str]) -> None:
        """A version that moves takes its vectors along; drafts have none, for no search reads them."""
        for name in sorted({shelf.removesuffix(OLD).removesuffix(DRAFT) for shelf in shelves}):
            self._importing.embed(name)


def _set_of(source: str) -> str:
    return source.split("/", 1)[0]


def _placed(kept: Kept, version: Version | None, today: str) -> Kept:
    """`kept` as `version` says, or as its own dates do where nobody recorded it."""
    name = _set_of(kept.source)
    if version is None:
        over = bool(kept.until) and kept.until < today and kept.shelf == name
        state = "superseded" if over and kept.superseded_by else kept.state
        return replace(kept, shelf=name + OLD, state=state) if over else kept
    over = bool(version.valid_until) and version.valid_until < today
    shelf = name + DRAFT if not version.was_released else name + OLD if over else name
    state = "superseded" if over and version.superseded_by and version.state == "in_force" else version.state
    dated, until = version.valid_from, version.valid_until
    return replace(kept, shelf=shelf, dated=dated, until=until, state=state, superseded_by=version.superseded_by)


def _version(kept: Kept) -> Version:
    return Version(
        source=kept.source,
        version=kept.version,
        title=kept.title,
        number=kept.number,
        owner=kept.owner,
        state=cast(DocumentState, kept.state),
        valid_from=kept.dated,
        valid_until=kept.until,
        supersedes=kept.supersedes,
        superseded_by=kept.superseded_by,
    )
