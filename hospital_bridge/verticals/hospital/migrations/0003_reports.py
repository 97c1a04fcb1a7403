"""Reports with their versions and documents, those that are parked, and critical values."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "hospital_0003"
down_revision = "hospital_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _parked_reports()
    _reports()
    _critical_values()
    _report_versions()
    _report_documents()


def _parked_reports() -> None:
    op.create_table(
        "hospital_parked_report",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("parked_id", sa.String(length=32), nullable=False),
        sa.Column("report_no", sa.String(length=120), nullable=False),
        sa.Column("content_index", sa.String(length=64), nullable=False),
        sa.Column("patient_index", sa.String(length=64), nullable=False),
        sa.Column("number_index", sa.String(length=64), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("firmness", sa.Integer(), nullable=False),
        sa.Column("critical", sa.Boolean(), nullable=False),
        sa.Column("doubt", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=False),
        sa.Column("decided_at", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_hospital_parked_report_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "parked_id", name=op.f("pk_hospital_parked_report")),
        sa.UniqueConstraint(
            "operator_id",
            "report_no",
            "content_index",
            name=op.f("uq_hospital_parked_report_operator_id_report_no_content_index"),
        ),
    )
    op.create_index(
        "ix_hospital_parked_report_number", "hospital_parked_report", ["operator_id", "number_index"], unique=False
    )
    op.create_index(
        op.f("ix_hospital_parked_report_operator_id_state_received_at"),
        "hospital_parked_report",
        ["operator_id", "state", "received_at"],
        unique=False,
    )


def _reports() -> None:
    op.create_table(
        "hospital_report",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("report_id", sa.String(length=32), nullable=False),
        sa.Column("report_no", sa.String(length=120), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("newest_id", sa.String(length=32), nullable=False),
        sa.Column("newest_at", Instant(), nullable=False),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("seen_id", sa.String(length=32), nullable=False),
        sa.Column("seen_by", sa.String(length=120), nullable=False),
        sa.Column("seen_at", Instant(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_hospital_report_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "report_id", name=op.f("pk_hospital_report")),
        sa.UniqueConstraint(
            "operator_id", "report_no", "subject_id", name=op.f("uq_hospital_report_operator_id_report_no_subject_id")
        ),
    )
    op.create_index(
        op.f("ix_hospital_report_operator_id_subject_id_newest_at"),
        "hospital_report",
        ["operator_id", "subject_id", "newest_at"],
        unique=False,
    )


def _critical_values() -> None:
    op.create_table(
        "hospital_critical_value",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("critical_id", sa.String(length=32), nullable=False),
        sa.Column("report_id", sa.String(length=32), nullable=False),
        sa.Column("version_id", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("value_index", sa.String(length=64), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("raised_at", Instant(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("delivered_at", Instant(), nullable=True),
        sa.Column("acknowledged_at", Instant(), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=120), nullable=False),
        sa.Column("action", sa.String(length=20), nullable=False),
        sa.Column("ended_at", Instant(), nullable=True),
        sa.Column("end_reason", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'acknowledged') <= (action <> '')", name=op.f("ck_hospital_critical_value_action_chosen")
        ),
        sa.ForeignKeyConstraint(
            ["operator_id", "report_id"],
            ["hospital_report.operator_id", "hospital_report.report_id"],
            name=op.f("fk_hospital_critical_value_operator_id_report_id_hospital_report"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_hospital_critical_value_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "critical_id", name=op.f("pk_hospital_critical_value")),
        sa.UniqueConstraint(
            "operator_id",
            "report_id",
            "value_index",
            name=op.f("uq_hospital_critical_value_operator_id_report_id_value_index"),
        ),
    )
    op.create_index(
        "ix_hospital_critical_value_open",
        "hospital_critical_value",
        ["operator_id", "raised_at"],
        unique=False,
        sqlite_where=sa.text("state IN ('delivered', 'raised')"),
        postgresql_where=sa.text("state IN ('delivered', 'raised')"),
    )


def _report_versions() -> None:
    op.create_table(
        "hospital_report_version",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("version_id", sa.String(length=32), nullable=False),
        sa.Column("report_id", sa.String(length=32), nullable=False),
        sa.Column("issued_at", Instant(), nullable=False),
        sa.Column("firmness", sa.Integer(), nullable=False),
        sa.Column("content_index", sa.String(length=64), nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id", "report_id"],
            ["hospital_report.operator_id", "hospital_report.report_id"],
            name=op.f("fk_hospital_report_version_operator_id_report_id_hospital_report"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_hospital_report_version_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "version_id", name=op.f("pk_hospital_report_version")),
        sa.UniqueConstraint(
            "operator_id",
            "report_id",
            "content_index",
            name=op.f("uq_hospital_report_version_operator_id_report_id_content_index"),
        ),
    )


def _report_documents() -> None:
    op.create_table(
        "hospital_report_document",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("version_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id", "version_id"],
            ["hospital_report_version.operator_id", "hospital_report_version.version_id"],
            name=op.f("fk_hospital_report_document_operator_id_version_id_hospital_report_version"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_hospital_report_document_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "version_id", "number", name=op.f("pk_hospital_report_document")),
    )
