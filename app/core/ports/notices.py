"""What waits for somebody, told to whoever listens for him."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from app.core.ports.imports import Import
from app.core.turn import Action


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that one person should know without having asked. Holds nothing that this person may not see."""

    person: str
    """Staff number of the one to be told."""
    what: Literal["to_approve", "decided"]
    """`to_approve`: it waits for this person. `decided`: somebody has decided, or time has."""
    action: Action
    by: str = ""
    """Staff number of who decided; empty where it was time."""


@dataclass(frozen=True, slots=True)
class ImportEnded:
    """An import has come to its end, of itself or otherwise, and nobody was following it."""

    person: str
    """Staff number of who started it."""
    imported: Import


NoticeListener = Callable[[Notice | ImportEnded], Awaitable[None]]


class Notices(Protocol):
    """Carries notices to the channels that can reach a person: each subscribes."""

    def tell(self, notice: Notice | ImportEnded) -> None:
        """Pass it on. Never waits and never raises: nobody's decision hangs on a page that is closed."""
        ...

    def subscribe(self, listener: NoticeListener) -> None:
        """Have `listener` told of every notice from now on."""
        ...
