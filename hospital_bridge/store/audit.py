"""The audit rows of one operator, written in the transaction of the act, and their chain."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    select,
)

from hospital_bridge.audit import GENESIS, AuditEntry, ChainHead, Link, detail_text, faults_of, link_hash, opaque
from hospital_bridge.store.metadata import APPEND_ONLY, CODE, ID, Instant, belongs_to, metadata, operator_column

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

AUDIT = Table(
    "audit",
    metadata,
    operator_column(),
    Column("audit_id", ID, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", String(120), nullable=False),
    Column("action", CODE, nullable=False),
    Column("target", String(120), nullable=False),
    Column("detail", Text, nullable=False),
    info=APPEND_ONLY,
)
Index("ix_audit_target", AUDIT.c.operator_id, AUDIT.c.target)

AUDIT_PENDING = Table(
    "audit_pending",
    metadata,
    operator_column(),
    Column("audit_id", ID, primary_key=True),
    belongs_to("audit", "audit_id"),
)

AUDIT_LINK = Table(
    "audit_link",
    metadata,
    operator_column(),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("audit_id", ID, nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("operator_id", "audit_id"),
    ForeignKeyConstraint(["operator_id", "audit_id"], ["audit.operator_id", "audit.audit_id"]),
    info=APPEND_ONLY,
)


class Audit:
    """The trail of acts of one operator (`slot.Audit`)."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._entries = work.table(AUDIT)
        self._pending = work.table(AUDIT_PENDING)
        self._links = work.table(AUDIT_LINK)

    def record(self, actor: str, action: str, target: str, **detail: str) -> None:
        """One row in the same transaction as the act; whatever could be personal is withheld."""
        audit_id = self._work.ids.new()
        self._entries.add(
            audit_id=audit_id,
            at=self._work.now,
            actor=opaque(actor),
            action=action,
            target=opaque(target),
            detail=detail_text(detail),
        )
        self._pending.add(audit_id=audit_id)

    def of(self, target: str) -> list[AuditEntry]:
        """What was done to that row, oldest first."""
        return [_entry(row) for row in self._entries.all(AUDIT.c.target == target, order_by=[AUDIT.c.audit_id])]

    def latest(self, limit: int = 100) -> list[AuditEntry]:
        """The newest acts first."""
        newest = [AUDIT.c.at.desc(), AUDIT.c.audit_id.desc()]
        return [_entry(row) for row in self._entries.all(order_by=newest, limit=limit)]

    def chain(self, limit: int = 1000) -> int:
        """Link the entries that are not chained yet; how many there were. One job at a time does this."""
        head = self.head()
        waiting = self._pending.all(order_by=[AUDIT_PENDING.c.audit_id], limit=limit)
        for pending in waiting:
            head = self._link(head, pending.audit_id)
        return len(waiting)

    def head(self) -> ChainHead:
        """The end of the chain; kept elsewhere, it shows whether the end was cut off."""
        rows = self._links.all(order_by=[AUDIT_LINK.c.seq.desc()], limit=1)
        return ChainHead(rows[0].seq, rows[0].hash) if rows else ChainHead(0, GENESIS)

    def faults(self, kept_head: ChainHead | None = None) -> list[str]:
        """What is wrong with the trail, in words; empty when it stands unchanged."""
        return faults_of(self._chain(), kept_head) + self._strangers()

    def _link(self, head: ChainHead, audit_id: str) -> ChainHead:
        row = self._entries.one(AUDIT.c.audit_id == audit_id)
        if row is None:
            raise LookupError(f"audit entry {audit_id} vanished before it was chained")
        seq = head.seq + 1
        link = ChainHead(seq, link_hash(seq, head.hash, _entry(row)))
        self._links.add(seq=link.seq, audit_id=audit_id, hash=link.hash)
        self._pending.remove(AUDIT_PENDING.c.audit_id == audit_id)
        return link

    def _chain(self) -> Iterator[Link]:
        same = (AUDIT.c.operator_id == AUDIT_LINK.c.operator_id) & (AUDIT.c.audit_id == AUDIT_LINK.c.audit_id)
        statement = (
            select(AUDIT_LINK.c.seq, AUDIT_LINK.c.audit_id.label("linked_id"), AUDIT_LINK.c.hash, AUDIT)
            .join_from(AUDIT_LINK, AUDIT, same, isouter=True)
            .where(AUDIT_LINK.c.operator_id == self._work.operator_id)
            .order_by(AUDIT_LINK.c.seq)
        )
        for row in self._work.connection.execute(statement):
            yield Link(row.seq, row.linked_id, row.hash, None if row.audit_id is None else _entry(row))

    def _strangers(self) -> list[str]:
        linked = select(AUDIT_LINK.c.audit_id).where(AUDIT_LINK.c.operator_id == self._work.operator_id)
        pending = select(AUDIT_PENDING.c.audit_id).where(AUDIT_PENDING.c.operator_id == self._work.operator_id)
        rows = self._entries.all(AUDIT.c.audit_id.not_in(linked), AUDIT.c.audit_id.not_in(pending))
        return [f"entry {row.audit_id} stands outside the chain" for row in rows]


def _entry(row: Row[Any]) -> AuditEntry:
    return AuditEntry(row.operator_id, row.audit_id, row.at, row.actor, row.action, row.target, row.detail)
