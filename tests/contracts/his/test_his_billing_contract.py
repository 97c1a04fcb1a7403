"""What `HisBilling` promises, through every door."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.errors import Reason, Refused
from adapters.values import EntryKind, Fen, Posting
from hospital_bridge.sandbox.hospital.faults import FaultKind
from hospital_bridge.sandbox.hospital.model import BookEntry
from tests.contracts.his.doors import ANSWERED_AMOUNTS, at_every_door
from tests.contracts.his.site import POST, Site

FREE_CLINIC = "D09011"
ONE_FEN, LARGE = 1, 9_999_999_999
MORE_THAN_A_PAGE = 260


def refund(site: Site, of: Posting, amount_fen: int) -> Posting:
    return replace(of, serial=site.number("S"), kind=EntryKind.REFUND, amount_fen=Fen(amount_fen))


@at_every_door("post")
@pytest.mark.parametrize("amount_fen", [ONE_FEN, 10, 101, 12_345, LARGE])
def test_an_amount_is_posted_found_and_listed_to_the_fen(site: Site, amount_fen: int) -> None:
    payment = site.bill(amount_fen)
    posted = site.his.post(payment)
    (kept,) = site.hospital.cashier.under_serial(payment.serial)
    assert (kept.amount_fen, kept.receipt_no, kept.bill_no) == (amount_fen, posted.receipt_no, payment.bill_no)
    assert (posted.serial, posted.kind, posted.amount_fen) == (payment.serial, EntryKind.PAYMENT, amount_fen)
    assert posted.occurred_at == payment.occurred_at
    assert site.his.find_posting(payment.serial, site.today) == posted
    assert posted in site.his.postings(site.today)


@at_every_door("post")
def test_a_registration_is_paid_with_its_fee_or_with_nothing(site: Site) -> None:
    for doctor, amount_fen in ((None, 12_000), (FREE_CLINIC, 0)):
        booked = site.booked(doctor) if doctor else site.booked()
        payment = site.posting(booked.filler_id, amount_fen)
        assert site.his.post(payment).amount_fen == amount_fen
        assert len(site.hospital.cashier.of_appointment(booked.filler_id)) == 1


@at_every_door("post")
def test_the_same_serial_with_the_same_content_posts_once(site: Site) -> None:
    payment = site.bill(500)
    first, again = site.his.post(payment), site.his.post(payment)
    assert (first.receipt_no, first.amount_fen) == (again.receipt_no, again.amount_fen)
    assert len(site.hospital.cashier.under_serial(payment.serial)) == 1


@at_every_door("post")
def test_the_same_serial_with_other_content_is_refused(site: Site) -> None:
    payment = site.bill(500)
    site.his.post(payment)
    for other in (replace(payment, amount_fen=Fen(501)), refund(site, payment, 500)):
        with pytest.raises(Refused) as refusal:
            site.his.post(replace(other, serial=payment.serial))
        assert refusal.value.reason is Reason.CONFLICTING_CONTENT
    assert [entry.amount_fen for entry in site.hospital.cashier.under_serial(payment.serial)] == [500]


@at_every_door("post")
def test_what_the_hospital_will_not_take_is_refused_with_its_reason(site: Site) -> None:
    paid, cancelled = site.bill(700), site.booked()
    site.his.post(paid)
    site.his.cancel(cancelled)
    refused = {
        Reason.AMOUNT_MISMATCH: replace(site.bill(700), amount_fen=Fen(699)),
        Reason.ALREADY_PAID: replace(paid, serial=site.number("S")),
        Reason.CLOSED: site.posting(cancelled.filler_id, 12_000),
        Reason.NOT_FOUND: site.posting("V1", 700, bill_no="B99999999"),
        Reason.OVER_LIMIT: refund(site, paid, 701),
    }
    for reason, posting in refused.items():
        with pytest.raises(Refused) as refusal:
            site.his.post(posting)
        assert refusal.value.reason is reason
        assert site.his.find_posting(posting.serial, site.today) is None


@at_every_door("post")
def test_a_payment_is_given_back_in_parts_up_to_its_amount(site: Site) -> None:
    payment = site.bill(1_000)
    site.his.post(payment)
    parts = [refund(site, payment, 1), refund(site, payment, 999)]
    posted = [site.his.post(part) for part in parts]
    assert [(entry.kind, entry.amount_fen) for entry in posted] == [(EntryKind.REFUND, 1), (EntryKind.REFUND, 999)]
    assert site.hospital.cashier.net_of_bill_fen(payment.bill_no) == 0
    with pytest.raises(Refused) as refusal:
        site.his.post(refund(site, payment, 1))
    assert refusal.value.reason is Reason.OVER_LIMIT


@at_every_door("find posting")
def test_a_serial_that_was_never_posted_is_a_firm_none(site: Site) -> None:
    assert site.his.find_posting(site.number("S"), site.today) is None


@at_every_door("find posting")
def test_a_posting_that_stands_on_a_later_day_is_found_from_the_first_day_on(site: Site) -> None:
    first_day = site.today
    site.clock.instant += timedelta(days=2)
    payment = site.bill(300)
    posted = site.his.post(payment)
    assert site.his.find_posting(payment.serial, first_day) == posted
    assert posted not in site.his.postings(first_day)


@at_every_door("postings")
def test_a_days_list_begins_and_ends_at_the_hospitals_midnight(site: Site) -> None:
    day = site.today - timedelta(days=20)
    instants = [site.at(day, 23, 59, 59), site.at(day + timedelta(days=1), 0), site.at(day + timedelta(days=1), 23, 59)]
    payments = [site.bill(100 + number, at=instant) for number, instant in enumerate(instants)]
    posted = [site.his.post(payment) for payment in payments]
    assert list(site.his.postings(day)) == posted[:1]
    assert list(site.his.postings(day + timedelta(days=1))) == posted[1:]
    assert not site.his.postings(day + timedelta(days=2))


@at_every_door("postings")
def test_a_days_list_has_payments_and_refunds_each_for_itself(site: Site) -> None:
    at = site.at(site.today - timedelta(days=30), 12)
    payment = site.bill(800, at=at)
    back = refund(site, payment, 300)
    posted = [site.his.post(payment), site.his.post(back)]
    assert sorted(site.his.postings(site.today - timedelta(days=30)), key=lambda entry: entry.receipt_no) == posted


@at_every_door("postings")
def test_a_long_days_list_is_whole(site: Site) -> None:
    day = site.today - timedelta(days=40)
    for number in range(MORE_THAN_A_PAGE - 1):
        site.hospital.cashier.take_in(
            BookEntry(
                serial=site.number("S"),
                kind=EntryKind.PAYMENT,
                amount_fen=number + 1,
                receipt_no=f"L{number:08d}",
                filler_id="V1",
                order_no="",
                trade_no="",
                occurred_at=site.at(day, number // 60, number % 60),
                control_id="",
                bill_no="B1",
            )
        )
    site.his.post(site.bill(MORE_THAN_A_PAGE, at=site.at(day, 23)))
    listed = site.his.postings(day)
    assert sorted(entry.amount_fen for entry in listed) == list(range(1, MORE_THAN_A_PAGE + 1))


@at_every_door(ANSWERED_AMOUNTS)
@pytest.mark.parametrize("extra_fen", [1, -100])
def test_another_amount_in_an_answer_is_told_as_it_stands(site: Site, extra_fen: int) -> None:
    payment = site.bill(900)
    site.fault(POST, FaultKind.WRONG_AMOUNT, extra_fen=extra_fen)
    assert site.his.post(payment).amount_fen == 900 + extra_fen
    assert found(site, payment) == 900
    site.fault("QBP^ZQ1", FaultKind.WRONG_AMOUNT, extra_fen=extra_fen)
    assert found(site, payment) == 900 + extra_fen
    site.fault("QBP^ZQ2", FaultKind.WRONG_AMOUNT, extra_fen=extra_fen)
    listed = {entry.serial: entry.amount_fen for entry in site.his.postings(site.today)}
    assert listed[payment.serial] == 900 + extra_fen


def found(site: Site, payment: Posting) -> int:
    entry = site.his.find_posting(payment.serial, site.today)
    assert entry is not None
    return entry.amount_fen
