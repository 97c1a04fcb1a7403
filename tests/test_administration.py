"""The lights of the bridge's own parts: a quiet hospital is not a dead listener, and a dead worker is seen."""

from __future__ import annotations

from datetime import timedelta

from hospital_bridge import administration
from hospital_bridge.administration import Administration
from hospital_bridge.heartbeat import Heartbeat
from hospital_bridge.store.jobs import JOB, JobState
from hospital_bridge.store.link_checks import LISTENER, WORKER
from hospital_bridge.store.staff import StaffAccounts
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.web.admin_reads import Dismissal, Light, LinkRow
from tests.payment.faults import Fault
from tests.payment.world import World
from tests.steered import FakeClock

SECOND = timedelta(seconds=1)


def lights(store: Store, *, heard: bool = True) -> dict[str, LinkRow]:
    admin = Administration(store, frozenset({"h1"}) if heard else frozenset())
    return {link.name: link for link in admin.links("h1")}


def beat(store: Store, part: str) -> None:
    with store.begin("h1") as work:
        work.link_checks.beat(part)


def test_parts_that_were_never_heard_from_are_amber(store: Store) -> None:
    shown = lights(store)
    assert {name: (link.light, link.remedy) for name, link in shown.items()} == {
        "listener": (Light.AMBER, administration.NO_LISTENER),
        "jobs": (Light.AMBER, administration.NO_WORKER),
    }


def test_parts_that_were_heard_from_are_green_until_they_fall_silent(store: Store, clock: FakeClock) -> None:
    beat(store, LISTENER)
    beat(store, WORKER)
    assert {link.light for link in lights(store).values()} == {Light.GREEN}
    clock.advance(administration.STALE + SECOND)
    assert {link.light for link in lights(store).values()} == {Light.AMBER}


def test_an_operator_without_peers_has_no_listener_light(store: Store) -> None:
    assert set(lights(store, heard=False)) == {"jobs"}


def test_a_job_that_waits_for_long_makes_the_light_amber(store: Store, clock: FakeClock) -> None:
    with store.begin("h1") as work:
        work.jobs.add("payment.settle", "r" * 32)
    clock.advance(administration.WAITED_LONG)
    beat(store, WORKER)
    assert lights(store)["jobs"].light is Light.GREEN
    clock.advance(SECOND)
    jobs = lights(store)["jobs"]
    assert (jobs.light, jobs.remedy, jobs.waiting) == (Light.AMBER, administration.JOBS_WAIT, 1)


def test_the_heartbeat_is_heard_for_every_operator_that_listens(store: Store) -> None:
    heartbeat = Heartbeat(store, ["h1"])
    heartbeat.start()
    heartbeat.stop()
    assert lights(store)["listener"].light is Light.GREEN
    with store.read("h2") as work:
        assert work.link_checks.all() == []


def test_a_change_that_is_tried_in_vain_is_on_the_work_list(store: Store, clock: FakeClock) -> None:
    world = World(store, clock)
    world.desk.line.will("fulfil", *[Fault.NOT_SENT] * 100)
    world.paid()
    world.drain(timedelta(minutes=5))
    assert Administration(store).unknown_effects("h1", 10) == []
    world.drain(timedelta(minutes=10))
    [row] = Administration(store).unknown_effects("h1", 10)
    assert (row.kind, row.detail) == ("sale.fulfil", "NotDone")


def test_a_dead_job_that_is_about_no_message_is_never_dismissed(store: Store) -> None:
    with store.begin("h1") as work:
        job_id = work.jobs.add("payment.settle", "r" * 32)
        work.table(JOB).change(JOB.c.job_id == job_id, state=JobState.DEAD.value)
    admin = Administration(store)
    assert [row.may_dismiss for row in admin.dead_jobs("h1", 10)] == [False]
    assert not admin.dismiss_job("h1", job_id, Dismissal.TEST, "admin-1")
    assert not admin.dismiss_job("h1", "f" * 32, Dismissal.TEST, "admin-1")
    assert len(admin.dead_jobs("h1", 10)) == 1


def test_who_did_something_stands_on_the_trail_by_name_and_by_id(store: Store) -> None:
    with store.begin("h1") as work:
        wang = StaffAccounts(work).add("wang", "王会计", "no password", frozenset())
        work.audit.record(wang, "order.seen", "p1")
        work.audit.record("bridge", "order.closed", "p1")
    acts = Administration(store, frozenset()).audit("h1", 9)
    assert [(act.actor, act.action) for act in acts] == [("bridge", "order.closed"), (f"王会计 ({wang})", "order.seen")]


def test_details_are_read_as_words_and_not_as_they_are_kept(store: Store) -> None:
    with store.begin("h1") as work:
        work.audit.record("bridge", "refund.asked", "p1", fen="450", reason="not_done")
        work.security_events.record("payment.mismatch", "main", "p1", reason="amount", told="99")
    admin = Administration(store, frozenset())
    assert [act.detail for act in admin.audit("h1", 9)] == ["fen: 450, reason: not_done"]
    assert [row.detail for row in admin.security("h1", 9)] == ["p1 reason: amount, told: 99"]
