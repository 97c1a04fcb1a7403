"""One payment as the pages show it: to whom it belongs masked, its refunds with who asked for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.payment.model import RequestState, Route, owed_back, situation_of
from hospital_bridge.store.refund_requests import RefundRequests
from hospital_bridge.store.staff import StaffAccounts
from hospital_bridge.web.order_reads import OrderRow, OrderView, RefundRow
from queueing.board import masked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.values import VerifiedIdentity
    from hospital_bridge.payment.context import MoneyContext
    from hospital_bridge.payment.model import Payment, Refund, RefundRequest
    from hospital_bridge.store.unit_of_work import Work

TAIL = 4
"""How much of a document's number is shown: enough to tell two of one name apart."""


def order_row(context: MoneyContext, work: Work, payment: Payment) -> OrderRow:
    """A payment as a row."""
    counter = context.counters.get(payment.sale_kind)
    person = person_of(work, payment)
    return OrderRow(
        payment_id=payment.payment_id,
        order_no=payment.merchant_order_no,
        account=payment.wallet_account,
        title=counter.sale.title if counter else payment.sale_kind,
        person=masked(person.name) if person else "",
        at=payment.collected_at or payment.created_at,
        amount_fen=payment.amount_fen,
        situation=situation_of(payment).value,
    )


def order_view(context: MoneyContext, work: Work, payment: Payment) -> OrderView:
    """A payment, whole."""
    person = person_of(work, payment)
    requests = RefundRequests(work).of(payment.payment_id)
    waiting = [each.request_id for each in requests if each.state is RequestState.WAITING]
    refunds = work.refunds.of(payment.payment_id)
    return OrderView(
        row=order_row(context, work, payment),
        trade_no=payment.provider_trade_no,
        receipt_no=payment.receipt_no,
        id_tail=person.id_number[-TAIL:] if person else "",
        fulfilment=payment.fulfilment.value,
        collected_fen=payment.collected_fen,
        posted_fen=payment.posted_fen,
        reserved_fen=payment.refund_reserved_fen,
        refunded_fen=payment.refunded_fen,
        refundable_fen=payment.refundable_fen,
        reason=payment.reason,
        paid_at=payment.collected_at,
        booked_at=payment.fulfilled_at,
        expires_at=payment.expires_at,
        refunds=[_refund_row(work, each, requests) for each in refunds],
        waiting_request=waiting[0] if waiting else "",
        accounting_day=payment.accounting_day,
        booked_by=payment.booked_by,
        owed_fen=owed_back(payment, refunds),
    )


def person_of(work: Work, payment: Payment) -> VerifiedIdentity | None:
    """Whose payment it is; None where the person was erased or never was one of ours."""
    if work.seal.is_erased(payment.subject_id):
        return None
    try:
        return work.subjects.identity(payment.subject_id)
    except LookupError:
        return None


def staff_name(work: Work, staff_id: str) -> str:
    """The name that colleagues read; the id of whoever works here no more."""
    found = StaffAccounts(work).find(staff_id) if staff_id else None
    return found.display_name if found else staff_id


def _refund_row(work: Work, refund: Refund, requests: Sequence[RefundRequest]) -> RefundRow:
    request = next((each for each in requests if each.refund_no == refund.refund_no), None)
    return RefundRow(
        refund_no=refund.refund_no,
        amount_fen=refund.amount_fen,
        state=refund.state.value,
        reason=refund.reason,
        reversal=refund.reversal.value if refund.reversal else "",
        reserved_at=refund.reserved_at,
        refunded_at=refund.refunded_at,
        reversed_at=refund.reversed_at,
        asked_by=staff_name(work, request.asked_by) if request else "",
        approved_by=staff_name(work, request.decided_by) if request and request.needs_second else "",
        by_hand=request is not None and request.route is Route.BY_HAND,
        accounting_day=refund.accounting_day,
        booked_by=refund.booked_by,
    )
