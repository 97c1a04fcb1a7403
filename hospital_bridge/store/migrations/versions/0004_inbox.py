"""Inbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_table(
        "inbox_message",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("peer", sa.String(length=64), nullable=False),
        sa.Column("sending_application", sa.String(length=180), nullable=False),
        sa.Column("sending_facility", sa.String(length=180), nullable=False),
        sa.Column("sent_at", sa.String(length=180), nullable=False),
        sa.Column("control_id", sa.String(length=180), nullable=False),
        sa.Column("message_type", sa.String(length=180), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("ack", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=11), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("applied_at", Instant(), nullable=True),
        sa.Column("config_digest", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "state IN ('received', 'applied', 'quarantined', 'refused')", name=op.f("ck_inbox_message_state")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_inbox_message_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "message_id", name=op.f("pk_inbox_message")),
    )
    op.create_index("ix_inbox_message_received", "inbox_message", ["operator_id", "received_at"], unique=False)
    op.create_index(
        "uq_inbox_message_content",
        "inbox_message",
        ["operator_id", "peer", "control_id", "sent_at", "sending_application", "sending_facility", "sha256"],
        unique=True,
        sqlite_where=sa.text("control_id <> ''"),
        postgresql_where=sa.text("control_id <> ''"),
    )
