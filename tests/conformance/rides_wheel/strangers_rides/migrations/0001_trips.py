"""Trips."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "rides_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rides_trip",
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("trip_id", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.String(32), nullable=False),
        sa.Column("destination", sa.LargeBinary, nullable=False),
        sa.Column("ended_at", Instant),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.operator_id"], name=op.f("fk_rides_trip_operator")),
        sa.PrimaryKeyConstraint("operator_id", "trip_id", name=op.f("pk_rides_trip")),
    )
