"""What was delivered, or given up, long ago."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, select

from hospital_bridge.store.deliveries import DELIVERY, DELIVERY_ATTEMPT, DeliveryKind
from hospital_bridge.store.webhooks import WEBHOOK_EVENT

if TYPE_CHECKING:
    from hospital_bridge.store.unit_of_work import Work

KEPT = timedelta(days=90)
"""As long as finished jobs; also how long a person has to send again what was given up."""
AT_ONCE = 1000


def forget_past_deliveries(work: Work) -> int:
    """Delete up to a thousand deliveries that ended long ago, their attempts, and events that nobody waits for."""
    mine = DELIVERY.c.operator_id == work.operator_id
    old = (DELIVERY.c.due_at.is_(None), DELIVERY.c.changed_at < work.now - KEPT)
    found = select(DELIVERY.c.delivery_id).where(mine, *old).order_by(DELIVERY.c.changed_at).limit(AT_ONCE)
    delivery_ids = list(work.connection.execute(found).scalars())
    work.table(DELIVERY_ATTEMPT).remove(DELIVERY_ATTEMPT.c.delivery_id.in_(delivery_ids))
    forgotten = work.connection.execute(delete(DELIVERY).where(mine, DELIVERY.c.delivery_id.in_(delivery_ids))).rowcount
    _forget_events(work)
    return forgotten


def _forget_events(work: Work) -> None:
    told = exists().where(
        DELIVERY.c.operator_id == WEBHOOK_EVENT.c.operator_id,
        DELIVERY.c.kind == DeliveryKind.WEBHOOK.value,
        DELIVERY.c.ref == WEBHOOK_EVENT.c.event_id,
    )
    work.table(WEBHOOK_EVENT).remove(WEBHOOK_EVENT.c.created_at < work.now - KEPT, ~told)
