"""Staff."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_table(
        "staff",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("login_name", sa.String(length=64), nullable=False),
        sa.Column("display_name", sa.String(length=100), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("left_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.operator_id"], name=op.f("fk_staff_operator_id_operator")),
        sa.PrimaryKeyConstraint("operator_id", "staff_id", name=op.f("pk_staff")),
        sa.UniqueConstraint("operator_id", "login_name", name=op.f("uq_staff_operator_id_login_name")),
    )
    op.create_table(
        "staff_role",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("staff_id", sa.String(length=32), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("department_code", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id", "staff_id"],
            ["staff.operator_id", "staff.staff_id"],
            name=op.f("fk_staff_role_operator_id_staff_id_staff"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_staff_role_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "staff_id", "role", "department_code", name=op.f("pk_staff_role")),
    )
