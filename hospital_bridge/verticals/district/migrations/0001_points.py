"""What happens to members' points."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "district_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    table = "district_points_event"
    op.create_table(
        table,
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("subject_id", sa.String(32), nullable=False),
        sa.Column("seq", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("lot_id", sa.String(64), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("expires_at", Instant),
        sa.CheckConstraint("kind IN ('earned', 'spent', 'taken_back')", name=op.f(f"ck_{table}_kind")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f(f"fk_{table}_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "subject_id", "seq", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("operator_id", "source", name=op.f(f"uq_{table}_operator_id_source")),
    )
