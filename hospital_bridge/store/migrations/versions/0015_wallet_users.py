"""Wallet users."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_table(
        "wallet_user",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("wallet_user_id", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("payer_index", sa.String(length=64), nullable=False),
        sa.Column("payer", sa.LargeBinary(), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_wallet_user_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "wallet_user_id", name=op.f("pk_wallet_user")),
        sa.UniqueConstraint(
            "operator_id", "account", "payer_index", name=op.f("uq_wallet_user_operator_id_account_payer_index")
        ),
    )
    op.create_table(
        "consent",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("consent_id", sa.String(length=32), nullable=False),
        sa.Column("wallet_user_id", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=64), nullable=False),
        sa.Column("text_version", sa.String(length=64), nullable=False),
        sa.Column("given_at", Instant(), nullable=False),
        sa.Column("withdrawn_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["operator_id", "wallet_user_id"],
            ["wallet_user.operator_id", "wallet_user.wallet_user_id"],
            name=op.f("fk_consent_operator_id_wallet_user_id_wallet_user"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_consent_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "consent_id", name=op.f("pk_consent")),
    )
