"""What a person does about deliveries: ask for another attempt, open an endpoint again."""

from __future__ import annotations

from hospital_bridge.store.deliveries import DeliveryKind
from hospital_bridge.store.tenant_table import StaleVersion
from hospital_bridge.store.unit_of_work import Work
from hospital_bridge.telling.post import replay
from notifications.delivery import State


def try_again(work: Work, delivery_id: str, by: str) -> bool:
    """Replay one delivery; False when it is not waiting for a person, or somebody was faster."""
    try:
        done = replay(work, work.deliveries.get(delivery_id))
    except (LookupError, StaleVersion):
        return False
    if done:
        work.audit.record(by, "delivery.replayed", delivery_id)
    return done


def enable(work: Work, endpoint: str, by: str) -> bool:
    """Send to a disabled endpoint again, with what was given up meanwhile; False when it was not disabled."""
    if not work.webhooks.enable(endpoint):
        return False
    for row in work.deliveries.of_target(DeliveryKind.WEBHOOK, endpoint, State.DEAD):
        replay(work, row)
    work.audit.record(by, "webhook.enabled", endpoint)
    return True
