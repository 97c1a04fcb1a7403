"""New records asked of the hospital, and why it refused one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "hospital_0002"
down_revision = "hospital_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hospital_record_request",
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("subject_id", sa.String(32), nullable=False),
        sa.Column("try_no", sa.Integer, nullable=False),
        sa.Column("over", sa.Boolean, nullable=False),
        sa.Column("refusal", sa.String(200), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_hospital_record_request_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "subject_id", name=op.f("pk_hospital_record_request")),
    )
