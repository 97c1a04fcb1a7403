"""How far each feed was fetched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_table(
        "feed_mark",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("fetched_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_feed_mark_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "name", name=op.f("pk_feed_mark")),
    )
