"""How the e-invoice of a payment stands: what is issued must be reversed before money goes back."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.errors import OutsideError
from adapters.invoices import InvoiceState
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.flows.fulfil import paid_sale
from hospital_bridge.payment.model import Fulfilment, Payment


@dataclass(frozen=True, slots=True)
class Invoice:
    """Without `expected` there is none to care for; without `state` nobody but a person can tell."""

    expected: bool
    state: InvoiceState | None = None


def invoice_of(context: MoneyContext, payment: Payment) -> Invoice:
    """Ask the system that issues it, outside any transaction; no answer is as good as one that cannot tell."""
    counter = context.counters.get(payment.sale_kind)
    if counter is None or counter.sale.invoice is None or payment.fulfilment is not Fulfilment.FULFILLED:
        return Invoice(expected=False)
    try:
        return Invoice(expected=True, state=counter.sale.invoice(counter.scope, paid_sale(payment)))
    except OutsideError:
        return Invoice(expected=True)
