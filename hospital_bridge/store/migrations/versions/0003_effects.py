"""Effects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_table(
        "effect",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("effect_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("config_digest", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("looks", sa.Integer(), nullable=False),
        sa.Column("intended_at", Instant(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=True),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("unknown_since", Instant(), nullable=True),
        sa.Column("next_check", Instant(), nullable=True),
        sa.Column("needs_person", sa.Boolean(), nullable=False),
        sa.Column("native_code", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('intended', 'sent', 'confirmed', 'refused', 'unknown')", name=op.f("ck_effect_state")
        ),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.operator_id"], name=op.f("fk_effect_operator_id_operator")),
        sa.PrimaryKeyConstraint("operator_id", "effect_id", name=op.f("pk_effect")),
        sa.UniqueConstraint("operator_id", "key", name=op.f("uq_effect_operator_id_key")),
    )
    op.create_index(
        "ix_effect_open",
        "effect",
        ["operator_id", "state"],
        unique=False,
        sqlite_where=sa.text("state IN ('intended', 'sent', 'unknown')"),
        postgresql_where=sa.text("state IN ('intended', 'sent', 'unknown')"),
    )
