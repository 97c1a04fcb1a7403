"""Coupons, tickets, memberships and passes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_table(
        "card_template",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("template_id", sa.String(length=64), nullable=False),
        sa.Column("vertical", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=64), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("supply", sa.Integer(), nullable=True),
        sa.Column("each", sa.Integer(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "issued >= 0 AND (supply IS NULL OR issued <= supply)", name=op.f("ck_card_template_supply")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_card_template_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "template_id", name=op.f("pk_card_template")),
    )
    op.create_table(
        "card",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("card_id", sa.String(length=32), nullable=False),
        sa.Column("vertical", sa.String(length=64), nullable=False),
        sa.Column("template_id", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=160), nullable=False),
        sa.Column("code_index", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("collected_at", Instant(), nullable=True),
        sa.Column("expires_at", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('issued', 'collected', 'redeemed', 'reversed', 'expired', 'void')", name=op.f("ck_card_state")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id", "template_id"],
            ["card_template.operator_id", "card_template.template_id"],
            name=op.f("fk_card_operator_id_template_id_card_template"),
        ),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.operator_id"], name=op.f("fk_card_operator_id_operator")),
        sa.PrimaryKeyConstraint("operator_id", "card_id", name=op.f("pk_card")),
        sa.UniqueConstraint("operator_id", "code_index", name=op.f("uq_card_operator_id_code_index")),
        sa.UniqueConstraint(
            "operator_id", "vertical", "request_id", name=op.f("uq_card_operator_id_vertical_request_id")
        ),
    )
    with op.batch_alter_table("card", schema=None) as batch_op:
        batch_op.create_index(
            "ix_card_due",
            ["operator_id", "vertical", "expires_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('issued', 'collected', 'reversed')"),
            postgresql_where=sa.text("state IN ('issued', 'collected', 'reversed')"),
        )
        batch_op.create_index("ix_card_subject", ["operator_id", "subject_id"], unique=False)
        batch_op.create_index("ix_card_template", ["operator_id", "template_id", "subject_id"], unique=False)

    op.create_table(
        "card_redemption",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("redemption_id", sa.String(length=32), nullable=False),
        sa.Column("vertical", sa.String(length=64), nullable=False),
        sa.Column("card_id", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.String(length=160), nullable=False),
        sa.Column("place", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("order_ref", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("reversed_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["operator_id", "card_id"],
            ["card.operator_id", "card.card_id"],
            name=op.f("fk_card_redemption_operator_id_card_id_card"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_card_redemption_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "redemption_id", name=op.f("pk_card_redemption")),
        sa.UniqueConstraint(
            "operator_id", "vertical", "request_id", name=op.f("uq_card_redemption_operator_id_vertical_request_id")
        ),
    )
    with op.batch_alter_table("card_redemption", schema=None) as batch_op:
        batch_op.create_index("ix_card_redemption_order", ["operator_id", "order_ref"], unique=False)
        batch_op.create_index(
            "uq_card_redemption_standing",
            ["operator_id", "card_id"],
            unique=True,
            sqlite_where=sa.text("reversed_at IS NULL"),
            postgresql_where=sa.text("reversed_at IS NULL"),
        )
