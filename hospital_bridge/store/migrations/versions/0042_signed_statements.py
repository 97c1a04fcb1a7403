"""Signed statements."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_table(
        "statement",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("signed_by", sa.String(length=64), nullable=False),
        sa.Column("signed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_statement_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "day", name=op.f("pk_statement")),
        info={"append_only": True},
    )
    op.create_table(
        "statement_line",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("about_day", sa.Date(), nullable=False),
        sa.Column("wallet_account", sa.String(length=64), nullable=False),
        sa.Column("wallet_fen", sa.BigInteger(), nullable=False),
        sa.Column("ledger_fen", sa.BigInteger(), nullable=False),
        sa.Column("sale_fen", sa.BigInteger(), nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_statement_line_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "day", "about_day", "wallet_account", name=op.f("pk_statement_line")),
        info={"append_only": True},
    )
