"""Audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_table(
        "audit",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("audit_id", sa.String(length=32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("target", sa.String(length=120), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.operator_id"], name=op.f("fk_audit_operator_id_operator")),
        sa.PrimaryKeyConstraint("operator_id", "audit_id", name=op.f("pk_audit")),
        info={"append_only": True},
    )
    op.create_index("ix_audit_target", "audit", ["operator_id", "target"], unique=False)
    op.create_table(
        "audit_link",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("audit_id", sa.String(length=32), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id", "audit_id"],
            ["audit.operator_id", "audit.audit_id"],
            name=op.f("fk_audit_link_operator_id_audit_id_audit"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_audit_link_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "seq", name=op.f("pk_audit_link")),
        sa.UniqueConstraint("operator_id", "audit_id", name=op.f("uq_audit_link_operator_id_audit_id")),
        info={"append_only": True},
    )
    op.create_table(
        "audit_pending",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("audit_id", sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id", "audit_id"],
            ["audit.operator_id", "audit.audit_id"],
            name=op.f("fk_audit_pending_operator_id_audit_id_audit"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_audit_pending_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "audit_id", name=op.f("pk_audit_pending")),
    )
