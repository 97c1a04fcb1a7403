"""The numbers by which one sees from outside whether an operator's work flows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Table, func, select

from hospital_bridge.store.audit import AUDIT_PENDING
from hospital_bridge.store.deliveries import DeliveryKind
from hospital_bridge.store.effects import EFFECT, unknown_for
from hospital_bridge.store.inbox import INBOX_MESSAGE, InboxState
from hospital_bridge.store.jobs import JOB, JobState, job_counts
from hospital_bridge.store.webhooks import DISABLED_ENDPOINT

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

LONG_UNKNOWN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Figures:
    """How one operator stands: `jobs` by (lane, state) without the done ones, ages in seconds."""

    jobs: Mapping[tuple[str, str], int]
    oldest_due_job_seconds: float
    waiting_messages: int
    quarantined_messages: int
    long_unknown_effects: int
    undone_deliveries: int
    disabled_endpoints: int
    unchained_audit_entries: int


def figures(work: Work) -> Figures:
    """The operator's figures at the instant of the unit of work."""
    return Figures(
        jobs=job_counts(work),
        oldest_due_job_seconds=_oldest_due(work),
        waiting_messages=_count(work, INBOX_MESSAGE, INBOX_MESSAGE.c.state == InboxState.RECEIVED),
        quarantined_messages=_count(work, INBOX_MESSAGE, INBOX_MESSAGE.c.state == InboxState.QUARANTINED),
        long_unknown_effects=long_unknown_effects(work),
        undone_deliveries=work.deliveries.count_undone(DeliveryKind.WEBHOOK),
        disabled_endpoints=_count(work, DISABLED_ENDPOINT),
        unchained_audit_entries=_count(work, AUDIT_PENDING),
    )


def long_unknown_effects(work: Work) -> int:
    """How many changes at the outside have an unknown outcome for longer than `LONG_UNKNOWN`."""
    return _count(work, EFFECT, unknown_for(work.now - LONG_UNKNOWN))


def _count(work: Work, table: Table, *conditions: ColumnElement[bool]) -> int:
    statement = select(func.count()).select_from(table).where(table.c.operator_id == work.operator_id, *conditions)
    return work.connection.execute(statement).scalar_one()


def _oldest_due(work: Work) -> float:
    statement = select(func.min(JOB.c.run_at)).where(
        JOB.c.operator_id == work.operator_id, JOB.c.state == JobState.READY.value, JOB.c.run_at <= work.now
    )
    oldest = work.connection.execute(statement).scalar_one()
    return 0.0 if oldest is None else (work.now - oldest).total_seconds()
