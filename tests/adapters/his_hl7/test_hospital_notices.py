"""What the simulated hospital sends of its own accord, read by the adapter: what its books say and nothing else."""

from __future__ import annotations

import dataclasses
import itertools

import pytest

from adapters.hl7.conformance import Severity, check
from adapters.hl7.message import Message
from adapters.news import (
    AbnormalFlag,
    AppointmentCalledOff,
    BillIssued,
    BillWithdrawn,
    News,
    ReportIssued,
    ReportKind,
    ReportStatus,
    VisitRegistered,
)
from adapters.values import EntryKind, Fen, Posting
from hospital_bridge.sandbox.hospital.examinations import BLOOD_COUNT, CHEST_CT, GLUCOSE, POTASSIUM
from hospital_bridge.sandbox.hospital.model import Declined
from hospital_bridge.sandbox.hospital.notices import WINDOW_ONLY
from hospital_bridge.sandbox.hospital.staff import Notice
from tests.adapters.his_hl7.conftest import MONDAY_MORNING, MakeReception, Reception

WANG_TAO, LIN = "100001", "D01011"


def only(reception: Reception, notice: Notice) -> News:
    (news,) = reception.his.read_news(notice.raw, None)
    return news


def registered(reception: Reception) -> VisitRegistered:
    news = only(reception, reception.hospital.staff.register(WANG_TAO, LIN))
    assert isinstance(news, VisitRegistered)
    return news


def report(reception: Reception, notice: Notice) -> ReportIssued:
    news = only(reception, notice)
    assert isinstance(news, ReportIssued)
    return news


def test_a_patient_at_the_window_is_a_visit_from_now_on(reception: Reception) -> None:
    visit = registered(reception)
    assert (visit.filler_id, visit.placer_id, visit.starts_at) == ("V00000001", "", MONDAY_MORNING)
    assert visit.patient == reception.patient()
    assert (visit.department_name, visit.practitioner_name, visit.place) == ("心血管内科", "林若海", "门诊楼3层A区")
    called_off = only(reception, reception.hospital.staff.cancel_visit(visit.filler_id))
    assert called_off == AppointmentCalledOff("", visit.filler_id)


def test_an_appointment_of_another_channel_takes_its_place_in_the_diary(reception: Reception) -> None:
    slot = reception.slot()
    visit = only(reception, reception.hospital.book_elsewhere(WANG_TAO, slot.slot_id))
    assert isinstance(visit, VisitRegistered)
    assert (visit.starts_at, visit.ends_at) == (slot.starts_at, slot.ends_at)
    assert (visit.placer_id, visit.department_name) == ("KIOSK-000001", "心血管内科")
    assert reception.slot().remaining == slot.remaining - 1


@pytest.mark.parametrize("told_by", ["DFT^P03", "ORM^O01"])
def test_a_bill_is_issued_paid_by_its_number_and_withdrawn_in_either_message(
    reception: Reception, told_by: str
) -> None:
    staff = reception.hospital.staff
    bill = only(reception, staff.order(WANG_TAO, "V00000001", LIN, (BLOOD_COUNT, GLUCOSE), told_by=told_by))
    assert isinstance(bill, BillIssued)
    assert [(item.name, item.amount_fen) for item in bill.items] == [("血常规", 2_500), ("葡萄糖测定", 800)]
    assert (bill.total_fen, bill.insurance_fen, bill.self_pay_fen) == (3_300, 600, 2_700)
    assert (bill.filler_id, bill.at_window) == ("V00000001", False)
    reception.his.post(paid(reception, bill))
    with pytest.raises(Declined, match="paid already"):
        staff.settle_at_window(bill.bill_no)
    assert only(reception, staff.cancel_bill(bill.bill_no)) == BillWithdrawn(bill.bill_no, bill.patient, MONDAY_MORNING)


def test_a_bill_that_is_settled_at_the_window_is_withdrawn(reception: Reception) -> None:
    staff = reception.hospital.staff
    notice = staff.order(WANG_TAO, "V00000001", LIN, (BLOOD_COUNT,))
    withdrawn = only(reception, staff.settle_at_window(notice.number))
    assert isinstance(withdrawn, BillWithdrawn)
    assert withdrawn.bill_no == notice.number


