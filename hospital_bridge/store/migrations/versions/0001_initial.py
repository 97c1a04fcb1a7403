"""The first schema of the core."""

from __future__ import annotations

from alembic import op

from hospital_bridge.store.tables import core_metadata

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table that the core declares."""
    core_metadata().create_all(op.get_bind())
