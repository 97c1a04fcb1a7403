"""Before money goes back the system that issued the e-invoice is asked how it stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adapters.errors import OutcomeUnknown
from adapters.invoices import InvoiceState
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.flows.invoice import Invoice, invoice_of
from hospital_bridge.slot import PaidSale, Scope
from tests.payment.world import World


def asking(world: World, answer: InvoiceState | None) -> MoneyContext:
    """The context of a sale whose issuing system gives that answer, or is silent where there is none to give."""

    def told(_scope: Scope, _sale: PaidSale) -> InvoiceState:
        if answer is None:
            raise OutcomeUnknown("silence")
        return answer

    counter = world.context.counters["registration"]
    issuing = replace(counter, sale=replace(counter.sale, invoice=told))
    return replace(world.context, counters={"registration": issuing})


@pytest.mark.parametrize("state", list(InvoiceState))
def test_what_the_issuing_system_says_is_how_it_stands(world: World, state: InvoiceState) -> None:
    assert invoice_of(asking(world, state), world.fulfilled()) == Invoice(expected=True, state=state)


def test_silence_of_the_issuing_system_leaves_it_to_a_person(world: World) -> None:
    assert invoice_of(asking(world, None), world.fulfilled()) == Invoice(expected=True)


def test_nothing_is_asked_of_what_was_not_booked_or_has_no_invoice(world: World) -> None:
    assert invoice_of(asking(world, InvoiceState.ISSUED), world.paid()) == Invoice(expected=False)
    assert invoice_of(world.context, world.fulfilled()) == Invoice(expected=False)
