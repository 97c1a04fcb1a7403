"""Refunds that somebody made at the wallet are found by the number that the wallet gave them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None

_NUMBERED = sa.text("wallet_refund_no <> ''")


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_index(
        "ix_refund_wallet_refund_no",
        "refund",
        ["operator_id", "wallet_refund_no"],
        sqlite_where=_NUMBERED,
        postgresql_where=_NUMBERED,
    )
