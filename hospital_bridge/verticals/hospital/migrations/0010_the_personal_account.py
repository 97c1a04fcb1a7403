"""What the personal account (个人账户) pays of a bill stands apart from the insurance's share."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "hospital_0010"
down_revision = "hospital_0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("hospital_bill", schema=None) as batch_op:
        batch_op.add_column(sa.Column("account_fen", sa.BigInteger(), server_default="0", nullable=False))
        batch_op.drop_constraint(batch_op.f("ck_hospital_bill_sums_not_negative"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_hospital_bill_sums_add_up"), type_="check")
        batch_op.create_check_constraint(
            batch_op.f("ck_hospital_bill_sums_not_negative"),
            "insurance_fen >= 0 AND account_fen >= 0 AND self_pay_fen >= 0",
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_hospital_bill_sums_add_up"), "insurance_fen + account_fen + self_pay_fen = total_fen"
        )
