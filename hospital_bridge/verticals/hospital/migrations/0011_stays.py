"""Stays and the deposits onto them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "hospital_0011"
down_revision = "hospital_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _stays()
    _deposits()


def _stays() -> None:
    op.create_table(
        "hospital_stay",
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("stay_id", sa.String(32), nullable=False),
        sa.Column("stay_no", sa.String(120), nullable=False),
        sa.Column("number_index", sa.String(64), nullable=False),
        sa.Column("words", sa.LargeBinary, nullable=False),
        sa.Column("balance_fen", sa.BigInteger, nullable=False),
        sa.Column("is_settled", sa.Boolean, nullable=False),
        sa.Column("surplus_fen", sa.BigInteger, nullable=False),
        sa.Column("returned_fen", sa.BigInteger, nullable=False),
        sa.Column("told_at", Instant, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint(
            "returned_fen >= 0 AND returned_fen <= surplus_fen", name=op.f("ck_hospital_stay_no_more_than_the_surplus")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_hospital_stay_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "stay_id", name=op.f("pk_hospital_stay")),
        sa.UniqueConstraint("operator_id", "stay_no", name=op.f("uq_hospital_stay_operator_id_stay_no")),
    )
    op.create_index("ix_hospital_stay_operator_id_number_index", "hospital_stay", ["operator_id", "number_index"])


def _deposits() -> None:
    op.create_table(
        "hospital_deposit",
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("deposit_id", sa.String(32), nullable=False),
        sa.Column("stay_id", sa.String(32), nullable=False),
        sa.Column("wallet_user_id", sa.String(32), nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("ordered_at", Instant, nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("payment_id", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_hospital_deposit_amount_positive")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_hospital_deposit_operator_id_operator")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id", "stay_id"],
            ["hospital_stay.operator_id", "hospital_stay.stay_id"],
            name=op.f("fk_hospital_deposit_operator_id_stay_id_hospital_stay"),
        ),
        sa.PrimaryKeyConstraint("operator_id", "deposit_id", name=op.f("pk_hospital_deposit")),
    )
    op.create_index(
        "ix_hospital_deposit_operator_id_stay_id_ordered_at",
        "hospital_deposit",
        ["operator_id", "stay_id", "ordered_at"],
    )
