"""What somebody should look at: a forged notice, a control id that came twice with other content."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Index, Row, String, Table, Text

from hospital_bridge.audit import detail_text, opaque
from hospital_bridge.store.metadata import APPEND_ONLY, CODE, ID, Instant, metadata, operator_column

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

SECURITY_EVENT = Table(
    "security_event",
    metadata,
    operator_column(),
    Column("event_id", ID, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("kind", CODE, nullable=False),
    Column("source", String(120), nullable=False),
    Column("target", String(120), nullable=False),
    Column("detail", Text, nullable=False),
    info=APPEND_ONLY,
)
Index("ix_security_event_at", SECURITY_EVENT.c.operator_id, SECURITY_EVENT.c.at)


class SecurityEvents:
    """The security events of one operator; like the audit trail they hold opaque ids only."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._table = work.table(SECURITY_EVENT)

    def record(self, kind: str, source: str, target: str = "", **detail: str) -> str:
        """Keep one event, such as `notice.forged` or `hl7.control_id_reused`; its id."""
        event_id = self._work.ids.new()
        told = {"source": opaque(source), "target": opaque(target), "detail": detail_text(detail)}
        self._table.add(event_id=event_id, at=self._work.now, kind=kind, **told)
        return event_id

    def latest(self, limit: int = 100) -> Sequence[Row[Any]]:
        """The newest events first: `event_id`, `at`, `kind`, `source`, `target`, `detail`."""
        newest = [SECURITY_EVENT.c.at.desc(), SECURITY_EVENT.c.event_id.desc()]
        return self._table.all(order_by=newest, limit=limit)
