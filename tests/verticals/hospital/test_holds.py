"""A slot is never held by more patients than it has places, however they race."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from adapters.values import Fen, Slot
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.verticals.hospital.store import metadata
from hospital_bridge.verticals.hospital.store.slot_holds import SLOT_HOLD, SoldOut, free_seat, take_seat
from tests.fixtures_store import Database
from tests.steered import FakeClock

PLACES, PATIENTS = 3, 16
HOLD = timedelta(minutes=5)


@pytest.fixture
def slots(store: Store, database: Database) -> Store:
    database.add_tables(metadata)
    return store


def slot(clock: FakeClock, remaining: int = PLACES) -> Slot:
    return Slot("S1", "0101", "D1", clock.now(), clock.now(), remaining, Fen(5000))


def take(store: Store, clock: FakeClock, patient: str) -> bool:
    try:
        with store.begin("h1") as work:
            take_seat(work, patient, slot(clock), work.now + HOLD)  # type: ignore[arg-type]  # Work without money
    except SoldOut:
        return False
    return True


def test_racing_patients_get_the_places_there_are(slots: Store, clock: FakeClock) -> None:
    with ThreadPoolExecutor(PATIENTS) as racers:
        got = list(racers.map(lambda n: take(slots, clock, f"r{n}"), range(PATIENTS)))
    assert sum(got) == PLACES
    with slots.read("h1") as work:
        held = work.table(SLOT_HOLD).all(SLOT_HOLD.c.live)
    assert sorted(row.seat for row in held) == [1, 2, 3]


def test_a_hold_that_expired_is_free_again(slots: Store, clock: FakeClock) -> None:
    assert [take(slots, clock, f"r{n}") for n in range(PLACES + 1)] == [True, True, True, False]
    clock.advance(HOLD)
    assert take(slots, clock, "late")


def test_a_hold_that_was_let_go_is_free_at_once(slots: Store, clock: FakeClock) -> None:
    assert all(take(slots, clock, f"r{n}") for n in range(PLACES))
    with slots.begin("h1") as work:
        free_seat(work, "r1")  # type: ignore[arg-type]  # Work without money
    assert take(slots, clock, "next")
    assert not take(slots, clock, "one too many")


def test_another_operator_has_slots_of_its_own(slots: Store, clock: FakeClock) -> None:
    assert all(take(slots, clock, f"r{n}") for n in range(PLACES))
    with slots.begin("h2") as work:
        take_seat(work, "theirs", slot(clock), work.now + HOLD)  # type: ignore[arg-type]  # Work without money
        assert len(work.table(SLOT_HOLD).all(SLOT_HOLD.c.live)) == 1
