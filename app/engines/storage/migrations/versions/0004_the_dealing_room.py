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
    _deals()
    _limits()


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


def _deals() -> None:
    """Deals with their changes, the talk they were read from, and what waits for the back office."""
    op.create_table(
        "fx_deal",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("number", "room", "state", "opened_by", "action")),
        *(sa.Column(name, sa.String(), nullable=True) for name in ("open_in", "booked_key")),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("open_in"),
        sa.UniqueConstraint("booked_key"),
    )
    for name in ("room", "state", "opened_at", "action"):
        op.create_index(op.f(f"ix_fx_deal_{name}"), "fx_deal", [name], unique=False)
    op.create_table(
        "fx_deal_day",
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day"),
    )
    op.create_table(
        "fx_deal_change",
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("number", "event", "before", "after", "by", "turn")
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", "version"),
    )
    op.create_table(
        "fx_talk",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("room", "number")),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("room"),
    )
    op.create_table(
        "fx_posting",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("key", "number", "state")),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
        sa.UniqueConstraint("number"),
    )
    for name in ("state", "due"):
        op.create_index(op.f(f"ix_fx_posting_{name}"), "fx_posting", [name], unique=False)


def _limits() -> None:
    """Who has a limit, and what deals take of it."""
    op.create_table(
        "fx_limit_subject",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("kind", "subject")),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "subject"),
    )
    op.create_table(
        "fx_limit_use",
        *(sa.Column(name, sa.String(), nullable=False) for name in ("number", "kind", "subject", "until")),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", "kind", "subject"),
    )
