"""Screenings, seats, orders and the book."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "cinema_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _table(
        "cinema_screening",
        ["screening_id"],
        sa.Column("screening_id", sa.String(32), nullable=False),
        sa.Column("film", sa.String(40), nullable=False),
        sa.Column("hall", sa.String(64), nullable=False),
        sa.Column("begins_at", Instant, nullable=False),
        sa.Column("price_fen", sa.BigInteger, nullable=False),
    )
    _table(
        "cinema_seat",
        ["screening_id", "row", "number"],
        sa.Column("screening_id", sa.String(32), nullable=False),
        sa.Column("row", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("order_id", sa.String(32), nullable=False),
        sa.Column("held_until", Instant),
    )
    _orders()
    _table(
        "cinema_receipt",
        ["serial"],
        sa.Column("serial", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("receipt_no", sa.String(32), nullable=False),
        sa.Column("amount_fen", sa.BigInteger, nullable=False),
        sa.Column("occurred_at", Instant, nullable=False),
    )


def _orders() -> None:
    _table(
        "cinema_order",
        ["order_id"],
        sa.Column("order_id", sa.String(32), nullable=False),
        sa.Column("screening_id", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.String(32), nullable=False),
        sa.Column("wallet_user_id", sa.String(32), nullable=False),
        sa.Column("first", sa.String(64), nullable=False),
        sa.Column("price_fen", sa.BigInteger, nullable=False),
        sa.Column("held_until", Instant, nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("payment_id", sa.String(32), nullable=False),
        sa.Column("card_id", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("ix_cinema_order_operator_id_subject_id", "cinema_order", ["operator_id", "subject_id"])


def _table(name: str, key: list[str], *columns: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("operator_id", sa.String(64), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f(f"fk_{name}_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", *key, name=op.f(f"pk_{name}")),
    )
