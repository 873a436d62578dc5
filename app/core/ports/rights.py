"""Who may do what, and by which rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from app.core.turn import Person


@dataclass(frozen=True, slots=True)
class Decision:
    """A yes or no of the rights, and what it rests on."""

    allowed: bool
    why: Literal["rule", "no_rule", "denied", "audience", "place", "room", "unknown", "failed"]
    """`rule`: one allows. `no_rule`: none allows. `denied`: one forbids. `audience`: the knowledge set is for others.
    `place`: it belongs to another place. `room`: somebody else in the room may not see it. `unknown`: person or set is
    not known here. `failed`: it could not be decided."""
    rule: str = ""
    """Where that stands: `config/permissions.csv:12`, `knowledge/fx/set.yaml`; empty where there is no rule."""
    whose: str = ""
    """Of `room`: the staff number of the member who may not see it. For the audit, not for the person who asks."""


class Rights(Protocol):
    """Who may do what. Built from `config/permissions.csv`, the directory and the knowledge sets' audiences."""

    def may(self, person: Person, assistant: str, object: str) -> bool:
        """`object` is a skill (`fx.quote`) or a knowledge set (`knowledge:fx`)."""
        ...

    def decide(
        self,
        person: Person | None,
        assistant: str,
        object: str,
        *,
        act: Literal["use", "see"] = "use",
        place: str = "",
    ) -> Decision:
        """Whether `person` may use `object`, or see what others are answered by it. Never raises.

        `place`: the place that what is asked about belongs to; empty where it belongs to none. None is nobody known.
        """
        ...

    def covers(self, person: Person, place: str) -> bool:
        """Whether this person sees what belongs to `place`: his own place, one within it, or one he answers for."""
        ...

    def who_may(self, assistant: str, object: str) -> Sequence[str]:
        """The roles that may use `object`, at some place at least."""
        ...
