"""What waits for a person in money, and what becomes of their decisions, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.errors import Reason
from adapters.invoices import InvoiceState
from adapters.values import Fen
from hospital_bridge.finance import FinanceDesk
from hospital_bridge.money_rows import FOR_A_SECOND
from hospital_bridge.order_rows import order_view
from hospital_bridge.payment.effects import PATIENCE
from hospital_bridge.payment.flows.staff_refund import Obstacle
from hospital_bridge.payment.model import Payment, Situation
from hospital_bridge.payment.reconcile import reconcile_day
from hospital_bridge.refund_desk import RefundDesk
from hospital_bridge.slot import FulfilMode
from hospital_bridge.store.differences import Finding
from hospital_bridge.store.refund_requests import RefundRequests
from hospital_bridge.store.staff import StaffAccounts
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.web.finance_reads import GIVES_BACK, Decision, Explanation, SomebodyWasFaster, Told
from hospital_bridge.web.refund_reads import AskedRefund, NotRefundable
from tests.payment.desk import Desk
from tests.payment.faults import Fault
from tests.payment.world import ACCOUNT, FEE, HALF_AN_HOUR, OPERATOR, World
from tests.steered import FakeClock


@pytest.fixture
def world(store: Store, clock: FakeClock) -> World:
    return World(store, clock, Desk(FulfilMode.MANUAL))


@pytest.fixture
def finance(world: World) -> FinanceDesk:
    return FinanceDesk(lambda _: world.context)


@pytest.fixture
def undecided(world: World) -> Payment:
    """Paid, and the hospital's answer was lost."""
    world.desk.line.will("fulfil", Fault.LOST_REPLY)
    payment = world.paid()
    world.drain(timedelta(hours=1))
    return payment


@pytest.fixture(params=[Reason.EXPIRED, Reason.NOT_ALLOWED])
def not_given_back(world: World, request: pytest.FixtureRequest) -> Payment:
    """Booked, cancelled, and the wallet refuses the refund: its time is over, or the payer's account is closed."""
    payment = world.fulfilled()
    world.wallet.line.will("refund", request.param)
    world.refund_all(payment)
    world.drain()
    return payment


def issue_invoices(world: World, state: InvoiceState | None) -> None:
    counters: Any = world.context.counters
    counter = counters["registration"]
    counters["registration"] = replace(counter, sale=replace(counter.sale, invoice=lambda _scope, _paid: state))


def decide(finance: FinanceDesk, about: str, decision: Decision) -> None:
    finance.decide(OPERATOR, about, decision, Told("staff-1", "R7"))


def trail(world: World) -> list[tuple[str, str, str]]:
    with world.store.read(OPERATOR) as work:
        return [(entry.actor, entry.action, entry.target) for entry in work.audit.latest()]


def test_nothing_waits_for_anybody_where_all_went_well(world: World, finance: FinanceDesk) -> None:
    world.fulfilled()
    assert finance.waiting(OPERATOR) == []
    assert finance.figures(OPERATOR).for_person == 0


@pytest.mark.parametrize(
    ("decision", "situation"),
    [
        (Decision.FULFILLED, Situation.DONE),
        (Decision.REFUSED, Situation.REFUNDED),
        (Decision.AGAIN, Situation.DONE),
    ],
)
def test_an_undecided_booking_leaves_the_list_by_any_of_three_decisions(
    world: World, finance: FinanceDesk, undecided: Payment, decision: Decision, situation: Situation
) -> None:
    [row] = finance.waiting(OPERATOR)
    assert (row.about, row.amount_fen, row.order_no) == (undecided.payment_id, FEE, undecided.merchant_order_no)
    assert decision in row.decisions
    if decision is not Decision.FULFILLED:
        world.desk.effects.clear()
    decide(finance, row.about, decision)
    world.drain()
    assert world.situation(undecided) is situation
    assert finance.waiting(OPERATOR) == []
    assert ("staff-1", f"payment.decided_{decision}", undecided.payment_id) in trail(world)
    world.assert_at_rest()


