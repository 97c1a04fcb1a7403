"""A fragile hospital is asked few things at once, left in peace after failures and during its own nightly work."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Event, Lock, Semaphore
from types import SimpleNamespace
from typing import Any, cast

import pytest

from adapters.deadline import at_most
from adapters.errors import Away, Busy, Malformed, NotDone, OutcomeUnknown, OutsideError, Refused
from hospital_bridge import activity
from hospital_bridge.pace.breaker import Breaker, Resting
from hospital_bridge.pace.windows import Maintenance
from hospital_bridge.pacing import at_its_pace
from hospital_bridge.settings import AdapterChoice
from hospital_bridge.store.unit_of_work import Store
from tests.pace.fragile import ZONE, Hospital, pace, paced
from tests.steered import FakeClock

GENEROUS = 30
DOWN = NotDone("no connection")
NIGHTLY = {"from": "23:30", "until": "01:00", "stop_before_minutes": 20}


@pytest.fixture
def hospital(clock: FakeClock) -> Hospital:
    return Hospital(clock)


class Crowded:
    """A hospital that counts who is with it, and answers when it is let."""

    def __init__(self) -> None:
        self.speaks, self.arrived = Event(), Semaphore(0)
        self.most, self._inside, self._lock = 0, 0, Lock()

    def postings(self, day: object) -> tuple[()]:
        return self._answer()

    def find_posting(self, serial: str, day: object) -> tuple[()]:
        return self._answer()

    def find_patients(self, identity: object) -> tuple[()]:
        return self._answer()

    def _answer(self) -> tuple[()]:
        with self._lock:
            self._inside += 1
            self.most = max(self.most, self._inside)
        self.arrived.release()
        assert self.speaks.wait(GENEROUS)
        with self._lock:
            self._inside -= 1
        return ()


@contextmanager
def asking(crowded: Crowded, his: Any, *calls: str, arriving: int) -> Iterator[list[Any]]:
    """So many calls at once, of which `arriving` reach the hospital."""
    with ThreadPoolExecutor(len(calls)) as callers:
        asked = [callers.submit(getattr(his, call), *(("S", 0) if call == "find_posting" else (0,))) for call in calls]
        for _ in range(arriving):
            assert crowded.arrived.acquire(timeout=GENEROUS)
        yield asked
        crowded.speaks.set()


def test_no_more_calls_than_said_are_under_way_whatever_they_ask(clock: FakeClock) -> None:
    crowded = Crowded()
    his = paced(crowded, clock, pace(calls_at_once=2, wait_seconds=0.01))
    with asking(crowded, his, "postings", "find_posting", arriving=2), pytest.raises(Busy):
        his.find_patients(0)
    assert crowded.most == 2
    assert his.find_patients(0) == ()


def test_one_operation_never_holds_every_place(clock: FakeClock) -> None:
    crowded = Crowded()
    operations = {"find_patients": {"calls_at_once": 1}}
    his = paced(crowded, clock, pace(calls_at_once=2, wait_seconds=0.01, operations=operations))
    with asking(crowded, his, "find_patients", arriving=1):
        with pytest.raises(Busy):
            his.find_patients(0)
        with asking(crowded, his, "find_posting", arriving=1):
            crowded.speaks.set()


def test_who_waits_for_a_place_has_it_once_one_is_free(clock: FakeClock) -> None:
    crowded = Crowded()
    his = paced(crowded, clock, pace(calls_at_once=1, wait_seconds=GENEROUS))
    with asking(crowded, his, "postings", "postings", "postings", arriving=1) as asked:
        crowded.speaks.set()
        assert [each.result(GENEROUS) for each in asked] == [(), (), ()]
    assert crowded.most == 1


@pytest.mark.parametrize("fault", [DOWN, OutcomeUnknown("lost")])
def test_after_failures_in_a_row_an_operation_rests_and_then_one_call_tries_it(
    clock: FakeClock, hospital: Hospital, fault: OutsideError
) -> None:
    his = paced(hospital, clock, pace(operations={"departments": {"failures": 3, "rest_seconds": 15}}))
    hospital.fails_with = fault
    for _ in range(3):
        with pytest.raises(type(fault)):
            his.departments()
    for _ in range(10):
        with pytest.raises(Resting) as resting:
            his.departments()
        assert resting.value.retry_after == timedelta(seconds=15)
    assert len(hospital.asked) == 3
    assert [rest.operation for rest in his.resting()] == ["departments"]
    clock.advance(timedelta(seconds=15))
    with pytest.raises(type(fault)):
        his.departments()
    with pytest.raises(Resting):
        his.departments()
    clock.advance(timedelta(seconds=15))
    hospital.fails_with = None
    assert his.departments()
    assert his.departments()
    assert his.resting() == []


def test_what_became_of_a_change_is_asked_however_badly_things_go(clock: FakeClock, hospital: Hospital) -> None:
    his = paced(hospital, clock)
    hospital.fails_with = DOWN
    for _ in range(20):
        with pytest.raises(NotDone):
            his.find_booking("P1")
    assert len(hospital.asked) == 20
    assert his.resting() == []


@pytest.mark.parametrize("answer", [Refused("no such patient"), Malformed("PID-7 is no date")])
def test_a_refusal_or_one_odd_record_never_keeps_out_all(
    clock: FakeClock, hospital: Hospital, answer: OutsideError
) -> None:
    his = paced(hospital, clock)
    hospital.fails_with = answer
    for _ in range(20):
        with pytest.raises(type(answer)):
            his.departments()
    assert len(hospital.asked) == 20


def test_only_one_call_tries_a_rested_operation(clock: FakeClock) -> None:
    breaker = Breaker(1, timedelta(seconds=15), clock)
    with pytest.raises(NotDone), breaker.trial():
        raise DOWN
    clock.advance(timedelta(seconds=15))
    for never_asked in (Busy("no place"), KeyError()):
        with pytest.raises(type(never_asked)), breaker.trial():
            raise never_asked
    with breaker.trial(), pytest.raises(Resting), breaker.trial():
        pass
    with breaker.trial():
        pass


def test_an_operation_waits_no_longer_than_said_and_others_as_their_adapter_says(clock: FakeClock) -> None:
    class Waiting:
        def departments(self) -> float:
            return at_most(20)

        def postings(self, day: object) -> float:
            return at_most(20)

    his = paced(Waiting(), clock, pace(operations={"departments": {"timeout_seconds": 2.5}}))
    assert (his.departments(), his.postings(0), at_most(20)) == (2.5, 20, 20)


def test_what_is_no_operation_is_the_adapters_own(clock: FakeClock, hospital: Hospital) -> None:
    hospital.fails_with = DOWN
    assert paced(hospital, clock).read_news(b"raw", None) == (b"raw", None)
    with pytest.raises(AttributeError):
        _ = paced(hospital, clock).postings


# --- maintenance


def at(clock: FakeClock, day: int, hour: int, minute: int = 0) -> datetime:
    instant = datetime(2026, 11, day, hour, minute, tzinfo=ZONE)
    clock.advance(instant - clock.now())
    return instant


def test_in_a_window_nothing_is_asked_and_before_it_nothing_new_begins(clock: FakeClock, hospital: Hospital) -> None:
    his = paced(hospital, clock, pace(maintenance=[NIGHTLY]))
    over = datetime(2026, 11, 25, 1, 0, tzinfo=ZONE)
    at(clock, 24, 23, 9)
    assert his.closed_until() is None
    at(clock, 24, 23, 10)
    assert (his.closed_until(), his.quiet_until()) == (over, None)
    assert his.find_booking("P1"), "what is open drains"
    for hour, minute in ((23, 30), (0, 0), (0, 59)):
        at(clock, 24 if hour else 25, hour, minute)
        for call in (his.departments, lambda: his.find_booking("P1")):
            with pytest.raises(Away) as away:
                call()
            assert away.value.until == over
            assert away.value.retry_after is not None
            assert away.value.retry_after <= over - clock.now()
        assert (his.closed_until(), his.quiet_until()) == (over, over)
    at(clock, 25, 1, 0)
    assert his.closed_until() is None
    assert his.departments()
    assert hospital.asked == ["find_booking", "departments"]
    assert his.resting() == []


def test_a_window_begins_on_its_days_alone(clock: FakeClock, hospital: Hospital) -> None:
    his = paced(hospital, clock, pace(maintenance=[{"from": "12:00", "until": "13:00", "days": ["sun"]}]))
    at(clock, 28, 12, 30)
    assert his.closed_until() is None
    at(clock, 29, 12, 30)
    assert his.closed_until() == datetime(2026, 11, 29, 13, 0, tzinfo=ZONE)


def test_the_time_that_windows_took_is_counted_once() -> None:
    nightly, overlapping = pace(maintenance=[NIGHTLY, {"from": "00:30", "until": "02:00"}]).maintenance
    windows = Maintenance((nightly, overlapping), ZONE)
    evening = datetime(2026, 11, 24, 23, 0, tzinfo=ZONE).astimezone(UTC)
    assert windows.time_off(evening, evening + timedelta(minutes=45)) == timedelta(minutes=15)
    assert windows.time_off(evening, evening + timedelta(hours=10)) == timedelta(hours=2, minutes=30)
    assert windows.time_off(evening, evening + timedelta(hours=34)) == timedelta(hours=5)
    assert windows.time_off(evening, evening) == timedelta(0)


# --- figures


def test_what_was_held_back_and_what_was_shown_is_counted(clock: FakeClock, hospital: Hospital) -> None:
    def figure(name: str, **labels: str) -> float:
        labels = {"operator": "h1", "system": "his", "operation": "departments", **labels}
        return activity.REGISTRY.get_sample_value(name, labels) or 0.0

    before = [figure("hb_his_calls_total", outcome=each) for each in ("answered", "NotDone", "Resting")]
    shown = figure("hb_his_shown_total", age="recent")
    his = paced(hospital, clock, pace(operations={"departments": {"failures": 1}}))
    his.shown("departments")
    assert his.remembered("departments")
    hospital.fails_with = DOWN
    for fault in (NotDone, Resting):
        with pytest.raises(fault):
            his.departments()
    after = [figure("hb_his_calls_total", outcome=each) for each in ("answered", "NotDone", "Resting")]
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 1, 1]
    assert figure("hb_his_shown_total", age="recent") == shown + 1
    assert figure("hb_his_resting") == 1


# --- several processes


def test_processes_that_share_a_postgresql_count_together_and_on_sqlite_each_for_itself(
    store: Store, clock: FakeClock
) -> None:
    crowded = Crowded()
    settings = pace(calls_at_once=1, wait_seconds=0)
    choice = AdapterChoice(adapter="hl7v2", settings={"reply_timeout": 20.0}, pace=settings)
    operator = cast("Any", SimpleNamespace(id="h1", timezone=ZONE))
    here, there = (at_its_pace(operator, "his", choice, crowded, store, clock) for _ in range(2))
    shared = store.engine.dialect.name == "postgresql"
    with asking(crowded, here, "postings", arriving=1):
        if shared:
            with pytest.raises(Busy):
                there.postings(0)
        else:
            with asking(crowded, there, "postings", arriving=1):
                crowded.speaks.set()
    assert crowded.most == (1 if shared else 2)
    assert there.postings(0) == ()
