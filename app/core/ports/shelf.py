"""The life of documents: their versions from draft to retired, and what people asked for in vain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from app.core.ports.knowledge import DocumentState
from app.core.turn import Citation


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a document that people added. What is shipped in `knowledge/<set>/` counts without one."""

    source: str
    """`<set>/<file>`."""
    version: str
    """The first 12 digits of the SHA-256 of its bytes."""
    title: str
    number: str = ""
    """文号; empty where it has none."""
    owner: str = ""
    """The department that answers for it."""
    state: DocumentState = "draft"
    valid_from: str = ""
    """First day on which it counts, ISO; empty: since ever."""
    valid_until: str = ""
    """Last day, ISO; empty where open."""
    supersedes: str = ""
    """Number, title or source of another document that it takes the place of."""
    added_by: str = ""
    """Staff numbers, or the operator's name; empty where nobody has done it."""
    reviewed_by: str = ""
    released_by: tuple[str, ...] = ()
    """Who put it in force: who proposed it, and whose yes it needed."""
    retired_by: tuple[str, ...] = ()
    superseded_by: str = ""
    """Source of what took its place; empty where nothing did."""
    at: datetime | None = None
    """When it came into this state."""

    @property
    def set(self) -> str:
        """The set it belongs to."""
        return self.source.split("/", 1)[0]

    @property
    def was_released(self) -> bool:
        """Whether it was in force once; what was shipped always was."""
        return self.state in ("in_force", "superseded") or (self.state == "retired" and bool(self.released_by))


@dataclass(frozen=True, slots=True)
class Likeness:
    """Two passages that the owners of their documents should look at."""

    kind: Literal["same", "figures"]
    """`same`: nearly the same words. `figures`: the same matter with another figure."""
    one: Citation
    other: Citation
    about: str
    """What both speak of, in their own words; of `same` the share of common words, e.g. `0.93`."""
    figures: tuple[str, str] = ("", "")
    """Of `figures`: what each says, e.g. `500元`, `450元`."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A question that the documents did not answer."""

    id: int
    question: str
    """Masked, as it is kept."""
    set: str
    """The set that comes nearest."""
    owner: str
    """The department that is to close it."""
    nearest: tuple[str, ...]
    """Sources that came near."""
    person: str
    at: datetime
    closed_by: str = ""


@dataclass(frozen=True, slots=True)
class Disliked:
    """An answer that somebody gave a thumb down, with the passages it rests on."""

    turn: str
    question: str
    """Masked, as are answer and comment."""
    answer: str
    citations: tuple[Citation, ...]
    comment: str
    person: str
    at: datetime


class Placing(Protocol):
    """The search, as far as it follows the life of documents."""

    async def take_in(self, name: str, content: bytes, *, into: str) -> Version:
        """Read a file and keep it where drafts lie: no search finds it there.

        What it says of itself (title, number, dates, what it supersedes) stands in the version. Raises `BadInput`.
        """
        ...

    async def place(self, versions: Sequence[Version], today: date) -> None:
        """Lay each of these where its state and its dates say. Again is harmless."""
        ...

    async def lying(self, name: str) -> Sequence[Version]:
        """Every version of a set that the search has, as it knows them: drafts, what counts, what counts no longer."""
        ...

    async def alike(self, names: Sequence[str], *, fresh: bool = True) -> Sequence[Likeness]:
        """Near-duplicates and contradicting figures between the documents of these sets that are in force.

        Not `fresh`: as they were found the last time, for those who wait for an answer.
        """
        ...


class Shelf(Protocol):
    """Documents in their sets, each version in its state. Every change is in the audit; a wrong one is `Refused`."""

    async def add(self, name: str, content: bytes, *, into: str, by: str) -> Version:
        """A file becomes a draft; the same bytes give the version that is there. Raises `BadInput`, `Refused`."""
        ...

    async def move(self, source: str, version: str, *, to: DocumentState, by: Sequence[str], today: date) -> Version:
        """To the next state of its life: draft → reviewed → in force → retired. Again by the same people is harmless.

        Nobody reviews what he added; `in_force` and `retired` need two people. What it takes the place of counts until
        the day before its first day. Raises `Refused` where the version is not in the state before.
        """
        ...

    async def versions(self, name: str) -> Sequence[Version]:
        """The versions of a set, those that wait for somebody first, and what was shipped."""
        ...

    async def find(self, name: str, said: str) -> Sequence[Version]:
        """The versions of a set that are meant by a title, a number, a file name or a version."""
        ...

    async def alike(self, *, fresh: bool = True) -> Sequence[Likeness]:
        """What contradicts or repeats another document, in the sets of this view; see `Placing.alike`."""
        ...

    def sets(self) -> Sequence[str]:
        """The sets of this view."""
        ...

    def owner_of(self, source: str) -> str:
        """The department that answers for the set of a source."""
        ...

    def narrowed(self, sets: Sequence[str]) -> Shelf:
        """A view of these sets and no other."""
        ...


class Gaps(Protocol):
    """What people were not helped with: for the owners of the documents."""

    async def note(
        self, question: str, *, room: str, turn: str, person: str, at: datetime, set: str, nearest: Sequence[str] = ()
    ) -> Gap:
        """Keep a question that found no answer, masked, for the owner of `set`. The same turn again is the same gap."""
        ...

    async def open(self, *, sets: Sequence[str] | None = None) -> Sequence[Gap]:
        """Those that nobody closed, latest first; of these sets only, where they are given."""
        ...

    async def close(self, id: int, *, by: str) -> bool:
        """The document was written, or the question is no matter of ours. False where it is not open."""
        ...

    async def disliked(self, *, sets: Sequence[str] | None = None) -> Sequence[Disliked]:
        """Answers with a thumb down that cite documents (of these sets), latest first."""
        ...
