"""A receiver that is slow or silent holds up nothing but itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_network
from threading import Event, Thread

import pytest

from adapters.http import HttpClient, Timeouts, UrllibTransport
from adapters.webhook import WebhookSender
from hospital_bridge.clock import RandomIds, SystemClock
from hospital_bridge.running import THREADS
from hospital_bridge.settings import Webhook
from hospital_bridge.store.deliveries import DeliveryKind
from hospital_bridge.store.jobs import Again, Job, Lane
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.telling.post import DELIVER, Said, deliver
from hospital_bridge.telling.turnstile import (
    CROWDED,
    IN_TROUBLE,
    MOST_AT_ONCE,
    TROUBLED_AT_ONCE,
    UNPROVEN_AT_ONCE,
    OneAfterAnother,
    Receiver,
    Turnstile,
)
from hospital_bridge.telling.webhooks import Publisher, WebhookCarrier, WebhooksFacade
from hospital_bridge.workers.job_runner import Handlers, JobRunner
from hospital_bridge.workers.worker import Worker
from notifications.message import Outcome
from notifications.signing import Secret
from tests.fixtures_store import Database
from tests.receiver import receiving, status

PATIENCE_SECONDS = 20
PATIENT = Timeouts(connect=5, read=60, total=60)
EMR: Receiver = ("h1", "webhook", "emr")
LIS: Receiver = ("h1", "webhook", "lis")
ARRIVED, LOST = Said(Outcome.DELIVERED, ""), Said(Outcome.UNKNOWN, "")


@pytest.fixture
def turnstile() -> Turnstile:
    return Turnstile(lambda: 0.5)


@contextmanager
def under_way(turnstile: Turnstile, count: int, outcome: Said = ARRIVED, receiver: Receiver = EMR) -> Iterator[None]:
    """That many attempts at a receiver which have no answer yet."""
    answered, asked = Event(), [Event() for _ in range(count)]

    def wait(begun: Event) -> Said:
        begun.set()
        assert answered.wait(PATIENCE_SECONDS)
        return outcome

    through = partial(turnstile.through, receiver, urgent=True)
    threads = [Thread(target=through, args=(partial(wait, each),)) for each in asked]
    for thread in threads:
        thread.start()
    assert all(begun.wait(PATIENCE_SECONDS) for begun in asked)
    try:
        yield
    finally:
        answered.set()
        for thread in threads:
            thread.join()


def put_off(turnstile: Turnstile, receiver: Receiver = EMR, *, urgent: bool = False) -> float | None:
    """For how many seconds another attempt is put off; None when it is made."""
    try:
        turnstile.through(receiver, lambda: ARRIVED, urgent=urgent)
    except Again as again:
        return again.after.total_seconds()
    return None


def test_one_thread_is_left_to_everything_else() -> None:
    assert THREADS[Lane.IO] - 1 == MOST_AT_ONCE + UNPROVEN_AT_ONCE


def test_a_receiver_with_enough_to_answer_is_asked_in_a_moment_and_another_one_now(turnstile: Turnstile) -> None:
    assert put_off(turnstile) is None
    with under_way(turnstile, MOST_AT_ONCE):
        assert put_off(turnstile) == CROWDED.total_seconds()
        assert put_off(turnstile, urgent=True) == CROWDED.total_seconds()
        assert put_off(turnstile, LIS) is None
    assert put_off(turnstile) is None


def test_a_receiver_in_trouble_gets_one_at_a_time_until_it_answers_and_what_is_urgent_is_put_off_less(
    turnstile: Turnstile,
) -> None:
    turnstile.through(EMR, lambda: LOST, urgent=False)
    with under_way(turnstile, 1):
        assert put_off(turnstile) == IN_TROUBLE.total_seconds() * 1.5
        assert put_off(turnstile, urgent=True) == CROWDED.total_seconds()
    with under_way(turnstile, 1):
        assert put_off(turnstile) is None, "its answer ended the trouble"


def test_whoever_has_not_answered_yet_gets_one_at_a_time(turnstile: Turnstile) -> None:
    with under_way(turnstile, 1):
        assert put_off(turnstile, urgent=True) == CROWDED.total_seconds()


def test_all_who_are_silent_together_take_few_threads_and_a_new_one_need_not_wait_for_them(
    turnstile: Turnstile,
) -> None:
    silent = [("h1", "webhook", f"silent-{number}") for number in range(UNPROVEN_AT_ONCE)]
    for receiver in silent:
        turnstile.through(receiver, lambda: LOST, urgent=True)
    with ExitStack() as waiting:
        for receiver in silent[:TROUBLED_AT_ONCE]:
            waiting.enter_context(under_way(turnstile, 1, LOST, receiver))
        assert put_off(turnstile, silent[-1], urgent=True) == CROWDED.total_seconds()
        assert put_off(turnstile, LIS) is None
        for number in range(UNPROVEN_AT_ONCE - TROUBLED_AT_ONCE):
            waiting.enter_context(under_way(turnstile, 1, LOST, ("h1", "webhook", f"new-{number}")))
        assert put_off(turnstile, EMR) == CROWDED.total_seconds()
        assert put_off(turnstile, LIS) is None, "it has answered before"


def test_an_attempt_that_broke_leaves_its_place(turnstile: Turnstile) -> None:
    def broken() -> Said:
        raise RuntimeError

    for _ in range(MOST_AT_ONCE + 1):
        with pytest.raises(RuntimeError):
            turnstile.through(EMR, broken, urgent=False)
    assert put_off(turnstile) is None


def test_while_systems_keep_silent_the_hospital_is_still_told_of_payments(database: Database) -> None:
    clock = SystemClock()
    store = Store(database.engine, None, RandomIds(clock))
    answers, all_waiting, fulfilled = Event(), Event(), Event()
    asked: list[object] = []

    def keep_silent(to: BaseHTTPRequestHandler) -> None:
        asked.append(to)
        if len(asked) == UNPROVEN_AT_ONCE:
            all_waiting.set()
        answers.wait(PATIENCE_SECONDS)
        status(204)(to)

    def fulfil(_store: Store, _job: Job) -> None:
        fulfilled.set()

    with receiving() as receiver:
        receiver.will(keep_silent)
        endpoints = [
            Webhook(
                name=f"system-{number}",
                url=receiver.url,
                secrets=(Secret(b"s" * 32),),
                events=frozenset({"report.available"}),
                networks=(ip_network("127.0.0.1/32"),),
            )
            for number in range(THREADS[Lane.IO])
        ]
        sender = WebhookSender(HttpClient(UrllibTransport(PATIENT)), clock.now)
        carrier = WebhookCarrier({("h1", each.name): each for each in endpoints}, sender, lambda: 0.5)
        post = {DeliveryKind.WEBHOOK: OneAfterAnother(carrier, Turnstile(lambda: 0.5))}
        handlers = Handlers(io={DELIVER: partial(deliver, post), "fulfil": fulfil})
        with store.begin("h1") as work:
            for number in range(3):
                WebhooksFacade(Publisher(tuple(endpoints)), work).publish("report.available", f"s{number}", "r", "/r")
        worker = Worker(store, JobRunner(store, handlers, "w1"), THREADS)
        worker.start()
        try:
            assert all_waiting.wait(PATIENCE_SECONDS)
            with store.begin("h1") as work:
                work.jobs.add("fulfil", "payment")
            assert fulfilled.wait(PATIENCE_SECONDS), "the payment waits for systems that never answer"
            assert len(asked) == UNPROVEN_AT_ONCE
        finally:
            answers.set()
            assert worker.stop()
