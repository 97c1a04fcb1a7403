"""The wallet's own number of a refund that somebody made there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.add_column(sa.Column("wallet_refund_no", sa.String(length=64), server_default="", nullable=False))
