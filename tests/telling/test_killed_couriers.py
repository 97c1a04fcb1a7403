"""Whoever brings news may be killed between the receiver's answer and our note of it: the id tells the receiver."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from threading import Barrier, Thread

import pytest

from hospital_bridge.clock import RandomIds, SystemClock
from hospital_bridge.store.deliveries import DeliveryKind, NewDelivery
from hospital_bridge.store.jobs import JOB
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.telling import desk
from hospital_bridge.telling.webhooks import Publisher, WebhooksFacade
from notifications.delivery import State, begun, given_up
from tests.fixtures_store import Database
from tests.receiver import Received, Receiver, receiving
from tests.telling.courier import EVENT, endpoint_at

ROOT = Path(__file__).parents[2]
EVENTS, SUBJECTS, KILLS = 60, 6, 4
PATIENCE_SECONDS = 30.0
STAFF = ("wang", "li", "zhao", "qian")


def publish(store: Store, receiver: Receiver) -> None:
    with store.begin("h1") as work:
        for number in range(EVENTS):
            facade = WebhooksFacade(Publisher((endpoint_at(receiver.url),)), work)
            facade.publish(EVENT, f"subject{number % SUBJECTS}", str(number), "/")


def start(database: Database, receiver: Receiver) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.telling.courier", database.url, receiver.url, "courier"]
    return subprocess.Popen(command, cwd=ROOT)


def wait_for(receiver: Receiver, count: int, courier: subprocess.Popen[bytes]) -> None:
    clock = SystemClock()
    started = clock.now()
    while len(receiver.received) < count and courier.poll() is None:
        assert (clock.now() - started).total_seconds() < PATIENCE_SECONDS
        clock.sleep(0.002)


def ref(sent: Received) -> str:
    return str(json.loads(sent.body)["data"]["ref"])


def taken(received: Sequence[Received]) -> list[Received]:
    """What a receiver does that drops every id which it has seen."""
    return list({sent.headers["webhook-id"]: sent for sent in reversed(received)}.values())[::-1]


def test_killed_couriers_lose_nothing_and_a_receiver_that_knows_ids_takes_everything_once(database: Database) -> None:
    store = Store(database.engine, None, RandomIds(SystemClock()))
    with receiving() as receiver:
        publish(store, receiver)
        for kill in range(1, KILLS + 1):
            courier = start(database, receiver)
            wait_for(receiver, kill * EVENTS // (KILLS + 2), courier)
            courier.send_signal(signal.SIGKILL)
            courier.wait()
        assert start(database, receiver).wait(PATIENCE_SECONDS) == 0
        once = taken(receiver.received)
    assert sorted(map(ref, once), key=int) == [str(number) for number in range(EVENTS)]
    in_order: dict[int, list[int]] = defaultdict(list)
    for sent in once:
        in_order[int(ref(sent)) % SUBJECTS].append(int(ref(sent)))
    assert all(numbers == sorted(numbers) for numbers in in_order.values())
    with store.read("h1") as work:
        assert {row.standing.state for row in work.deliveries.latest(EVENTS)} == {State.DELIVERED}


@pytest.mark.parametrize("act", ["replay", "enable"])
def test_of_several_who_press_at_once_one_sends_it_again(database: Database, act: str) -> None:
    store = Store(database.engine, None, RandomIds(SystemClock()))
    with store.begin("h1") as work:
        row = work.deliveries.add(NewDelivery(DeliveryKind.WEBHOOK, "e", "emr", "webhook.emr.s", 5, begun(work.now)))
        work.deliveries.change(row, given_up(row.standing), "HTTP 410")
        work.webhooks.disable("emr", "HTTP 410")
    together, done = Barrier(len(STAFF)), []

    def press(who: str) -> None:
        with store.begin("h1") as work:
            if store.engine.dialect.name == "postgresql":
                together.wait(PATIENCE_SECONDS)
            again = act == "replay" or who == STAFF[0]
            done.append(desk.try_again(work, row.delivery_id, who) if again else desk.enable(work, "emr", who))

    threads = [Thread(target=press, args=(who,)) for who in STAFF]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert len(done) == len(STAFF), "nobody's page broke"
    with store.read("h1") as work:
        assert len(work.table(JOB).all()) == 1
