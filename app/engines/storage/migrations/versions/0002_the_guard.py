"""The guard: who may approve, what the audit signed, when a person's data was erased"""

from __future__ import annotations

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """To this version, concern by concern."""
    _approvals()
    _audit()
    _erasure()


def _approvals() -> None:
    """What an action needs, and who was told of it."""


def _audit() -> None:
    """Signed checkpoints, and the configuration as it last was."""


def _erasure() -> None:
    """Retention and erasure."""
