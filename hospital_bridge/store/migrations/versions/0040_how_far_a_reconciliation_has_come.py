"""How far a reconciliation has come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "0040"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_table(
        "reconciling",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("wallet_account", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("step", sa.String(length=24), nullable=False),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("told_at", Instant(), nullable=False),
        sa.CheckConstraint("step IN ('bill', 'ledger', 'list', 'compare')", name=op.f("ck_reconciling_step")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_reconciling_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "wallet_account", "day", name=op.f("pk_reconciling")),
    )
    with op.batch_alter_table("reconciliation_difference", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seen_by", sa.String(length=32), nullable=True))
        batch_op.create_index(
            "ix_reconciliation_difference_open",
            ["operator_id", "found_at"],
            unique=False,
            sqlite_where=sa.text("progress = 'open'"),
            postgresql_where=sa.text("progress = 'open'"),
        )