def test_while_it_is_told_again_nothing_can_be_decided(world: World, finance: FinanceDesk, undecided: Payment) -> None:
    decide(finance, undecided.payment_id, Decision.AGAIN)
    [row] = finance.waiting(OPERATOR)
    assert row.decisions == ()
    for decision in (Decision.FULFILLED, Decision.REFUSED, Decision.AGAIN):
        with pytest.raises(SomebodyWasFaster):
            decide(finance, undecided.payment_id, decision)


def test_a_refused_refund_is_one_row_and_is_sent_again(
    world: World, finance: FinanceDesk, not_given_back: Payment
) -> None:
    [row] = finance.waiting(OPERATOR)
    assert (row.about, row.amount_fen) == (not_given_back.payment_id, FEE)
    assert row.reason in {"expired", "not_allowed"}
    decide(finance, row.about, Decision.REFUND_AGAIN)
    assert finance.waiting(OPERATOR) == [], "it is under way"
    world.drain()
    assert world.situation(not_given_back) is Situation.REFUNDED
    assert finance.waiting(OPERATOR) == [], "the refused one is history"


def test_what_is_nobodys_payment_or_refund_waits_for_nobody(finance: FinanceDesk) -> None:
    for decision in (Decision.REFUND_AGAIN, Decision.REVERSED, Decision.RETURNED):
        with pytest.raises(SomebodyWasFaster):
            decide(finance, "nobody", decision)


def test_whoever_says_that_the_e_invoice_stands_sends_nothing_again(
    world: World, finance: FinanceDesk, not_given_back: Payment
) -> None:
    issue_invoices(world, None)
    told = Told("staff-1", proved=True, invoice="issued")
    with pytest.raises(NotRefundable) as refusal:
        finance.decide(OPERATOR, not_given_back.payment_id, Decision.REFUND_AGAIN, told)
    assert refusal.value.obstacle is Obstacle.INVOICE_STANDS


@pytest.mark.parametrize("state", [InvoiceState.ISSUED, None])
def test_while_it_is_not_known_that_no_e_invoice_stands_nothing_is_sent_again(
    world: World, finance: FinanceDesk, not_given_back: Payment, state: InvoiceState | None
) -> None:
    issue_invoices(world, state)
    with pytest.raises(NotRefundable) as refusal:
        decide(finance, not_given_back.payment_id, Decision.REFUND_AGAIN)
    expected = Obstacle.INVOICE_UNTOLD if state is None else Obstacle.INVOICE_STANDS
    assert (refusal.value.obstacle, len(finance.waiting(OPERATOR))) == (expected, 1)
    if state is None:
        told = Told("staff-1", proved=True, invoice="reversed")
        finance.decide(OPERATOR, not_given_back.payment_id, Decision.REFUND_AGAIN, told)
        with world.store.read(OPERATOR) as work:
            kept = RefundRequests(work).of(not_given_back.payment_id)[-1]
        assert (kept.invoice, kept.invoice_told) == (InvoiceState.REVERSED, False)


def test_money_for_a_refused_booking_that_the_wallet_keeps_is_one_row(world: World, finance: FinanceDesk) -> None:
    world.desk.line.will("fulfil", Reason.SLOT_TAKEN)
    world.wallet.line.will("refund", Reason.EXPIRED)
    payment = world.fulfilled()
    world.drain()
    [row] = finance.waiting(OPERATOR)
    assert (row.about, row.decisions) == (payment.payment_id, (Decision.REFUND_AGAIN,))


@pytest.mark.parametrize("trouble", [Fault.LOST_REPLY, Reason.CLOSED])
def test_a_booking_that_was_not_taken_back_waits_until_a_person_says_it_is(
    world: World, finance: FinanceDesk, trouble: Fault | Reason
) -> None:
    world.desk.line.will("reverse", trouble)
    payment = world.fulfilled()
    world.refund_all(payment)
    world.drain(timedelta(minutes=20))
    [row] = finance.waiting(OPERATOR)
    decide(finance, row.about, Decision.REVERSED)
    assert finance.waiting(OPERATOR) == []
    with pytest.raises(SomebodyWasFaster):
        decide(finance, row.about, Decision.REVERSED)


