from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hospital_bridge.metrics import exposition
from hospital_bridge.payment.model import EffectState
from hospital_bridge.store.unit_of_work import Store
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
