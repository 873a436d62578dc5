"""Knowledge: the life of documents, and the questions that found no answer"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """To this version."""
    texts = ("state", "valid_from", "valid_until", "superseded_by", "added_by", "reviewed_by")
    op.create_table(
        "document",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("set", sa.String(), nullable=False),
        sa.Column("about", sa.LargeBinary(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in texts),
        sa.Column("released_by", sa.JSON(), nullable=False),
        sa.Column("retired_by", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", "version"),
    )
    op.create_index(op.f("ix_document_set"), "document", ["set"], unique=False)
    op.create_table(
        "gap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("turn", sa.String(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("set", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("nearest", sa.JSON(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("turn", "set"),
    )
    op.create_index(op.f("ix_gap_room"), "gap", ["room"], unique=False)
    op.create_index(op.f("ix_gap_set"), "gap", ["set"], unique=False)
