"""Days that were compared two ways, for the fulfilling system tells no list, are a state of their own."""

from __future__ import annotations

from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    name = op.f("ck_reconciliation_state")
    with op.batch_alter_table("reconciliation", schema=None) as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, "state IN ('waiting', 'done', 'unlisted')")
