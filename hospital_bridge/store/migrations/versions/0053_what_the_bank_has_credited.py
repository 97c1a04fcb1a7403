"""What the bank has credited for a day, and that it may be another sum than the bill's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

_FINDINGS = (
    "finding IN ('timing', 'wallet_only', 'ledger_only', 'wallet_amount', 'sale_only', 'sale_missing', "
    "'unfulfilled', 'sale_amount', 'bank_amount')"
)


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_table(
        "reconciliation_bank",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("wallet_account", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("told_by", sa.String(length=64), nullable=False),
        sa.Column("told_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_reconciliation_bank_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "wallet_account", "day", name=op.f("pk_reconciliation_bank")),
    )
    name = op.f("ck_reconciliation_difference_finding")
    with op.batch_alter_table("reconciliation_difference", schema=None) as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, _FINDINGS)
