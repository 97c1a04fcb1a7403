"""Record numbers that the hospital merges, and under which number a report came."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "hospital_0008"
down_revision = "hospital_0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _words()
    _numbers()
    op.add_column("hospital_report", sa.Column("parted", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("hospital_report_version", sa.Column("number_index", sa.String(64)))
    op.add_column("hospital_report_version", sa.Column("patient", sa.LargeBinary))
    op.create_index(
        "ix_hospital_report_version_operator_id_number_index",
        "hospital_report_version",
        ["operator_id", "number_index"],
    )


def _words() -> None:
    op.create_table(
        "hospital_record_word",
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("word_id", sa.String(32), nullable=False),
        sa.Column("number_index", sa.String(64), nullable=False),
        sa.Column("survivor_index", sa.String(64), nullable=False),
        sa.Column("said", sa.String(5), nullable=False),
        sa.Column("told_at", Instant, nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_hospital_record_word_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "word_id", name=op.f("pk_hospital_record_word")),
        sa.UniqueConstraint(
            "operator_id",
            "number_index",
            "survivor_index",
            "said",
            "told_at",
            name=op.f("uq_hospital_record_word_operator_id_number_index_survivor_index_said_told_at"),
        ),
    )
    op.create_index(
        "ix_hospital_record_word_operator_id_survivor_index", "hospital_record_word", ["operator_id", "survivor_index"]
    )


def _numbers() -> None:
    op.create_table(
        "hospital_record_number",
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("number_index", sa.String(64), nullable=False),
        sa.Column("number", sa.LargeBinary, nullable=False),
        sa.Column("current_index", sa.String(64), nullable=False),
        sa.Column("record_index", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_hospital_record_number_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "number_index", name=op.f("pk_hospital_record_number")),
    )
    op.create_index(
        "ix_hospital_record_number_operator_id_record_index", "hospital_record_number", ["operator_id", "record_index"]
    )
