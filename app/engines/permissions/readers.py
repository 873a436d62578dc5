"""Whom a knowledge set is for: what the rights ask of `knowledge/<set>/set.yaml`."""

from __future__ import annotations

from typing import Protocol

from app.engines.permissions.policy import ANY, Policy

KNOWLEDGE = "knowledge:"
"""How an object that is a knowledge set begins."""


class Readers(Protocol):
    """What `set.yaml` says of a set's readers."""

    @property
    def audience(self) -> tuple[str, ...]:
        """Roles and groups of roles; `*` means everybody."""
        ...

    @property
    def places(self) -> tuple[str, ...]:
        """The places that it belongs to; none means the whole bank."""
        ...


def is_for(readers: Readers, policy: Policy, role: str) -> bool:
    """Whether the audience has this role."""
    return not {ANY, *policy.groups_of(role)}.isdisjoint(readers.audience)
