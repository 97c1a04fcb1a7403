"""Jobs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from hospital_bridge.store.metadata import Instant

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward; there is no way back but a restored backup."""
    op.create_table(
        "job",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("lane", sa.String(length=2), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("ref", sa.String(length=128), nullable=False),
        sa.Column("stream_key", sa.String(length=128), nullable=False),
        sa.Column("stream_seq", sa.BigInteger(), nullable=False),
        sa.Column("is_head", sa.Boolean(), nullable=False),
        sa.Column("dedupe_key", sa.String(length=160), nullable=True),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(length=6), nullable=False),
        sa.Column("run_at", Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("faults", sa.Integer(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=True),
        sa.Column("lease_until", Instant(), nullable=True),
        sa.Column("created_at", Instant(), nullable=False),
        sa.Column("finished_at", Instant(), nullable=True),
        sa.CheckConstraint("(state = 'leased') = (lease_until IS NOT NULL)", name=op.f("ck_job_lease")),
        sa.CheckConstraint("lane IN ('tx', 'io')", name=op.f("ck_job_lane")),
        sa.CheckConstraint("state IN ('ready', 'leased', 'done', 'dead')", name=op.f("ck_job_state")),
        sa.ForeignKeyConstraint(["operator_id"], ["operator.operator_id"], name=op.f("fk_job_operator_id_operator")),
        sa.PrimaryKeyConstraint("operator_id", "job_id", name=op.f("pk_job")),
        sa.UniqueConstraint("operator_id", "dedupe_key", name=op.f("uq_job_operator_id_dedupe_key")),
        sa.UniqueConstraint(
            "operator_id", "stream_key", "stream_seq", name=op.f("uq_job_operator_id_stream_key_stream_seq")
        ),
    )
    op.create_index(
        "ix_job_dead",
        "job",
        ["operator_id", "finished_at"],
        unique=False,
        sqlite_where=sa.text("state = 'dead'"),
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index(
        "ix_job_due",
        "job",
        ["lane", "operator_id", "priority", "run_at"],
        unique=False,
        sqlite_where=sa.text("state = 'ready' AND is_head"),
        postgresql_where=sa.text("state = 'ready' AND is_head"),
    )
    op.create_index(
        "ix_job_leased",
        "job",
        ["lane", "lease_until"],
        unique=False,
        sqlite_where=sa.text("state = 'leased'"),
        postgresql_where=sa.text("state = 'leased'"),
    )
    op.create_table(
        "stream_head",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("stream_key", sa.String(length=128), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("done_seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_stream_head_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "stream_key", name=op.f("pk_stream_head")),
    )
    op.create_table(
        "job_attempt",
        sa.Column("operator_id", sa.String(length=64), nullable=False),
        sa.Column("job_id", sa.String(length=32), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("worker", sa.String(length=64), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("error", sa.String(length=64), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.CheckConstraint("outcome IN ('done', 'again', 'failed', 'lost')", name=op.f("ck_job_attempt_outcome")),
        sa.ForeignKeyConstraint(
            ["operator_id", "job_id"],
            ["job.operator_id", "job.job_id"],
            name=op.f("fk_job_attempt_operator_id_job_id_job"),
        ),
        sa.ForeignKeyConstraint(
            ["operator_id"], ["operator.operator_id"], name=op.f("fk_job_attempt_operator_id_operator")
        ),
        sa.PrimaryKeyConstraint("operator_id", "job_id", "fence", name=op.f("pk_job_attempt")),
    )
