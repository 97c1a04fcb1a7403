"""Payments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_table(
        "payment",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("payment_id", sa.String(length=32), nullable=False),
        sa.Column("sale_kind", sa.String(length=64), nullable=False),
        sa.Column("sale_ref", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("wallet_user_id", sa.String(length=64), nullable=False),
        sa.Column("wallet_account", sa.String(length=64), nullable=False),
        sa.Column("merchant_order_no", sa.String(length=64), nullable=False),
        sa.Column("provider_trade_no", sa.String(length=64), nullable=False),
        sa.Column("pay_url", sa.Text(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("payer_paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("receipt_fen", sa.BigInteger(), nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), nullable=False),
        sa.Column("collected_fen", sa.BigInteger(), nullable=False),
        sa.Column("refund_reserved_fen", sa.BigInteger(), nullable=False),
        sa.Column("refunded_fen", sa.BigInteger(), nullable=False),
        sa.Column("posted_fen", sa.BigInteger(), nullable=False),
        sa.Column("collection", sa.String(length=24), nullable=False),
        sa.Column("fulfilment", sa.String(length=24), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("refund_wanted", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("receipt_no", sa.String(length=64), nullable=False),
        sa.Column("control_id", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("collected_at", Instant(), nullable=True),
        sa.Column("fulfilled_at", Instant(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "collection IN ('created', 'awaiting', 'collected', 'closed')", name=op.f("ck_payment_collection")
        ),
        sa.CheckConstraint(
            "fulfilment IN ('pending', 'fulfilled', 'refused', 'manual')", name=op.f("ck_payment_fulfilment")
        ),
        sa.CheckConstraint(
            "amount_fen >= 0 AND collected_fen >= 0 AND posted_fen >= 0", name=op.f("ck_payment_sums_not_negative")
        ),
        sa.CheckConstraint(
            "refund_reserved_fen + refunded_fen <= collected_fen", name=op.f("ck_payment_refunds_within_collected")
        ),
        sa.CheckConstraint(
            "refund_reserved_fen >= 0 AND refunded_fen >= 0", name=op.f("ck_payment_refunds_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_payment_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "payment_id", name=op.f("pk_payment")),
        sa.UniqueConstraint("operator_id", "merchant_order_no", name=op.f("uq_payment_operator_id_merchant_order_no")),
    )
    op.create_index("ix_payment_collected_at", "payment", ["operator_id", "collected_at"], unique=False)
    op.create_index("ix_payment_sale", "payment", ["operator_id", "sale_kind", "sale_ref"], unique=False)
    op.create_index(
        "uq_payment_live_sale",
        "payment",
        ["operator_id", "sale_kind", "sale_ref", "wallet_user_id"],
        unique=True,
        sqlite_where=sa.text("collection IN ('created', 'awaiting') AND fulfilment = 'pending'"),
        postgresql_where=sa.text("collection IN ('created', 'awaiting') AND fulfilment = 'pending'"),
    )
