"""Who is listed, on which list, and what a screening found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from skills.fx.screening.likeness import Reason

Outcome = Literal["clear", "review"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One listed person, company, ship or aircraft."""

    id: str
    """Its number on its list."""
    name: str
    aliases: tuple[str, ...] = ()
    """Also in the original script, where the list gives it."""
    kind: str = ""
    """As its list says it: individual, entity, vessel, company …"""
    detail: str = ""
    """Programme, dates of birth, remarks: what a person compares a hit with."""

    @property
    def spellings(self) -> Iterator[str]:
        """Its name, then its aliases."""
        yield self.name
        yield from self.aliases


@dataclass(frozen=True, slots=True)
class WatchList:
    """One version of a list."""

    name: str
    entries: tuple[Entry, ...]
    source: str = ""
    """Who publishes it and in which format: `OFAC SDN`, `UN`, `own`."""
    day: date | None = None
    """Of its publication."""
    version: str = ""
    """The beginning of the SHA-256 of the files it was read from."""

    def __hash__(self) -> int:
        return hash((self.name, self.version, len(self.entries)))


@dataclass(frozen=True, slots=True)
class Match:
    """A possible hit: a person decides whether it is one."""

    list: str
    name: str
    """The spelling on the list that fitted best: the entry's name or one of its aliases."""
    score: float
    """0 to 1; 1 is the same name."""
    entry: str
    """The entry's number on its list."""
    listed: Entry
    why: tuple[Reason, ...] = ()
    """What had to be overlooked; `same` for nothing."""

    @property
    def by_alias(self) -> bool:
        """Whether an alias fitted, not the entry's name."""
        return self.name != self.listed.name

    def as_json(self) -> dict[str, Any]:
        """The contract's keys."""
        return {"list": self.list, "name": self.name, "score": self.score, "entry": self.entry}


@dataclass(frozen=True, slots=True)
class Screening:
    """What all lists say about one name."""

    name: str
    matches: tuple[Match, ...] = ()
    """Best first, one an entry."""
    lists: Mapping[str, str] = field(default_factory=dict)
    """Each list that was looked through, and its version: for the audit."""

    @property
    def outcome(self) -> Outcome:
        """`review` as soon as there is one match: no score decides alone."""
        return "review" if self.matches else "clear"
