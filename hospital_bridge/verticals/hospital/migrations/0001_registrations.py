"""Registrations and the holds of their slots."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant, where

revision = "hospital_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _registrations()
    _slot_holds()


def _registrations() -> None:
    op.create_table(
        "hospital_registration",
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("registration_id", sa.String(32), nullable=False),
        sa.Column("wallet_user_id", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.String(32), nullable=False),
        sa.Column("mrn", sa.LargeBinary, nullable=False),
        sa.Column("slot_id", sa.String(64), nullable=False),
        sa.Column("department_code", sa.String(64), nullable=False),
        sa.Column("department_name", sa.String(120), nullable=False),
        sa.Column("practitioner_code", sa.String(64), nullable=False),
        sa.Column("practitioner_name", sa.String(120), nullable=False),
        sa.Column("place", sa.String(120), nullable=False),
        sa.Column("starts_at", Instant, nullable=False),
        sa.Column("ends_at", Instant, nullable=False),
        sa.Column("fee_fen", sa.Integer, nullable=False),
        sa.Column("state", sa.String(64), nullable=False),
        sa.Column("hold_expires_at", Instant, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("filler_id", sa.String(64), nullable=False),
        sa.Column("payment_id", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("fee_fen >= 0", name=op.f("ck_hospital_registration_fee_not_negative")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_hospital_registration_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "registration_id", name=op.f("pk_hospital_registration")),
    )
    op.create_index(
        op.f("ix_hospital_registration_operator_id_subject_id_created_at"),
        "hospital_registration",
        ["operator_id", "subject_id", "created_at"],
    )
    op.create_index(
        "uq_hospital_registration_standing",
        "hospital_registration",
        ["operator_id", "subject_id", "slot_id"],
        unique=True,
        **where("state IN ('booked', 'cancelling', 'closing', 'holding', 'paid', 'registered')"),
    )


def _slot_holds() -> None:
    op.create_table(
        "hospital_slot_hold",
        sa.Column("operator_id", sa.String(64), nullable=False),
        sa.Column("registration_id", sa.String(32), nullable=False),
        sa.Column("slot_id", sa.String(64), nullable=False),
        sa.Column("seat", sa.Integer, nullable=False),
        sa.Column("live", sa.Boolean, nullable=False),
        sa.Column("expires_at", Instant, nullable=False),
        sa.CheckConstraint("seat >= 1", name=op.f("ck_hospital_slot_hold_seat_from_one")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_hospital_slot_hold_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "registration_id", name=op.f("pk_hospital_slot_hold")),
    )
    op.create_index(
        "uq_hospital_slot_hold_live_seat",
        "hospital_slot_hold",
        ["operator_id", "slot_id", "seat"],
        unique=True,
        **where("live"),
    )
