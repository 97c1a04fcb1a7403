"""What dispatchers have said of lines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "transit_0002"
down_revision = "transit_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "transit_disruption",
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("disruption_id", sa.String(32), nullable=False),
        sa.Column("line_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("said_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_transit_disruption_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "disruption_id", name=op.f("pk_transit_disruption")),
    )
    op.create_index("ix_transit_disruption_operator_id_said_at", "transit_disruption", ["operator_id", "said_at"])
