"""Critical values and who was told of them; the value itself is sealed under the person's key."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from adapters.news import AbnormalFlag, Observation, ReportStatus
from hospital_bridge.slot import holds
from hospital_bridge.store.metadata import CODE, ID, Instant, as_indexed, belongs_to, operator_column, where
from hospital_bridge.verticals.hospital.results.critical import OPEN, CriticalValue, State
from hospital_bridge.verticals.hospital.store.metadata import metadata

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from hospital_bridge.slot import VerticalWork

CRITICAL_VALUE = Table(
    "hospital_critical_value",
    metadata,
    operator_column(),
    Column("critical_id", ID, primary_key=True),
    Column("report_id", ID, nullable=False),
    Column("version_id", ID, nullable=False),
    Column("subject_id", ID, nullable=False),
    Column("value_index", CODE, nullable=False),
    Column("told", LargeBinary, nullable=False, info=holds("report")),
    Column("state", String(16), nullable=False),
    Column("raised_at", Instant, nullable=False),
    Column("level", Integer, nullable=False),
    Column("delivered_at", Instant),
    Column("acknowledged_at", Instant),
    Column("acknowledged_by", String(120), nullable=False),
    Column("action", String(20), nullable=False),
    Column("ended_at", Instant),
    Column("end_reason", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    belongs_to("hospital_report", "report_id"),
    UniqueConstraint("operator_id", "report_id", "value_index"),
    CheckConstraint("(state = 'acknowledged') <= (action <> '')", name="action_chosen"),
)
WAITS = f"state IN ({', '.join(repr(state.value) for state in sorted(OPEN))})"
Index(
    "ix_hospital_critical_value_open",
    CRITICAL_VALUE.c.operator_id,
    CRITICAL_VALUE.c.raised_at,
    **where(WAITS),
)


class NoSuchCriticalValue(LookupError):
    """This operator has no critical value of that id."""


def value_index(work: VerticalWork, observation: Observation) -> str:
    """The blind index of an item with its value: the same value of the same item again is the same one."""
    told = (observation.code, observation.name, observation.value, observation.units, observation.flag.value)
    return work.seal.index("critical value", "\x1f".join(told))


def add(work: VerticalWork, value: CriticalValue) -> None:
    """Keep a newly raised one."""
    place = _told_in(value.critical_id)
    work.table(CRITICAL_VALUE).add(
        critical_id=value.critical_id,
        report_id=value.report_id,
        subject_id=value.subject_id,
        value_index=value.value_index,
        told=work.seal.seal(value.subject_id, *place, _write(value.observation)),
        version=value.version,
        **_changing(value),
    )


def save(work: VerticalWork, value: CriticalValue) -> None:
    """Write back what can change, guarded by the version that was read."""
    key = CRITICAL_VALUE.c.critical_id == value.critical_id
    work.table(CRITICAL_VALUE).save(key, version=value.version, **_changing(value))


def get(work: VerticalWork, critical_id: str) -> CriticalValue:
    """One critical value; NoSuchCriticalValue when this operator has none of that id."""
    row = work.table(CRITICAL_VALUE).one(CRITICAL_VALUE.c.critical_id == critical_id)
    if row is None:
        raise NoSuchCriticalValue(critical_id)
    return _read(work, row)


def of_report(work: VerticalWork, report_id: str) -> Sequence[CriticalValue]:
    """Every critical value that a report ever had, oldest first."""
    rows = work.table(CRITICAL_VALUE).all(
        CRITICAL_VALUE.c.report_id == report_id, order_by=[CRITICAL_VALUE.c.critical_id]
    )
    return [_read(work, row) for row in rows]


def is_waiting(work: VerticalWork, report_id: str) -> bool:
    """Whether a clinician's word about the report is still awaited."""
    mine = CRITICAL_VALUE.c.report_id == report_id
    return bool(work.table(CRITICAL_VALUE).all(mine, as_indexed(WAITS), limit=1))


def waiting(work: VerticalWork) -> Sequence[CriticalValue]:
    """Everything that awaits a clinician's word, the longest waiting first."""
    rows = work.table(CRITICAL_VALUE).all(as_indexed(WAITS), order_by=[CRITICAL_VALUE.c.raised_at])
    return [_read(work, row) for row in rows]


def waits_for(work: VerticalWork, subject_id: str) -> bool:
    """Whether a clinician's word about this person is still awaited."""
    mine = CRITICAL_VALUE.c.subject_id == subject_id
    return bool(work.table(CRITICAL_VALUE).all(mine, as_indexed(WAITS), limit=1))


def forget_subject(work: VerticalWork, subject_id: str) -> None:
    """Drop the values; who acknowledged when stays, of nobody."""
    work.table(CRITICAL_VALUE).change(CRITICAL_VALUE.c.subject_id == subject_id, told=b"")


def _changing(value: CriticalValue) -> dict[str, Any]:
    return {
        "version_id": value.version_id,
        "state": value.state.value,
        "raised_at": value.raised_at,
        "level": value.level,
        "delivered_at": value.delivered_at,
        "acknowledged_at": value.acknowledged_at,
        "acknowledged_by": value.acknowledged_by,
        "action": value.action,
        "ended_at": value.ended_at,
        "end_reason": value.end_reason,
    }


def _write(observation: Observation) -> str:
    return json.dumps({name: str(getattr(observation, name)) for name in Observation.__dataclass_fields__})


def _observation(text: str) -> Observation:
    told = json.loads(text)
    return Observation(**{**told, "flag": AbnormalFlag(told["flag"]), "status": ReportStatus(told["status"])})


def _told_in(critical_id: str) -> tuple[str, str, str]:
    return CRITICAL_VALUE.name, "told", critical_id


def _read(work: VerticalWork, row: Row[Any]) -> CriticalValue:
    return CriticalValue(
        critical_id=row.critical_id,
        report_id=row.report_id,
        version_id=row.version_id,
        subject_id=row.subject_id,
        value_index=row.value_index,
        observation=_observation(work.seal.open(row.subject_id, *_told_in(row.critical_id), row.told)),
        state=State(row.state),
        raised_at=row.raised_at,
        level=row.level,
        delivered_at=row.delivered_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        action=row.action,
        ended_at=row.ended_at,
        end_reason=row.end_reason,
        version=row.version,
    )
