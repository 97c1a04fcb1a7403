"""Ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_table(
        "ledger",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("posting_id", sa.String(length=32), nullable=False),
        sa.Column("source_key", sa.String(length=64), nullable=False),
        sa.Column("move", sa.String(length=24), nullable=False),
        sa.Column("debit_account", sa.String(length=24), nullable=False),
        sa.Column("credit_account", sa.String(length=24), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("posted_at", Instant(), nullable=False),
        sa.Column("payment_id", sa.String(length=32), nullable=False),
        sa.Column("refund_no", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "credit_account IN ('wallet_clearing', 'unapplied', 'hospital', 'refunds_in_transit', 'suspense')",
            name=op.f("ck_ledger_credit_account"),
        ),
        sa.CheckConstraint(
            "debit_account IN ('wallet_clearing', 'unapplied', 'hospital', 'refunds_in_transit', 'suspense')",
            name=op.f("ck_ledger_debit_account"),
        ),
        sa.CheckConstraint("move IN ('collect', 'fulfil', 'reserve', 'refund', 'void')", name=op.f("ck_ledger_move")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_ledger_amount_positive")),
        sa.CheckConstraint("debit_account <> credit_account", name=op.f("ck_ledger_two_accounts")),
        sa.ForeignKeyConstraint(
            ["operator_id", "payment_id"],
            ["payment.operator_id", "payment.payment_id"],
            name=op.f("fk_ledger_operator_id_payment_id_payment"),
        ),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.operator_id"], name=op.f("fk_ledger_operator_id_operator")),
        sa.PrimaryKeyConstraint("operator_id", "posting_id", name=op.f("pk_ledger")),
        sa.UniqueConstraint("operator_id", "source_key", name=op.f("uq_ledger_operator_id_source_key")),
        info={"append_only": True},
    )
    op.create_index("ix_ledger_business_date", "ledger", ["operator_id", "business_date"], unique=False)
    op.create_index("ix_ledger_payment_id", "ledger", ["operator_id", "payment_id"], unique=False)
