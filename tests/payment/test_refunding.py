"""Scenarios 23 to 26 of reference/reliability.md section 1: money going back."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy.exc import IntegrityError

from adapters.errors import Reason
from adapters.values import EntryKind, Fen
from hospital_bridge.payment.flows.decide import Looked, decide_refund_again, decide_reversed
from hospital_bridge.payment.flows.refund import give_back
from hospital_bridge.payment.flows.undecided import NothingToDecide
from hospital_bridge.payment.model import Account, Fulfilment, OverRefund, Payment, RefundState, Situation
from hospital_bridge.slot import Progress
from hospital_bridge.store.payments import PAYMENT
from tests.payment.faults import Fault
from tests.payment.world import FEE, World


def test_a_cancelled_registration_is_refunded_at_the_wallet_and_then_reversed(world: World) -> None:
    payment = world.fulfilled()
    world.refund_all(payment)
    assert world.situation(payment) is Situation.REFUNDING
    world.drain()
    assert world.situation(payment) is Situation.REFUNDED
    assert world.desk.booked(EntryKind.REFUND) == [FEE]
    assert world.desk.told[-1] == ("A1", Progress.REFUNDED, "cancelled by the patient")
    assert set(world.balances().values()) == {0}
    world.assert_at_rest()


def test_a_free_registration_that_is_cancelled_is_reversed_without_the_wallet(world: World) -> None:
    payment_id = world.open(amount=0)
    world.run()
    payment = world.payment(payment_id)
    world.refund_all(payment)
    world.refund_all(payment)
    world.drain()
    assert world.desk.booked(EntryKind.REFUND) == [0]
    assert world.wallet.line.calls == []
    assert world.desk.told[-1] == ("A1", Progress.REFUNDED, "cancelled by the patient")


def test_a_refund_asked_while_the_hospital_is_confirming_waits_for_its_answer(world: World) -> None:
    payment = world.paid()
    world.refund_all(payment)
    assert world.situation(payment) is Situation.REFUNDING
    assert world.payment(payment.payment_id).refund_reserved_fen == 0
    world.drain()
    assert world.situation(payment) is Situation.REFUNDED
    assert world.desk.booked(EntryKind.PAYMENT) == world.desk.booked(EntryKind.REFUND) == [FEE]
    world.assert_at_rest()


@pytest.mark.parametrize("fault", [Fault.LOST_REPLY, Fault.LOST_REQUEST, Fault.FORGED_REPLY, Fault.GARBLED_REPLY])
def test_23_an_unknown_refund_keeps_its_number_and_refunds_once(world: World, fault: Fault) -> None:
    payment = world.fulfilled()
    world.refund_all(payment)
    world.wallet.line.will("refund", fault)
    world.drain()
    with world.store.read("h1") as work:
        [refund] = work.refunds.of(payment.payment_id)
    assert refund.state is RefundState.REFUNDED
    assert list(world.wallet.orders[payment.merchant_order_no].refunds) == [refund.refund_no]
    world.assert_at_rest()


def test_24_a_refund_without_a_change_of_funds_is_asked_for_until_it_is_firm(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.holds_refunds = True
    world.refund_all(payment)
    world.drain(timedelta(minutes=20))
    assert world.situation(payment) is Situation.REFUNDING
    assert world.wallet.line.calls.count("refund") == 1
    world.wallet.release_refunds()
    world.drain()
    assert world.situation(payment) is Situation.REFUNDED
    world.assert_at_rest()


def test_24_an_answer_that_counts_as_already_refunded_is_checked_under_our_number(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", Reason.ALREADY_REFUNDED)
    world.refund_all(payment)
    world.drain()
    assert world.situation(payment) is Situation.DONE
    with world.store.read("h1") as work:
        assert [refund.state for refund in work.refunds.for_person()] == [RefundState.VOID]
    world.assert_at_rest()


def test_24_a_refused_refund_is_sent_again_when_a_person_says_so(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", Reason.EXPIRED)
    world.refund_all(payment)
    world.drain()
    with world.store.begin("h1") as work:
        decide_refund_again(world.context, work, payment.payment_id, Looked("staff-1"))
    with world.store.begin("h1") as work, pytest.raises(NothingToDecide):
        decide_refund_again(world.context, work, payment.payment_id, Looked("staff-2"))
    world.drain()
    assert world.situation(payment) is Situation.REFUNDED
    world.assert_at_rest()


def test_24_what_nobody_wants_back_cannot_be_given_back_again(world: World) -> None:
    payment = world.fulfilled()
    with world.store.begin("h1") as work, pytest.raises(NothingToDecide):
        decide_refund_again(world.context, work, payment.payment_id, Looked("staff-1"))


def give_back_at_counter(world: World, payment: Payment, *fen: int) -> None:
    with world.store.begin("h1") as work:
        for amount in fen:
            locked = work.payments.get(payment.payment_id, lock=True)
            give_back(world.context, work, locked, "at the counter", Fen(amount))


def test_25_of_two_cashiers_one_wins_in_the_database(world: World) -> None:
    payment = world.fulfilled()
    outcomes: list[str] = []
    start = Barrier(2)

    def cashier() -> None:
        start.wait()
        try:
            world.apart(give_back_at_counter, payment, 1000)
            outcomes.append("reserved")
        except OverRefund:
            outcomes.append("too much")

    cashiers = [Thread(target=cashier) for _ in range(2)]
    for thread in cashiers:
        thread.start()
    for thread in cashiers:
        thread.join()
    assert sorted(outcomes) == ["reserved", "too much"]
    world.drain()
    assert world.payment(payment.payment_id).refunded_fen == 1000
    world.assert_at_rest()


def test_25_the_database_itself_refuses_more_than_was_collected(world: World) -> None:
    payment = world.fulfilled()
    with pytest.raises(IntegrityError), world.store.begin("h1") as work:
        work.table(PAYMENT).change(PAYMENT.c.payment_id == payment.payment_id, refund_reserved_fen=FEE + 1)


def test_26_refunds_of_one_order_are_three_seconds_apart(world: World) -> None:
    payment = world.fulfilled()
    world.apart(give_back_at_counter, payment, 100, 200, 300)
    world.drain()
    assert world.wallet.too_close == 0
    assert world.wallet.line.calls.count("refund") == 3
    assert world.payment(payment.payment_id).refunded_fen == 600
    assert world.desk.booked(EntryKind.REFUND) == [100, 200, 300]
    world.assert_at_rest()


def test_29_while_the_merchants_balance_is_short_the_patient_sees_a_refund_under_way(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", *[Fault.NOT_SENT] * 10)
    world.refund_all(payment)
    world.drain(timedelta(minutes=5))
    assert world.situation(payment) is Situation.REFUNDING
    world.drain()
    assert world.situation(payment) is Situation.REFUNDED
    world.assert_at_rest()


def test_a_refused_refund_gives_the_reservation_up_and_can_be_asked_for_again(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", Reason.EXPIRED)
    world.refund_all(payment)
    world.drain()
    assert world.balances()[Account.HOSPITAL] == FEE
    assert "refund.refused" in world.security_events()
    world.refund_all(payment)
    world.drain()
    assert world.situation(payment) is Situation.REFUNDED
    world.assert_at_rest()


@pytest.mark.parametrize("fault", [Fault.LOST_REPLY, Fault.LOST_REQUEST, Fault.NOT_SENT])
def test_an_unknown_reversal_is_asked_for_and_made_once(world: World, fault: Fault) -> None:
    payment = world.fulfilled()
    world.desk.line.will("reverse", fault)
    world.refund_all(payment)
    world.drain()
    assert world.desk.booked(EntryKind.REFUND) == [FEE]
    world.assert_at_rest()


def test_a_reversal_that_the_hospital_refuses_waits_for_a_person(world: World) -> None:
    payment = world.fulfilled()
    world.desk.line.will("reverse", Reason.CLOSED)
    world.refund_all(payment)
    world.drain()
    assert world.situation(payment) is Situation.REFUNDED
    with world.store.read("h1") as work:
        assert [refund.reversal for refund in work.refunds.for_person()] == [Fulfilment.REFUSED]
    world.assert_books_are_sound()


def test_a_refused_reversal_ends_when_a_person_has_put_it_right(world: World) -> None:
    payment = world.fulfilled()
    world.desk.line.will("reverse", Reason.CLOSED)
    world.refund_all(payment)
    world.drain()
    with world.store.begin("h1") as work:
        [refund] = work.refunds.for_person()
        decide_reversed(work, refund.refund_no, by="staff-1")
        assert work.refunds.for_person() == []
    with world.store.begin("h1") as work, pytest.raises(NothingToDecide):
        decide_reversed(work, refund.refund_no, by="staff-2")
