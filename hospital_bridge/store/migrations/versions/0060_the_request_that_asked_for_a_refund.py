"""The request of a vertical's page that asked for a refund, which begins one only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None

_COMMANDED = sa.text("command_key <> ''")


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.add_column(sa.Column("command_key", sa.String(length=128), server_default="", nullable=False))
        batch_op.create_index(
            "uq_refund_command",
            ["operator_id", "payment_id", "command_key"],
            unique=True,
            sqlite_where=_COMMANDED,
            postgresql_where=_COMMANDED,
        )
