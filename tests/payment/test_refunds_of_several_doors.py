"""Refunds of which the wallet, its console, finance and the hospital each know a part: none is lost or doubled."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.errors import Reason
from adapters.invoices import InvoiceState
from adapters.values import Fen, RefundAnswer, RefundStatus
from hospital_bridge.finance import FinanceDesk
from hospital_bridge.payment.flows import send_refund
from hospital_bridge.payment.model import Fulfilment, Payment, Refund, RefundState
from hospital_bridge.payment.reconcile import reconcile_day
from hospital_bridge.slot import PaidSale, Receipt, Scope
from hospital_bridge.store.differences import Finding
from hospital_bridge.store.keys import Erased
from hospital_bridge.web.finance_reads import Decision, Told
from hospital_bridge.web.refund_reads import NotRefundable
from tests.payment.faults import Fault
from tests.payment.test_staff_refunds import asked, wish
from tests.payment.world import ACCOUNT, OPERATOR, World

PART = 450


@pytest.fixture
def finance(world: World) -> FinanceDesk:
    return FinanceDesk(lambda _: world.context)


def refunds(world: World, payment: Payment) -> list[Refund]:
    with world.store.read(OPERATOR) as work:
        return list(work.refunds.of(payment.payment_id))


def test_a_refund_in_the_console_that_ours_hides_is_told_again_and_then_known(world: World) -> None:
    """The merchant account is short; somebody gives the same sum back in the console meanwhile."""
    world.wallet.query_tells_refunds = False
    payment = world.fulfilled()
    world.wallet.line.will("refund", Fault.NOT_SENT, Reason.NOT_ALLOWED)
    asked(world, wish(payment, PART))
    world.run()
    world.wallet.refund_in_console(payment.merchant_order_no, PART)
    assert world.notify(payment, refund_no="console-0") == b"fail", "the wallet has to tell it again"
    world.drain(timedelta(hours=2))
    assert [each.state for each in refunds(world, payment)] == [RefundState.VOID]
    assert world.notify(payment, refund_no="console-0") == b"success"
    world.drain()
    assert [(each.state, each.is_adopted) for each in refunds(world, payment)] == [
        (RefundState.VOID, False),
        (RefundState.REFUNDED, True),
    ]
    assert world.payment(payment.payment_id).refunded_fen == PART
    world.assert_books_are_sound()


def test_what_is_told_of_a_refund_of_our_own_is_taken_while_another_one_is_under_way(world: World) -> None:
    payment = world.fulfilled()
    asked(world, wish(payment, PART))
    world.drain()
    asked(world, wish(payment, 5, "k2"))
    [first, _] = refunds(world, payment)
    assert world.notify(payment, refund_no=first.refund_no) == b"success"


def test_a_no_to_a_repeated_refund_is_held_against_what_the_wallet_has(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first request was made, though the look after it did not find it yet; the second one is refused."""
    payment = world.fulfilled()
    world.wallet.line.will("refund", Fault.LOST_REPLY, Reason.NOT_ALLOWED)
    looks = iter([RefundStatus.ABSENT])
    found = world.wallet.query_refund

    def too_early(order_no: str, refund_no: str) -> RefundAnswer:
        status = next(looks, None)
        return RefundAnswer(refund_no, status, Fen(0)) if status else found(order_no, refund_no)

    monkeypatch.setattr(world.wallet, "query_refund", too_early)
    asked(world, wish(payment, PART))
    world.drain(timedelta(hours=1))
    assert [each.state for each in refunds(world, payment)] == [RefundState.REFUNDED]
    world.assert_at_rest()


def test_a_number_that_the_wallet_refused_and_made_after_all_is_news(world: World) -> None:
    payment = world.fulfilled()
    world.wallet.line.will("refund", Reason.NOT_ALLOWED)
    asked(world, wish(payment, PART))
    world.drain()
    [refused] = refunds(world, payment)
    assert refused.state is RefundState.VOID
    standing = world.wallet.orders[payment.merchant_order_no]
    done = RefundAnswer(refused.refund_no, RefundStatus.DONE, Fen(PART), world.clock.now())
    standing.refunds[refused.refund_no] = done
    day = world.context.business_date(world.clock.now())
    world.clock.advance(timedelta(days=1))
    reconcile_day(world.context, ACCOUNT, day)
    assert [(each.state, each.wallet_refund_no) for each in refunds(world, payment)] == [
        (RefundState.VOID, ""),
        (RefundState.REFUNDED, refused.refund_no),
    ]
    world.drain()
    reconcile_day(world.context, ACCOUNT, day)
    with world.store.read(OPERATOR) as work:
        kinds = {one.difference.finding for one in work.differences.open()}
    assert kinds.isdisjoint({Finding.WALLET_ONLY, Finding.LEDGER_ONLY})


def test_a_refund_that_no_account_can_send_is_given_up_once(world: World) -> None:
    payment = world.fulfilled()
    asked(world, wish(payment, PART))
    [refund] = refunds(world, payment)
    world.context = replace(world.context, wallets={})
    for _ in range(2):
        send_refund.send_refund(world.context, refund.refund_no)
    assert [each.state for each in refunds(world, payment)] == [RefundState.VOID]


def test_what_cannot_be_taken_back_at_the_hospital_for_a_forgotten_person_is_left_to_its_people(
    world: World, finance: FinanceDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = world.fulfilled()

    def forgotten(_scope: Scope, _sale: PaidSale) -> Receipt:
        raise Erased

    counter = world.context.counters["registration"]
    sale = replace(counter.sale, reverse=forgotten)
    world.context = replace(world.context, counters={"registration": replace(counter, sale=sale)})
    world.restart()
    asked(world, wish(payment, PART))
    world.drain(timedelta(hours=1))
    [refund] = refunds(world, payment)
    assert (refund.state, refund.reversal) == (RefundState.REFUNDED, Fulfilment.REFUSED)
    [row] = finance.waiting(OPERATOR)
    finance.decide(OPERATOR, row.about, Decision.REVERSED, Told("staff-1"))
    assert finance.waiting(OPERATOR) == []


def test_nothing_is_sent_again_while_the_invoice_stands(world: World, finance: FinanceDesk) -> None:
    """It was issued after the wallet had refused, for the order read as paid."""
    payment = world.fulfilled()
    world.wallet.line.will("refund", Reason.NOT_ALLOWED)
    asked(world, wish(payment, PART))
    world.drain()
    [row] = finance.waiting(OPERATOR)
    counter = world.context.counters["registration"]
    issued = replace(counter.sale, invoice=lambda *_: InvoiceState.ISSUED)
    world.context = replace(world.context, counters={"registration": replace(counter, sale=issued)})
    with pytest.raises(NotRefundable, match="invoice_stands"):
        finance.decide(OPERATOR, row.about, Decision.REFUND_AGAIN, Told("staff-1"))
    reversed_by_now = replace(issued, invoice=lambda *_: InvoiceState.REVERSED)
    world.context = replace(world.context, counters={"registration": replace(counter, sale=reversed_by_now)})
    finance.decide(OPERATOR, row.about, Decision.REFUND_AGAIN, Told("staff-1"))
    world.drain()
    assert world.payment(payment.payment_id).refunded_fen == PART
