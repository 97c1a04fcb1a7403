"""What is being handed over to a channel outside, how often that was tried and with which answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    Row,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    func,
    select,
)

from hospital_bridge.store.metadata import (
    CODE,
    ID,
    Described,
    Instant,
    as_indexed,
    belongs_to,
    metadata,
    operator_column,
    where,
)
from notifications.delivery import Delivery, State

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

_CLOSED_UNDONE = "state IN ('dead', 'refused')"

DELIVERY = Table(
    "delivery",
    metadata,
    operator_column(),
    Column("delivery_id", ID, primary_key=True),
    Column("kind", String(7), nullable=False),
    Column("ref", ID, nullable=False),
    Column("target", CODE, nullable=False),
    Column("stream_key", String(128), nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("state", String(9), nullable=False),
    Column("channel", SmallInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", Instant),
    Column("detail", Described(200), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("operator_id", "kind", "ref", "target"),
    CheckConstraint("kind IN ('message', 'webhook')", name="kind"),
    CheckConstraint("state IN ('due', 'uncertain', 'delivered', 'refused', 'dead')", name="state"),
    CheckConstraint("(state IN ('due', 'uncertain')) = (due_at IS NOT NULL)", name="due"),
)
Index("ix_delivery_latest", DELIVERY.c.operator_id, DELIVERY.c.changed_at)
Index("ix_delivery_undone", DELIVERY.c.operator_id, DELIVERY.c.kind, DELIVERY.c.changed_at, **where(_CLOSED_UNDONE))

DELIVERY_ATTEMPT = Table(
    "delivery_attempt",
    metadata,
    operator_column(),
    Column("delivery_id", ID, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("outcome", String(9), nullable=False),
    Column("detail", Described(200), nullable=False),
    belongs_to("delivery", "delivery_id"),
)


class DeliveryKind(StrEnum):
    """MESSAGE goes to a person by their wallet, WEBHOOK to a system."""

    MESSAGE = "message"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One delivery; `ref` is the message or event that it carries, `target` the account or endpoint it goes to.

    Deliveries of one `stream_key` go out one after another. `detail` is the last answer, without personal data.
    """

    delivery_id: str
    kind: DeliveryKind
    ref: str
    target: str
    stream_key: str
    priority: int
    standing: Delivery
    detail: str
    created_at: datetime
    changed_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class NewDelivery:
    """A delivery before it is kept."""

    kind: DeliveryKind
    ref: str
    target: str
    stream_key: str
    priority: int
    standing: Delivery


class Deliveries:
    """The deliveries of one operator."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._deliveries = work.table(DELIVERY)
        self._attempts = work.table(DELIVERY_ATTEMPT)

    def add(self, new: NewDelivery) -> DeliveryRow:
        """Keep a delivery that is still to be made."""
        row = DeliveryRow(
            delivery_id=self._work.ids.new(),
            kind=new.kind,
            ref=new.ref,
            target=new.target,
            stream_key=new.stream_key,
            priority=new.priority,
            standing=new.standing,
            detail="",
            created_at=self._work.now,
            changed_at=self._work.now,
            version=1,
        )
        self._deliveries.add(
            delivery_id=row.delivery_id,
            kind=new.kind.value,
            ref=new.ref,
            target=new.target,
            stream_key=new.stream_key,
            priority=new.priority,
            created_at=row.created_at,
            version=1,
            **self._changing(new.standing, ""),
        )
        return row

    def get(self, delivery_id: str) -> DeliveryRow:
        """The delivery; LookupError when there is none."""
        row = self._deliveries.one(DELIVERY.c.delivery_id == delivery_id)
        if row is None:
            raise LookupError(delivery_id)
        return _read(row)

    def change(self, before: DeliveryRow, standing: Delivery, detail: str) -> None:
        """Keep how the delivery stands now; StaleVersion when somebody was faster."""
        mine = DELIVERY.c.delivery_id == before.delivery_id
        self._deliveries.save(mine, version=before.version, **self._changing(standing, detail))

    def tried(self, before: DeliveryRow, outcome: str, detail: str) -> None:
        """Keep one attempt; attempts count on over every replay."""
        self._attempts.add(
            delivery_id=before.delivery_id, number=before.version, at=self._work.now, outcome=outcome, detail=detail
        )

    def attempts(self, delivery_id: str) -> Sequence[Row[Any]]:
        """What became of each attempt, in their order: `at`, `outcome`, `detail`."""
        order = [DELIVERY_ATTEMPT.c.number]
        return self._attempts.all(DELIVERY_ATTEMPT.c.delivery_id == delivery_id, order_by=order)

    def undone(self, kind: DeliveryKind, limit: int | None = None, target: str = "") -> Sequence[DeliveryRow]:
        """Those that were given up or refused, to one target or to any, in the order in which they were made."""
        order = [DELIVERY.c.created_at, DELIVERY.c.delivery_id]
        found = [DELIVERY.c.kind == kind.value, as_indexed(_CLOSED_UNDONE)]
        if target:
            found.append(DELIVERY.c.target == target)
        return [_read(row) for row in self._deliveries.all(*found, order_by=order, limit=limit)]

    def count_undone(self, kind: DeliveryKind) -> int:
        """How many were given up or refused."""
        mine = (DELIVERY.c.operator_id == self._work.operator_id, DELIVERY.c.kind == kind.value)
        counted = select(func.count()).where(*mine, as_indexed(_CLOSED_UNDONE))
        return self._work.connection.execute(counted).scalar_one()

    def latest(self, limit: int) -> Sequence[DeliveryRow]:
        """Those that changed last, the newest first."""
        order = [DELIVERY.c.changed_at.desc(), DELIVERY.c.delivery_id.desc()]
        return [_read(row) for row in self._deliveries.all(order_by=order, limit=limit)]

    def _changing(self, standing: Delivery, detail: str) -> dict[str, object]:
        return {
            "state": standing.state.value,
            "channel": standing.channel,
            "attempts": standing.attempts,
            "due_at": standing.due,
            "detail": detail,
            "changed_at": self._work.now,
        }


def _read(row: Row[Any]) -> DeliveryRow:
    return DeliveryRow(
        delivery_id=row.delivery_id,
        kind=DeliveryKind(row.kind),
        ref=row.ref,
        target=row.target,
        stream_key=row.stream_key,
        priority=row.priority,
        standing=Delivery(State(row.state), row.channel, row.attempts, row.due_at),
        detail=row.detail,
        created_at=row.created_at,
        changed_at=row.changed_at,
        version=row.version,
    )
