"""Refunds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_table(
        "refund",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("refund_no", sa.String(length=32), nullable=False),
        sa.Column("payment_id", sa.String(length=32), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("from_account", sa.String(length=24), nullable=False),
        sa.Column("reversal", sa.String(length=24), nullable=True),
        sa.Column("reversal_fen", sa.BigInteger(), nullable=False),
        sa.Column("reserved_at", Instant(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("refunded_at", Instant(), nullable=True),
        sa.Column("reversed_at", Instant(), nullable=True),
        sa.Column("refusal", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "from_account IN ('wallet_clearing', 'unapplied', 'hospital', 'refunds_in_transit', 'suspense')",
            name=op.f("ck_refund_from_account"),
        ),
        sa.CheckConstraint(
            "reversal IN ('pending', 'fulfilled', 'refused', 'manual')", name=op.f("ck_refund_reversal")
        ),
        sa.CheckConstraint("state IN ('reserved', 'sent', 'refunded', 'void')", name=op.f("ck_refund_state")),
        sa.CheckConstraint("amount_fen >= 0 AND reversal_fen >= 0", name=op.f("ck_refund_sums_not_negative")),
        sa.ForeignKeyConstraint(
            ["operator_id", "payment_id"],
            ["payment.operator_id", "payment.payment_id"],
            name=op.f("fk_refund_operator_id_payment_id_payment"),
        ),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.operator_id"], name=op.f("fk_refund_operator_id_operator")),
        sa.PrimaryKeyConstraint("operator_id", "refund_no", name=op.f("pk_refund")),
    )
    op.create_index("ix_refund_payment_id", "refund", ["operator_id", "payment_id"], unique=False)
    op.create_index("ix_refund_refunded_at", "refund", ["operator_id", "refunded_at"], unique=False)
