"""Many patients who look at one practitioner cost a hospital little, and none of them sees old slots."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest

from adapters.errors import NotDone
from adapters.values import Fen, Slot
from hospital_bridge.facade import OperatorScope
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.hospital.timetable import SHOWN_FOR, Timetable
from tests.steered import FakeClock

ZONE = ZoneInfo("Asia/Shanghai")
HORIZON = 3


class Clinic:
    """A hospital that counts how often it was asked for a day, with one place left on each."""

    def __init__(self) -> None:
        self.asked = 0
        self.down = False
        self.places = 1

    def slots(self, department_code: str, practitioner_code: str, day: date) -> Sequence[Slot]:
        self.asked += 1
        if self.down:
            raise NotDone("no connection")
        starts_at = datetime(day.year, day.month, day.day, 23, 30, tzinfo=ZONE)
        slot_id = f"{practitioner_code}-{day}"
        ends_at = starts_at + timedelta(minutes=20)
        return (Slot(slot_id, department_code, practitioner_code, starts_at, ends_at, self.places, Fen(5_000)),)


@pytest.fixture
def clinic() -> Clinic:
    return Clinic()


@pytest.fixture
def scope(store: Store, clock: FakeClock, clinic: Clinic) -> OperatorScope:
    return _scope("h1", store, clock, clinic)


def _scope(operator_id: str, store: Store, clock: FakeClock, clinic: Clinic) -> OperatorScope:
    money = MoneyContext(operator_id, store, ZONE, wallets={}, counters={})
    return OperatorScope(money, {"horizon_days": HORIZON}, clock, {"HisScheduling": clinic})


def test_patients_who_look_together_ask_once(scope: OperatorScope, clinic: Clinic) -> None:
    timetable, patients = Timetable(), 8
    together = Barrier(patients)

    def look(_: int) -> int:
        together.wait()
        return len(timetable.days(scope, "0101", "D1"))

    with ThreadPoolExecutor(patients) as phones:
        assert list(phones.map(look, range(patients))) == [HORIZON] * patients
    assert clinic.asked == HORIZON


def test_what_is_shown_is_never_older_than_it_says(scope: OperatorScope, clock: FakeClock, clinic: Clinic) -> None:
    timetable = Timetable()
    timetable.days(scope, "0101", "D1")
    clinic.places = 0

    clock.advance(SHOWN_FOR - timedelta(milliseconds=1))
    assert timetable.days(scope, "0101", "D1")[0].slots[0].remaining == 1

    clock.advance(timedelta(milliseconds=1))
    assert timetable.days(scope, "0101", "D1")[0].slots[0].remaining == 0


def test_a_place_that_was_taken_is_not_shown_again(scope: OperatorScope, clinic: Clinic) -> None:
    timetable = Timetable()
    timetable.days(scope, "0101", "D1")
    clinic.places = 0
    timetable.forget(scope, "0101", "D1")
    assert timetable.days(scope, "0101", "D1")[0].slots[0].remaining == 0


def test_operators_and_practitioners_are_kept_apart(scope: OperatorScope, store: Store, clock: FakeClock) -> None:
    timetable = Timetable()
    elsewhere = _scope("h2", store, clock, Clinic())
    first = timetable.days(scope, "0101", "D1")
    assert timetable.days(scope, "0101", "D2")[0].slots[0].practitioner_code == "D2"
    assert timetable.days(elsewhere, "0101", "D1") is not first


def test_a_hospital_that_does_not_answer_is_asked_again(scope: OperatorScope, clinic: Clinic) -> None:
    timetable = Timetable()
    clinic.down = True
    with pytest.raises(NotDone):
        timetable.days(scope, "0101", "D1")
    clinic.down = False
    assert len(timetable.days(scope, "0101", "D1")) == HORIZON


def test_after_a_reload_the_new_adapter_is_asked(
    scope: OperatorScope, store: Store, clock: FakeClock, clinic: Clinic
) -> None:
    timetable = Timetable()
    timetable.days(scope, "0101", "D1")
    reloaded = Clinic()
    timetable.days(_scope("h1", store, clock, reloaded), "0101", "D1")
    assert (clinic.asked, reloaded.asked) == (HORIZON, HORIZON)
