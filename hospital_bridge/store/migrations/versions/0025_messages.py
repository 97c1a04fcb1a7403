"""Messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_table(
        "message",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("wallet_user_id", sa.String(length=32), nullable=False),
        sa.Column("vertical", sa.String(length=64), nullable=False),
        sa.Column("dedupe_key", sa.String(length=160), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("audience", sa.String(length=64), nullable=False),
        sa.Column("parameters", sa.LargeBinary(), nullable=False),
        sa.Column("about", sa.String(length=64), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("read_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["operator_id", "wallet_user_id"],
            ["wallet_user.operator_id", "wallet_user.wallet_user_id"],
            name=op.f("fk_message_operator_id_wallet_user_id_wallet_user"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_message_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "message_id", name=op.f("pk_message")),
        sa.UniqueConstraint(
            "operator_id",
            "wallet_user_id",
            "vertical",
            "dedupe_key",
            name=op.f("uq_message_operator_id_wallet_user_id_vertical_dedupe_key"),
        ),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix_message_inbox", ["operator_id", "wallet_user_id", "created_at"], unique=False)
        batch_op.create_index(
            "ix_message_unread",
            ["operator_id", "wallet_user_id"],
            unique=False,
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        )
