"""Scenario 35 of reference/reliability.md section 1: killed at every commit and call, restarted, drained."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from adapters.errors import Reason
from adapters.values import Fen
from hospital_bridge.payment.model import Payment, Situation
from hospital_bridge.store.keys import RootKeys
from tests.fixtures_store import Database
from tests.payment.crashes import Crash, MortalStore, Points
from tests.payment.world import FEE, World
from tests.steered import CountedIds, FakeClock


class MortalWorld(World):
    """Each step is repeated by whoever began it until it got through; each death is followed by a restart."""

    def __init__(self, store: MortalStore, clock: FakeClock) -> None:
        self.points = store.points = Points()
        super().__init__(store, clock)
        self.wallet.line.tap = self.desk.line.tap = self.points.pass_by

    def survive(self, step: Callable[[], object]) -> None:
        while True:
            try:
                step()
                return
            except Crash:
                self.restart()

    def journey(self, sale_ref: str) -> Payment:
        """Opened, paid, noticed, booked; then cancelled, refunded and reversed."""
        self.survive(lambda: self.open(sale_ref))
        self.survive(self.run)
        payment = next(one for one in self.all_payments() if one.sale_ref == sale_ref)
        self.wallet.pay(payment.merchant_order_no)
        self.survive(lambda: self.notify(payment))
        self.survive(self.drain)
        self.survive(lambda: self.refund_all(payment))
        self.survive(self.drain)
        return payment

    def all_payments(self) -> list[Payment]:
        with self.store.read("h1") as work:
            return list(work.payments.all())


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
