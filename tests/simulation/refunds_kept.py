"""What must hold of refunds by staff once all is quiet: each wish was met, refused or taken over by another."""

from __future__ import annotations

from collections.abc import Iterator

from hospital_bridge.payment.model import Payment, RefundReason, RefundState, RequestState, owed_back
from hospital_bridge.store.refund_requests import RefundRequests
from hospital_bridge.store.unit_of_work import Work

MADE_AT_WALLET = "made at the wallet"
BY_STAFF = frozenset({*RefundReason, MADE_AT_WALLET})


def given_by_staff(work: Work, payment: Payment) -> int:
    """The fen that people gave back, here or at the wallet's console, and no rule of ours."""
    refunds = work.refunds.of(payment.payment_id)
    return sum(one.amount_fen for one in refunds if one.state is RefundState.REFUNDED and one.reason in BY_STAFF)


def unkept_refunds(work: Work, payment: Payment) -> Iterator[str]:
    """Refunds and requests that came to no end, and wishes that are neither met nor on the list of a person."""
    refunds = work.refunds.of(payment.payment_id)
    for refund in refunds:
        if refund.is_open:
            yield f"refund {refund.refund_no} is still {refund.state}"
    requests = RefundRequests(work).of(payment.payment_id)
    for request in requests:
        if request.state is RequestState.WAITING:
            yield f"request {request.request_id} still waits"
    approved = [request.amount_fen for request in requests if request.state is RequestState.APPROVED]
    if payment.refunded_fen + owed_back(payment, refunds) < max(approved, default=0):
        yield f"payment {payment.payment_id}: {max(approved)} fen were to go back, {payment.refunded_fen} did"
