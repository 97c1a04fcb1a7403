"""What the merchant itself gave off of a day's sums, by channel: it never reaches the bank account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    with op.batch_alter_table("reconciliation_channel", schema=None) as batch_op:
        batch_op.add_column(sa.Column("discount_fen", sa.BigInteger(), server_default="0", nullable=False))
