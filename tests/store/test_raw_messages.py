"""A received message can be read for so long and no longer; that it came stays known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hospital_bridge.store.inbox import Envelope, InboxState
from hospital_bridge.store.keys import KeyMissing, RootKeys
from hospital_bridge.store.raw_messages import forget_raw_messages
from hospital_bridge.store.unit_of_work import Store
from tests.fixtures_store import Database
from tests.steered import CountedIds, FakeClock

DAYS = 90
RAW = b"MSH|^~\\&|LIS||||20261123||ORU^R01|C1|P|2.5.1\r"


def keep(store: Store, control_id: str, operator_id: str = "h1") -> str:
    with store.begin(operator_id) as work:
        envelope = Envelope("lis", control_id=control_id)
        return work.inbox.keep(envelope, RAW, b"ACK", InboxState.APPLIED, work.now)


def forget(store: Store) -> int:
    with store.begin("h1") as work:
        return forget_raw_messages(work, DAYS)


def test_an_old_message_no_longer_opens_and_its_row_still_stands(store: Store, clock: FakeClock) -> None:
    old = keep(store, "OLD")
    with store.read("h1") as work:
        assert work.inbox.raw(old) == RAW, "it opened once in this process"
    clock.advance(timedelta(days=DAYS + 1))
    young = keep(store, "YOUNG")
    assert forget(store) == 1
    with store.read("h1") as work:
        with pytest.raises(KeyMissing):
            work.inbox.raw(old)
        assert (work.inbox.get(old).control_id, work.inbox.get(old).ack) == ("OLD", b"ACK")
        assert work.inbox.raw(young) == RAW


def test_the_last_day_that_is_promised_still_opens(store: Store, clock: FakeClock) -> None:
    message_id = keep(store, "EDGE")
    clock.advance(timedelta(days=DAYS))
    assert forget(store) == 0
    with store.read("h1") as work:
        assert work.inbox.raw(message_id) == RAW


def test_another_operators_messages_and_other_keys_are_left_alone(store: Store, clock: FakeClock) -> None:
    elsewhere = keep(store, "H2", "h2")
    with store.begin("h1") as work:
        sealed = work.seal.seal("person", "subject", "name", "1", "测试")
    clock.advance(timedelta(days=10 * DAYS))
    forget(store)
    with store.read("h2") as work:
        assert work.inbox.raw(elsewhere) == RAW
    with store.read("h1") as work:
        assert work.seal.open("person", "subject", "name", "1", sealed) == "测试"


def test_another_process_that_read_the_message_cannot_open_it_any_more(
    store: Store, database: Database, clock: FakeClock, ids: CountedIds
) -> None:
    web = Store(database.engine, clock, ids, RootKeys(current=bytes(range(32))))
    old = keep(store, "OLD")
    with web.read("h1") as work:
        assert work.inbox.raw(old) == RAW
    clock.advance(timedelta(days=DAYS + 1))
    forget(store)
    with web.read("h1") as work, pytest.raises(KeyMissing):
        work.inbox.raw(old)
