"""Refunds made in the wallet's console as its bills tell them, beside the sums that the wallet told of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_table(
        "reconciliation_refund",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("payment_id", sa.String(length=32), nullable=False),
        sa.Column("refund_no", sa.String(length=64), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id", "payment_id"],
            ["payment.operator_id", "payment.payment_id"],
            name=op.f("fk_reconciliation_refund_operator_id_payment_id_payment"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_reconciliation_refund_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "payment_id", "refund_no", name=op.f("pk_reconciliation_refund")),
    )