def test_what_is_unknown_for_longer_than_normal_is_counted(world: World, finance: FinanceDesk) -> None:
    world.desk.line.will("fulfil", Fault.LOST_REPLY)
    world.paid()
    world.run()
    assert finance.figures(OPERATOR).long_unknown == 0
    world.clock.advance(PATIENCE + timedelta(seconds=1))
    assert finance.figures(OPERATOR).long_unknown == 1


def test_what_is_sent_anew_and_lost_again_is_unknown_since_the_first_time(world: World, finance: FinanceDesk) -> None:
    """The wallet answers with a code that nobody knows, and when it is asked it has no such refund: for ever."""
    payment = world.fulfilled()
    world.wallet.line.will("refund", *[Fault.LOST_REQUEST] * 99)
    world.refund_all(payment)
    world.drain(timedelta(hours=2))
    assert finance.figures(OPERATOR).long_unknown == 1
    with world.store.read(OPERATOR) as work:
        [open_one] = [each for each in work.effects.all() if not each.is_over]
    assert open_one.in_doubt_since == open_one.intended_at


def test_a_difference_is_taken_over_and_then_explained(world: World, finance: FinanceDesk) -> None:
    world.fulfilled()
    day = world.context.business_date(world.clock.now())
    world.desk.effects.clear()
    world.clock.advance(timedelta(days=2))
    reconcile_day(world.context, ACCOUNT, day)
    [run], [row] = finance.runs(OPERATOR, 10), finance.differences(OPERATOR)
    assert (run.state, run.matched, run.unexplained_fen) == ("done", 1, FEE)
    assert (row.finding, row.ours_fen, row.theirs_fen, row.owner) == (Finding.SALE_MISSING, FEE, 0, "")
    with world.store.begin(OPERATOR) as work:
        staff_id = StaffAccounts(work).add("wang", "王会计", "-", frozenset())
    finance.explain(OPERATOR, row.key, None, by=staff_id)
    assert [one.owner for one in finance.differences(OPERATOR)] == ["王会计"]
    finance.explain(OPERATOR, row.key, Explanation.BOOKED_BY_HAND, by=staff_id)
    assert finance.differences(OPERATOR) == []
    with pytest.raises(SomebodyWasFaster):
        finance.explain(OPERATOR, row.key, Explanation.BOOKED_BY_HAND, by="staff-2")
    assert [act for who, act, _ in trail(world) if who == staff_id] == ["difference.explained", "difference.taken_over"]


def test_money_that_does_not_fit_its_order_waits_until_a_person_has_returned_it(
    world: World, finance: FinanceDesk
) -> None:
    misfit = world.opened()
    standing = world.wallet.orders[misfit.merchant_order_no]
    standing.order = replace(standing.order, amount_fen=Fen(FEE + 1))
    world.wallet.pay(misfit.merchant_order_no)
    world.drain(HALF_AN_HOUR * 2)
    [row] = finance.waiting(OPERATOR)
    assert (row.about, row.decisions) == (misfit.payment_id, (Decision.RETURNED,))
    decide(finance, row.about, Decision.RETURNED)
    assert finance.waiting(OPERATOR) == []


LARGE = 100_000


@pytest.mark.parametrize("fault", [Decision.REFUSED, Decision.REFUND_AGAIN])
def test_a_large_sum_goes_back_by_a_decision_only_once_a_second_person_agrees(
    world: World, finance: FinanceDesk, fault: Decision
) -> None:
    """One rule for every refund by staff: the same sum, the password, somebody else."""
    if fault is Decision.REFUSED:
        world.desk.line.will("fulfil", Fault.LOST_REQUEST)
        payment = world.paid(amount=LARGE)
        world.drain(timedelta(hours=1))
    else:
        payment = world.fulfilled(amount=LARGE)
        world.wallet.line.will("refund", Reason.EXPIRED)
        world.refund_all(payment)
        world.drain()
    [row] = finance.waiting(OPERATOR)
    assert (row.needs_second, row.amount_fen) == (True, LARGE)
    with pytest.raises(NotRefundable, match="not_proved"):
        finance.decide(OPERATOR, row.about, fault, Told("staff-1", seen_fen=LARGE))
    with pytest.raises(NotRefundable, match="changed"):
        finance.decide(OPERATOR, row.about, fault, Told("staff-1", proved=True, seen_fen=LARGE - 1))
    finance.decide(OPERATOR, row.about, fault, Told("staff-1", proved=True, seen_fen=LARGE))
    world.drain(timedelta(minutes=30))
    assert world.payment(payment.payment_id).refunded_fen == 0
    with world.store.read(OPERATOR) as work:
        [request] = RefundRequests(work).waiting()
    with pytest.raises((SomebodyWasFaster, NotRefundable)):
        finance.decide(OPERATOR, row.about, fault, Told("staff-2", proved=True))
    desk = RefundDesk(lambda _: world.context)
    with pytest.raises(NotRefundable, match="same_person"):
        desk.approve(OPERATOR, request.request_id, by="staff-1", proved=True)
    desk.approve(OPERATOR, request.request_id, by="staff-2", proved=True)
    world.drain(timedelta(hours=1))
    assert world.situation(payment) is Situation.REFUNDED
    assert finance.waiting(OPERATOR) == []
    world.assert_at_rest()


