"""Documents as they are opened: a version's text from the index, how it stands today, its pages drawn."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import PurePosixPath

from app.core.errors import BadInput
from app.core.ports import DocumentStanding, OpenDocument, Original, PagePicture, PlacedText
from app.core.texts import Texts
from app.engines.library.index.lexical import Kept, LexicalIndex
from app.engines.library.index.lexical_sql import is_set_name
from app.engines.library.reading.process import ReadingLimits, ReadingProcess

DRAWN = frozenset({".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp"})
"""Endings of files whose pages are shown as they look."""
_LIMITS = ReadingLimits(seconds=30, silent_seconds=30)
"""Of drawing a page: a scan takes two seconds, six where the machine is busy."""
_THREADS = 4
_MOST_KEPT = 48 * 2**20
"""Bytes of pictures that are remembered: about two hundred pages of text."""


class Opening:
    """Everything but `drawn` blocks: call it in a thread."""

    def __init__(self, index: LexicalIndex, owners: Callable[[], Mapping[str, str]], say: Texts) -> None:
        self._index = index
        self._owners = owners
        self._say = say
        # Not the process that reads imports: nobody waits for a thousand pages to see one.
        self._drawing = ReadingProcess(say, _LIMITS)
        self._pictures: OrderedDict[tuple[str, str, int, str], PagePicture] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()
        # Who waits for a scan keeps no thread from searches: they have others.
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="drawing")

    def close(self) -> None:
        """End the process that draws."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._drawing.close()

    async def drawn(self, work: Callable[[], PagePicture | None]) -> PagePicture | None:
        """What `work` draws with `picture`, in the language of who asks."""
        asked = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._threads, asked.run, work)

    def version(self, source: str, version: str, shelves: list[str], today: date) -> Kept | None:
        """That version; where none is named, the one to show: it counts, or will next, or did last."""
        kept = [one for one in self._index.versions(source) if one.shelf in shelves]
        if version:
            return next((one for one in kept if one.version == version), None)
        return _to_show(kept, today)

    def opened(self, kept: Kept, shelves: list[str], today: date) -> OpenDocument:
        """The whole document. `shelves`: those that the view reaches, for what took its place."""
        versions = [one for one in self._index.versions(kept.source) if one.shelf in shelves]
        present = next((one for one in versions if _counts(one, today)), None)
        successor = self._successor(kept, versions, shelves, today)
        return OpenDocument(
            source=kept.source,
            version=kept.version,
            title=kept.title,
            number=kept.number,
            owner=kept.owner or self._owners().get(_set_of(kept.source), ""),
            standing=_standing(kept, today),
            since=kept.dated,
            until=kept.until,
            passages=tuple(
                PlacedText(locator, tuple(heading.split(" › ")) if heading else (), text)
                for locator, heading, text in self._index.text_of(kept)
            ),
            has_pages=PurePosixPath(kept.source).suffix.lower() in DRAWN,
            present=present.version if present else "",
            successor=kept.superseded_by,
            successor_title=successor.title if successor else "",
            successor_since=_day_after(kept.until) if kept.superseded_by else "",
        )

    def picture(self, kept: Kept, page: int, quote: str, read: Callable[[], Original | None]) -> PagePicture | None:
        """A page, drawn or remembered; `read` gives the file, or None. Raises `BadInput`, and what `read` raises."""
        if PurePosixPath(kept.source).suffix.lower() not in DRAWN:
            raise BadInput("DOCUMENT_NO_PAGE", self._say("document_unknown"))
        key = (kept.source, kept.version, page, quote)
        with self._lock:
            if key in self._pictures:
                self._pictures.move_to_end(key)
                return self._pictures[key]
        original = read()
        if original is None:
            return None
        drawn = self._drawing.draw(original.content, page, quote)
        with self._lock:
            if key not in self._pictures:
                self._pictures[key] = drawn
                self._size += len(drawn.png)
            while self._size > _MOST_KEPT:
                self._size -= len(self._pictures.popitem(last=False)[1].png)
        return drawn

    def _successor(self, kept: Kept, versions: list[Kept], shelves: list[str], today: date) -> Kept | None:
        if not kept.superseded_by or kept.superseded_by == kept.source:
            return _to_show(versions, today) if kept.superseded_by else None
        return _to_show([one for one in self._index.versions(kept.superseded_by) if one.shelf in shelves], today)


def _to_show(versions: list[Kept], today: date) -> Kept | None:
    """What counts first, what will count next (the nearest), then what counted last."""
    now = today.isoformat()
    coming = [one for one in versions if one.dated > now and is_set_name(one.shelf)]
    return next(
        (one for one in versions if _counts(one, today)),
        min(coming, key=lambda one: one.dated, default=max(versions, key=lambda one: one.dated, default=None)),
    )


def _counts(kept: Kept, today: date) -> bool:
    return _standing(kept, today) == "in_force"


def _standing(kept: Kept, today: date) -> DocumentStanding:
    """Its recorded state, read on that day: a superseded version counts until its last day."""
    now = today.isoformat()
    if kept.state in ("draft", "reviewed"):
        return "draft" if kept.state == "draft" else "reviewed"
    over = bool(kept.until) and kept.until < now
    if kept.state == "retired":
        return "retired"
    if over:
        return "superseded" if kept.superseded_by else "expired"
    return "not_yet" if kept.dated > now else "in_force"


def _day_after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat() if day else ""


def _set_of(source: str) -> str:
    return source.split("/", 1)[0]
