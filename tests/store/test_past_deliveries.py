"""Deliveries are forgotten when they ended long ago, and events when no delivery of them is left."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hospital_bridge.store.deliveries import DELIVERY_ATTEMPT, DeliveryKind, DeliveryRow, NewDelivery
from hospital_bridge.store.past_deliveries import KEPT, forget_past_deliveries
from hospital_bridge.store.unit_of_work import Store, Work
from hospital_bridge.store.webhooks import WEBHOOK_EVENT, WebhookEvent
from notifications.delivery import Delivery, State, begun
from tests.steered import FakeClock

MOMENT = timedelta(seconds=1)


def add(work: Work, target: str = "emr", event_id: str = "e1") -> DeliveryRow:
    new = NewDelivery(DeliveryKind.WEBHOOK, event_id, target, f"webhook.{target}.s1", 5, begun(work.now))
    return work.deliveries.add(new)


def end(work: Work, row: DeliveryRow, state: State = State.DELIVERED) -> None:
    work.deliveries.tried(row, "delivered", "HTTP 204")
    work.deliveries.change(row, Delivery(state, 0, 1, None), "HTTP 204")


def events(work: Work) -> int:
    return len(work.table(WEBHOOK_EVENT).all())


@pytest.mark.parametrize("state", [State.DELIVERED, State.REFUSED, State.DEAD])
def test_what_ended_long_ago_is_forgotten_with_its_attempts_and_event(
    store: Store, clock: FakeClock, state: State
) -> None:
    with store.begin("h1") as work:
        work.webhooks.keep(WebhookEvent("e1", "report.available", "{}"), "s1")
        end(work, add(work), state)
    clock.advance(KEPT)
    with store.begin("h1") as work:
        assert forget_past_deliveries(work) == 0, "it is kept for so long"
        assert events(work) == 1
    clock.advance(MOMENT)
    with store.begin("h1") as work:
        assert forget_past_deliveries(work) == 1
        assert work.deliveries.latest(10) == []
        assert work.table(DELIVERY_ATTEMPT).all() == []
        assert events(work) == 0


def test_what_is_still_to_be_sent_is_never_forgotten(store: Store, clock: FakeClock) -> None:
    with store.begin("h1") as work:
        work.webhooks.keep(WebhookEvent("e1", "report.available", "{}"), "s1")
        end(work, add(work, "emr"))
        waiting = add(work, "lis")
    clock.advance(KEPT + MOMENT)
    with store.begin("h1") as work:
        assert forget_past_deliveries(work) == 1
        assert [row.delivery_id for row in work.deliveries.latest(10)] == [waiting.delivery_id]
        assert work.webhooks.get("e1").body == "{}"


def test_another_operator_forgets_its_own_alone(store: Store, clock: FakeClock) -> None:
    with store.begin("h1") as work:
        work.webhooks.keep(WebhookEvent("e1", "report.available", "{}"), "s1")
        end(work, add(work))
    clock.advance(KEPT + MOMENT)
    with store.begin("h2") as work:
        assert forget_past_deliveries(work) == 0
    with store.read("h1") as work:
        assert len(work.deliveries.latest(10)) == 1
        assert events(work) == 1
