"""Agreements, arrivals, and the days that are counted of those who agreed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "district_0004"
down_revision = "district_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _table(
        "district_consent",
        [_text("subject_id", 32), _text("purpose", 24)],
        sa.Column("text_version", sa.Integer, nullable=False),
        sa.Column("given_at", Instant, nullable=False),
        sa.Column("withdrawn_at", Instant),
    )
    _table(
        "district_presence",
        [_text("subject_id", 32), _text("shop_id", 64)],
        sa.Column("near_since", Instant),
        sa.Column("arrived", sa.Boolean, nullable=False),
        sa.Column("heard_at", Instant, nullable=False),
        sa.Column("told_at", Instant),
    )
    op.create_index("ix_district_presence_heard", "district_presence", ["operator_id", "heard_at"])
    _table("district_member", [_text("subject_id", 32)], _text("age", 16))
    _table(
        "district_visit_month",
        [_text("month", 7), _text("subject_id", 32)],
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
    )


def _text(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _table(name: str, key: list[sa.Column[str]], *columns: sa.Column[Any]) -> None:
    op.create_table(
        name,
        _text("operator_id", 64),
        *key,
        *columns,
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f(f"fk_{name}_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", *(column.name for column in key), name=op.f(f"pk_{name}")),
    )
