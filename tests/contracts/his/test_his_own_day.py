"""The hospital's own day and its e-invoices, through the door whose dialect has words for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from adapters.invoices import InvoiceState
from adapters.values import EntryKind
from tests.contracts.his.site import Site

through_http = pytest.mark.parametrize("site", ["http-xml"], indirect=True, scope="module")


@through_http
def test_a_refund_after_the_closing_stands_on_the_open_day_and_names_what_it_takes_back(site: Site) -> None:
    payment = replace(site.bill(500), accounting_day=site.today)
    paid = site.his.post(payment)
    opened = site.today + timedelta(days=1)
    taken_back = replace(
        payment,
        serial=site.number("S"),
        kind=EntryKind.REFUND,
        accounting_day=opened,
        refers_to=payment.serial,
    )
    entry = site.his.post(taken_back)
    assert (paid.accounting_day, entry.accounting_day, entry.operator_code) == (site.today, opened, "ZZJ-ALIPAY")
    assert site.his.find_posting(taken_back.serial, site.today) == entry
    (kept,) = site.hospital.cashier.under_serial(taken_back.serial)
    assert kept.refers_to == payment.serial
    (unchanged,) = site.hospital.cashier.under_serial(payment.serial)
    assert (unchanged.accounting_day, unchanged.amount_fen) == (site.today.isoformat(), 500)


@through_http
def test_the_hospital_tells_how_an_e_invoice_stands(site: Site) -> None:
    his: Any = site.his
    paid = site.bill(500)
    receipt = site.his.post(paid).receipt_no
    assert his.invoice_state(paid.serial, receipt, site.today) is InvoiceState.NOT_ISSUED
    for state in (InvoiceState.ISSUED, InvoiceState.REVERSED):
        site.hospital.cashier.invoices[paid.serial] = state
        assert his.invoice_state(paid.serial, receipt, site.today) is state
