"""Any history of payers, wallets, losses and delays ends as a naive model says, with I1, I2, I3, I4, I5 and I8."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from adapters.errors import Reason
from adapters.values import TradeStatus
from hospital_bridge.payment.model import Fulfilment, Situation
from hospital_bridge.store.engine import make_engine
from hospital_bridge.store.jobs import Lane
from hospital_bridge.store.keys import RootKeys
from hospital_bridge.store.unit_of_work import Store
from tests.payment.faults import Fault
from tests.payment.world import World
from tests.steered import CountedIds, FakeClock

faults = st.sampled_from(list(Fault))


@dataclass
class Told:
    """All that the naive model knows of one payment."""

    amount: int
    is_paid: bool = False
    is_unwanted: bool = False
    is_late: bool = False


class Histories(RuleBasedStateMachine):
    """The rules are what patients, wallets, networks and time may do; the model only remembers who wanted what."""

    template: Path
    payments: Bundle[str] = Bundle("payments")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="hb-histories-"))
        shutil.copyfile(self.template, self.folder / "bridge.db")
        clock = FakeClock()
        self.engine = make_engine(f"sqlite:///{self.folder / 'bridge.db'}")
        store = Store(self.engine, clock, CountedIds(clock), RootKeys(current=bytes(32)))
        with store.begin("h1") as work:
            work.operators.register("Hospital h1")
        self.world = World(store, clock)
        self.model: dict[str, Told] = {}
        self.can_refuse = False

    @rule(target=payments, amount=st.integers(min_value=0, max_value=100_000))
    def open(self, amount: int) -> str:
        payment_id = self.world.open(f"A{len(self.model)}", amount)
        self.model[payment_id] = Told(amount, is_paid=amount == 0)
        return payment_id

    @rule(payment_id=payments)
    def pay(self, payment_id: str) -> None:
        order_no = self.world.payment(payment_id).merchant_order_no
        status = self.world.wallet.trade(order_no).status
        if status is TradeStatus.AWAITING or (status is TradeStatus.CLOSED and not self.model[payment_id].is_paid):
            self.model[payment_id].is_paid = True
            self.model[payment_id].is_late = status is TradeStatus.CLOSED
            self.world.wallet.pay(order_no)

    @rule(payment_id=payments)
    def notify(self, payment_id: str) -> None:
        payment = self.world.payment(payment_id)
        if payment.merchant_order_no in self.world.wallet.orders:
            assert self.world.notify(payment) == b"success"

    @rule(payment_id=payments, amount=st.integers(min_value=1, max_value=10))
    def notify_wrongly(self, payment_id: str, amount: int) -> None:
        payment = self.world.payment(payment_id)
        if payment.merchant_order_no in self.world.wallet.orders:
            assert self.world.notify(payment, amount_fen=payment.amount_fen + amount) == b"fail"
            assert self.world.payment(payment_id) == payment

    @rule(payment_id=payments)
    def refund_all(self, payment_id: str) -> None:
        self.model[payment_id].is_unwanted = True
        self.world.refund_all(self.world.payment(payment_id))

    @rule(payment_id=payments)
    def abandon(self, payment_id: str) -> None:
        self.model[payment_id].is_unwanted = True
        self.world.abandon(self.world.payment(payment_id))

    @rule(verb=st.sampled_from(["create", "query", "close", "refund", "query_refund"]), fault=faults)
    def wallet_fails(self, verb: str, fault: Fault) -> None:
        self.world.wallet.line.will(verb, fault)

    @rule(verb=st.sampled_from(["fulfil", "query", "reverse"]), fault=faults)
    def desk_fails(self, verb: str, fault: Fault) -> None:
        self.world.desk.line.will(verb, fault)

    @rule()
    def desk_refuses(self) -> None:
        self.can_refuse = True
        self.world.desk.line.will("fulfil", Reason.SLOT_TAKEN)

    @rule(holds=st.booleans())
    def wallet_holds_refunds(self, *, holds: bool) -> None:
        self.world.wallet.holds_refunds = holds
        if not holds:
            self.world.wallet.release_refunds()

    @rule(steps=st.integers(min_value=1, max_value=5))
    def workers_run(self, steps: int) -> None:
        for _ in range(steps):
            self.world.runner.run_once(Lane.IO)

    @rule(seconds=st.sampled_from([1, 4, 60, 1200]))
    def time_passes(self, seconds: int) -> None:
        self.world.drain(timedelta(seconds=seconds))

    @rule(minutes=st.integers(min_value=1, max_value=40))
    def nobody_works(self, minutes: int) -> None:
        self.world.clock.advance(timedelta(minutes=minutes))

    @invariant()
    def books_are_sound(self) -> None:
        self.world.assert_books_are_sound()

    def teardown(self) -> None:
        try:
            self.heal()
            self.world.assert_at_rest()
            assert self.world.dead_jobs() == []
            for payment_id, told in self.model.items():
                self.assert_as_told(payment_id, told)
        finally:
            self.engine.dispose()
            shutil.rmtree(self.folder)

    def heal(self) -> None:
        """Nothing fails any more, the wallet sends its last notices, and the workers have all the time."""
        self.world.wallet.line.heal()
        self.world.desk.line.heal()
        self.world.wallet.release_refunds()
        self.world.wallet.holds_refunds = False
        self.world.drain()
        for payment_id in self.model:
            self.notify(payment_id)
        self.world.drain()

    def assert_as_told(self, payment_id: str, told: Told) -> None:
        payment = self.world.payment(payment_id)
        situation = self.world.situation(payment)
        if not told.is_paid:
            assert situation is Situation.CLOSED
            assert payment.collected_fen == 0
        elif told.amount == 0:
            assert payment.fulfilment is Fulfilment.FULFILLED or self.can_refuse
        elif told.is_unwanted or told.is_late:
            assert situation is Situation.REFUNDED
        elif payment.fulfilment is Fulfilment.REFUSED:
            assert (situation, self.can_refuse) == (Situation.REFUNDED, True)
        else:
            assert situation is Situation.DONE


def test_any_history_of_payments_ends_as_the_naive_model_says(sqlite_template: Path) -> None:
    Histories.template = sqlite_template
    thorough = settings(
        max_examples=25,
        stateful_step_count=30,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Histories, settings=thorough)
