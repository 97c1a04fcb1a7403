"""Copies of cards in wallets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_table(
        "wallet_card_template",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("template_key", sa.String(length=64), nullable=False),
        sa.Column("wallet_template_id", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_wallet_card_template_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "account", "template_key", name=op.f("pk_wallet_card_template")),
    )
    op.create_table(
        "wallet_card",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("card_id", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("sent_at", Instant(), nullable=False),
        sa.CheckConstraint(
            "state IN ('sent', 'valid', 'used', 'closed', 'refused')", name=op.f("ck_wallet_card_state")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id", "card_id"],
            ["card.operator_id", "card.card_id"],
            name=op.f("fk_wallet_card_operator_id_card_id_card"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_wallet_card_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "serial", name=op.f("pk_wallet_card")),
    )
    with op.batch_alter_table("wallet_card", schema=None) as batch_op:
        batch_op.create_index("ix_wallet_card_card", ["operator_id", "card_id"], unique=False)
