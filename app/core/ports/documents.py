"""A document that is opened: one version with its text, how that version stands today, and its pages as pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from app.core.ports.knowledge import Knowledge

DocumentStanding = Literal["draft", "reviewed", "not_yet", "in_force", "superseded", "expired", "retired"]
"""How a version stands on a day: `not_yet` begins later, `expired` came to its last day with nothing in its place."""


@dataclass(frozen=True, slots=True)
class PlacedText:
    """A passage in its document; `text` is verbatim."""

    locator: str
    headings: tuple[str, ...]
    """Titles above it, outermost first, without the document's; a table's header row where it goes on: `| a | b |`."""
    text: str


@dataclass(frozen=True, slots=True)
class OpenDocument:
    """One version of a document. Dates are ISO, empty where open or unknown."""

    source: str
    """`<set>/<file>`."""
    version: str
    title: str
    number: str
    """文号; empty where it has none."""
    owner: str
    standing: DocumentStanding
    since: str
    """First day on which it counts."""
    until: str
    """Last day on which it counts."""
    passages: tuple[PlacedText, ...]
    """All of them, in the document's order."""
    has_pages: bool
    """Whether its pages can be looked at as pictures."""
    present: str = ""
    """The version of this document that counts today; its own where it is that one, empty where none does."""
    successor: str = ""
    """Source of what takes or took its place; the document itself where that is a later version of it."""
    successor_title: str = ""
    """Empty where this view does not reach the successor."""
    successor_since: str = ""
    """First day of the successor."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page, in fractions (0 to 1) of its width and height from the top left corner."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PagePicture:
    """One page drawn."""

    png: bytes
    width: int
    """Pixels."""
    height: int
    boxes: tuple[Box, ...]
    """Where the quote stands, a box for each line of it; empty where it is not on this page."""
    page: int
    """From 1."""
    of: int
    """Pages of the document."""


class Documents(Knowledge, Protocol):
    """Documents in sets that can be looked at, besides being searched: what a channel shows, and no skill needs."""

    async def open_document(self, source: str, version: str = "") -> OpenDocument | None:
        """That version, or the one that counts where none is named; None where this view has none.

        Without one that counts, the next that will, else the last that did. Raises `Refused` for what is no
        document's name.
        """
        ...

    async def page(self, source: str, version: str, page: int, quote: str = "") -> PagePicture | None:
        """Page `page` (from 1) of a PDF or a picture, with the places of `quote` on it; None where there is none.

        Raises `BadInput` for a page or a format that cannot be drawn, `Unavailable` when its bytes are gone.
        """
        ...

    async def is_draft(self, source: str, version: str) -> bool:
        """Whether that version waits to be put in force: nobody rests on it yet."""
        ...

    def narrowed(self, sets: Sequence[str], *, drafts: bool = False) -> Documents:
        """A view that can read these sets and no other; a draft only with `drafts`, and where its version is named."""
        ...
