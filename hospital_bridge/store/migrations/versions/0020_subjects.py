"""Subjects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_table(
        "subject",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("id_type", sa.String(length=64), nullable=False),
        sa.Column("id_number_index", sa.String(length=64), nullable=False),
        sa.Column("id_number", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("birth_date", sa.LargeBinary(), nullable=False),
        sa.Column("sex", sa.LargeBinary(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=False),
        sa.Column("verified_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_subject_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "subject_id", name=op.f("pk_subject")),
        sa.UniqueConstraint(
            "operator_id", "id_type", "id_number_index", name=op.f("uq_subject_operator_id_id_type_id_number_index")
        ),
    )
    op.create_table(
        "binding",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("binding_id", sa.String(length=32), nullable=False),
        sa.Column("wallet_user_id", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("relation", sa.String(length=20), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id", "subject_id"],
            ["subject.operator_id", "subject.subject_id"],
            name=op.f("fk_binding_operator_id_subject_id_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id", "wallet_user_id"],
            ["wallet_user.operator_id", "wallet_user.wallet_user_id"],
            name=op.f("fk_binding_operator_id_wallet_user_id_wallet_user"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_binding_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "binding_id", name=op.f("pk_binding")),
    )
    op.create_index(
        "uq_binding_live",
        "binding",
        ["operator_id", "wallet_user_id", "subject_id"],
        unique=True,
        sqlite_where=sa.text("live"),
        postgresql_where=sa.text("live"),
    )
    op.create_table(
        "subject_identifier",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("identifier_id", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.String(length=32), nullable=False),
        sa.Column("system", sa.String(length=64), nullable=False),
        sa.Column("value_index", sa.String(length=64), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id", "subject_id"],
            ["subject.operator_id", "subject.subject_id"],
            name=op.f("fk_subject_identifier_operator_id_subject_id_subject"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_subject_identifier_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "identifier_id", name=op.f("pk_subject_identifier")),
        sa.UniqueConstraint(
            "operator_id",
            "subject_id",
            "system",
            "value_index",
            name=op.f("uq_subject_identifier_operator_id_subject_id_system_value_index"),
        ),
    )
