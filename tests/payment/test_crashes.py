"""Scenario 35 of reference/reliability.md section 1: killed at every commit and call, restarted, drained."""

from __future__ import annotations

import pytest

from adapters.errors import Reason
from adapters.values import Fen
from hospital_bridge.payment.model import Situation
from hospital_bridge.store.keys import RootKeys
from tests.fixtures_store import Database
from tests.payment.crashes import MortalStore, MortalWorld
from tests.payment.world import FEE
from tests.steered import CountedIds, FakeClock


@pytest.fixture
def every(database: Database) -> int:
    """Each point on the embedded database, each fifth on PostgreSQL, where a round takes four times as long."""
    return 1 if database.engine.dialect.name == "sqlite" else 5


@pytest.fixture
def mortal(database: Database, clock: FakeClock, ids: CountedIds, keys: RootKeys) -> MortalWorld:
    return MortalWorld(MortalStore(database.engine, clock, ids, keys), clock)


@pytest.mark.parametrize("refusal", [None, Reason.SLOT_TAKEN], ids=["booked", "refused"])
def test_35_killed_at_any_commit_or_call_no_fen_is_lost_or_doubled(
    mortal: MortalWorld, every: int, refusal: Reason | None
) -> None:
    if refusal:
        mortal.desk.line.will("fulfil", refusal)
    mortal.points.arm(None)
    mortal.journey("whole")
    points = mortal.points.passed
    assert points > 40
    for point in range(1, points + 1, every):
        if refusal:
            mortal.desk.line.heal()
            mortal.desk.line.will("fulfil", refusal)
        mortal.points.arm(point)
        payment = mortal.journey(f"killed at {point}")
        assert mortal.points.passed >= point
        assert mortal.situation(payment) is Situation.REFUNDED, f"killed at point {point} of {points}"
        assert mortal.payment(payment.payment_id).refunded_fen == Fen(FEE)
    mortal.assert_at_rest()
    assert mortal.dead_jobs() == []
