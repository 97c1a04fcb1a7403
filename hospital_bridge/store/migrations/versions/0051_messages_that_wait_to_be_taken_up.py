"""Messages that wait to be taken up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

# A job that was made before is found by its message as one that is made now.
_NAMED = "UPDATE job SET dedupe_key = topic || ':' || ref WHERE topic = 'hl7.apply' AND state <> 'done'"


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    with op.batch_alter_table("inbox_message") as inbox_message:
        inbox_message.add_column(sa.Column("place", sa.BigInteger(), nullable=True))
        inbox_message.add_column(sa.Column("streams", sa.Text(), nullable=True))
        inbox_message.create_index(
            "ix_inbox_message_waiting",
            ["operator_id", "place", "message_id"],
            sqlite_where=sa.text("place IS NOT NULL"),
            postgresql_where=sa.text("place IS NOT NULL"),
        )
    op.execute(_NAMED)
