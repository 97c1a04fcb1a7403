"""What a hospital said may be shown for so long, longer where it is slow or away, and never booked from."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event
from zoneinfo import ZoneInfo

import pytest

from adapters.errors import Busy, NotDone, OutcomeUnknown, OutsideError, Refused
from adapters.values import BookingRequest, Department, PatientRecord, Sex
from hospital_bridge.facade import OperatorScope
from hospital_bridge.pace import memory
from hospital_bridge.pace.paced import Paced
from hospital_bridge.patience import LONGEST, QUICK, Patience
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.hospital.timetable import coming_days
from tests.pace.fragile import Hospital, pace, paced
from tests.steered import FakeClock

GENEROUS = 30
HORIZON = 3
SECOND = timedelta(seconds=1)
SETTINGS = pace(operations={"slots": {"shown_seconds": 5, "stale_seconds": 60}})
DAY = "0101", "D1"


@pytest.fixture
def hospital(clock: FakeClock) -> Hospital:
    return Hospital(clock)


@pytest.fixture
def his(hospital: Hospital, clock: FakeClock) -> Paced:
    return paced(hospital, clock, SETTINGS)


@pytest.fixture
def scope(store: Store, clock: FakeClock, his: Paced) -> OperatorScope:
    money = MoneyContext("h1", store, ZoneInfo("Asia/Shanghai"), wallets={}, counters={})
    return OperatorScope(money, {"horizon_days": HORIZON}, clock, {"HisScheduling": his, "HisDirectory": his})


def places(scope: OperatorScope) -> int:
    return coming_days(scope, *DAY)[0].slots[0].remaining


def test_patients_who_look_together_ask_once(scope: OperatorScope, hospital: Hospital) -> None:
    patients = 8
    together = Barrier(patients)

    def look(_: int) -> int:
        together.wait()
        return len(coming_days(scope, *DAY))

    with ThreadPoolExecutor(patients) as phones:
        assert list(phones.map(look, range(patients))) == [HORIZON] * patients
    assert len(hospital.asked) == HORIZON


def test_what_is_shown_is_never_older_than_it_says(scope: OperatorScope, clock: FakeClock, hospital: Hospital) -> None:
    assert places(scope) == 3
    hospital.places = 0
    clock.advance(5 * SECOND - timedelta(milliseconds=1))
    assert places(scope) == 3
    clock.advance(timedelta(milliseconds=1))
    assert places(scope) == 0


def test_what_is_booked_from_is_asked_for_afresh_and_shown_from_then_on(
    scope: OperatorScope, clock: FakeClock, hospital: Hospital
) -> None:
    places(scope)
    hospital.places = 1
    today = clock.now().date()
    assert scope.port("HisScheduling").slots(*DAY, today)[0].remaining == 1
    assert places(scope) == 1


def test_a_place_that_was_taken_is_not_shown_again(scope: OperatorScope, clock: FakeClock) -> None:
    slot = coming_days(scope, *DAY)[0].slots[0]
    scope.port("HisScheduling").book(BookingRequest("P1", slot, PatientRecord((), "王弢", None, Sex.MALE)))
    assert places(scope) == 2


def test_a_booking_makes_nothing_old_of_another_practitioners(scope: OperatorScope, hospital: Hospital) -> None:
    slot = coming_days(scope, *DAY)[0].slots[0]
    coming_days(scope, "0101", "D2")
    scope.port("HisScheduling").book(BookingRequest("P1", slot, PatientRecord((), "王弢", None, Sex.MALE)))
    asked = len(hospital.asked)
    coming_days(scope, "0101", "D2")
    assert len(hospital.asked) == asked


@pytest.mark.parametrize("fault", [NotDone("busy"), OutcomeUnknown("lost")])
def test_an_old_answer_is_shown_while_the_hospital_fails_up_to_its_bound(
    scope: OperatorScope, clock: FakeClock, hospital: Hospital, fault: OutsideError
) -> None:
    places(scope)
    hospital.fails_with = fault
    clock.advance(59 * SECOND)
    assert places(scope) == 3
    asked = len(hospital.asked)
    assert places(scope) == 3, "who looks shortly after does not wait for the failing hospital"
    assert len(hospital.asked) == asked
    clock.advance(SECOND)
    with pytest.raises(type(fault)):
        places(scope)
    hospital.fails_with = None
    assert places(scope) == 3


def test_a_refusal_is_an_answer_and_hides_nothing_behind_an_old_one(
    scope: OperatorScope, clock: FakeClock, hospital: Hospital
) -> None:
    places(scope)
    hospital.fails_with = Refused("no such department")
    clock.advance(6 * SECOND)
    with pytest.raises(Refused):
        places(scope)


def test_a_slow_answer_is_kept_in_proportion_to_what_it_cost_up_to_a_bound(
    his: Paced, clock: FakeClock, hospital: Hospital
) -> None:
    today = clock.now().date()
    for took, kept in ((SECOND, memory.SLOWNESS * SECOND), (60 * SECOND, memory.LONGEST)):
        clock.advance(memory.LONGEST)
        hospital.takes, before = took, len(hospital.asked)
        his.shown("slots", *DAY, today)
        clock.advance(kept - timedelta(milliseconds=1))
        his.shown("slots", *DAY, today)
        assert len(hospital.asked) == before + 1
        clock.advance(timedelta(milliseconds=1))
        his.shown("slots", *DAY, today)
        assert len(hospital.asked) == before + 2


def test_a_page_asks_no_further_question_once_it_waited_long(
    scope: OperatorScope, clock: FakeClock, hospital: Hospital
) -> None:
    patience = Patience(1, clock)
    hospital.takes = LONGEST
    page = scope.for_page(patience.page())
    page.shown("HisDirectory").departments()
    with pytest.raises(Busy):
        page.shown("HisScheduling").slots(*DAY, clock.now().date())
    again = scope.for_page(patience.page())
    again.shown("HisDirectory").departments()
    assert again.shown("HisScheduling").slots(*DAY, clock.now().date()), "the next page goes on from there"
    assert hospital.asked == ["departments", "slots"]


def test_what_is_known_is_shown_although_every_place_is_taken(scope: OperatorScope, clock: FakeClock) -> None:
    patience = Patience(1, clock)
    scope.for_page(patience.page()).shown("HisDirectory").departments()
    with patience.page().place():
        clock.advance(QUICK)
        page = scope.for_page(patience.page())
        assert page.shown("HisDirectory").departments()
        with pytest.raises(Busy):
            page.shown("HisScheduling").slots(*DAY, clock.now().date())


def test_a_place_is_free_again_after_a_failure(scope: OperatorScope, clock: FakeClock, hospital: Hospital) -> None:
    patience = Patience(1, clock)
    hospital.fails_with = NotDone("down")
    with pytest.raises(NotDone):
        scope.for_page(patience.page()).port("HisScheduling").find_booking("P1")
    hospital.fails_with = None
    assert scope.for_page(patience.page()).port("HisScheduling").find_booking("P1")


def test_while_answers_come_quickly_a_page_stands_in_line(scope: OperatorScope, clock: FakeClock) -> None:
    patience = Patience(1, clock)
    with ThreadPoolExecutor(1) as patients:
        with patience.page().place():
            second = patients.submit(scope.for_page(patience.page()).port("HisScheduling").find_booking, "P1")
            assert not second.done()
        assert second.result(GENEROUS)


def test_who_asks_the_same_meanwhile_hears_the_same(clock: FakeClock) -> None:
    asking, speaks = Event(), Event()

    class Slow(Hospital):
        def departments(self) -> Sequence[Department]:
            asking.set()
            assert speaks.wait(GENEROUS)
            return super().departments()

    slow = Slow(clock)
    his = paced(slow, clock, SETTINGS)
    with ThreadPoolExecutor(2) as patients:
        first = patients.submit(his.shown, "departments")
        assert asking.wait(GENEROUS)
        second = patients.submit(his.shown, "departments")
        assert not second.done()
        speaks.set()
        assert first.result(GENEROUS) == second.result(GENEROUS)
    assert slow.asked == ["departments"]


def test_after_a_reload_the_new_adapter_is_asked(clock: FakeClock, hospital: Hospital) -> None:
    before, reloaded = paced(hospital, clock, SETTINGS), Hospital(clock)
    before.shown("departments")
    paced(reloaded, clock, SETTINGS).shown("departments")
    assert (len(hospital.asked), len(reloaded.asked)) == (1, 1)
