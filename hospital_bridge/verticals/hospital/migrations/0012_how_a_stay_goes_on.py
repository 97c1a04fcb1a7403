"""Where a stay stands, what its settlement came to, and why a deposit was refused."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "hospital_0012"
down_revision = "hospital_0011"
branch_labels = None
depends_on = None

_SETTLEMENT = ("total_fen", "insurance_fen", "account_fen", "self_pay_fen", "deposits_fen")


def upgrade() -> None:
    added: list[sa.Column[Any]] = [
        sa.Column("stage", sa.String(64), server_default="admitted", nullable=False),
        sa.Column("balance_told", sa.Boolean, server_default=sa.true(), nullable=False),
        sa.Column("asked_fen", sa.BigInteger, server_default="0", nullable=False),
        *(sa.Column(name, sa.BigInteger, nullable=True) for name in _SETTLEMENT),
        sa.Column("due_fen", sa.BigInteger, server_default="0", nullable=False),
    ]
    for column in added:
        op.add_column("hospital_stay", column)
    op.add_column("hospital_deposit", sa.Column("reason", sa.String(64), server_default="", nullable=False))
