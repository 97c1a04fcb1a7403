"""The day and the user of the fulfilling system."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("accounting_day", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("booked_by", sa.String(length=64), server_default="", nullable=False))

    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.add_column(sa.Column("accounting_day", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("booked_by", sa.String(length=64), server_default="", nullable=False))
