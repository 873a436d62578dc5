"""The guard: who may approve, what the audit signed, when a person's data was erased"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.engines.storage.append_only import statements

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
    """Signed checkpoints; entries are found by their kind; the database itself refuses changes of them."""
    op.create_table(
        "audit_checkpoint",
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("hash", "at", "earlier", "key", "signature", "former_key", "former_signature")
        ),
        sa.PrimaryKeyConstraint("position"),
    )
    op.create_index(op.f("ix_audit_what"), "audit", ["what"], unique=False)
    for table in ("audit", "audit_checkpoint"):
        for statement in statements(table, op.get_bind().dialect.name):
            op.execute(sa.text(statement))


def _erasure() -> None:
    """Retention and erasure."""
