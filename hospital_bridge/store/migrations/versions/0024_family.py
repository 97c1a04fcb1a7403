"""Rights of those who act for others, and the person whom a session is about."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

WHAT_EVERYBODY_MAY_DO_FOR_THEMSELVES = "book pay results"
"""Until now a wallet user was bound to nobody else."""


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    _add("binding", "rights", 64, WHAT_EVERYBODY_MAY_DO_FOR_THEMSELVES)
    _add("web_session", "subject_id", 32, "")


def _add(table: str, column: str, length: int, of_old_rows: str) -> None:
    text = sa.String(length=length)
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.add_column(sa.Column(column, text, nullable=False, server_default=of_old_rows))
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.alter_column(column, existing_type=text, existing_nullable=False, server_default=None)
