"""Reconciliation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_table(
        "reconciliation",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("wallet_account", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("matched", sa.Integer(), nullable=False),
        sa.Column("wallet_fen", sa.BigInteger(), nullable=False),
        sa.Column("ledger_fen", sa.BigInteger(), nullable=False),
        sa.Column("sale_fen", sa.BigInteger(), nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), nullable=False),
        sa.Column("unexplained_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("run_at", Instant(), nullable=False),
        sa.CheckConstraint("state IN ('waiting', 'done')", name=op.f("ck_reconciliation_state")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_reconciliation_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "wallet_account", "day", name=op.f("pk_reconciliation")),
    )
    op.create_table(
        "reconciliation_difference",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("wallet_account", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("finding", sa.String(length=24), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("ours_fen", sa.BigInteger(), nullable=False),
        sa.Column("theirs_fen", sa.BigInteger(), nullable=False),
        sa.Column("progress", sa.String(length=24), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("found_at", Instant(), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.CheckConstraint(
            "finding IN ('timing', 'wallet_only', 'ledger_only', 'wallet_amount', 'sale_only', 'sale_missing', 'unfulfilled', 'sale_amount')",
            name=op.f("ck_reconciliation_difference_finding"),
        ),
        sa.CheckConstraint("kind IN ('payment', 'refund')", name=op.f("ck_reconciliation_difference_kind")),
        sa.CheckConstraint(
            "progress IN ('open', 'cleared', 'explained')", name=op.f("ck_reconciliation_difference_progress")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_reconciliation_difference_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint(
            "operator_id",
            "wallet_account",
            "day",
            "finding",
            "kind",
            "reference",
            name=op.f("pk_reconciliation_difference"),
        ),
    )
