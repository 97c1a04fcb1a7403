"""What a card paid for comes back from the sandbox's wallet over its real wire: in full, in part, or never paid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.values import Fen
from hospital_bridge.facade import OperatorScope
from hospital_bridge.payment.context import Counter
from hospital_bridge.payment.flows.refund import give_back
from hospital_bridge.payment.model import Payment, Situation
from hospital_bridge.sandbox.alipay.faults import Effect, Fault
from hospital_bridge.slot import CardEvent, CardState, CardView, Progress, Use
from hospital_bridge.store.unit_of_work import Store
from tests.cards.counters import Mall
from tests.payment.world import ACCOUNT, FEE, OPERATOR, World
from tests.sandbox.alipay.running import RunningSandbox, running_sandbox
from tests.steered import FakeClock

REFUND = "alipay.trade.refund"


class Till(World):
    """A shop that takes coupons for orders which are paid at the sandbox."""

    def __init__(self, store: Store, clock: FakeClock, sandbox: RunningSandbox) -> None:
        super().__init__(store, clock)
        self.sandbox, self.mall = sandbox, Mall(store)
        self.mall.offer(each=9)
        with store.begin(OPERATOR) as work:
            self.payer = work.wallet_users.keep(ACCOUNT, sandbox.payer(), "zh-CN")
        counters: dict[str, Counter] = {}
        wallets = {ACCOUNT: sandbox.wallet(sandbox.world.new_app())}
        self.context = replace(self.context, wallets=wallets, counters=counters)
        self.scope = OperatorScope(self.context, {}, clock, {}, cards=self.mall.context)
        sale = replace(self.desk.sale(), reverses_cards=True)
        counters[sale.kind] = Counter(sale, self.scope, self.scope.unit)

    def order(self, card: CardView, sale_ref: str = "A1") -> Payment:
        """The card is redeemed in the transaction that opens the order."""
        with self.scope.begin() as unit:
            code = unit.cards.code_of(card.card_id)
            unit.cards.redeem(Use(f"at-{sale_ref}", code, "till-1", "staff-1", sale_ref))
            payment_id = unit.payments.open(self.request(unit.work, sale_ref, FEE))
        self.run()
        return self.payment(payment_id)

    def sold(self, card: CardView, sale_ref: str = "A1") -> Payment:
        payment = self.order(card, sale_ref)
        with self.scope.read() as unit:
            address = unit.payments.view(payment.payment_id).pay_url
        fields = self.sandbox.browser.hidden(self.sandbox.browser.get(address))
        self.sandbox.browser.post(f"{self.sandbox.base_url}/cashier", {**fields, "decision": "pay"})
        self.drain(timedelta(minutes=5))
        assert self.situation(payment) is Situation.DONE
        return self.payment(payment.payment_id)

    def give_back(self, payment: Payment, fen: int) -> None:
        with self.store.begin(OPERATOR) as work:
            give_back(self.context, work, work.payments.get(payment.payment_id, lock=True), "damaged", Fen(fen))
        self.drain()

    def reversals(self, card: CardView) -> int:
        return self.mall.changes.count((card.card_id, CardEvent.REVERSE))


@pytest.fixture
def till(store: Store, clock: FakeClock) -> Iterator[Till]:
    with running_sandbox(clock) as sandbox:
        yield Till(store, clock, sandbox)


@pytest.mark.parametrize("effect", [None, Effect.LOSE_REPLY, Effect.SYSTEM_ERROR_AFTER, Effect.UNKNOWN_BEFORE])
def test_a_refund_in_full_gives_the_card_back_once_whatever_is_lost_on_the_way(
    till: Till, effect: Effect | None
) -> None:
    card = till.mall.collected()
    payment = till.sold(card)
    if effect is not None:
        till.sandbox.world.faults.add(Fault(REFUND, effect))
    till.refund_all(payment)
    assert till.mall.now(card).state is CardState.REDEEMED
    till.drain()
    assert till.situation(payment) is Situation.REFUNDED
    assert (till.mall.now(card).state, till.reversals(card)) == (CardState.REVERSED, 1)


def test_a_refund_that_is_told_again_leaves_a_later_use_alone(till: Till) -> None:
    card = till.mall.collected()
    first = till.sold(card)
    till.refund_all(first)
    till.drain()
    till.sold(card, "A2")
    till.refund_all(first)
    till.drain()
    with till.scope.begin() as unit:
        assert unit.cards.reverse_for("A1", "payment", "refunded") == []
    assert (till.mall.now(card).state, till.reversals(card)) == (CardState.REDEEMED, 1)


def test_a_refund_in_part_gives_no_card_back_until_the_rest_has_followed(till: Till) -> None:
    card, other = till.mall.collected(), till.mall.collected("s2")
    payment = till.sold(card)
    till.sold(other, "A2")
    till.give_back(payment, FEE - 1)
    assert till.mall.now(card).state is CardState.REDEEMED
    till.give_back(payment, 1)
    assert (till.mall.now(card).state, till.reversals(card)) == (CardState.REVERSED, 1)
    assert till.mall.now(other).state is CardState.REDEEMED


def test_an_order_that_nobody_paid_gives_the_card_back(till: Till) -> None:
    card = till.mall.collected()
    payment = till.order(card)
    till.drain()
    assert till.desk.progress_of(payment.sale_ref) == [Progress.EXPIRED]
    assert (till.mall.now(card).state, till.reversals(card)) == (CardState.REVERSED, 1)
