"""One walk through documents that are to come in: what is broken is named, the rest goes on, and somebody is told."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app.core.errors import AssistantError, BadInput, place_of
from app.core.ports import ImportFailure, ImportProgress
from app.core.texts import Texts
from app.engines.library.importing.sources import Item, items_in
from app.engines.library.importing.time_left import TimeLeft
from app.engines.library.reading.pages import Pages
from app.engines.library.reading.process import Stop, Stopped


@dataclass(frozen=True, slots=True)
class Taken:
    """A document that came in."""

    source: str
    version: str
    passages: int
    new: bool
    """False where it took the place of an earlier version."""
    left_out: tuple[str, ...] = ()
    """What of the file was not read, a sentence each: hidden sheets, attachments …"""


_log = logging.getLogger(__name__)

Take = Callable[[Item, bytes, Pages], Taken | None]
"""Brings a document in; None where it is there already. Raises `BadInput` for what cannot be read."""


@dataclass(slots=True)
class Outcome:
    """What came of a walk."""

    taken: list[Taken] = field(default_factory=list)
    unchanged: int = 0
    failed: list[ImportFailure] = field(default_factory=list)
    stopped: bool = False


class ImportRun:
    """Walks through items. `outcome` is true at every moment, also when something breaks the walk off."""

    def __init__(self, say: Texts, progress: Callable[[ImportProgress], None], stop: Stop) -> None:
        self.outcome = Outcome()
        self._say = say
        self._progress = progress
        self._stop = stop
        self._time = TimeLeft()
        self._done = 0
        self._total = 0

    def run(self, items: Sequence[Item], take: Take) -> Outcome:
        """All of them. Raises `Unavailable` where nothing more can be kept."""
        waiting = list(reversed(items))
        self._expect(items)
        while waiting and not self.outcome.stopped:
            if self._stop():
                self.outcome.stopped = True
                break
            item = waiting.pop()
            self._time.begin(item.name, item.size)
            self._tell(now=item.shown)
            try:
                if item.is_archive:
                    inside = items_in(item, self._say)
                    self._expect(inside)
                    waiting.extend(reversed(inside))
                    self._over(item, None, read=False)
                    continue
                taken = take(item, item.read(), lambda page, of, item=item: self._page(item, page, of))  # type: ignore[misc]
            except Stopped:
                self.outcome.stopped = True
            except BadInput as error:
                self._failed(item, error.code, error.message)
            except AssistantError:
                raise
            except Exception as error:  # a defect in reading this one: the others have done nothing
                _log.error("a document cannot be imported: %s", place_of(error))
                self._failed(item, "DOCUMENT_DEFECT", self._say("document_kills"))
            else:
                self._took(item, taken)
        self._tell()
        return self.outcome

    def _took(self, item: Item, taken: Taken | None) -> None:
        if taken is None:
            self.outcome.unchanged += 1
            self._over(item, None, read=False)
        else:
            self.outcome.taken.append(taken)
            said = self._say("indexed", source=taken.source, passages=taken.passages)
            self._over(item, "；".join([said, *taken.left_out]), read=True)

    def _failed(self, item: Item, code: str, message: str) -> None:
        self.outcome.failed.append(ImportFailure(item.shown, code, message))
        self._over(item, self._say("failed", path=item.shown, reason=message), read=True)

    def _expect(self, items: Sequence[Item]) -> None:
        for item in items:
            self._time.expect(item.name, item.size)
        self._total += len(items)

    def _page(self, item: Item, page: int, of: int) -> None:
        self._time.page(page, of)
        self._tell(now=item.shown, page=page, pages=of)

    def _over(self, item: Item, said: str | None, *, read: bool) -> None:
        self._time.end(read=read)
        self._done += 1
        if said:
            self._tell(said=said)

    def _tell(self, *, now: str = "", page: int = 0, pages: int = 0, said: str = "") -> None:
        failed, left = len(self.outcome.failed), self._time.seconds()
        self._progress(ImportProgress(self._done, self._total, now, page, pages, failed, left, said))
