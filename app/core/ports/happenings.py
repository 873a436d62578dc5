"""What happened in the bank's work, on its way to the workflows that start on it or wait for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.core.happening import Happening
from app.core.run import Run


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened, where and on whose behalf. It is kept with its cause, until it was handed on."""

    id: str
    """`<cause>/<number>`: the same again is the same news."""
    happened: Happening
    room: str
    person: str
    """Staff number."""
    number: int = 0
    """In the order in which it was kept; 0 as long as it is not."""


def news_of(happened: Sequence[Happening], *, cause: str, room: str, person: str) -> tuple[News, ...]:
    """What a turn or an action (`cause`, its id) brought."""
    return tuple(News(f"{cause}/{number}", one, room, person) for number, one in enumerate(happened))


class Happenings(Protocol):
    """Carries what happened to the workflows."""

    async def tell(self, happened: Sequence[Happening], *, room: str, person: str, cause: str) -> None:
        """Have what happened reach the runs that wait for it, and start those that start on it; once for a `cause`.

        Called after its record was written. What a crash cuts off here is made up for at the next start, where it was
        kept with its record. Never raises for a run's sake: what happened has happened.
        """
        ...


class Runs(Protocol):
    """Runs of workflows and news for them. A run is written with the reply of the turn that moved it (`Records`)."""

    async def find(self, id: str) -> Run | None:
        """The run as it stands."""
        ...

    async def of_room(self, room: str) -> Sequence[Run]:
        """The open runs of a room, the oldest first."""
        ...

    async def of_person(self, person: str, *, over: int = 0) -> Sequence[Run]:
        """A person's open runs, the oldest first; and before them his last `over` ones that are over."""
        ...

    async def waiting(self, *keys: str) -> Sequence[str]:
        """Ids of the open runs that wait for one of these (`run.wait_key`)."""
        ...

    async def timed(self) -> Sequence[Run]:
        """Open runs that stand somewhere with a deadline."""
        ...

    async def open_waits(self, kind: str) -> Sequence[tuple[str, str]]:
        """Every (run, key) of open runs that waits for this kind of thing."""
        ...

    async def keep(self, run: Run) -> None:
        """Keep a run that no turn has moved. Raises `Unavailable` where somebody else has moved it."""
        ...

    async def keep_news(self, news: Sequence[News]) -> None:
        """Keep news that was not kept with its cause; what is there stays."""
        ...

    async def news(self, id: str) -> News | None:
        """Kept news."""
        ...

    async def next_news(self, keys: Sequence[str], behind: int) -> News | None:
        """The first news behind that number that somebody who waits for one of `keys` waits for."""
        ...

    async def last_news(self) -> int:
        """The number of the latest news; 0 before the first."""
        ...

    async def concerning(self, about: str) -> bool:
        """Whether an open run is about it."""
        ...

    async def unhanded(self) -> Sequence[News]:
        """News that was not handed on, the oldest first."""
        ...

    async def handed(self, *ids: str, now: datetime) -> None:
        """These were handed on. What was long ago is forgotten."""
        ...
