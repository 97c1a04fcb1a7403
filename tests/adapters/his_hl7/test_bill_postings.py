from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from marshmallow import ValidationError

from adapters.errors import Reason, Refused
from adapters.his_hl7.mapping.billing import posting_message
from adapters.his_hl7.mapping.draft import Envelope
from adapters.values import EntryKind, Fen, Posting
from hospital_bridge.sandbox.hospital.model import Bill, BillItem, BillState
from tests.adapters.his_hl7.conftest import MONDAY_MORNING, MakeReception, Reception

BLOOD_COUNT = BillItem("250101015", "血常规", 1, 2_500)
GLUCOSE = BillItem("250302001", "葡萄糖测定", 2, 800, insurance_fen=600)


def issued(reception: Reception, *, at_window: bool = False) -> Bill:
    bill = Bill("", "100001", "V1", "D01011", (BLOOD_COUNT, GLUCOSE), at_window, MONDAY_MORNING)
    return reception.hospital.bills.issue(bill)


def payment(reception: Reception, bill_no: str, *, serial: str = "S1", amount_fen: int = 3_500) -> Posting:
    return Posting(
        serial=serial,
        kind=EntryKind.PAYMENT,
        amount_fen=Fen(amount_fen),
        patient=reception.patient(),
        filler_id="V1",
        merchant_order_no="0190f0c0ffee7000800000000000000b",
        provider_trade_no="2026112322001400000000000002",
        occurred_at=MONDAY_MORNING,
        bill_no=bill_no,
    )


def test_the_accounting_day_stands_in_ft1_5_and_only_where_there_is_one(reception: Reception) -> None:
    settings, envelope = reception.settings, Envelope("M1", MONDAY_MORNING)
    paid = payment(reception, "B1")
    for posting, day in ((paid, ""), (dataclasses.replace(paid, accounting_day=date(2026, 11, 24)), "20261124")):
        [transaction] = [
            line for line in posting_message(posting, settings, envelope).segments if line.startswith("FT1")
        ]
        assert transaction.split("|")[5] == day


def test_a_deposit_names_its_stay_as_an_inpatients(reception: Reception) -> None:
    deposit = dataclasses.replace(payment(reception, ""), filler_id="", stay_no="ZY1")
    segments = posting_message(deposit, reception.settings, Envelope("M1", MONDAY_MORNING)).segments
    [visit] = [line.split("|") for line in segments if line.startswith("PV1")]
    assert (visit[2], visit[19]) == ("I", "ZY1")


def refused(reception: Reception, posting: Posting) -> Reason:
    with pytest.raises(Refused) as no:
        reception.his.post(posting)
    return no.value.reason


def test_a_payment_finds_its_bill_and_is_found_again(reception: Reception) -> None:
    bill = issued(reception)
    entry = reception.his.post(payment(reception, bill.bill_no))
    assert reception.hospital.cashier.net_of_bill_fen(bill.bill_no) == bill.self_pay_fen == 3_500
    assert reception.his.find_posting("S1", MONDAY_MORNING.date()) == dataclasses.replace(
        entry, control_id=reception.hospital.cashier.of_bill(bill.bill_no)[0].control_id
    )


def test_a_repeated_payment_is_entered_once(reception: Reception) -> None:
    bill = issued(reception)
    first, again = (reception.his.post(payment(reception, bill.bill_no)) for _ in range(2))
    assert first.receipt_no == again.receipt_no
    assert len(reception.hospital.cashier.of_bill(bill.bill_no)) == 1


def test_what_a_bill_does_not_allow_is_refused_with_its_reason(reception: Reception) -> None:
    bill = issued(reception)
    assert refused(reception, payment(reception, bill.bill_no, amount_fen=4_100)) is Reason.AMOUNT_MISMATCH
    assert refused(reception, payment(reception, "B99999999")) is Reason.NOT_FOUND
    assert refused(reception, payment(reception, issued(reception, at_window=True).bill_no)) is Reason.CLOSED
    reception.his.post(payment(reception, bill.bill_no))
    assert refused(reception, payment(reception, bill.bill_no, serial="S2")) is Reason.ALREADY_PAID


def test_a_bill_that_was_settled_at_the_window_takes_no_payment(reception: Reception) -> None:
    bill = issued(reception)
    reception.hospital.cashier.settle_at_window(bill.bill_no)
    assert reception.hospital.bills.get(bill.bill_no).state is BillState.SETTLED_AT_WINDOW
    assert refused(reception, payment(reception, bill.bill_no)) is Reason.CLOSED


def test_a_refund_of_a_bill_never_exceeds_what_was_paid_for_it(reception: Reception) -> None:
    bill = issued(reception)
    reception.his.post(payment(reception, bill.bill_no))
    refund = dataclasses.replace(payment(reception, bill.bill_no, serial="S2"), kind=EntryKind.REFUND)
    assert refused(reception, dataclasses.replace(refund, amount_fen=Fen(3_501))) is Reason.OVER_LIMIT
    reception.his.post(refund)
    assert reception.hospital.cashier.net_of_bill_fen(bill.bill_no) == 0


def test_the_bill_stands_in_the_field_that_the_settings_name(make_reception: MakeReception) -> None:
    reception = make_reception(posting_bill="FT1-29")
    assert refused(reception, payment(reception, issued(reception).bill_no)) is Reason.NOT_FOUND


@pytest.mark.parametrize("taken", ["FT1-2", "FT1-11", "PV1-19", "FT1-23.1"])
def test_a_field_that_holds_something_else_is_no_place_for_a_bill(make_reception: MakeReception, taken: str) -> None:
    with pytest.raises(ValidationError) as fault:
        make_reception(posting_bill=taken)
    assert list(fault.value.messages_dict) == ["posting_bill"]
