"""A bill is paid once: what the wallet took is booked at the hospital, or goes back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from adapters.errors import Reason, Refused
from adapters.values import EntryKind, Fen
from hospital_bridge.payment.reconcile import reconcile_day
from hospital_bridge.slot import PaidSale, Right
from hospital_bridge.verticals.hospital.bills import paying
from hospital_bridge.verticals.hospital.bills.bill import Bill, State
from hospital_bridge.verticals.hospital.store import bills
from tests.payment.faults import Fault
from tests.verticals.hospital.billing import ACCOUNT, MINUTE, OPERATOR, SHANGHAI, BillWorld, issued, withdrawn

PHONES = 6


@pytest.fixture
def other_phone(world: BillWorld) -> str:
    """A second wallet whose user acts for the same person."""
    return world.wallet_user("2088000000000002", world.subject)


def test_nothing_is_asked_of_the_wallet_before_the_patient_presses(world: BillWorld) -> None:
    world.issue()
    world.pass_time()
    assert world.wallet.line.calls == []


def test_a_paid_bill_is_booked_under_its_number_and_has_a_receipt(world: BillWorld) -> None:
    payment = world.settled(world.issue())
    assert world.bill().state is State.SETTLED
    assert world.posted() == [("payment", "B1", 3_000)]
    assert payment.receipt_no == "R1"
    world.must_be_sound()


@pytest.mark.parametrize("fault", [Fault.NOT_SENT, Fault.LOST_REQUEST, Fault.LOST_REPLY, Fault.GARBLED_REPLY])
@pytest.mark.parametrize("verb", ["post", "create"])
def test_a_lost_answer_on_either_side_ends_with_one_payment_and_one_booking(
    world: BillWorld, verb: str, fault: Fault
) -> None:
    (world.cashier.line if verb == "post" else world.wallet.line).will(verb, fault)
    bill = world.issue()
    assert world.pay(bill)
    world.pass_time(5 * MINUTE)
    world.confirm(world.payment())
    world.pass_time()
    assert (world.bill().state, world.posted()) == (State.SETTLED, [("payment", "B1", 3_000)])
    world.must_be_sound()


def test_an_order_that_expires_leaves_the_bill_to_be_paid_again(world: BillWorld) -> None:
    world.opened(world.issue())
    world.pass_time()
    assert (world.bill().state, world.bill().reason, world.situations()) == (State.ISSUED, "expired", ["closed"])
    world.settled(world.bill())
    assert world.bill().state is State.SETTLED
    world.must_be_sound()


def test_a_bill_for_the_window_cannot_be_paid_here(world: BillWorld) -> None:
    assert not world.pay(world.issue(at_window=True))
    assert world.situations() == []


def test_another_sum_than_was_shown_is_not_charged(world: BillWorld) -> None:
    shown = world.issue()
    world.issue(own=9_000, minute=1)
    assert not paying.pay(world.scope, world.phone, shown.bill_id, shown.self_pay_fen)
    assert world.situations() == []


def test_a_bill_that_the_insurance_pays_whole_skips_the_wallet(world: BillWorld) -> None:
    assert world.pay(world.issue(own=0, insurance=4_000))
    world.work()
    assert (world.bill().state, world.situations(), world.posted()) == (
        State.SETTLED,
        ["free"],
        [("payment", "B1", 0)],
    )
    assert world.wallet.line.calls == []


def test_the_hospital_was_paid_at_the_window_meanwhile(world: BillWorld) -> None:
    payment = world.opened(world.issue())
    world.cashier.owed.clear()
    world.confirm(payment)
    world.pass_time()
    assert (world.bill().state, world.bill().reason) == (State.REFUSED, Reason.ALREADY_PAID)
    assert (world.situations(), world.taken_fen(), world.posted()) == (["refunded"], 0, [])
    world.must_be_sound()
    world.hear(withdrawn(minute=5))
    assert world.bill().state is State.WITHDRAWN


def test_a_bill_that_changes_while_its_order_is_open_is_closed_at_the_wallet_first(world: BillWorld) -> None:
    world.opened(world.issue())
    bill = world.issue(own=2_000, minute=1)
    assert (bill.state, bill.self_pay_fen) == (State.CLOSING, 2_000)
    assert not world.pay(bill)
    world.pass_time()
    assert (world.bill().state, world.bill().reason) == (State.ISSUED, "bill_changed")
    world.settled(world.bill())
    assert world.posted() == [("payment", "B1", 2_000)]
    world.must_be_sound()


def test_money_for_the_sum_before_goes_back_and_only_the_new_sum_is_booked(world: BillWorld) -> None:
    first = world.opened(world.issue())
    world.wallet.pay(first.merchant_order_no)
    world.issue(own=2_000, minute=1)
    world.work()
    world.settled(world.bill())
    world.pass_time()
    assert (world.bill().state, sorted(world.situations())) == (State.SETTLED, ["done", "refunded"])
    assert world.posted() == [("payment", "B1", 2_000)]
    world.must_be_sound()


def test_the_same_sums_told_again_leave_the_open_order_alone(world: BillWorld) -> None:
    payment = world.opened(world.issue())
    world.issue(minute=1)
    assert world.bill().state is State.ORDERED
    world.confirm(payment)
    world.work()
    assert world.bill().state is State.SETTLED


@pytest.mark.parametrize("pays", [False, True], ids=["unpaid", "paid at the last moment"])
def test_a_bill_settled_at_the_window_while_its_order_is_open(world: BillWorld, *, pays: bool) -> None:
    payment = world.opened(world.issue())
    if pays:
        world.wallet.pay(payment.merchant_order_no)
    world.hear(withdrawn(minute=1))
    assert world.bill().state is State.WITHDRAWING
    world.pass_time()
    assert (world.bill().state, world.taken_fen(), world.posted()) == (State.WITHDRAWN, 0, [])
    assert world.situations() == ["refunded" if pays else "closed"]
    world.must_be_sound()


def test_a_withdrawal_waits_for_the_answer_to_the_money_that_is_on_its_way(world: BillWorld) -> None:
    payment = world.opened(world.issue())
    world.cashier.line.will("post", Fault.LOST_REQUEST, Reason.ALREADY_PAID)
    world.confirm(payment)
    assert world.bill().state is State.PAID
    world.hear(withdrawn(minute=1))
    world.pass_time()
    assert (world.bill().state, world.situations()) == (State.WITHDRAWN, ["refunded"])
    world.must_be_sound()


@pytest.mark.parametrize("news", [issued(own=1, minute=1), withdrawn(minute=1)], ids=["changed", "withdrawn"])
def test_what_the_hospital_says_after_it_has_booked_the_money_is_for_a_person(world: BillWorld, news: object) -> None:
    world.settled(world.issue())
    before = world.bill()
    with pytest.raises(Refused, match="paid here"):
        world.hear(news)  # type: ignore[arg-type]  # both kinds
    assert world.bill() == before


def test_after_the_person_has_refunded_it_the_hospitals_word_holds(world: BillWorld) -> None:
    payment = world.settled(world.issue())
    with world.scope.begin() as work:
        work.payments.refund_all(payment.payment_id, "decided by a person")
    world.pass_time()
    assert world.bill().state is State.REFUNDED
    assert world.posted() == [("payment", "B1", 3_000), ("refund", "B1", 3_000)]
    world.issue(own=1_000, minute=1)
    world.settled(world.bill())
    assert world.bill().state is State.SETTLED
    world.must_be_sound()


def test_of_phones_that_press_at_once_one_has_the_order(world: BillWorld, other_phone: str) -> None:
    bill, together = world.issue(), Barrier(PHONES)
    phones = [world.phone, other_phone]

    def press(number: int) -> bool:
        together.wait()
        return world.pay(bill, phones[number % 2])

    with ThreadPoolExecutor(PHONES) as hands:
        pressed = list(hands.map(press, range(PHONES)))
    world.work()
    assert (pressed.count(True), len(world.wallet.orders), world.situations()) == (1, 1, ["awaiting"])


def test_the_other_phone_can_take_the_payment_over(world: BillWorld, other_phone: str) -> None:
    """Scenario 3 of the reliability reference: one settles, the other is refunded."""
    first = world.opened(world.issue())
    assert paying.give_up(world.scope, other_phone, world.bill().bill_id)
    world.wallet.pay(first.merchant_order_no)
    world.work()
    world.settled(world.bill(), other_phone)
    world.pass_time()
    assert (world.bill().state, world.bill().wallet_user_id) == (State.SETTLED, other_phone)
    assert (sorted(world.situations()), world.posted()) == (["done", "refunded"], [("payment", "B1", 3_000)])
    world.must_be_sound()


def test_whoever_was_granted_paying_pays_and_nobody_else(world: BillWorld) -> None:
    bill = world.issue()
    payer, other = (
        world.granted(f"208800000000001{n}", rights) for n, rights in enumerate(({Right.PAY}, {Right.BOOK}))
    )
    with pytest.raises(bills.NoSuchBill):
        world.pay(bill, other)
    payment = world.settled(bill, payer)
    with pytest.raises(bills.NoSuchBill):
        paying.give_up(world.scope, other, bill.bill_id)
    assert (payment.wallet_user_id, payment.subject_id) == (payer, world.subject)


@pytest.mark.parametrize("arrives", ["before", "after"])
def test_late_money_of_an_earlier_order_goes_back_and_does_not_move_the_bill(world: BillWorld, arrives: str) -> None:
    first = world.opened(world.issue())
    world.pass_time()
    second = world.opened(world.bill())
    for payment in (first, second) if arrives == "before" else (second, first):
        world.confirm(payment)
        world.work()
    world.pass_time()
    assert (world.bill().state, sorted(world.situations())) == (State.SETTLED, ["done", "refunded"])
    assert world.posted() == [("payment", "B1", 3_000)]
    world.must_be_sound()


def test_a_day_with_both_kinds_of_sale_agrees_and_the_hospitals_list_is_fetched_once(world: BillWorld) -> None:
    world.settled(world.issue())
    world.settled(world.issue("B2", own=500))
    run = reconcile_day(world.context, ACCOUNT, world.clock.now().astimezone(SHANGHAI).date())
    assert (run.state, run.unexplained_fen, run.sale_fen, run.matched) == ("done", 0, 3_500, 2)
    assert world.cashier.line.calls.count("list") == 1
    assert len({sale.entries for sale in (counter.sale for counter in world.context.counters.values())}) == 1


def test_a_reversal_names_the_bill_as_well(world: BillWorld) -> None:
    bill = world.issue()
    payment = world.settled(bill)
    counter = world.context.counters[paying.SALE_KIND]
    ordered = world.bill()
    counter.sale.reverse(counter.scope, sold(ordered, payment.payment_id, world))
    assert [(one.kind, one.bill_no, one.filler_id) for one in world.cashier.book][1:] == [
        (EntryKind.REFUND, "B1", "V1")
    ]


def sold(bill: Bill, payment_id: str, world: BillWorld) -> PaidSale:
    return PaidSale(f"R{payment_id}", bill.sale_ref, bill.subject_id, Fen(1), "O1", "T1", world.clock.now())


def test_payers_are_told_of_a_bill_and_of_its_end_once_and_never_what_it_is_for(world: BillWorld) -> None:
    bill = world.issue()
    world.hear(issued())
    world.settled(bill)
    with world.store.read(OPERATOR) as work:
        inbox = [(one.event, dict(one.parameters)) for one in reversed(work.messages.inbox(world.phone))]
    amount = {"amount": bill.self_pay_fen}
    assert inbox == [("bill.to_pay", amount), ("bill.settled", amount)]