def test_a_bill_for_the_window_alone_says_so_where_the_map_knows_how(make_reception: MakeReception) -> None:
    rule = {"bill": {"at_window": {"from": "PV1-20", "values": [WINDOW_ONLY]}}}
    reception = make_reception(map=rule)
    bill = only(reception, reception.hospital.staff.order(WANG_TAO, "V1", LIN, (BLOOD_COUNT,), at_window=True))
    assert isinstance(bill, BillIssued)
    assert bill.at_window


@pytest.mark.parametrize("told_by", ["ORU^R01", "OUL^R24"])
def test_a_report_goes_from_preliminary_to_cancelled_each_version_later_than_the_last(
    reception: Reception, told_by: str
) -> None:
    staff = reception.hospital.staff
    first = staff.preliminary(WANG_TAO, "V00000001", LIN, GLUCOSE, {"GLU": "7.9"}, told_by=told_by)
    number = first.number
    notices = (first, staff.finalise(number), staff.correct(number, {"GLU": "5.9"}), staff.cancel_report(number))
    versions = [report(reception, notice) for notice in notices]
    assert [version.status for version in versions] == [
        ReportStatus.PRELIMINARY,
        ReportStatus.FINAL,
        ReportStatus.CORRECTED,
        ReportStatus.CANCELLED,
    ]
    assert {version.report_no for version in versions} == {number}
    assert all(earlier.issued_at < later.issued_at for earlier, later in itertools.pairwise(versions))
    values = [[(each.value, each.flag) for each in version.observations] for version in versions]
    assert values == [
        [("7.9", AbnormalFlag.HIGH)],
        [("7.9", AbnormalFlag.HIGH)],
        [("5.9", AbnormalFlag.NORMAL)],
        [("", AbnormalFlag.NONE)],
    ]
    with pytest.raises(Declined):
        staff.finalise(number)


def test_a_potassium_beyond_its_alarm_limit_is_critical(reception: Reception) -> None:
    told = report(
        reception, reception.hospital.staff.preliminary(WANG_TAO, "V1", LIN, POTASSIUM, {"K": "6.8"}, told_by="OUL^R24")
    )
    assert told.is_critical
    assert told.observations[0].flag is AbnormalFlag.CRITICAL_HIGH


def test_imaging_comes_in_words_with_its_pdf(reception: Reception) -> None:
    staff = reception.hospital.staff
    told = report(reception, staff.finalise(staff.preliminary(WANG_TAO, "V1", LIN, CHEST_CT, {}).number))
    assert told.kind is ReportKind.IMAGING
    assert told.observations[0].value == "双肺纹理清晰。\n未见异常密度影。"
    assert [document.content_type for document in told.documents] == ["application/pdf"]
    assert told.documents[0].content.startswith(b"%PDF-1.4")


def test_what_the_hospital_sends_keeps_the_standard(reception: Reception) -> None:
    staff = reception.hospital.staff
    notices = (
        staff.register(WANG_TAO, LIN),
        staff.order(WANG_TAO, "V00000001", LIN, (BLOOD_COUNT,)),
        staff.preliminary(WANG_TAO, "V00000001", LIN, GLUCOSE, {"GLU": "5.0"}),
    )
    findings = {Message.parse(each.raw).type: check(each.raw) for each in notices}
    assert {kind: [f for f in found if f.severity is Severity.ERROR] for kind, found in findings.items()} == {
        "ADT^A04": [],
        "DFT^P03": [],
        "ORU^R01": [],
    }


def paid(reception: Reception, bill: BillIssued) -> Posting:
    posting = Posting(
        serial="S1",
        kind=EntryKind.PAYMENT,
        amount_fen=Fen(bill.self_pay_fen),
        patient=reception.patient(),
        filler_id=bill.filler_id,
        merchant_order_no="0190f0c0ffee7000800000000000000b",
        provider_trade_no="2026112322001400000000000002",
        occurred_at=MONDAY_MORNING,
    )
    return dataclasses.replace(posting, bill_no=bill.bill_no)
