"""Documents in sets, and the passages found in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, Protocol

from app.core.ports.imports import ImportProgress
from app.core.quote_mark import marked_url
from app.core.turn import Citation

DocumentState = Literal["draft", "reviewed", "in_force", "superseded", "retired"]
"""The life of a document. Answers rest on what is in force, or was on the day that is asked about."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found. `text` is verbatim."""

    source: str
    locator: str
    text: str
    score: float
    """Share of what was asked about that stands in the passage, 0 to 1: the same measure for every query."""
    title: str
    """The document's title, for people."""
    url: str
    dated: str = ""
    """The document's date (`valid_from` of its front matter), ISO."""
    heading: str = ""
    """Titles above the passage within its document, outermost first, joined by ` › `."""
    version: str = ""
    """Of the document: the first 12 digits of the SHA-256 of its bytes."""
    until: str = ""
    """Last day on which the document counts, ISO; empty where that is open."""
    state: DocumentState = "in_force"
    owner: str = ""
    """The department that answers for the document; empty where it does not say: then the set's."""
    superseded_by: str = ""
    """Source of what took its place; empty where nothing did."""

    def citation(self, quote: str | None = None) -> Citation:
        """This place as a citation; `quote` must be a part of `text`."""
        said = quote or self.text
        return Citation(self.source, self.locator, said, marked_url(self.url, said))


@dataclass(frozen=True, slots=True)
class Original:
    """A document as it was given."""

    name: str
    """The file's name, without folders."""
    content: bytes


ANSWERS_FROM = 0.36
"""A `Hit.score` from here on speaks of what is asked; measured by `bench/bench_search.py`."""
LIKELY = 0.5
"""A passage this likely to answer counts as an answer; where none is, "nothing found" is the honest reply.

`bench/train_answering.py` puts it where one in twenty-five answerable questions is missed.
"""


class Knowledge(Protocol):
    """Documents in sets; finds passages."""

    async def search(
        self, query: str, *, sets: Sequence[str] | None = None, limit: int = 10, on: date | None = None
    ) -> Sequence[Hit]:
        """Best passages first. `sets=None` means every set this view may read.

        With `on`, what was in force on that day; else what is, and what will be.
        """
        ...

    async def answering(self, query: str, hits: Sequence[Hit]) -> Sequence[float]:
        """For each of the hits that a search found, in its order, how likely it answers the query: 0 to 1."""
        ...

    async def index(
        self,
        paths: Sequence[Path],
        *,
        into: str,
        progress: Callable[[ImportProgress], None],
        stop: Callable[[], bool] = lambda: False,
    ) -> Mapping[str, Any]:
        """Add documents to a set. Returns the summary that `deskmate index` prints; a broken file is named in it.

        `stop` is asked often; what is in by then stays in, and the next run goes on behind it.
        """
        ...

    async def passage(self, source: str, locator: str, version: str = "") -> Hit | None:
        """The passage at that place, verbatim, of that version; of the one that counts where none is named."""
        ...

    async def original(self, source: str, version: str = "") -> Original | None:
        """The file of that version, of the one that counts where none is named; None where `passage` finds nothing.

        Raises `Unavailable` when its bytes are gone or were changed.
        """
        ...

    def narrowed(self, sets: Sequence[str]) -> Knowledge:
        """A view that can read these sets and no other."""
        ...
