from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.errors import NotDone
from hospital_bridge.activity import count_messages, count_request, counted_call
from hospital_bridge.metrics import exposition
from hospital_bridge.payment.model import EffectState
from hospital_bridge.store.deliveries import DeliveryKind, NewDelivery
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.telling.desk import enable
from notifications.delivery import begun, given_up
from tests.steered import FakeClock


def gauge(text: str, name: str) -> float:
    return float(next(line for line in text.splitlines() if line.startswith(name)).split()[-1])


def test_figures_are_read_at_each_scrape(store: Store, clock: FakeClock) -> None:
    with store.begin("h1") as work:
        work.jobs.add("note", "ref", lane="tx")
        work.audit.record("staff-1", "refund.approved", "refund-1")
    clock.advance(timedelta(seconds=90))
    text = exposition(store)
    assert gauge(text, 'hb_jobs{lane="tx",operator="h1",state="ready"}') == 1
    assert gauge(text, 'hb_oldest_due_job_seconds{operator="h1"}') == 90
    assert gauge(text, 'hb_unchained_audit_entries{operator="h1"}') == 1
    assert gauge(text, 'hb_unchained_audit_entries{operator="h2"}') == 0
    with store.begin("h1") as work:
        work.audit.chain()
    assert gauge(exposition(store), 'hb_unchained_audit_entries{operator="h1"}') == 0


def test_an_outcome_that_stays_unknown_is_counted_after_ten_minutes(store: Store, clock: FakeClock) -> None:
    with store.begin("h1") as work:
        effect = work.effects.intend("post", "key-1")
        work.effects.save(replace(effect, state=EffectState.UNKNOWN, unknown_since=work.now))
    assert gauge(exposition(store), 'hb_long_unknown_effects{operator="h1"}') == 0
    clock.advance(timedelta(minutes=10))
    assert gauge(exposition(store), 'hb_long_unknown_effects{operator="h1"}') == 1


def test_events_that_a_system_did_not_take_are_counted_until_they_are_sent_again(store: Store) -> None:
    with store.begin("h1") as work:
        for kind in DeliveryKind:
            row = work.deliveries.add(NewDelivery(kind, "e", "emr", "s", 5, begun(work.now)))
            work.deliveries.change(row, given_up(row.standing), "HTTP 500")
        work.webhooks.disable("emr", "HTTP 410")
    assert gauge(exposition(store), 'hb_undone_deliveries{operator="h1"}') == 1
    assert gauge(exposition(store), 'hb_disabled_endpoints{operator="h1"}') == 1
    with store.begin("h1") as work:
        assert enable(work, "emr", "wang")
    assert gauge(exposition(store), 'hb_undone_deliveries{operator="h1"}') == 0
    assert gauge(exposition(store), 'hb_disabled_endpoints{operator="h1"}') == 0


def counted(store: Store, name: str) -> float:
    lines = [line for line in exposition(store).splitlines() if line.startswith(name)]
    return float(lines[0].split()[-1]) if lines else 0


def test_requests_are_counted_by_route_and_status(store: Store) -> None:
    name = 'hb_http_requests_total{method="GET",route="/p/<operator>/",status="200"}'
    before = counted(store, name)
    count_request("GET", "/p/<operator>/", 200, timedelta(milliseconds=20))
    assert counted(store, name) == before + 1
    assert counted(store, 'hb_http_request_seconds_bucket{le="0.03",route="/p/<operator>/"}') > 0


def test_calls_to_the_outside_are_counted_by_outcome(store: Store) -> None:
    answered, not_done = (f'hb_outside_calls_total{{adapter="a",outcome="{end}"}}' for end in ("answered", "NotDone"))
    before = counted(store, answered), counted(store, not_done)
    with counted_call("a"):
        pass
    with pytest.raises(NotDone), counted_call("a"):
        raise NotDone("no connection")
    assert (counted(store, answered), counted(store, not_done)) == (before[0] + 1, before[1] + 1)


def test_many_threads_lose_no_count(store: Store) -> None:
    name = 'hb_listener_messages_total{answer="AA",peer="h1/many"}'
    before = counted(store, name)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: count_messages("h1/many", "AA", 1), range(800)))
    assert counted(store, name) == before + 800
