"""What a person does about deliveries: ask for another attempt, open an endpoint again."""

from __future__ import annotations

from hospital_bridge.store.deliveries import DeliveryKind, DeliveryRow
from hospital_bridge.store.tenant_table import StaleVersion
from hospital_bridge.store.unit_of_work import Work
from hospital_bridge.telling.post import replay


def try_again(work: Work, delivery_id: str, by: str) -> bool:
    """Replay one delivery; False when it is not waiting for a person, or somebody was faster."""
    try:
        done = _replayed(work, work.deliveries.get(delivery_id))
    except LookupError:
        return False
    if done:
        work.audit.record(by, "delivery.replayed", delivery_id)
    return done


def enable(work: Work, endpoint: str, by: str) -> bool:
    """Send to a disabled endpoint again, with all that it did not take; False when it was not disabled.

    What met the answer by which it was disabled is among them: nobody has done anything with that event.
    """
    if not work.webhooks.enable(endpoint):
        return False
    for row in work.deliveries.undone(DeliveryKind.WEBHOOK, target=endpoint):
        _replayed(work, row)
    work.audit.record(by, "webhook.enabled", endpoint)
    return True


def _replayed(work: Work, row: DeliveryRow) -> bool:
    try:
        return replay(work, row)
    except StaleVersion:
        return False
