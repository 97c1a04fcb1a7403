"""Webhooks from the commit to the receiver's socket: once, in order for each subject, until somebody answers 2xx."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from ipaddress import ip_network

import pytest
from standardwebhooks import Webhook as Oracle

from adapters.http import HttpClient, Timeouts, UrllibTransport
from adapters.webhook import WebhookSender
from hospital_bridge.settings import Webhook
from hospital_bridge.store.deliveries import DeliveryKind, DeliveryRow
from hospital_bridge.store.jobs import JOB, Again, Lane, job_of
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.telling import desk
from hospital_bridge.telling.post import DELIVER, Post, deliver
from hospital_bridge.telling.webhooks import DISABLED, Publisher, WebhookCarrier, WebhooksFacade
from hospital_bridge.workers.job_runner import Handlers, JobRunner
from notifications.delivery import State
from notifications.signing import Secret
from tests.receiver import Receiver, receiving, silent, status
from tests.steered import FakeClock

SECRET = Secret(b"s" * 32)
QUICK = Timeouts(connect=2, read=0.3, total=2)
DAY = timedelta(days=1)


@dataclass
class World:
    """A store, one receiver, and a worker that runs when it is told to."""

    store: Store
    clock: FakeClock
    receiver: Receiver
    endpoint: Webhook
    post: Post
    runner: JobRunner

    def publish(
        self, ref: str = "report1", event: str = "report.available", subject: str = "s1", *, urgent: bool = False
    ) -> None:
        with self.store.begin("h1") as work:
            publisher = Publisher((self.endpoint,), "https://bridge.example")
            WebhooksFacade(publisher, work).publish(event, subject, ref, f"/api/v1/{ref}", urgent=urgent)

    def work(self) -> None:
        """Run what is due now."""
        while self.runner.run_once(Lane.IO):
            pass

    def deliveries(self) -> list[DeliveryRow]:
        """Every delivery, in the order of their making."""
        with self.store.read("h1") as work:
            return sorted(work.deliveries.latest(1000), key=lambda row: row.delivery_id)

    def states(self) -> list[State]:
        return [row.standing.state for row in self.deliveries()]

    def refs(self) -> list[str]:
        return [json.loads(sent.body)["data"]["ref"] for sent in self.receiver.received]


@pytest.fixture
def world(store: Store, clock: FakeClock) -> Iterator[World]:
    with receiving() as receiver:
        endpoint = Webhook(
            name="emr",
            url=receiver.url,
            secrets=(SECRET,),
            events=frozenset({"report.available", "report.critical"}),
            networks=(ip_network("127.0.0.1/32"),),
        )
        sender = WebhookSender(HttpClient(UrllibTransport(QUICK)), clock.now)
        carrier = WebhookCarrier({("h1", "emr"): endpoint}, sender, lambda: 0.5)
        post: Post = {DeliveryKind.WEBHOOK: carrier}
        handlers = Handlers(io={DELIVER: partial(deliver, post)})
        yield World(store, clock, receiver, endpoint, post, JobRunner(store, handlers, "w", lambda: 0.5))


def test_a_system_is_told_what_it_asked_for_thinly_and_signed(world: World) -> None:
    world.publish()
    world.publish(event="report.corrected")
    world.work()
    [sent] = world.receiver.received
    link = "https://bridge.example/api/v1/report1"
    assert json.loads(sent.body) == {
        "type": "report.available",
        "timestamp": world.clock.now().isoformat(),
        "data": {"ref": "report1", "link": link},
    }
    expected = Oracle(SECRET.reveal()).sign(sent.headers["webhook-id"], world.clock.now(), sent.body.decode())
    assert sent.headers["webhook-signature"] == expected
    assert world.states() == [State.DELIVERED]


def test_nothing_is_sent_of_what_was_undone(world: World) -> None:
    def undone() -> None:
        with world.store.begin("h1") as work:
            WebhooksFacade(Publisher((world.endpoint,)), work).publish("report.available", "s", "r", "/")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        undone()
    world.work()
    assert world.receiver.received == []


def test_a_failing_receiver_is_asked_by_the_schedule_under_one_id_with_one_body(world: World) -> None:
    world.receiver.will(status(500))
    world.publish()
    asked = []
    for _ in range(8):
        world.work()
        asked.append(len(world.receiver.received))
        due = world.deliveries()[0].standing.due
        if due:
            world.clock.advance(due - world.clock.now() - timedelta(seconds=1))
            world.work()
            world.clock.advance(timedelta(seconds=1))
    assert asked == [1, 2, 3, 4, 5, 6, 7, 8]
    assert world.states() == [State.DEAD]
    assert len({(sent.headers["webhook-id"], sent.body) for sent in world.receiver.received}) == 1
    assert len({sent.headers["webhook-timestamp"] for sent in world.receiver.received}) == 8
    world.clock.advance(30 * DAY)
    world.work()
    assert len(world.receiver.received) == 8
    with world.store.read("h1") as work:
        tried = work.deliveries.attempts(world.deliveries()[0].delivery_id)
    assert [(row.outcome, row.detail) for row in tried] == [("unknown", "HTTP 500")] * 8


@pytest.mark.parametrize(
    "trouble", [status(500), status(301, Location="/x"), status(404), silent], ids=["500", "301", "404", "silent"]
)
def test_after_trouble_it_arrives(world: World, trouble: object) -> None:
    world.receiver.will(trouble, status(200))  # type: ignore[arg-type]  # one of ours
    world.publish()
    world.work()
    assert world.states() != [State.DELIVERED]
    world.clock.advance(timedelta(seconds=5))
    world.work()
    assert world.states() == [State.DELIVERED]


@pytest.mark.parametrize("code", [429, 503])
def test_a_busy_receiver_gets_the_time_that_it_asked_for(world: World, code: int) -> None:
    world.receiver.will(status(code, Retry_After="3600"), status(200))
    world.publish()
    world.work()
    world.clock.advance(timedelta(seconds=3599))
    world.work()
    assert len(world.receiver.received) == 1
    world.clock.advance(timedelta(seconds=1))
    world.work()
    assert world.states() == [State.DELIVERED]


def test_events_of_one_subject_keep_their_order_and_hold_up_nobody_else(world: World) -> None:
    world.receiver.will(status(503), status(200))
    world.publish("first", subject="s1")
    world.publish("second", subject="s1")
    world.publish("other", subject="s2")
    world.work()
    assert world.refs() == ["first", "other"]
    world.clock.advance(timedelta(seconds=5))
    world.work()
    assert world.refs() == ["first", "other", "first", "second"]


def test_what_is_urgent_waits_for_no_earlier_event_and_goes_first(world: World) -> None:
    world.receiver.will(status(503), status(200))
    world.publish("first", subject="s1")
    world.work()
    world.publish("usual", subject="s2")
    world.publish("critical", event="report.critical", subject="s1", urgent=True)
    world.work()
    assert world.refs() == ["first", "critical", "usual"]


def test_a_receiver_that_is_gone_gets_nothing_until_it_is_enabled_and_then_everything(world: World) -> None:
    world.receiver.will(status(410), status(200))
    world.publish("lost")
    world.work()
    world.publish("kept")
    world.work()
    assert world.refs() == ["lost"]
    assert [(row.standing.state, row.detail) for row in world.deliveries()] == [
        (State.REFUSED, "HTTP 410"),
        (State.DEAD, DISABLED),
    ]
    with world.store.begin("h1") as work:
        assert list(work.webhooks.disabled()) == ["emr"]
        assert desk.enable(work, "emr", "wang")
        assert not desk.enable(work, "emr", "wang")
    world.work()
    assert world.refs() == ["lost", "lost", "kept"], "what met the 410 was done by nobody"
    assert len({sent.headers["webhook-id"] for sent in world.receiver.received}) == 2
    assert world.states() == [State.DELIVERED] * 2


def test_a_dead_letter_is_replayed_exactly_once(world: World) -> None:
    world.endpoint = replace(world.endpoint, networks=())
    world.receiver.will(status(410), status(200))
    world.publish()
    world.work()
    with world.store.begin("h1") as work:
        work.webhooks.enable("emr")
    [dead] = world.deliveries()
    for expected in (True, False):
        with world.store.begin("h1") as work:
            assert desk.try_again(work, dead.delivery_id, "wang") is expected
    world.work()
    assert world.states() == [State.DELIVERED]
    assert len(world.receiver.received) == 2
    with world.store.begin("h1") as work:
        assert not desk.try_again(work, dead.delivery_id, "wang"), "what arrived is not sent again"
        assert not desk.try_again(work, "nothing", "wang")
        assert [entry.action for entry in work.audit.latest()][:2] == ["delivery.replayed", "webhook.disabled"]


def test_whoever_dies_before_the_job_was_put_off_does_not_ask_too_soon(world: World) -> None:
    world.receiver.will(status(500))
    world.publish()
    world.work()
    with world.store.read("h1") as work:
        [job] = [job_of(row) for row in work.table(JOB).all()]
    with pytest.raises(Again):
        deliver(world.post, world.store, job)
    assert len(world.receiver.received) == 1


def test_what_no_configuration_names_any_more_waits_for_a_person(world: World) -> None:
    world.endpoint = replace(world.endpoint, name="old")
    world.publish()
    world.work()
    assert world.states() == [State.DEAD]
    assert world.receiver.received == []
