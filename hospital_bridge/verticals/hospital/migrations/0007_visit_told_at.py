"""When the hospital told of a visit, so that an older message changes nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "hospital_0007"
down_revision = "hospital_0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("hospital_visit", sa.Column("told_at", Instant))
