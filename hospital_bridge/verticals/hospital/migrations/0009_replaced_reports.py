"""Documents that stand in the place of others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "hospital_0009"
down_revision = "hospital_0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hospital_replaced_report",
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("report_no", sa.String(120), nullable=False),
        sa.Column("first_no", sa.String(120), nullable=False),
        sa.Column("replaced_at", Instant),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_hospital_replaced_report_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "report_no", name=op.f("pk_hospital_replaced_report")),
    )
    op.create_index(
        "ix_hospital_replaced_report_operator_id_first_no", "hospital_replaced_report", ["operator_id", "first_no"]
    )
