"""A person has one registration for one slot, however often and from wherever it is asked for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest

from adapters.values import Fen, Identifier, Sex, Slot, VerifiedIdentity, WalletAccount
from hospital_bridge.facade import OperatorScope
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.slot import Relation
from hospital_bridge.store.jobs import JOB
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.hospital import booking
from hospital_bridge.verticals.hospital.acting import Acting
from hospital_bridge.verticals.hospital.record_numbers import MRN
from hospital_bridge.verticals.hospital.registration import STANDING, Event, State
from hospital_bridge.verticals.hospital.store import metadata, registrations, slot_holds
from tests.fixtures_store import Database
from tests.steered import FakeClock

MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
SLOT = Slot("S1", "0501", "D1", MORNING, MORNING + timedelta(minutes=20), 9, Fen(5_000))
PHONES = 8
PERSON = VerifiedIdentity("测试一", "CN_ID", "999999198503120016", date(1985, 3, 12), Sex.MALE, "10000000001")


@pytest.fixture
def scope(store: Store, database: Database, clock: FakeClock) -> OperatorScope:
    database.add_tables(metadata)
    money = MoneyContext("h1", store, ZoneInfo("Asia/Shanghai"), wallets={}, counters={})
    return OperatorScope(money, {"hold_minutes": 5}, clock, {})


@pytest.fixture
def patient(store: Store) -> Acting:
    return wallet_user(store, "2088000000000001")


def wallet_user(store: Store, payer: str) -> Acting:
    """A wallet in which the one person of these tests is verified; its user, acting for that person."""
    with store.begin("h1") as work:
        user = work.wallet_users.keep("main", WalletAccount(payer, "o"), "zh-CN")
        subject = work.subjects.keep(PERSON)
        work.subjects.bind(user, subject, Relation.SELF)
        work.subjects.add_identifier(subject, Identifier(MRN, "100001"))
    return Acting(user, subject)


def hold(scope: OperatorScope, user: Acting, slot: Slot = SLOT) -> str:
    return booking.hold(scope, user, slot, department_name="眼科", practitioner_name="林若海", place="3层")


def end(scope: OperatorScope, registration_id: str) -> None:
    with scope.begin() as work:
        registrations.save(work, registrations.get(work, registration_id).after(Event.NOT_BOOKED))
        slot_holds.free_seat(work, registration_id)


def test_asking_again_gives_the_standing_registration(scope: OperatorScope, patient: Acting, store: Store) -> None:
    first = hold(scope, patient)
    assert hold(scope, patient) == first
    with store.read("h1") as work:
        assert [job.ref for job in work.table(JOB).all(JOB.c.topic == booking.BOOK)] == [first]
        assert len(work.table(slot_holds.SLOT_HOLD).all()) == 1


def test_racing_requests_of_one_person_make_one_registration(
    scope: OperatorScope, patient: Acting, store: Store
) -> None:
    users, together = [patient, wallet_user(store, "2088000000000002")], Barrier(PHONES)

    def press(number: int) -> str:
        together.wait()
        return hold(scope, users[number % 2])

    with ThreadPoolExecutor(PHONES) as phones:
        assert len(set(phones.map(press, range(PHONES)))) == 1


def test_another_slot_is_another_registration(scope: OperatorScope, patient: Acting) -> None:
    later = Slot("S2", "0501", "D1", MORNING, MORNING, 1, Fen(5_000))
    assert hold(scope, patient) != hold(scope, patient, later)


def test_after_the_end_the_slot_can_be_taken_anew(scope: OperatorScope, patient: Acting) -> None:
    first = hold(scope, patient)
    end(scope, first)
    second = hold(scope, patient)
    end(scope, second)
    assert len({first, second, hold(scope, patient)}) == 3


def test_a_slot_that_is_only_being_given_back_can_be_taken_anew() -> None:
    assert set(State) - STANDING == {State.RELEASING, State.CANCELLED, State.ENDED}
