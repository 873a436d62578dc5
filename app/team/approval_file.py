"""The shape of `config/approvals.yaml` and `config/delegations.yaml`. Unknown keys are refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fnmatch import fnmatchcase

from pydantic import BaseModel, ConfigDict, Field, model_validator

ANYWHERE = frozenset({"same", "above"})
"""Places relative to the proposer's; every other word is a place of the bank."""


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Seat(_Strict):
    """One approval that is needed, and who may give it."""

    by: tuple[str, ...] = Field(min_length=1)
    """Roles, any of them; or `self`: the person who proposed it."""
    place: tuple[str, ...] = ()
    """`same` as the proposer's, `above` it, or places by name, any of them; empty: anywhere."""

    @property
    def own(self) -> bool:
        """Whether the proposer himself gives it."""
        return self.by == ("self",)

    @model_validator(mode="after")
    def _alone(self) -> Seat:
        if "self" in self.by and (len(self.by) > 1 or self.place):
            raise ValueError("'self' stands alone")
        return self


class Limit(_Strict):
    """Which approvals are needed for what is worth up to `up_to`."""

    up_to: Decimal | None = Field(default=None, gt=0)
    """In units of `worth`, inclusive; None: whatever it is worth."""
    approvals: tuple[Seat, ...] = Field(min_length=1)
    """All of them, each from a different person."""


class Rule(_Strict):
    """What the skills of one pattern need. Of several rules for a skill the first counts."""

    skills: str
    """A name or a pattern: `fx.book_deal`, `fx.*`."""
    lifetime_minutes: int = Field(default=15, ge=1, le=7 * 24 * 60)
    """After that a proposal is void."""
    limits: tuple[Limit, ...] = Field(min_length=1)
    """The lowest first; the last one has no `up_to`."""

    @model_validator(mode="after")
    def _rising(self) -> Rule:
        *bounded, last = (limit.up_to for limit in self.limits)
        if last is not None:
            raise ValueError("the last of the limits has no up_to: what is worth more would have nobody")
        steps = [one for one in bounded if one is not None]
        if len(steps) != len(bounded) or steps != sorted(set(steps)):
            raise ValueError("limits rise from one to the next")
        return self


class Policy(_Strict):
    """`config/approvals.yaml`."""

    worth: Mapping[str, Decimal] = Field(default_factory=dict)
    """Currency -> what one unit counts for against the limits. One that is missing counts as above every limit."""
    rules: tuple[Rule, ...] = ()


class Delegation(_Strict):
    """An absent approver's right, lent to one colleague. It cannot be lent on."""

    approver: str
    """Staff number of the one who is absent."""
    delegate: str
    since: date
    until: date
    """Inclusive."""
    skills: tuple[str, ...] = ("*",)
    """Names or patterns."""

    @model_validator(mode="after")
    def _sensible(self) -> Delegation:
        if self.approver == self.delegate:
            raise ValueError("nobody is his own delegate")
        if self.until < self.since:
            raise ValueError("until comes before since")
        return self

    def covers(self, skill: str, on: date) -> bool:
        """Whether it is in force for `skill` on that day."""
        return self.since <= on <= self.until and any(fnmatchcase(skill, pattern) for pattern in self.skills)
