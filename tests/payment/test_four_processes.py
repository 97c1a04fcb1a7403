"""Scenarios 35 and 36 where four processes share the work: one is killed, or the database ends all their sessions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Lock

import pytest

from hospital_bridge.payment.model import Situation
from hospital_bridge.store.unit_of_work import Store
from tests.fixtures_store import Database
from tests.payment.conftest import FOUR_PROCESSES
from tests.payment.crashes import MortalCrewWorld, end_our_sessions
from tests.payment.crew import Crew, Member
from tests.steered import FakeClock

pytestmark = pytest.mark.parametrize("database", [FOUR_PROCESSES], indirect=True)
STRIKES = 6


@pytest.fixture
def found(store: Store, clock: FakeClock, database: Database, crew: Crew) -> Iterator[MortalCrewWorld]:
    world = MortalCrewWorld(store, clock)
    world.crew = crew
    crew.enter(world, database.url)
    yield world
    crew.leave()


class Questions:
    """Counts what the processes ask of the outside, the time at each transaction's begin among it; strikes at one."""

    def __init__(self, strike: Callable[[Member], None]) -> None:
        self._strike = strike
        self._lock = Lock()
        self.heard, self.deadly = 0, 0

    def tap(self, member: Member) -> None:
        with self._lock:
            self.heard += 1
            strikes = self.heard == self.deadly
        if strikes:
            self._strike(member)


def play(world: MortalCrewWorld, strike: Callable[[Member], None]) -> None:
    """A whole journey, and then others of which each is struck at a later question."""
    calm = Questions(strike)
    world.crew.tap = calm.tap
    world.journey("whole")
    for number in range(1, STRIKES + 1):
        struck = Questions(strike)
        # The processes race, so that no two journeys ask equally often: the last tenth may never be reached.
        struck.deadly = calm.heard * 9 * number // (10 * STRIKES)
        world.crew.tap = struck.tap
        payment = world.journey(f"struck {number}")
        assert struck.heard >= struck.deadly
        assert world.situation(payment) is Situation.REFUNDED, f"struck at question {struck.deadly}"
    world.assert_at_rest()
    assert world.dead_jobs() == []


def test_35_of_four_processes_any_may_be_killed_at_any_moment(found: MortalCrewWorld) -> None:
    killed: list[int] = []

    def kill(member: Member) -> None:
        killed.append(member.process.pid)
        member.process.kill()

    play(found, kill)
    assert len(set(killed)) == STRIKES
    assert {member.process.pid for member in found.crew.members}.isdisjoint(killed)


def test_36_a_failover_under_four_processes_loses_and_doubles_nothing(
    found: MortalCrewWorld, database: Database
) -> None:
    play(found, lambda _: end_our_sessions(database))
