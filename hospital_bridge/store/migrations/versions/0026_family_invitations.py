"""One-use codes by which a person lets somebody act for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_table(
        "family_invitation",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("invitation_id", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("rights", sa.String(length=64), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["operator_id", "subject_id"],
            ["subject.operator_id", "subject.subject_id"],
            name=op.f("fk_family_invitation_operator_id_subject_id_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_family_invitation_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "invitation_id", name=op.f("pk_family_invitation")),
        sa.UniqueConstraint("operator_id", "code_hash", name=op.f("uq_family_invitation_operator_id_code_hash")),
    )