def test_a_decision_that_waits_for_a_second_person_is_offered_to_nobody_and_leads_to_what_waits(
    world: World, finance: FinanceDesk
) -> None:
    world.desk.line.will("fulfil", Fault.LOST_REQUEST)
    world.paid(amount=LARGE)
    not_returned = world.fulfilled("A2", amount=LARGE)
    world.wallet.line.will("refund", Reason.EXPIRED)
    world.refund_all(not_returned)
    world.drain(timedelta(hours=1))
    for row in finance.waiting(OPERATOR):
        [decision, *_] = GIVES_BACK.intersection(row.decisions)
        finance.decide(OPERATOR, row.about, decision, Told("staff-1", proved=True, seen_fen=LARGE))
    with world.store.read(OPERATOR) as work:
        asked = {request.payment_id: request.request_id for request in RefundRequests(work).waiting()}
    rows = finance.waiting(OPERATOR)
    assert {row.about: row.request_id for row in rows} == asked
    assert {(row.decisions, row.what) for row in rows} == {((), FOR_A_SECOND[0])}


def test_what_one_person_sent_again_counts_towards_what_needs_a_second(world: World, finance: FinanceDesk) -> None:
    """Else a refused refund would be the way to give a large sum back alone: the parts of it are one sum."""
    large_part, rest = LARGE - 10_000, 60_000
    payment = world.fulfilled(amount=large_part + rest)
    desk = RefundDesk(lambda _: world.context)
    asked = AskedRefund(
        payment.payment_id,
        large_part,
        "not_done",
        by_hand=False,
        key="k1",
        proved=True,
        seen_fen=payment.refundable_fen,
    )
    world.wallet.line.will("refund", Reason.EXPIRED)
    assert desk.ask(OPERATOR, asked, by="staff-1") is False
    world.drain()
    decide(finance, payment.payment_id, Decision.REFUND_AGAIN)
    world.drain()
    assert world.payment(payment.payment_id).refunded_fen == large_part
    waits = desk.ask(OPERATOR, replace(asked, amount_fen=rest, key="k2", seen_fen=rest), by="staff-1")
    assert waits, "a second person is asked"
    with world.store.read(OPERATOR) as work:
        order = order_view(world.context, work, world.payment(payment.payment_id))
    assert [one.asked_by for one in order.refunds] == ["staff-1", "staff-1"]


def test_a_small_sum_goes_back_by_one_persons_decision(world: World, finance: FinanceDesk, undecided: Payment) -> None:
    [row] = finance.waiting(OPERATOR)
    assert not row.needs_second
    decide(finance, row.about, Decision.REFUSED)
    world.drain()
    assert world.situation(undecided) is Situation.REFUNDED


def test_where_every_refund_needs_a_second_one_a_free_sale_needs_none(world: World, finance: FinanceDesk) -> None:
    world.context = replace(world.context, second_person_from=Fen(0))
    world.desk.line.will("fulfil", Fault.LOST_REPLY)
    payment_id = world.open(amount=0)
    world.drain(timedelta(hours=1))
    decide(finance, payment_id, Decision.REFUSED)
    world.drain()
    assert finance.waiting(OPERATOR) == []
