"""What systems are told by webhook, and the endpoints that want nothing any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Column, String, Table

from hospital_bridge.store.metadata import CODE, ID, Described, Instant, metadata, operator_column
from hospital_bridge.store.upsert import insert_on_conflict

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

WEBHOOK_EVENT = Table(
    "webhook_event",
    metadata,
    operator_column(),
    Column("event_id", ID, primary_key=True),
    Column("event_type", CODE, nullable=False),
    Column("subject_key", CODE, nullable=False),
    Column("body", String(2000), nullable=False),
    Column("created_at", Instant, nullable=False),
)

DISABLED_ENDPOINT = Table(
    "disabled_endpoint",
    metadata,
    operator_column(),
    Column("name", CODE, primary_key=True),
    Column("why", Described(200), nullable=False),
    Column("disabled_at", Instant, nullable=False),
)


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """One event: `body` is what every attempt sends, byte for byte; it holds opaque ids alone."""

    event_id: str
    event_type: str
    body: str = field(repr=False)


class Webhooks:
    """The events and disabled endpoints of one operator."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._events = work.table(WEBHOOK_EVENT)
        self._disabled = work.table(DISABLED_ENDPOINT)

    def keep(self, event: WebhookEvent, subject_key: str) -> None:
        """Keep an event before it is delivered to anybody."""
        self._events.add(
            event_id=event.event_id,
            event_type=event.event_type,
            subject_key=subject_key,
            body=event.body,
            created_at=self._work.now,
        )

    def get(self, event_id: str) -> WebhookEvent:
        """The event; LookupError when there is none."""
        row = self._events.one(WEBHOOK_EVENT.c.event_id == event_id)
        if row is None:
            raise LookupError(event_id)
        return WebhookEvent(row.event_id, row.event_type, row.body)

    def disable(self, name: str, why: str) -> None:
        """Send nothing to the endpoint until a person enables it again."""
        row = {
            "operator_id": self._work.operator_id,
            "name": name,
            "why": why,
            "disabled_at": self._work.now,
        }
        statement = insert_on_conflict(self._work.connection, DISABLED_ENDPOINT).on_conflict_do_nothing()
        self._work.connection.execute(statement, row)

    def enable(self, name: str) -> bool:
        """Send to the endpoint again; False when it was not disabled."""
        return self._disabled.remove(DISABLED_ENDPOINT.c.name == name) == 1

    def disabled(self) -> Mapping[str, datetime]:
        """The disabled endpoints, and since when."""
        rows = self._disabled.all(order_by=[DISABLED_ENDPOINT.c.name])
        return {row.name: row.disabled_at for row in rows}
