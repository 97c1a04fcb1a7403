"""Visits and the letters of their lines."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "hospital_0004"
down_revision = "hospital_0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _visits()
    _line_prefixes()


def _visits() -> None:
    op.create_table(
        "hospital_visit",
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("visit_id", sa.String(32), nullable=False),
        sa.Column("filler_id", sa.String(64), nullable=False),
        sa.Column("registration_id", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.String(32), nullable=False),
        sa.Column("mrn_index", sa.String(64), nullable=False),
        sa.Column("document_index", sa.String(64), nullable=False),
        sa.Column("mrn", sa.LargeBinary, nullable=False),
        sa.Column("name", sa.LargeBinary, nullable=False),
        sa.Column("birth_date", sa.LargeBinary, nullable=False),
        sa.Column("origin", sa.String(64), nullable=False),
        sa.Column("department_code", sa.String(64), nullable=False),
        sa.Column("department_name", sa.String(120), nullable=False),
        sa.Column("practitioner_code", sa.String(64), nullable=False),
        sa.Column("practitioner_name", sa.String(120), nullable=False),
        sa.Column("place", sa.String(120), nullable=False),
        sa.Column("starts_at", Instant, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("called_off", sa.Boolean, nullable=False),
        sa.Column("ticket_id", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_hospital_visit_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "visit_id", name=op.f("pk_hospital_visit")),
        sa.UniqueConstraint("operator_id", "filler_id", name=op.f("uq_hospital_visit_operator_id_filler_id")),
    )
    for column in ("mrn_index", "subject_id", "document_index"):
        op.create_index(
            op.f(f"ix_hospital_visit_operator_id_{column}_starts_at"),
            "hospital_visit",
            ["operator_id", column, "starts_at"],
        )
    op.create_index(op.f("ix_hospital_visit_operator_id_starts_at"), "hospital_visit", ["operator_id", "starts_at"])
    op.create_index(op.f("ix_hospital_visit_operator_id_ticket_id"), "hospital_visit", ["operator_id", "ticket_id"])


def _line_prefixes() -> None:
    op.create_table(
        "hospital_line_prefix",
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("line_id", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_hospital_line_prefix_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "line_id", name=op.f("pk_hospital_line_prefix")),
        sa.UniqueConstraint("operator_id", "number", name=op.f("uq_hospital_line_prefix_operator_id_number")),
    )
