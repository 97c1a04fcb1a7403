"""The e-invoice (医疗收费电子票据) of what was paid, as the system that issues it tells."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum


class InvoiceState(StrEnum):
    """REVERSED (红冲): a credit note stands against it. What is ISSUED must be reversed before money goes back."""

    NOT_ISSUED = "not_issued"
    ISSUED = "issued"
    REVERSED = "reversed"


def worst_of(states: Collection[InvoiceState]) -> InvoiceState:
    """How a payment with several e-invoices stands: one that is issued and stands is what counts."""
    for state in (InvoiceState.ISSUED, InvoiceState.REVERSED):
        if state in states:
            return state
    return InvoiceState.NOT_ISSUED
