"""Accounts, taps, service days and the book of receipts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "transit_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _accounts()
    _taps()
    _days()
    _receipts()


def _operator(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["operator_id"], ["operator.operator_id"], name=op.f(f"fk_{table}_operator_id_operator")
    )


def _accounts() -> None:
    op.create_table(
        "transit_account",
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.String(32), nullable=False),
        sa.Column("wallet_user_id", sa.String(32), nullable=False),
        sa.Column("phone_key", sa.LargeBinary, nullable=False),
        sa.Column("opened_at", Instant, nullable=False),
        _operator("transit_account"),
        sa.PrimaryKeyConstraint("operator_id", "account_id", name=op.f("pk_transit_account")),
        sa.UniqueConstraint("operator_id", "subject_id", name=op.f("uq_transit_account_operator_id_subject_id")),
    )
    op.create_index(
        "ix_transit_account_operator_id_wallet_user_id", "transit_account", ["operator_id", "wallet_user_id"]
    )


def _taps() -> None:
    op.create_table(
        "transit_tap",
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("gate_id", sa.String(64), nullable=False),
        sa.Column("gate_no", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("stop_id", sa.String(64), nullable=False),
        sa.Column("line_id", sa.String(64), nullable=False),
        sa.Column("code_id", sa.String(32), nullable=False),
        sa.Column("told_at", Instant, nullable=False),
        _operator("transit_tap"),
        sa.PrimaryKeyConstraint("operator_id", "gate_id", "gate_no", name=op.f("pk_transit_tap")),
    )
    op.create_index("ix_transit_tap_operator_id_account_id_at", "transit_tap", ["operator_id", "account_id", "at"])
    op.create_index("ix_transit_tap_operator_id_at", "transit_tap", ["operator_id", "at"])


def _days() -> None:
    op.create_table(
        "transit_day",
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("day_id", sa.String(32), nullable=False),
        sa.Column("account_id", sa.String(32), nullable=False),
        sa.Column("service_day", sa.Date, nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("fare_fen", sa.BigInteger, nullable=False),
        sa.Column("charged_fen", sa.BigInteger, nullable=False),
        sa.Column("orders", sa.Integer, nullable=False),
        sa.Column("payment_id", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("fare_fen >= 0 AND charged_fen >= 0", name=op.f("ck_transit_day_sums_not_negative")),
        _operator("transit_day"),
        sa.PrimaryKeyConstraint("operator_id", "day_id", name=op.f("pk_transit_day")),
        sa.UniqueConstraint(
            "operator_id", "account_id", "service_day", name=op.f("uq_transit_day_operator_id_account_id_service_day")
        ),
    )
    op.create_index("ix_transit_day_operator_id_state", "transit_day", ["operator_id", "state"])


def _receipts() -> None:
    op.create_table(
        "transit_receipt",
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("serial", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("receipt_no", sa.String(32), nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("occurred_at", Instant, nullable=False),
        _operator("transit_receipt"),
        sa.PrimaryKeyConstraint("operator_id", "serial", name=op.f("pk_transit_receipt")),
    )
    op.create_index("ix_transit_receipt_operator_id_occurred_at", "transit_receipt", ["operator_id", "occurred_at"])
