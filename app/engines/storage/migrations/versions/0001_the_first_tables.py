"""The first tables"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """To this version."""
    op.create_table(
        "action",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("turn", sa.String(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("skill", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("assistant", sa.String(), nullable=False),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("approvals", sa.JSON(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("turn", "skill", "digest"),
    )
    op.create_index(op.f("ix_action_room"), "action", ["room"], unique=False)
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("operator", sa.String(), nullable=False),
        sa.Column("assistant", sa.String(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("trace_id", sa.String(), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "feedback",
        sa.Column("turn", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("turn", "person"),
    )
    op.create_table(
        "file",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("mime", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    op.create_index(op.f("ix_file_room"), "file", ["room"], unique=False)
    op.create_table(
        "office_booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_key", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("cancel_key"),
        sa.UniqueConstraint("key"),
    )
    op.create_index(op.f("ix_office_booking_ends_at"), "office_booking", ["ends_at"], unique=False)
    op.create_index(op.f("ix_office_booking_person"), "office_booking", ["person"], unique=False)
    op.create_index(op.f("ix_office_booking_room"), "office_booking", ["room"], unique=False)
    op.create_table(
        "room",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("spoken_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_room_spoken_at"), "room", ["spoken_at"], unique=False)
    op.create_table(
        "room_member",
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("room", "person"),
    )
    op.create_index(op.f("ix_room_member_person"), "room_member", ["person"], unique=False)
    op.create_table(
        "turn",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("attachments", sa.LargeBinary(), nullable=False),
        sa.Column("reply_text", sa.String(), nullable=True),
        sa.Column("reply", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    op.create_index(op.f("ix_turn_room"), "turn", ["room"], unique=False)
    op.create_table(
        "vault",
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("placeholder", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("room", "placeholder"),
        sa.UniqueConstraint("room", "fingerprint"),
    )
    op.create_table(
        "office_booked_quarter",
        sa.Column("room", sa.String(), nullable=False),
        sa.Column("quarter", sa.Integer(), nullable=False),
        sa.Column("booking", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking"],
            ["office_booking.id"],
        ),
        sa.PrimaryKeyConstraint("room", "quarter"),
    )
    op.create_index(op.f("ix_office_booked_quarter_booking"), "office_booked_quarter", ["booking"], unique=False)


def downgrade() -> None:
    """Back to the version before."""
    op.drop_index(op.f("ix_office_booked_quarter_booking"), table_name="office_booked_quarter")
    op.drop_table("office_booked_quarter")
    op.drop_table("vault")
    op.drop_index(op.f("ix_turn_room"), table_name="turn")
    op.drop_table("turn")
    op.drop_index(op.f("ix_room_member_person"), table_name="room_member")
    op.drop_table("room_member")
    op.drop_index(op.f("ix_room_spoken_at"), table_name="room")
    op.drop_table("room")
    op.drop_index(op.f("ix_office_booking_room"), table_name="office_booking")
    op.drop_index(op.f("ix_office_booking_person"), table_name="office_booking")
    op.drop_index(op.f("ix_office_booking_ends_at"), table_name="office_booking")
    op.drop_table("office_booking")
    op.drop_index(op.f("ix_file_room"), table_name="file")
    op.drop_table("file")
    op.drop_table("feedback")
    op.drop_table("audit_head")
    op.drop_table("audit")
    op.drop_index(op.f("ix_action_room"), table_name="action")
    op.drop_table("action")
