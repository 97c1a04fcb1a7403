"""Refunds that staff ask for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "0050"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_table(
        "refund_request",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("request_id", sa.String(length=32), nullable=False),
        sa.Column("payment_id", sa.String(length=32), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("route", sa.String(length=24), nullable=False),
        sa.Column("needs_second", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", Instant(), nullable=False),
        sa.Column("command_key", sa.String(length=128), nullable=False),
        sa.Column("invoice", sa.String(length=24), nullable=True),
        sa.Column("invoice_told", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("refund_no", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("invoice IN ('not_issued', 'issued', 'reversed')", name=op.f("ck_refund_request_invoice")),
        sa.CheckConstraint(
            "reason IN ('not_done', 'paid_twice', 'wrong_charge', 'goods_returned', 'by_insurance', 'payer_asks')",
            name=op.f("ck_refund_request_reason"),
        ),
        sa.CheckConstraint("route IN ('wallet', 'by_hand')", name=op.f("ck_refund_request_route")),
        sa.CheckConstraint(
            "state <> 'approved' OR NOT needs_second OR decided_by <> asked_by",
            name=op.f("ck_refund_request_second_person"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'approved', 'declined', 'withdrawn')", name=op.f("ck_refund_request_state")
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_refund_request_something")),
        sa.ForeignKeyConstraint(
            ["operator_id", "payment_id"],
            ["payment.operator_id", "payment.payment_id"],
            name=op.f("fk_refund_request_operator_id_payment_id_payment"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_refund_request_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "request_id", name=op.f("pk_refund_request")),
        sa.UniqueConstraint(
            "operator_id", "asked_by", "command_key", name=op.f("uq_refund_request_operator_id_asked_by_command_key")
        ),
    )
    with op.batch_alter_table("refund_request", schema=None) as batch_op:
        batch_op.create_index("ix_refund_request_payment_id", ["operator_id", "payment_id"], unique=False)
        batch_op.create_index(
            "uq_refund_request_waiting",
            ["operator_id", "payment_id"],
            unique=True,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index(
            "ix_payment_provider_trade_no",
            ["operator_id", "provider_trade_no"],
            unique=False,
            sqlite_where=sa.text("provider_trade_no <> ''"),
            postgresql_where=sa.text("provider_trade_no <> ''"),
        )
        batch_op.create_index(
            "ix_payment_receipt_no",
            ["operator_id", "receipt_no"],
            unique=False,
            sqlite_where=sa.text("receipt_no <> ''"),
            postgresql_where=sa.text("receipt_no <> ''"),
        )
        batch_op.create_index("ix_payment_subject", ["operator_id", "subject_id"], unique=False)
