"""By what received messages are found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    with op.batch_alter_table("inbox_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("patient_index", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("did", sa.String(length=1000), nullable=True))
        batch_op.create_index(
            "ix_inbox_message_aside",
            ["operator_id", "received_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('quarantined', 'refused')"),
            postgresql_where=sa.text("state IN ('quarantined', 'refused')"),
        )
        batch_op.create_index(
            "ix_inbox_message_patient",
            ["operator_id", "patient_index", "received_at"],
            unique=False,
            sqlite_where=sa.text("patient_index IS NOT NULL"),
            postgresql_where=sa.text("patient_index IS NOT NULL"),
        )
