"""Deliveries, webhook events and disabled endpoints."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_table(
        "delivery",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("delivery_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=7), nullable=False),
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("target", sa.String(length=64), nullable=False),
        sa.Column("stream_key", sa.String(length=128), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("channel", sa.SmallInteger(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("due_at", Instant(), nullable=True),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state IN ('due', 'uncertain')) = (due_at IS NOT NULL)", name=op.f("ck_delivery_due")),
        sa.CheckConstraint("kind IN ('message', 'webhook')", name=op.f("ck_delivery_kind")),
        sa.CheckConstraint(
            "state IN ('due', 'uncertain', 'delivered', 'refused', 'dead')", name=op.f("ck_delivery_state")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_delivery_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "delivery_id", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "operator_id", "kind", "ref", "target", name=op.f("uq_delivery_operator_id_kind_ref_target")
        ),
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index("ix_delivery_latest", ["operator_id", "changed_at"], unique=False)
        batch_op.create_index(
            "ix_delivery_undone",
            ["operator_id", "kind", "changed_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('dead', 'refused')"),
            postgresql_where=sa.text("state IN ('dead', 'refused')"),
        )

    op.create_table(
        "disabled_endpoint",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("disabled_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_disabled_endpoint_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "name", name=op.f("pk_disabled_endpoint")),
    )
    op.create_table(
        "webhook_event",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("event_id", sa.String(length=32), nullable=False),
        sa.Column("event_type", sa.String(length=64), nullable=False),
        sa.Column("subject_key", sa.String(length=64), nullable=False),
        sa.Column("body", sa.String(length=2000), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_webhook_event_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "event_id", name=op.f("pk_webhook_event")),
    )
    op.create_table(
        "delivery_attempt",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("delivery_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("outcome", sa.String(length=9), nullable=False),
        sa.Column("detail", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id", "delivery_id"],
            ["delivery.operator_id", "delivery.delivery_id"],
            name=op.f("fk_delivery_attempt_operator_id_delivery_id_delivery"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_delivery_attempt_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "delivery_id", "number", name=op.f("pk_delivery_attempt")),
    )
