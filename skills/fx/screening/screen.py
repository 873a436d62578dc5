"""One name against all lists."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from threading import Lock

from app.core.errors import BadInput
from skills.fx.screening.entry import Entry, Match, WatchList
from skills.fx.screening.index import Index
from skills.fx.screening.likeness import Likeness, likeness
from skills.fx.screening.names import LONGEST, readings
from skills.fx.words import say

THRESHOLD = 0.74
"""From here on a name is shown as a possible match: a person decides. Chosen with `bench/bench_screen.py`."""
MOST = 20
"""Matches shown, best first."""


class Screener:
    """Lists, prepared once. Holds them all in one index, so that a name costs the same for one list or ten."""

    def __init__(self, lists: Sequence[WatchList]) -> None:
        self.lists = tuple(lists)
        self._spellings: list[tuple[WatchList, Entry, str]] = []
        names = []
        for watch in lists:
            for entry in watch.entries:
                for spelling in dict.fromkeys(entry.spellings):
                    for name in readings(spelling):
                        names.append(name)
                        self._spellings.append((watch, entry, spelling))
        self._index = Index(names)

    def matches(self, name: str, threshold: float = THRESHOLD) -> list[Match]:
        """Possible hits of `name`, best first, one an entry.

        Raises `BadInput` for a name without letters, and for one that is too long to be one: cut off, it would clear
        whoever stands behind the cut.
        """
        asked = " ".join(name.split())
        if len(asked) > LONGEST:
            raise BadInput("FX_SCREEN_NAME", say("screen_long_name", most=LONGEST))
        wanted = readings(asked)
        if not wanted:
            raise BadInput("FX_SCREEN_NAME", say("screen_no_name"))
        best: dict[tuple[str, str, str], tuple[Likeness, int]] = {}
        for reading in wanted:
            for place in self._index.candidates(reading):
                found = likeness(reading, self._index.names[place], self._index.weight)
                watch, entry, _ = self._spellings[place]
                key = watch.name, watch.version, entry.id
                kept = best.get(key)
                if found.score >= threshold and (kept is None or _rank(kept[0]) < _rank(found)):
                    best[key] = found, place
        matches = [self._match(found, place) for found, place in best.values()]
        return sorted(matches, key=lambda match: (-match.score, match.list, match.name))[:MOST]

    def _match(self, found: Likeness, place: int) -> Match:
        watch, entry, spelling = self._spellings[place]
        return Match(watch.name, spelling, round(found.score, 3), entry.id, entry, found.why)


def _rank(found: Likeness) -> tuple[float, int]:
    """The more alike, then the one of which less had to be overlooked."""
    return found.score, 1 if found.why == ("same",) else -len(found.why)


def screen(name: str, lists: Sequence[WatchList], threshold: float = THRESHOLD) -> list[Match]:
    """`Screener.matches` over `lists`, which are prepared when they are first seen."""
    return screener(tuple(lists)).matches(name, threshold)


def screener(lists: tuple[WatchList, ...]) -> Screener:
    """The lists, prepared; several threads that ask at once wait for the one that prepares them."""
    with _preparing:
        return _prepared(lists)


_preparing = Lock()


@lru_cache(maxsize=4)
def _prepared(lists: tuple[WatchList, ...]) -> Screener:
    return Screener(lists)
