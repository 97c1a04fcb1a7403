"""What `HisNews` promises: the same fact of the hospital's gives the same news, whatever door it came through."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from adapters.news import (
    AbnormalFlag,
    AppointmentCalledOff,
    BillIssued,
    BillWithdrawn,
    ChargeItem,
    News,
    Observation,
    ReportIssued,
    ReportKind,
    ReportStatus,
    VisitRegistered,
)
from adapters.values import Fen, Identifier, PatientRecord, Sex
from hospital_bridge.sandbox import people
from hospital_bridge.sandbox.hospital.examinations import BLOOD_COUNT, CHEST_CT, GLUCOSE, POTASSIUM
from hospital_bridge.sandbox.hospital.staff import Notice
from tests.contracts.his.doors import at_every_door
from tests.contracts.his.site import DOCTOR, WANG_TAO, Site, identity

PATIENT = PatientRecord(
    (Identifier("MRN", WANG_TAO), Identifier("CN_ID", people.WANG_TAO.id_number)),
    "王弢",
    date(1985, 3, 12),
    Sex.MALE,
)
VISIT = "V00000001"
DEPARTMENT, PLACE, PRACTITIONER = "心血管内科", "门诊楼3层A区", "林若海"


def only(site: Site, notice: Notice) -> News:
    (news,) = site.told(notice)
    return news


@at_every_door("visits")
def test_a_visit_that_was_registered_at_the_window(site: Site) -> None:
    notice = site.hospital.staff.register(WANG_TAO, DOCTOR)
    assert only(site, notice) == VisitRegistered(
        filler_id=notice.number,
        placer_id="",
        patient=PATIENT,
        department_code="0101",
        department_name=DEPARTMENT,
        practitioner_code=DOCTOR,
        practitioner_name=PRACTITIONER,
        place=PLACE,
        starts_at=site.clock.now(),
        ends_at=None,
        told_at=site.clock.now(),
    )
    assert only(site, site.hospital.staff.cancel_visit(notice.number)) == AppointmentCalledOff("", notice.number)


@at_every_door("visits")
def test_news_of_a_rare_name_bear_it_character_for_character(site: Site) -> None:
    newcomer = identity(site.newcomer("䶮㛃𬭎"))
    site.his.register_patient(newcomer)
    (kept,) = site.hospital.patients.find("CN_ID", newcomer.id_number)
    visit = only(site, site.hospital.staff.register(kept.mrn, DOCTOR))
    assert isinstance(visit, VisitRegistered)
    assert visit.patient == site.his.find_patients(newcomer)[0]
    assert visit.patient.name == "䶮㛃𬭎"


@at_every_door("visits")
def test_an_appointment_that_was_made_on_another_channel_and_one_of_ours_that_is_called_off(site: Site) -> None:
    slot = site.slot()
    session = next(s for s, _ in site.hospital.diary.open_sessions("0101", DOCTOR, site.tomorrow))
    notice = site.hospital.book_elsewhere(WANG_TAO, session.session_id)
    visit = only(site, notice)
    assert isinstance(visit, VisitRegistered)
    assert (visit.filler_id, visit.placer_id, visit.patient) == (notice.number, "KIOSK-000001", PATIENT)
    assert (visit.department_name, visit.practitioner_name, visit.place) == (DEPARTMENT, PRACTITIONER, PLACE)
    assert (visit.starts_at, visit.ends_at) == (slot.starts_at, slot.ends_at)
    ours = site.his.book(site.request())
    assert AppointmentCalledOff(ours.placer_id, ours.filler_id) in site.told(site.hospital.call_off(ours.placer_id))


@at_every_door("bills")
@pytest.mark.parametrize("told_by", ["DFT^P03", "ORM^O01"])
def test_a_bill_its_insurance_share_and_its_withdrawal(site: Site, told_by: str) -> None:
    staff = site.hospital.staff
    notice = staff.order(WANG_TAO, VISIT, DOCTOR, (BLOOD_COUNT, GLUCOSE), told_by=told_by)
    assert only(site, notice) == BillIssued(
        bill_no=notice.number,
        patient=PATIENT,
        filler_id=VISIT,
        department_name=DEPARTMENT,
        practitioner_name=PRACTITIONER,
        items=(
            ChargeItem("250101015", "血常规", "1", Fen(2_500)),
            ChargeItem("250302001", "葡萄糖测定", "1", Fen(800)),
        ),
        total_fen=Fen(3_300),
        insurance_fen=Fen(600),
        account_fen=Fen(0),
        self_pay_fen=Fen(2_700),
        at_window=False,
        issued_at=site.clock.now(),
    )
    assert only(site, staff.cancel_bill(notice.number)) == BillWithdrawn(notice.number, PATIENT, site.clock.now())


@at_every_door("bills")
@pytest.mark.parametrize("told_by", ["DFT^P03", "ORM^O01"])
def test_fund_personal_account_and_own_pay_come_apart(site: Site, told_by: str) -> None:
    bill = only(site, site.hospital.staff.order(WANG_TAO, VISIT, DOCTOR, (GLUCOSE, POTASSIUM), told_by=told_by))
    assert isinstance(bill, BillIssued)
    assert (bill.total_fen, bill.insurance_fen, bill.account_fen, bill.self_pay_fen) == (1_400, 1_000, 50, 350)


@at_every_door("bills")
def test_a_bill_for_the_window_alone_and_its_settlement_there(site: Site) -> None:
    staff = site.hospital.staff
    notice = staff.order(WANG_TAO, VISIT, DOCTOR, (BLOOD_COUNT,), at_window=True)
    bill = only(site, notice)
    assert isinstance(bill, BillIssued)
    assert (bill.at_window, bill.self_pay_fen) == (True, 2_500)
    withdrawn = only(site, staff.settle_at_window(notice.number))
    assert withdrawn == BillWithdrawn(notice.number, PATIENT, site.clock.now())


@at_every_door("reports")
@pytest.mark.parametrize("told_by", ["ORU^R01", "OUL^R24"])
def test_a_report_from_preliminary_to_taken_back_each_version_later_than_the_last(site: Site, told_by: str) -> None:
    staff = site.hospital.staff
    first = staff.preliminary(WANG_TAO, VISIT, DOCTOR, GLUCOSE, {"GLU": "7.9"}, told_by=told_by)
    later: tuple[Callable[[], Notice], ...] = (
        lambda: staff.finalise(first.number),
        lambda: staff.correct(first.number, {"GLU": "5.9"}),
        lambda: staff.cancel_report(first.number),
    )
    versions = [version(site, first), *(version(site, act()) for act in later)]
    assert versions[0] == ReportIssued(
        report_no=first.number,
        placer_order_no=f"O{first.number}",
        patient=PATIENT,
        filler_id=VISIT,
        kind=ReportKind.LAB,
        title="葡萄糖测定",
        status=ReportStatus.PRELIMINARY,
        issued_at=site.clock.now(),
        observed_at=site.clock.now(),
        practitioner_code=DOCTOR,
        practitioner_name=PRACTITIONER,
        department_name=DEPARTMENT,
        observations=(glucose("7.9", AbnormalFlag.HIGH, "H", ReportStatus.PRELIMINARY),),
    )
    assert [report.status for report in versions] == [
        ReportStatus.PRELIMINARY,
        ReportStatus.FINAL,
        ReportStatus.CORRECTED,
        ReportStatus.CANCELLED,
    ]
    assert versions[2].observations == (glucose("5.9", AbnormalFlag.NORMAL, "N", ReportStatus.CORRECTED),)
    assert [each.value for each in versions[3].observations if each.value] == []
    assert all(earlier.issued_at < later.issued_at for earlier, later in itertools.pairwise(versions))


@at_every_door("reports")
@pytest.mark.parametrize(
    ("potassium", "flag"), [("6.8", AbnormalFlag.CRITICAL_HIGH), ("2.1", AbnormalFlag.CRITICAL_LOW)]
)
def test_a_value_that_somebody_must_act_on_at_once_is_critical(site: Site, potassium: str, flag: AbnormalFlag) -> None:
    told = version(
        site, site.hospital.staff.preliminary(WANG_TAO, VISIT, DOCTOR, POTASSIUM, {"K": potassium}, told_by="OUL^R24")
    )
    assert told.is_critical
    assert told.observations[0].flag is flag


@at_every_door("reports")
def test_several_values_come_in_the_laboratorys_order_each_as_it_was_written(site: Site) -> None:
    values = {"WBC": "6.10", "HGB": "98", "PLT": "210"}
    told = version(site, site.hospital.staff.preliminary(WANG_TAO, VISIT, DOCTOR, BLOOD_COUNT, values))
    assert [(each.code, each.value, each.units, each.flag) for each in told.observations] == [
        ("WBC", "6.10", "10*9/L", AbnormalFlag.NORMAL),
        ("HGB", "98", "g/L", AbnormalFlag.LOW),
        ("PLT", "210", "10*9/L", AbnormalFlag.NORMAL),
    ]


@at_every_door("documents")
def test_imaging_comes_in_words_with_its_document(site: Site) -> None:
    staff = site.hospital.staff
    first = staff.preliminary(WANG_TAO, VISIT, DOCTOR, CHEST_CT, {})
    site.told(first)
    told = version(site, staff.finalise(first.number))
    assert told.kind is ReportKind.IMAGING
    assert [(each.name, each.value) for each in told.observations] == [
        ("检查所见", "双肺纹理清晰。\n未见异常密度影。"),
        ("诊断意见", "未见明显异常。"),
    ]
    (document,) = told.documents
    assert (document.content_type, document.content[:8]) == ("application/pdf", b"%PDF-1.4")


@at_every_door("visits")
def test_what_was_received_reads_the_same_at_every_repeat_and_in_a_preview(site: Site) -> None:
    raws = site.received(site.hospital.staff.register(WANG_TAO, DOCTOR))
    assert [site.his.read_news(raw, None) for raw in raws * 2] == [site.his.read_news(raw, None) for raw in raws] * 2
    previews = [site.his.preview_news(raw, None) for raw in raws]
    assert [tuple(p.news) for p in previews] == [tuple(site.his.read_news(raw, None)) for raw in raws]


def version(site: Site, notice: Notice) -> ReportIssued:
    told = only(site, notice)
    assert isinstance(told, ReportIssued)
    return told


def glucose(value: str, flag: AbnormalFlag, written: str, status: ReportStatus) -> Observation:
    return replace(
        Observation("GLU", "葡萄糖", value, "mmol/L", "3.9-6.1", flag, status),
        low="3.9",
        high="6.1",
        flag_written=written,
    )
