"""What there is to tell, as rows: one for a visit, one for each item of a bill or a report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from adapters.money import yuan_from_fen
from hospital_bridge.sandbox.hospital.doors.sql_view.database import Columns, insert, remove
from hospital_bridge.sandbox.hospital.doors.sql_view.writing import time_of
from hospital_bridge.sandbox.hospital.examinations import PANELS, Panel
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
from hospital_bridge.sandbox.hospital.staff import Fact

_STATES = {BillState.OPEN: "0", BillState.SETTLED_AT_WINDOW: "1", BillState.CANCELLED: "9"}

_SAID = {MergeState.MERGED: "1", MergeState.LINKED: "2", MergeState.PARTED: "9"}


def lay(database: Connection, fact: Fact, hospital: SimulatedHospital, now: datetime) -> None:
    """Put the rows of it in place of those that told of it before; the caller commits."""
    table, number, rows_of = _LAID[type(fact)]
    rows = [*rows_of(fact, hospital, now)]
    remove(database, table, [{number: rows[0][number]}])
    for row in rows:
        insert(database, table, [row])


def _of_visit(visit: Visit, _hospital: SimulatedHospital, now: datetime) -> Iterator[Columns]:
    yield {
        "GHLSH": visit.visit_no,
        "WBLSH": "",
        "ZT": "0" if visit.cancelled else "1",
        "BRID": visit.mrn,
        "YSDM": visit.doctor_code,
        "KSSJ": time_of(visit.registered_at),
        "JSSJ": None,
        "TZSJ": time_of(now),
    }


def _of_appointment(booked: Appointment, hospital: SimulatedHospital, now: datetime) -> Iterator[Columns]:
    session = hospital.diary.session(booked.session_id)
    if session is None:
        raise LookupError(booked.session_id)
    yield {
        "GHLSH": booked.filler_id,
        "WBLSH": booked.placer_id,
        "ZT": "1" if booked.status is AppointmentStatus.BOOKED else "0",
        "BRID": booked.mrn,
        "YSDM": session.doctor.code,
        "KSSJ": time_of(session.starts_at),
        "JSSJ": time_of(session.ends_at),
        "TZSJ": time_of(now),
    }


def _of_bill(bill: Bill, _hospital: SimulatedHospital, now: datetime) -> Iterator[Columns]:
    for item in bill.items:
        yield {
            "FYDH": bill.bill_no,
            "ZT": _STATES[bill.state],
            "BRID": bill.mrn,
            "GHLSH": bill.filler_id,
            "YSDM": bill.doctor_code,
            "CKJS": "1" if bill.at_window else "0",
            "XMDM": item.code,
            "XMMC": item.name,
            "SL": item.quantity,
            "JE": yuan_from_fen(item.amount_fen),
            "TCJE": yuan_from_fen(item.insurance_fen),
            "GZJE": yuan_from_fen(item.account_fen),
            "KDSJ": time_of(bill.issued_at if bill.state is BillState.OPEN else now),
        }


def _of_report(report: Report, _hospital: SimulatedHospital, _now: datetime) -> Iterator[Columns]:
    panel = PANELS[report.panel_code]
    head: Columns = {
        "BBH": f"{report.report_no}-{time_of(report.reported_at)}",
        "BGDH": report.report_no,
        "SQDH": report.order_no,
        "ZT": report.state.value,
        "LX": "1" if panel.tests else "2",
        "BRID": report.mrn,
        "GHLSH": report.visit_no,
        "YSDM": report.doctor_code,
        "BGMC": panel.name,
        "CYSJ": time_of(report.taken_at),
        "BGSJ": time_of(report.reported_at),
    }
    for item in _measured(report, panel) if panel.tests else _in_words(report):
        yield {**head, **item}


def _of_merge(merge: Merge, _hospital: SimulatedHospital, _now: datetime) -> Iterator[Columns]:
    yield {
        "HBLSH": merge.merge_no,
        "ZT": _SAID[merge.state],
        "BRID": merge.survivor,
        "YBRID": merge.other,
        "HBSJ": time_of(merge.told_at),
    }


def _of_stay(stay: Stay, hospital: SimulatedHospital, now: datetime) -> Iterator[Columns]:
    cashier, settled = hospital.cashier, bool(stay.settlement_no)
    due_fen = cashier.due_fen(stay)
    yield {
        "ZYH": stay.stay_no,
        "BRID": stay.mrn,
        "BQ": ward_of(hospital.data.department_of(stay.doctor_code)),
        "RYSJ": time_of(stay.admitted_at),
        "CYSJ": time_of(stay.discharged_at) if stay.discharged_at else None,
        "QXBZ": "1" if stay.cancelled else "0",
        "JSBZ": "1" if settled else "0",
        "JSDH": stay.settlement_no,
        "YE": yuan_from_fen(-due_fen),
        "ZJE": yuan_from_fen(stay.total_fen),
        "TCJE": yuan_from_fen(stay.insurance_fen),
        "GZJE": yuan_from_fen(stay.account_fen),
        "ZFJE": yuan_from_fen(stay.self_pay_fen),
        "YJJ": yuan_from_fen(cashier.deposits_fen(stay.stay_no)),
        "TJE": yuan_from_fen(cashier.surplus_fen(stay)) if settled else None,
        "BJE": yuan_from_fen(max(0, due_fen)) if settled else None,
        "GXSJ": time_of(now),
    }


def _measured(report: Report, panel: Panel) -> Iterator[Columns]:
    told = {} if report.state is ReportState.CANCELLED else dict(report.values)
    for test in panel.tests:
        value = told.get(test.code, "")
        yield {
            "XMDM": test.code,
            "XMMC": test.name,
            "JGZ": value,
            "DW": test.units,
            "CKFW": f"{test.low}-{test.high}",
            "JGBZ": test.flag(value) if value else "",
        }


def _in_words(report: Report) -> Iterator[Columns]:
    if report.state is ReportState.CANCELLED:
        yield {}
        return
    said = dict(report.values)
    (finding, impression) = (said.get(code, words) for code, _, words in FINDINGS)
    yield {"JCSJ": finding, "JCYJ": impression, "BGWJ": one_page(f"Report {report.report_no}, synthetic")}


_LAID: Mapping[type[Any], tuple[str, str, Callable[[Any, SimulatedHospital, datetime], Iterator[Columns]]]] = {
    Visit: ("GH", "GHLSH", _of_visit),
    Appointment: ("GH", "GHLSH", _of_appointment),
    Bill: ("FY", "FYDH", _of_bill),
    Report: ("BG", "BBH", _of_report),
    Merge: ("HB", "HBLSH", _of_merge),
    Stay: ("ZY", "ZYH", _of_stay),
}
"""The table of a fact, its number there, and its rows."""
