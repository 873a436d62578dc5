"""The dealing room: rooms of several people, and what happens in them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """To this version, concern by concern."""
    _rooms()
    _workflows()
    _trips()
    _prices()


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


def _workflows() -> None:
    """Runs of workflows, what they wait for, and what happened on its way to them."""
    op.create_table(
        "run",
        sa.Column("number", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("id", "workflow", "room", "person", "parent")),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("about", "state")),
        sa.Column("due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    for name in ("room", "person", "about", "state", "due"):
        op.create_index(op.f(f"ix_run_{name}"), "run", [name], unique=False)
    op.create_table(
        "run_wait",
        sa.Column("run", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("run", "key"),
    )
    op.create_index(op.f("ix_run_wait_key"), "run_wait", ["key"], unique=False)
    op.create_table(
        "news",
        sa.Column("number", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("id", "name", "key", "room", "person")),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    for name in ("key", "room", "handed"):
        op.create_index(op.f(f"ix_news_{name}"), "news", [name], unique=False)


def _trips() -> None:
    """Business trips that people have agreed to."""
    op.create_table(
        "office_trip",
        sa.Column("id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("key", "person")),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index(op.f("ix_office_trip_person"), "office_trip", ["person"], unique=False)


def _prices() -> None:
    """The last good price of each pair."""
    op.create_table(
        "fx_last_price",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("pair", "at", "body")),
        sa.PrimaryKeyConstraint("pair"),
    )
