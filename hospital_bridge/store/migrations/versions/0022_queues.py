"""Queues."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_table(
        "queue_calibration",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("line_id", sa.String(length=64), nullable=False),
        sa.Column("lower", sa.Float(), nullable=False),
        sa.Column("upper", sa.Float(), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("early", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_queue_calibration_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "line_id", name=op.f("pk_queue_calibration")),
    )
    op.create_table(
        "queue_desk",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("desk_id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("last_line_id", sa.String(length=64), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'paused', 'closed')", name=op.f("ck_queue_desk_state")),
        sa.CheckConstraint("capacity >= 1", name=op.f("ck_queue_desk_holds_somebody")),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_queue_desk_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "desk_id", name=op.f("pk_queue_desk")),
    )
    op.create_table(
        "queue_line",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("line_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("vertical", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("prefix", sa.String(length=8), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("shows_names", sa.Boolean(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_queue_line_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "line_id", "day", name=op.f("pk_queue_line")),
    )
    op.create_table(
        "queue_service",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("line_id", sa.String(length=64), nullable=False),
        sa.Column("desk_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("total", sa.Float(), nullable=False),
        sa.Column("squares", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_queue_service_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "line_id", "desk_id", "day", name=op.f("pk_queue_service")),
    )
    op.create_table(
        "queue_desk_line",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("desk_id", sa.String(length=64), nullable=False),
        sa.Column("line_id", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id", "desk_id"],
            ["queue_desk.operator_id", "queue_desk.desk_id"],
            name=op.f("fk_queue_desk_line_operator_id_desk_id_queue_desk"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_queue_desk_line_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "desk_id", "line_id", name=op.f("pk_queue_desk_line")),
    )
    op.create_table(
        "queue_event",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("line_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("act", sa.String(length=24), nullable=False),
        sa.Column("command_id", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=False),
        sa.Column("desk_id", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", sa.String(length=64), nullable=False),
        sa.Column("ticket", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "act IN ('issue', 'check_in', 'call_next', 'call', 'recall', 'start', 'finish', 'send_away', 'return_visit', 'pass_over', 'rejoin', 'hold', 'resume', 'transfer', 'reclassify', 'cancel', 'miss', 'expire', 'undo')",
            name=op.f("ck_queue_event_act"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id", "line_id", "day"],
            ["queue_line.operator_id", "queue_line.line_id", "queue_line.day"],
            name=op.f("fk_queue_event_operator_id_line_id_day_queue_line"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_queue_event_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "line_id", "day", "seq", name=op.f("pk_queue_event")),
        sa.UniqueConstraint("operator_id", "command_id", name=op.f("uq_queue_event_operator_id_command_id")),
        info={"append_only": True},
    )
    with op.batch_alter_table("queue_event", schema=None) as batch_op:
        batch_op.create_index("ix_queue_event_ticket_id", ["operator_id", "ticket_id"], unique=False)

    op.create_table(
        "queue_ticket",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", sa.String(length=64), nullable=False),
        sa.Column("line_id", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("visit", sa.String(length=64), nullable=False),
        sa.Column("rank", sa.String(length=64), nullable=False),
        sa.Column("anchor", Instant(), nullable=False),
        sa.Column("credit", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("display_number", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("appointed_at", Instant(), nullable=True),
        sa.Column("since", Instant(), nullable=True),
        sa.Column("called_at", Instant(), nullable=True),
        sa.Column("desk_id", sa.String(length=64), nullable=False),
        sa.Column("bound_to", sa.String(length=64), nullable=False),
        sa.Column("passes", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("due", Instant(), nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("forecast_at", Instant(), nullable=True),
        sa.Column("forecast_lower", sa.Integer(), nullable=True),
        sa.Column("forecast_median", sa.Integer(), nullable=True),
        sa.Column("forecast_upper", sa.Integer(), nullable=True),
        sa.Column("told_near", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "state IN ('booked', 'waiting', 'called', 'serving', 'away', 'passed', 'held', 'done', 'cancelled', 'no_show', 'expired', 'transferred')",
            name=op.f("ck_queue_ticket_state"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id", "line_id", "day"],
            ["queue_line.operator_id", "queue_line.line_id", "queue_line.day"],
            name=op.f("fk_queue_ticket_operator_id_line_id_day_queue_line"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_queue_ticket_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "ticket_id", name=op.f("pk_queue_ticket")),
        sa.UniqueConstraint(
            "operator_id",
            "line_id",
            "day",
            "display_number",
            name=op.f("uq_queue_ticket_operator_id_line_id_day_display_number"),
        ),
    )
    with op.batch_alter_table("queue_ticket", schema=None) as batch_op:
        batch_op.create_index(
            "ix_queue_ticket_at_desk",
            ["operator_id", "desk_id"],
            unique=False,
            sqlite_where=sa.text("state IN ('called', 'serving')"),
            postgresql_where=sa.text("state IN ('called', 'serving')"),
        )
        batch_op.create_index(
            "ix_queue_ticket_order",
            ["operator_id", "line_id", "day", "tier", "due", "sequence"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.create_index("ix_queue_ticket_subject", ["operator_id", "subject"], unique=False)
        batch_op.create_index(
            "uq_queue_ticket_at_desk",
            ["operator_id", "desk_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('called', 'serving') AND alone"),
            postgresql_where=sa.text("state IN ('called', 'serving') AND alone"),
        )
        batch_op.create_index(
            "uq_queue_ticket_live_subject",
            ["operator_id", "line_id", "day", "subject"],
            unique=True,
            sqlite_where=sa.text("state NOT IN ('done', 'cancelled', 'no_show', 'expired', 'transferred')"),
            postgresql_where=sa.text("state NOT IN ('done', 'cancelled', 'no_show', 'expired', 'transferred')"),
        )
