"""Channels of a shared merchant number."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_table(
        "reconciliation_channel",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("wallet_account", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("payments", sa.Integer(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("refunds", sa.Integer(), nullable=False),
        sa.Column("refunded_fen", sa.BigInteger(), nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_reconciliation_channel_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint(
            "operator_id", "wallet_account", "day", "channel", name=op.f("pk_reconciliation_channel")
        ),
    )
    for column in ("clue", "explanation"):
        _add(column)


def _add(column: str) -> None:
    text = sa.String(length=64)
    with op.batch_alter_table("reconciliation_difference", schema=None) as batch_op:
        batch_op.add_column(sa.Column(column, text, nullable=False, server_default=""))
    with op.batch_alter_table("reconciliation_difference", schema=None) as batch_op:
        batch_op.alter_column(column, existing_type=text, existing_nullable=False, server_default=None)
