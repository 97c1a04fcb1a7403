"""Answers that are rare, contradictory or late, and what stands afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.errors import NotDone, OutcomeUnknown, OutsideError, Reason, Refused, Untrusted
from adapters.values import EntryKind, Fen, RefundAnswer, RefundOrder, Trade, TradeStatus
from hospital_bridge.payment.effects import Errand
from hospital_bridge.payment.flows.decide import decide_reversed
from hospital_bridge.payment.flows.settle import Verdict, settle
from hospital_bridge.payment.model import (
    Collection,
    EffectState,
    Fulfilment,
    FulfilmentEvent,
    IllegalTransition,
    RefundState,
    Situation,
)
from hospital_bridge.slot import FulfilMode
from hospital_bridge.store.payments import UnknownPayment
from hospital_bridge.store.refunds import UnknownRefund
from hospital_bridge.store.unit_of_work import Store
from tests.payment.desk import Desk
from tests.payment.faults import Fault
from tests.payment.world import FEE, HALF_AN_HOUR, World
from tests.steered import FakeClock


@pytest.mark.parametrize("fault", [Fault.NOT_SENT, Fault.LOST_REPLY, Fault.FORGED_REPLY])
def test_a_query_that_fails_is_asked_again(world: World, fault: Fault) -> None:
    payment = world.opened()
    world.wallet.pay(payment.merchant_order_no)
    world.wallet.line.will("query", fault, fault)
    world.drain(timedelta(minutes=2))
    assert world.situation(payment) is Situation.DONE
    assert world.security_events().count("answer.untrusted") == (2 if fault is Fault.FORGED_REPLY else 0)


def test_a_wallet_that_will_not_close_is_asked_until_it_does(world: World) -> None:
    payment = world.opened()
    world.clock.advance(HALF_AN_HOUR)
    world.wallet.line.will("close", Reason.CREDENTIALS, Reason.CREDENTIALS)
    world.run()
    with world.store.read("h1") as work:
        assert [one.payment_id for one in work.payments.overdue(work.now + timedelta(seconds=1))] == [
            payment.payment_id
        ]
    world.drain()
    assert world.situation(payment) is Situation.CLOSED
    assert world.wallet.line.calls.count("close") == 3


def test_a_wallet_that_contradicts_itself_about_closing_is_asked_again(world: World) -> None:
    payment = world.opened()
    world.clock.advance(HALF_AN_HOUR)
    world.wallet.line.will("close", Reason.ALREADY_PAID)
    world.drain()
    assert world.situation(payment) is Situation.CLOSED
    world.assert_at_rest()


def test_an_order_that_was_paid_before_it_was_opened_again_is_settled(world: World) -> None:
    world.wallet.line.will("create", Fault.LOST_REQUEST, Reason.ALREADY_PAID)
    payment_id = world.open()
    world.drain(timedelta(seconds=3))
    payment = world.payment(payment_id)
    assert payment.collection is Collection.CREATED
    assert payment.fulfilment is Fulfilment.PENDING


def test_a_refund_that_the_wallet_calls_made_already_is_found_under_our_number(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = world.fulfilled()
    give_back = world.wallet.refund

    def refund_and_deny(order: RefundOrder) -> RefundAnswer:
        give_back(order)
        raise Refused("made already", reason=Reason.ALREADY_REFUNDED)

    monkeypatch.setattr(world.wallet, "refund", refund_and_deny)
    world.refund_all(payment)
    world.drain()
    assert world.situation(payment) is Situation.REFUNDED
    world.assert_at_rest()


def test_a_refund_of_another_sum_stays_unknown_until_somebody_looks(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = world.fulfilled()
    give_back = world.wallet.refund
    monkeypatch.setattr(world.wallet, "refund", lambda order: replace(give_back(order), amount_fen=Fen(1)))
    monkeypatch.setattr(
        world.wallet,
        "query_refund",
        lambda order_no, refund_no: replace(refund_answer(world, order_no), amount_fen=Fen(1)),
    )
    world.refund_all(payment)
    world.drain(timedelta(minutes=20))
    assert world.situation(payment) is Situation.REFUNDING
    assert [effect.state for effect in world.effects() if effect.kind == "wallet.refund"] == [EffectState.UNKNOWN]
    world.assert_books_are_sound()


def refund_answer(world: World, order_no: str) -> RefundAnswer:
    [answer] = world.wallet.orders[order_no].refunds.values()
    return answer


def test_a_reversal_of_another_sum_raises_an_alarm(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    payment = world.fulfilled()
    counter = world.context.counters["registration"]
    reverse = counter.sale.reverse
    wrong = replace(counter.sale, reverse=lambda scope, paid: replace(reverse(scope, paid), amount_fen=Fen(1)))
    monkeypatch.setitem(world.context.counters, "registration", replace(counter, sale=wrong))
    world.refund_all(payment)
    world.drain()
    assert "reversal.wrong_amount" in world.security_events()


def test_an_unknown_reversal_without_a_query_waits_for_a_person(store: Store, clock: FakeClock) -> None:
    world = World(store, clock, Desk(FulfilMode.MANUAL))
    payment = world.fulfilled()
    world.desk.line.will("reverse", Fault.LOST_REPLY)
    world.refund_all(payment)
    world.drain(timedelta(minutes=20))
    with world.store.begin("h1") as work:
        [refund] = work.refunds.for_person()
        assert refund.reversal is Fulfilment.MANUAL
        decide_reversed(work, refund.refund_no, by="staff-1")
    world.drain()
    assert world.desk.booked(EntryKind.REFUND) == [FEE]
    world.assert_at_rest()


def test_a_free_registration_that_the_hospital_refuses_has_nothing_to_refund(world: World) -> None:
    world.desk.line.will("fulfil", Reason.SLOT_TAKEN)
    payment_id = world.open(amount=0)
    world.drain()
    assert world.situation(world.payment(payment_id)) is Situation.REFUSED
    world.assert_at_rest()


def test_news_of_another_order_is_never_applied(world: World) -> None:
    payment = world.opened()
    with world.store.begin("h1") as work:
        stray = Trade("another", TradeStatus.PAID, amount_fen=FEE)
        assert settle(world.context, work, work.payments.get(payment.payment_id, lock=True), stray) is Verdict.MISMATCH
    assert world.payment(payment.payment_id) == payment


def test_a_refund_without_a_booking_cannot_be_reversed(world: World) -> None:
    world.desk.line.will("fulfil", Reason.SLOT_TAKEN)
    payment = world.paid()
    world.drain()
    with world.store.read("h1") as work:
        [refund] = work.refunds.of(payment.payment_id)
    assert refund.state is RefundState.REFUNDED
    with pytest.raises(IllegalTransition):
        refund.reverse(FulfilmentEvent.ACCEPTED, world.clock.now())


@pytest.mark.parametrize(
    "late_answer",
    ["first", Refused("no"), NotDone("busy"), OutcomeUnknown("timeout"), Untrusted("signature")],
    ids=lambda answer: type(answer).__name__,
)
def test_an_answer_that_comes_after_somebody_else_has_ended_the_effect_is_dropped(
    world: World, late_answer: str | OutsideError
) -> None:
    ends: list[str] = []

    def overtaken() -> str:
        world.context.driver.drive(errand(lambda: "never", look=lambda: "second"))
        if isinstance(late_answer, OutsideError):
            raise late_answer
        return late_answer

    def errand(act: Callable[[], str], look: Callable[[], str]) -> Errand:
        return Errand(
            kind="test",
            key="test:1",
            act=act,
            look=look,
            confirmed=lambda _, result: ends.append(result),
            refused=lambda _, refusal: ends.append(refusal.text),
        )

    world.context.driver.drive(errand(overtaken, look=lambda: "never"))
    assert ends == ["second"]


def test_what_does_not_exist_is_said_so(world: World) -> None:
    with world.store.read("h1") as work:
        with pytest.raises(UnknownPayment):
            work.payments.get("none")
        with pytest.raises(UnknownRefund):
            work.refunds.get("none")
