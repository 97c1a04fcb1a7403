"""Two who say or bring the same thing at once: people are told once, and a receiver sees one id."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler
from threading import Barrier, Thread

from adapters.http import HttpClient, UrllibTransport
from adapters.values import WalletAccount
from adapters.webhook import WebhookSender
from hospital_bridge.slot import Notice
from hospital_bridge.store.deliveries import DeliveryKind
from hospital_bridge.store.jobs import Lane
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.telling.messages import MessagesFacade, Teller
from hospital_bridge.telling.post import DELIVER, Post, deliver
from hospital_bridge.telling.webhooks import Publisher, WebhookCarrier, WebhooksFacade
from hospital_bridge.workers.job_runner import LEASE, Handlers, JobRunner
from notifications.catalogue import Entry
from notifications.delivery import State
from notifications.message import Template
from tests.receiver import receiving, status
from tests.steered import FakeClock
from tests.telling.courier import EVENT, endpoint_at

PATIENCE_SECONDS = 30.0
TELLER = Teller.of("rides", [Notice(Entry("called", "holder", Template("called")), "It is your turn.")])
VOICES = 4


def test_several_who_tell_under_one_key_tell_once(store: Store) -> None:
    with store.begin("h1") as work:
        holder = work.wallet_users.keep("main", WalletAccount("20881"), "zh-CN")
    together, told = Barrier(VOICES), []

    def tell() -> None:
        together.wait(PATIENCE_SECONDS)
        with store.begin("h1") as work:
            told.append(MessagesFacade(TELLER, work).tell("called", "holder", holder, {}, dedupe_key="called.t1"))

    threads = [Thread(target=tell) for _ in range(VOICES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert sorted(told) == [False] * (VOICES - 1) + [True]
    with store.read("h1") as work:
        assert len(work.messages.inbox(holder)) == 1


def test_a_courier_who_lost_the_lease_while_the_receiver_was_slow_changes_nothing(
    store: Store, clock: FakeClock
) -> None:
    with receiving() as receiver:
        endpoint = endpoint_at(receiver.url)
        sender = WebhookSender(HttpClient(UrllibTransport()), clock.now)
        post: Post = {DeliveryKind.WEBHOOK: WebhookCarrier({("h1", "emr"): endpoint}, sender, lambda: 0.5)}
        handlers = Handlers(io={DELIVER: partial(deliver, post)})
        slow, quick = (JobRunner(store, handlers, name, lambda: 0.5) for name in ("slow", "quick"))

        def outlive_the_lease(to: BaseHTTPRequestHandler) -> None:
            clock.advance(LEASE + timedelta(seconds=1))
            quick.run_once(Lane.IO)  # sees the silence
            clock.advance(timedelta(minutes=10))
            quick.run_once(Lane.IO)
            status(500)(to)

        receiver.will(outlive_the_lease, status(204))
        with store.begin("h1") as work:
            WebhooksFacade(Publisher((endpoint,)), work).publish(EVENT, "s1", "r1", "/")
        slow.run_once(Lane.IO)
    assert len(receiver.received) == 2
    assert len({sent.headers["webhook-id"] for sent in receiver.received}) == 1
    with store.read("h1") as work:
        [row] = work.deliveries.latest(10)
        assert (row.standing.state, row.detail) == (State.DELIVERED, "HTTP 204"), "the late answer is not believed"
        assert [attempt.outcome for attempt in work.deliveries.attempts(row.delivery_id)] == ["delivered"]
