"""A patient pays a bill: the order is opened when they press, and for one payer at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from hospital_bridge.slot import PaymentRequest, Right
from hospital_bridge.verticals.hospital.bills.bill import Event, State
from hospital_bridge.verticals.hospital.schedule import must_be_open
from hospital_bridge.verticals.hospital.store import bills

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.slot import PaymentView, Scope, VerticalWork
    from hospital_bridge.verticals.hospital.bills.bill import Bill

SALE_KIND, SETTLEMENT_KIND = "hospital.bill", "hospital.settlement"
GIVEN_UP = "given_up"

_OF_MONEY = frozenset({"refunding", "refunded", "checking"})
"""Situations of a payment that is not the bill's any more and of whose money there is something to say."""


def pay(scope: Scope, wallet_user_id: str, bill_id: str, seen_fen: int) -> bool:
    """Open an order for what the patient was shown; False where the bill is not to be paid, or not so much.

    Of two phones that press at once one has the order; the other one's page says so. Away where the hospital could not
    book the money for a while.
    """
    must_be_open(scope)
    with scope.begin() as work:
        # Locked first although payments come first elsewhere: the order's payment is not there yet.
        bill = theirs(work, wallet_user_id, bills.get(work, bill_id, lock=True))
        if not bill.is_payable or bill.self_pay_fen != seen_fen:
            return False
        ordered = bill.ordered_by(wallet_user_id)
        bills.save(work, ordered)
        payment_id = work.payments.open(
            PaymentRequest(
                sale_kind=sale_kind_of(ordered),
                sale_ref=ordered.sale_ref,
                subject_id=ordered.subject_id,
                wallet_user_id=wallet_user_id,
                amount_fen=ordered.self_pay_fen,
                expires_at=work.now + timedelta(minutes=scope.settings["pay_minutes"]),
            )
        )
        # Nothing to pay is collected inside `open`, which has moved the bill on: read it again.
        bills.save(work, replace(bills.get(work, bill_id), payment_id=payment_id))
        work.audit.record(wallet_user_id, "bill.ordered", bill_id)
    return True


def give_up(scope: Scope, wallet_user_id: str, bill_id: str) -> bool:
    """Close the open order, so that it can be paid from another phone; False where there is none."""
    with scope.begin() as work:
        bill = theirs(work, wallet_user_id, bills.get(work, bill_id))
        if bill.state is not State.ORDERED:
            return False
        work.payments.abandon(bill.payment_id, GIVEN_UP)
        bills.save(work, bill.after(Event.GIVEN_UP))
        work.audit.record(wallet_user_id, "bill.given_up", bill_id)
    return True


def sale_kind_of(bill: Bill) -> str:
    """As what it is sold: a bill, or what is due for a stay."""
    return SETTLEMENT_KIND if bill.stay_no else SALE_KIND


def earlier_payments(work: VerticalWork, bill: Bill) -> Sequence[PaymentView]:
    """Those of its earlier orders for which money came, the oldest first: it goes back, or a person sees to it."""
    if not bill.earlier_refs:
        return ()
    payments = work.payments.of_sales(sale_kind_of(bill), bill.earlier_refs)
    return [each for each in payments if each.situation in _OF_MONEY]


def theirs(work: VerticalWork, wallet_user_id: str, bill: Bill) -> Bill:
    """The bill, if the wallet user may pay for its person at this moment; others are told that there is none."""
    if not work.subjects.may(wallet_user_id, bill.subject_id, Right.PAY):
        raise bills.NoSuchBill(bill.bill_id)
    return bill
