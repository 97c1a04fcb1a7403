"""Released audience figures and the budget that paid for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "district_0002"
down_revision = "district_0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _costs("district_audience_cost")
    _figures("district_audience_figure")


def _operator(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["operator_id"], ["operator.operator_id"], name=op.f(f"fk_{table}_operator_id_operator")
    )


def _costs(table: str) -> None:
    op.create_table(
        table,
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("period", sa.String(64), nullable=False),
        sa.Column("seq", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("table_name", sa.String(64), nullable=False),
        sa.Column("milli_epsilon", sa.Integer, nullable=False),
        _operator(table),
        sa.PrimaryKeyConstraint("operator_id", "period", "seq", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint(
            "operator_id", "period", "table_name", name=op.f(f"uq_{table}_operator_id_period_table_name")
        ),
    )


def _figures(table: str) -> None:
    op.create_table(
        table,
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("period", sa.String(64), nullable=False),
        sa.Column("table_name", sa.String(64), nullable=False),
        sa.Column("place", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("cell", sa.String(128), nullable=False),
        sa.Column("people", sa.Integer),
        _operator(table),
        sa.PrimaryKeyConstraint("operator_id", "period", "table_name", "place", name=op.f(f"pk_{table}")),
    )
