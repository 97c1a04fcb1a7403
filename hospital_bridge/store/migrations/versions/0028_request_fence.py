"""Which taking of a request's claim is the last, so that an earlier run can commit nothing more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    with op.batch_alter_table("web_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fence", sa.Integer(), nullable=False, server_default="1"))
    with op.batch_alter_table("web_request", schema=None) as batch_op:
        batch_op.alter_column("fence", existing_type=sa.Integer(), existing_nullable=False, server_default=None)
