"""The lists that this HIS keeps for who asks what is new: visits and bills as they stand now, reports by version."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement

from hospital_bridge.sandbox.hospital.doors.http_xml import wording
from hospital_bridge.sandbox.hospital.doors.http_xml.trades import Asked
from hospital_bridge.sandbox.hospital.doors.http_xml.wording import row
from hospital_bridge.sandbox.hospital.examinations import PANELS
from hospital_bridge.sandbox.hospital.hospital import SimulatedHospital
from hospital_bridge.sandbox.hospital.model import (
    Appointment,
    AppointmentStatus,
    Bill,
    BillState,
    Merge,
    MergeState,
    Report,
    ReportState,
    Stay,
    Visit,
)
from hospital_bridge.sandbox.hospital.notices import FINDINGS, ward_of
from hospital_bridge.sandbox.hospital.pdf import one_page
from hospital_bridge.sandbox.hospital.staff import Fact, Notice

VISITS, BILLS, REPORTS, MERGES, STAYS = ALL = "2001", "2002", "2003", "2004", "2005"
_LIST_OF = {Visit: VISITS, Appointment: VISITS, Bill: BILLS, Report: REPORTS, Merge: MERGES, Stay: STAYS}
_SAID = {MergeState.MERGED: "1", MergeState.LINKED: "2", MergeState.PARTED: "9"}


class Lists:
    """What was laid out to be fetched, by trade code of its list and number of the thing, of a report with its time."""

    def __init__(self, hospital: SimulatedHospital) -> None:
        self._hospital = hospital
        self._rows: dict[str, dict[str, tuple[datetime, Element]]] = {code: {} for code in ALL}

    def lay(self, notice: Notice, at: datetime) -> None:
        """The thing as it stands now replaces what its list had of it; a report's versions stand side by side."""
        fact = notice.fact
        row_ = self._row(fact, at)
        row_.set("changed", wording.instant(at))
        number = f"{notice.number} {fact.reported_at}" if isinstance(fact, Report) else notice.number
        self._rows[_LIST_OF[type(fact)]][number] = (at.replace(microsecond=0), row_)

    def changed(self, code: str, asked: Asked) -> Iterator[Element]:
        """The things of a list that changed from one time to another."""
        begin, end = (asked.read(name, wording.instant_of) for name in ("BeginTime", "EndTime"))
        yield from (row_ for at, row_ in self._rows[code].values() if begin <= at <= end)

    def _row(self, fact: Fact, at: datetime) -> Element:
        match fact:
            case Visit():
                return self._visit(fact, at)
            case Appointment():
                return self._appointment(fact, at)
            case Bill():
                return self._bill(fact, at)
            case Report():
                return self._report(fact)
            case Merge():
                return self._merge(fact)
            case Stay():
                return self._stay(fact, at)

    def _visit(self, visit: Visit, at: datetime) -> Element:
        return self._row_of(
            "Visit",
            visit.mrn,
            visit.doctor_code,
            VisitNo=visit.visit_no,
            State="9" if visit.cancelled else "1",
            BeginTime=wording.instant(visit.registered_at),
            UpdateTime=wording.instant(at),
        )

    def _appointment(self, appointment: Appointment, at: datetime) -> Element:
        session = self._hospital.diary.session(appointment.session_id)
        if session is None:
            raise LookupError(appointment.session_id)
        return self._row_of(
            "Visit",
            appointment.mrn,
            session.doctor.code,
            VisitNo=appointment.filler_id,
            OrderNo=appointment.placer_id,
            State="1" if appointment.status is AppointmentStatus.BOOKED else "9",
            BeginTime=wording.instant(session.starts_at),
            EndTime=wording.instant(session.ends_at),
            UpdateTime=wording.instant(at),
        )

    def _bill(self, bill: Bill, at: datetime) -> Element:
        made = self._row_of(
            "Bill",
            bill.mrn,
            bill.doctor_code,
            BillNo=bill.bill_no,
            VisitNo=bill.filler_id,
            State="0" if bill.state is BillState.OPEN else "9",
            WindowOnly="Y" if bill.at_window else "N",
            TotalAmt=wording.yuan(bill.total_fen),
            IssueTime=wording.instant(at),
        )
        items = SubElement(made, "Items")
        for item in bill.items:
            told = {"ItemCode": item.code, "ItemName": item.name, "Num": str(item.quantity)}
            shares = {"FundAmt": wording.yuan(item.insurance_fen), "AcctAmt": wording.yuan(item.account_fen)}
            items.append(row("Item", **told, Amt=wording.yuan(item.amount_fen), **shares))
        return made

    def _report(self, report: Report) -> Element:
        panel = PANELS[report.panel_code]
        made = self._row_of(
            "Report",
            report.mrn,
            report.doctor_code,
            ReportNo=report.report_no,
            ApplyNo=report.order_no,
            VisitNo=report.visit_no,
            ReportType="LIS" if panel.tests else "PACS",
            ReportName=panel.name,
            Status=report.state.value,
            SampleTime=wording.instant(report.taken_at),
            ReportTime=wording.instant(report.reported_at),
        )
        results, told = SubElement(made, "Results"), dict(report.values)
        taken_back = report.state is ReportState.CANCELLED
        for test in () if taken_back else panel.tests:
            value = told[test.code]
            range_ = f"{test.low}-{test.high}"
            texts = {"Code": test.code, "Name": test.name, "Value": value, "Unit": test.units}
            results.append(row("Result", **texts, Range=range_, Flag=test.flag(value)))
        if not panel.tests and not taken_back:
            for code, _, words in FINDINGS:
                SubElement(made, code.capitalize()).text = told.get(code, words)
            content = one_page(f"Report {report.report_no}, synthetic")
            SubElement(made, "Document").text = base64.b64encode(content).decode()
        return made

    def _merge(self, merge: Merge) -> Element:
        made = wording.patient_row(self._hospital.patients.get(merge.survivor), "Merge")
        texts = {"MergeNo": merge.merge_no, "State": _SAID[merge.state], "OldPatientNo": merge.other}
        made.extend(row("x", **texts, UpdateTime=wording.instant(merge.told_at)))
        return made

    def _stay(self, stay: Stay, at: datetime) -> Element:
        cashier, department = self._hospital.cashier, self._hospital.data.department_of(stay.doctor_code)
        due_fen = cashier.due_fen(stay)
        made = wording.patient_row(self._hospital.patients.get(stay.mrn), "Stay")
        sums = {
            "BalanceAmt": -due_fen,
            "TotalAmt": stay.total_fen,
            "FundAmt": stay.insurance_fen,
            "AcctAmt": stay.account_fen,
            "OwnAmt": stay.self_pay_fen,
            "DepositAmt": cashier.deposits_fen(stay.stay_no),
            "BackAmt": cashier.surplus_fen(stay),
            "DueAmt": max(0, due_fen),
        }
        texts = {
            "StayNo": stay.stay_no,
            "Ward": ward_of(department),
            "InTime": wording.instant(stay.admitted_at),
            "OutTime": wording.instant(stay.discharged_at) if stay.discharged_at else "",
            "Cancelled": "Y" if stay.cancelled else "N",
            "Settled": "Y" if stay.settlement_no else "N",
            "SettleNo": stay.settlement_no,
            "UpdateTime": wording.instant(at),
        }
        open_sums = () if stay.settlement_no else ("BackAmt", "DueAmt")
        told = {name: "" if name in open_sums else wording.yuan(fen) for name, fen in sums.items()}
        made.extend(row("x", **texts, **told))
        return made

    def _row_of(self, name: str, mrn: str, doctor_code: str, **texts: str) -> Element:
        data = self._hospital.data
        doctor, department = data.doctor(doctor_code), data.department_of(doctor_code)
        made = wording.patient_row(self._hospital.patients.get(mrn), name)
        where = {"DeptCode": department.code, "DeptName": department.name, "Location": department.place}
        who = {"DoctorCode": doctor.code, "DoctorName": doctor.name}
        made.extend(row("x", **texts, **where, **who))
        return made
