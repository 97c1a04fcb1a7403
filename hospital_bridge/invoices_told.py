"""How the e-invoice of a payment stands before money goes back: as a system says, or else as a person does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.invoices import InvoiceState
from hospital_bridge.payment.flows.invoice import invoice_of
from hospital_bridge.payment.flows.staff_refund import Obstacle
from hospital_bridge.web.refund_reads import NotRefundable

if TYPE_CHECKING:
    from hospital_bridge.payment.context import MoneyContext
    from hospital_bridge.payment.model import Payment, RefundRequest


def kept_invoice(context: MoneyContext, payment_id: str, told_by_person: str) -> tuple[InvoiceState | None, bool]:
    """How the e-invoice stands, None where there is none to care for, and whether a system says so; NotRefundable.

    What the issuing system says holds; where it says nothing a person must.
    """
    invoice = invoice_of(context, _payment(context, payment_id))
    if invoice.state is InvoiceState.ISSUED:
        raise NotRefundable(Obstacle.INVOICE_STANDS)
    if not invoice.expected or invoice.state is not None:
        return invoice.state, invoice.expected
    if told_by_person == InvoiceState.ISSUED:
        raise NotRefundable(Obstacle.INVOICE_STANDS)
    try:
        return InvoiceState(told_by_person), False
    except ValueError:
        raise NotRefundable(Obstacle.INVOICE_UNTOLD) from None


def must_stand_as_told(context: MoneyContext, asked: RefundRequest) -> None:
    """NotRefundable where one was issued since it was asked for, or where the system that said so says nothing now."""
    invoice = invoice_of(context, _payment(context, asked.payment_id))
    if invoice.state is InvoiceState.ISSUED:
        raise NotRefundable(Obstacle.INVOICE_STANDS)
    if asked.invoice_told and invoice.expected and invoice.state is None:
        raise NotRefundable(Obstacle.INVOICE_UNANSWERED)


def _payment(context: MoneyContext, payment_id: str) -> Payment:
    with context.store.read(context.operator_id) as work:
        return work.payments.get(payment_id)
