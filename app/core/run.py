"""A workflow under way: what it knows, where it stands, what it waits for. All frozen."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from app.core.texts import Language

RunState = Literal["going", "undoing", "done", "cancelled", "stopped"]
"""`undoing`: what was done is being taken back; then it is `cancelled` (a person's wish) or `stopped` (its own end)."""
OPEN: tuple[RunState, ...] = ("going", "undoing")


@dataclass(frozen=True, slots=True)
class Token:
    """One place at which a run stands. It has several while it walks branches side by side."""

    step: str
    visit: int
    """How many steps the run had entered: names what this visit does, so that it is done once."""
    branch: str = ""
    """`<parallel>/<number>` of the list of steps it walks; empty for the main one."""
    since: datetime | None = None
    """When it began to wait; None while it does not."""
    waits: tuple[str, ...] = ()
    """Keys of what it waits for: see `wait_key`."""
    due: datetime | None = None
    """Its deadline, or the time it waits for."""
    missing: str = ""
    """The slot that was asked for."""
    asked: str = ""
    """Staff number of who was asked."""


@dataclass(frozen=True, slots=True)
class Done:
    """A step that did something: it is not done again for the same values, and may have to be taken back."""

    step: str
    visit: int
    inputs: str
    """Digest of what it was given."""
    action: str = ""
    """Number of the action it proposed, and that was executed."""


@dataclass(frozen=True, slots=True)
class Run:
    """One walk through a workflow, on behalf of the person who started it. Kept sealed."""

    id: str
    workflow: str
    """`<assistant>.<workflow>`."""
    room: str
    person: str
    """Staff number."""
    started_at: datetime
    tongue: Language = "zh"
    about: str = ""
    """What it concerns: a deal's number. What happens about it reaches this run."""
    state: RunState = "going"
    outcome: RunState = "done"
    """What it is to end as."""
    slots: Mapping[str, str] = field(default_factory=dict)
    """As they were said, masked."""
    results: Mapping[str, Any] = field(default_factory=dict)
    """Step -> what it gave; JSON."""
    inputs: Mapping[str, str] = field(default_factory=dict)
    """Step -> the digest of what its action is to do, as long as people have not decided."""
    event: Mapping[str, Any] = field(default_factory=dict)
    """The data of what ended the last wait."""
    tokens: tuple[Token, ...] = ()
    done: tuple[Done, ...] = ()
    """In the order in which it was done."""
    undoing: tuple[str, ...] = ()
    """Steps that are still to be taken back, the next one first."""
    path: tuple[str, ...] = ()
    """The steps it has entered, in order; the latest 200."""
    visits: int = 0
    parent: str = ""
    """The run that called this one and waits for it."""
    heard: int = 0
    """Number of the last news that moved it, or that was there before it: what came behind it is still to be heard."""
    version: int = 0
    """How often it was kept: a change counts only on what was read."""

    @property
    def open(self) -> bool:
        """Whether it is under way."""
        return self.state in OPEN

    @property
    def asking(self) -> Token | None:
        """Where it waits for an answer; the latest question where there are several."""
        asked = [one for one in self.tokens if one.missing]
        return max(asked, key=lambda one: one.visit, default=None)

    def standing(self, visit: int) -> Token | None:
        """The place of that visit, if it still stands there."""
        return next((one for one in self.tokens if one.visit == visit), None)

    def at(self, token: Token, to: Token | None) -> Run:
        """With `token` at another place, or gone."""
        kept = tuple(one for one in self.tokens if one.visit != token.visit)
        return replace(self, tokens=kept if to is None else (*kept, to))


def wait_key(kind: Literal["message", "action", "news", "run"], *about: str) -> str:
    """What a run waits for, as it is kept: `action/AB12CD`, `message/E1001`, `run/<id>`, `news/fx.agreed/<digest>`.

    What news is about may be words: of those only a digest is kept beside the sealed run.
    """
    if kind == "news":
        name, what = about
        about = (name, hashlib.sha256(what.encode()).hexdigest()[:24])
    return "/".join((kind, *about))
