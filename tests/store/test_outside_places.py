"""However many processes there are, no more calls to one outside system are under way than it bears."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from adapters.errors import Busy
from hospital_bridge.store.outside_places import LOOK_SECONDS, OutsidePlaces, SharedPlaces
from hospital_bridge.store.unit_of_work import Store
from tests.steered import FakeClock

PLACES, CALLERS = 4, 10
LONGEST = timedelta(seconds=30)


def take(store: Store, holder: str, system: str = "his", operator_id: str = "h1") -> int | None:
    with store.begin(operator_id) as work:
        return OutsidePlaces(work).take(system, PLACES, holder, LONGEST)


def give_back(store: Store, place: int, holder: str) -> None:
    with store.begin("h1") as work:
        OutsidePlaces(work).give_back("his", place, holder)


def test_every_place_is_given_out_once_however_many_ask_at_the_same_time(store: Store) -> None:
    for _ in range(2):
        together = Barrier(CALLERS)

        def ask(caller: int, together: Barrier = together) -> int | None:
            together.wait(30)
            return take(store, f"caller {caller}")

        with ThreadPoolExecutor(CALLERS) as callers:
            found = list(callers.map(ask, range(CALLERS)))
        taken = sorted(place for place in found if place is not None)
        assert len(taken) == len(set(taken))
        assert set(taken) <= set(range(1, PLACES + 1))
        assert taken, "somebody always finds one"
        while (place := take(store, "one more")) is not None:
            taken.append(place)
        assert sorted(taken) == [1, 2, 3, 4]
        for caller, place in enumerate(found):
            give_back(store, place or 0, f"caller {caller}")
        for place in range(1, PLACES + 1):
            give_back(store, place, "one more")


def test_systems_and_operators_have_places_of_their_own(store: Store) -> None:
    for _ in range(PLACES):
        take(store, "a")
    assert take(store, "a") is None
    assert take(store, "a", system="lis") == 1
    assert take(store, "a", operator_id="h2") == 1


def test_a_place_of_a_dead_process_is_free_after_the_longest_call(store: Store, clock: FakeClock) -> None:
    dead = [take(store, "dead") for _ in range(PLACES)]
    clock.advance(LONGEST - timedelta(milliseconds=1))
    assert take(store, "living") is None
    clock.advance(timedelta(milliseconds=1))
    assert take(store, "living") == dead[0]
    give_back(store, dead[0] or 0, "dead")
    assert [take(store, "another") for _ in range(PLACES)] == [2, 3, 4, None], "who comes late gives back nothing"


def test_who_waits_has_a_place_once_it_is_given_back_or_hears_that_it_is_busy(store: Store, clock: FakeClock) -> None:
    wait = timedelta(seconds=1)
    here, there = (SharedPlaces(store, clock, "h1", "his", 1, wait, LONGEST) for _ in range(2))
    with here.place("here"):
        began = clock.now()
        with pytest.raises(Busy), there.place("there"):
            pass
        assert clock.now() - began >= wait - timedelta(seconds=LOOK_SECONDS)
    with there.place("there"):
        pass
    with pytest.raises(KeyError), here.place("here"):
        raise KeyError
    with there.place("there"):
        pass


def test_where_the_database_cannot_count_each_process_still_counts_for_itself(store: Store, clock: FakeClock) -> None:
    nobody_knows_the_operator = SharedPlaces(store, clock, "stranger", "his", 1, timedelta(0), LONGEST)
    with nobody_knows_the_operator.place("a"), nobody_knows_the_operator.place("b"):
        pass
