"""The guard: who may approve, what the audit signed, when a person's data was erased"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

from app.engines.storage.append_only import statements

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """To this version, concern by concern."""
    _approvals()
    _audit()
    _erasure()


def _approvals() -> None:
    """Several approvals of one action, counted by the database; one process at a time runs it."""
    op.add_column("action", sa.Column("approval_count", sa.Integer(), server_default="0", nullable=False))
    op.add_column("action", sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE action SET approval_count = 1 WHERE state IN ('approved', 'executed', 'failed')")
    op.create_index(op.f("ix_action_state"), "action", ["state"], unique=False)


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
    """Retention and erasure: files and the subjects of bookings are sealed from here on."""
    op.add_column("file", sa.Column("sealed", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("vault", sa.Column("at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "erasure",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "sealing_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("head", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.add_column("office_booking", sa.Column("sealed", sa.LargeBinary(), nullable=False, server_default=sa.text("''")))
    bookings = sa.table("office_booking", sa.column("key"), sa.column("subject"), sa.column("sealed", sa.LargeBinary()))
    connection = op.get_bind()
    for row in connection.execute(sa.select(bookings.c.key, bookings.c.subject)).all():
        seal = context.config.attributes["sealing"].seal(row.subject, about=f"office_booking/{row.key}")
        connection.execute(sa.update(bookings).where(bookings.c.key == row.key).values(sealed=seal))
    op.execute("ALTER TABLE office_booking DROP COLUMN subject")
    op.execute("ALTER TABLE office_booking RENAME COLUMN sealed TO subject")
