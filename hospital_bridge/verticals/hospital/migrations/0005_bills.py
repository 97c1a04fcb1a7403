"""Bills and their items."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Described, Instant, where

revision = "hospital_0005"
down_revision = "hospital_0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _bills()
    _items()


def _bills() -> None:
    op.create_table(
        "hospital_bill",
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("bill_id", sa.String(32), nullable=False),
        sa.Column("bill_no", sa.String(120), nullable=False),
        sa.Column("subject_id", sa.String(32), nullable=False),
        sa.Column("number_index", sa.String(64), nullable=False),
        sa.Column("words", sa.LargeBinary, nullable=False),
        sa.Column("total_fen", sa.BigInteger, nullable=False),
        sa.Column("insurance_fen", sa.BigInteger, nullable=False),
        sa.Column("self_pay_fen", sa.BigInteger, nullable=False),
        sa.Column("at_window", sa.Boolean, nullable=False),
        sa.Column("told_at", Instant, nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("wallet_user_id", sa.String(32), nullable=False),
        sa.Column("orders", sa.Integer, nullable=False),
        sa.Column("payment_id", sa.String(32), nullable=False),
        sa.Column("reason", Described(200), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("insurance_fen >= 0 AND self_pay_fen >= 0", name=op.f("ck_hospital_bill_sums_not_negative")),
        sa.CheckConstraint("insurance_fen + self_pay_fen = total_fen", name=op.f("ck_hospital_bill_sums_add_up")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_hospital_bill_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "bill_id", name=op.f("pk_hospital_bill")),
        sa.UniqueConstraint("operator_id", "bill_no", name=op.f("uq_hospital_bill_operator_id_bill_no")),
    )
    op.create_index(
        "ix_hospital_bill_operator_id_subject_id_told_at", "hospital_bill", ["operator_id", "subject_id", "told_at"]
    )
    op.create_index(
        "ix_hospital_bill_parked", "hospital_bill", ["operator_id", "number_index"], **where("subject_id = ''")
    )


def _items() -> None:
    op.create_table(
        "hospital_bill_item",
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("bill_id", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("words", sa.LargeBinary, nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_hospital_bill_item_operator_id_operator")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id", "bill_id"],
            ["hospital_bill.operator_id", "hospital_bill.bill_id"],
            name=op.f("fk_hospital_bill_item_operator_id_bill_id_hospital_bill"),
        ),
        sa.PrimaryKeyConstraint("operator_id", "bill_id", "position", name=op.f("pk_hospital_bill_item")),
    )
