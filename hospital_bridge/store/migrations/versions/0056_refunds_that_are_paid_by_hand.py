"""Refunds that are paid out by hand are a finding of their own."""

from __future__ import annotations

from alembic import op

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None

_FINDINGS = (
    "finding IN ('timing', 'sale_timing', 'wallet_only', 'ledger_only', 'wallet_amount', 'sale_only', 'sale_missing', "
    "'unfulfilled', 'sale_amount', 'paid_by_hand', 'bank_amount')"
)


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    name = op.f("ck_reconciliation_difference_finding")
    with op.batch_alter_table("reconciliation_difference", schema=None) as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, _FINDINGS)
