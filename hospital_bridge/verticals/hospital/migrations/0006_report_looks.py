"""Reports at which a doctor is to look first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "hospital_0006"
down_revision = "hospital_0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _report_looks()


def _report_looks() -> None:
    op.create_table(
        "hospital_report_look",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("report_id", sa.String(length=32), nullable=False),
        sa.Column("since", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id", "report_id"],
            ["hospital_report.operator_id", "hospital_report.report_id"],
            name=op.f("fk_hospital_report_look_operator_id_report_id_hospital_report"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_hospital_report_look_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "report_id", name=op.f("pk_hospital_report_look")),
    )
