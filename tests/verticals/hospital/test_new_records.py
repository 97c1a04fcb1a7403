"""A new record number: the hospital's no is kept for the patient, and asking again is a new try."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from adapters.errors import Reason, Refused
from adapters.values import Fen, Identifier, PatientRecord, Sex, Slot, VerifiedIdentity, WalletAccount
from hospital_bridge.facade import OperatorScope
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.slot import Go, PageRequest, Relation, View
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.hospital import booking, cards
from hospital_bridge.verticals.hospital import store as hospital_store
from hospital_bridge.verticals.hospital.acting import Acting
from hospital_bridge.verticals.hospital.pages.cards import wait_for_card
from hospital_bridge.verticals.hospital.record_numbers import MRN, NoRecordNumber, token
from tests.fixtures_store import Database
from tests.steered import FakeClock

PERSON = VerifiedIdentity("测试一", "CN_ID", "999999198503120016", date(1985, 3, 12), Sex.MALE, "10000000001")
MORNING = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
SLOT = Slot("S1", "0501", "D1", MORNING, MORNING + timedelta(minutes=20), 9, Fen(5_000))


class Index:
    """A patient index that refuses as often as it is told to."""

    def __init__(self) -> None:
        self.refusals = 0
        self.asked = 0
        self.records: list[PatientRecord] = []
        self.meanwhile: list[Callable[[], None]] = []

    def find_patients(self, identity: VerifiedIdentity) -> list[PatientRecord]:
        found = list(self.records)
        if self.meanwhile:
            self.meanwhile.pop()()
        return found

    def register_patient(self, identity: VerifiedIdentity) -> bool:
        self.asked += 1
        if self.asked <= self.refusals:
            raise Refused("no", reason=Reason.NOT_ALLOWED)
        self.records.append(
            PatientRecord((Identifier(MRN, "100001"),), identity.name, identity.birth_date, identity.sex)
        )
        return True


@pytest.fixture
def index() -> Index:
    return Index()


@pytest.fixture
def scope(store: Store, database: Database, clock: FakeClock, index: Index) -> OperatorScope:
    database.add_tables(hospital_store.metadata)
    money = MoneyContext("h1", store, ZoneInfo("Asia/Shanghai"), wallets={}, counters={})
    return OperatorScope(money, {"hold_minutes": 5}, clock, {"HisDirectory": index})


@pytest.fixture
def subject(store: Store) -> str:
    with store.begin("h1") as work:
        return work.subjects.keep(PERSON)


@pytest.fixture
def patient(store: Store, subject: str) -> Acting:
    with store.begin("h1") as work:
        user = work.wallet_users.keep("main", WalletAccount("2088000000000001", "o"), "zh-CN")
        work.subjects.bind(user, subject, Relation.SELF)
    return Acting(user, subject)


def waiting_page(scope: OperatorScope, patient: Acting) -> View | Go:
    return wait_for_card(PageRequest(scope, patient.wallet_user_id, {}, {}, {}, subject_id=patient.subject_id))


def ask(scope: OperatorScope, patient: Acting, subject: str) -> None:
    cards.ask_new_record(scope, patient)
    cards.create_record(scope, subject)


def test_a_refusal_ends_the_waiting_with_its_reason(
    scope: OperatorScope, patient: Acting, subject: str, index: Index
) -> None:
    index.refusals = 1
    cards.ask_new_record(scope, patient)
    assert waiting_page(scope, patient) == View("card_wait.html", refresh_seconds=2)
    cards.create_record(scope, subject)
    assert waiting_page(scope, patient) == View("card_refused.html", {"reason": "not_allowed"})


def test_asking_again_after_a_refusal_is_a_new_try(
    scope: OperatorScope, patient: Acting, subject: str, index: Index
) -> None:
    index.refusals = 1
    ask(scope, patient, subject)
    ask(scope, patient, subject)
    assert index.asked == 2
    cards.bind_created(scope, subject)
    assert waiting_page(scope, patient) == Go("cards")


def test_asking_twice_while_the_hospital_thinks_is_one_try(
    scope: OperatorScope, patient: Acting, subject: str, index: Index
) -> None:
    cards.ask_new_record(scope, patient)
    ask(scope, patient, subject)
    cards.create_record(scope, subject)
    assert index.asked == 1


def test_a_worker_that_is_held_up_enters_nobody_whom_another_has_entered_meanwhile(
    scope: OperatorScope, patient: Acting, subject: str, index: Index
) -> None:
    """Seed 1846 of the simulation: between the index's answer and the entry, another worker took the job over."""
    cards.ask_new_record(scope, patient)
    index.meanwhile.append(lambda: cards.create_record(scope, subject))
    cards.create_record(scope, subject)
    assert (index.asked, len(index.records)) == (1, 1)


def test_the_patient_chooses_the_record_number_of_a_registration(
    scope: OperatorScope, patient: Acting, subject: str
) -> None:
    with scope.begin() as work:
        for number in ("100001", "100002"):
            work.subjects.add_identifier(subject, Identifier(MRN, number))
    names = {"department_name": "眼科", "practitioner_name": "林若海", "place": "3层"}
    held = booking.hold(scope, patient, SLOT, number=token(subject, "100002"), **names)
    with scope.read() as work:
        assert hospital_store.registrations.get(work, held).mrn == "100002"
    with pytest.raises(NoRecordNumber):
        booking.hold(scope, patient, SLOT, number=token(subject, "100003"), **names)
