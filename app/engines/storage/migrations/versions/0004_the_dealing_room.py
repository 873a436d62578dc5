"""The dealing room: rooms of several people, and what happens in them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """To this version, concern by concern."""
    _rooms()


def _rooms() -> None:
    """Shared rooms with their assistants and their keeper; events that every member is to see."""
    for name in ("shared", "closed"):
        op.add_column("room", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("room", sa.Column("keeper", sa.String(), nullable=False, server_default=""))
    op.add_column("room", sa.Column("assistants", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("room_member", sa.Column("seen", sa.Integer(), nullable=False, server_default="0"))
    op.create_table(
        "room_event",
        sa.Column("number", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("room", "what", "about", "by")),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index(op.f("ix_room_event_room"), "room_event", ["room"], unique=False)
