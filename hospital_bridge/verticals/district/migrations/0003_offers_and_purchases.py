"""Offers and who came for them, purchases, and the book that splits them between shop and mall."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "district_0003"
down_revision = "district_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _offers("district_offer")
    _comers("district_comer")
    _purchases("district_purchase")
    _book("district_book")


def _operator(table: str) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    return (
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f(f"fk_{table}_operator_id_operator")
        ),
    )


def _offers(table: str) -> None:
    op.create_table(
        table,
        *_operator(table),
        sa.Column("offer_id", sa.String(64), nullable=False),
        sa.Column("title", sa.String(64), nullable=False),
        sa.Column("off_fen", sa.Integer, nullable=False),
        sa.Column("over_fen", sa.Integer, nullable=False),
        sa.Column("points", sa.Integer, nullable=False),
        sa.Column("supply", sa.Integer, nullable=False),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("shops", sa.String(2000), nullable=False),
        sa.Column("opens_at", Instant, nullable=False),
        sa.Column("closes_at", Instant, nullable=False),
        sa.Column("at_once", sa.Integer, nullable=False),
        sa.Column("came", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("operator_id", "offer_id", name=op.f(f"pk_{table}")),
    )


def _comers(table: str) -> None:
    op.create_table(
        table,
        *_operator(table),
        sa.Column("offer_id", sa.String(64), nullable=False),
        sa.Column("subject_id", sa.String(32), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("let_in_at", Instant),
        sa.Column("done_at", Instant),
        sa.PrimaryKeyConstraint("operator_id", "offer_id", "subject_id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("operator_id", "offer_id", "number", name=op.f(f"uq_{table}_operator_id_offer_id_number")),
    )


def _purchases(table: str) -> None:
    op.create_table(
        table,
        *_operator(table),
        sa.Column("purchase_id", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.String(32), nullable=False),
        sa.Column("wallet_user_id", sa.String(32), nullable=False),
        sa.Column("shop_id", sa.String(64), nullable=False),
        sa.Column("price_fen", sa.BigInteger, nullable=False),
        sa.Column("off_fen", sa.BigInteger, nullable=False),
        sa.Column("commission", sa.Integer, nullable=False),
        sa.Column("opened_at", Instant, nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("payment_id", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("state IN ('ordered', 'paid', 'lapsed', 'refunded')", name=op.f(f"ck_{table}_state")),
        sa.CheckConstraint("off_fen >= 0 AND off_fen <= price_fen", name=op.f(f"ck_{table}_off_within_price")),
        sa.PrimaryKeyConstraint("operator_id", "purchase_id", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_subject", table, ["operator_id", "subject_id"])
    op.create_index(f"ix_{table}_opened", table, ["operator_id", "opened_at"])


def _book(table: str) -> None:
    op.create_table(
        table,
        *_operator(table),
        sa.Column("serial", sa.String(64), nullable=False),
        sa.Column("purchase_id", sa.String(32), nullable=False),
        sa.Column("shop_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("receipt_no", sa.String(32), nullable=False),
        sa.Column("shop_fen", sa.BigInteger, nullable=False),
        sa.Column("mall_fen", sa.BigInteger, nullable=False),
        sa.Column("occurred_at", Instant, nullable=False),
        sa.CheckConstraint("kind IN ('payment', 'refund')", name=op.f(f"ck_{table}_kind")),
        sa.CheckConstraint("shop_fen >= 0 AND mall_fen >= 0", name=op.f(f"ck_{table}_shares_not_negative")),
        sa.PrimaryKeyConstraint("operator_id", "serial", name=op.f(f"pk_{table}")),
    )
    op.create_index(f"ix_{table}_occurred", table, ["operator_id", "occurred_at"])
    op.create_index(f"ix_{table}_purchase", table, ["operator_id", "purchase_id"])
