"""How many places each vehicle had for a boarding queue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "transit_0003"
down_revision = "transit_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "transit_boarding",
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("boarding_id", sa.String(32), nullable=False),
        sa.Column("queue_id", sa.String(64), nullable=False),
        sa.Column("called_at", Instant, nullable=False),
        sa.Column("free_places", sa.Integer(), nullable=False),
        sa.Column("called", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_transit_boarding_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "boarding_id", name=op.f("pk_transit_boarding")),
    )
    op.create_index(
        "ix_transit_boarding_operator_id_queue_id_called_at",
        "transit_boarding",
        ["operator_id", "queue_id", "called_at"],
    )
