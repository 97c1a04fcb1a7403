"""How the hospital words what it tells unasked: segments of ADT, DFT, ORM, ORU and OUL (HL7 v2.5.1)."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import datetime

from adapters.hl7.build import Field, SegmentText, segment, timestamp
from adapters.money import yuan_from_fen
from adapters.values import Department
from hospital_bridge.sandbox.hospital import calendar
from hospital_bridge.sandbox.hospital.examinations import Analyte, Panel
from hospital_bridge.sandbox.hospital.model import Bill, BillItem, Doctor, Report, ReportState, Stay
from hospital_bridge.sandbox.hospital.pdf import one_page

WINDOW_ONLY = "YB"
"""PV1-20 of a bill that only the window settles, as the hospital's IT writes it into the bridge's map."""

_CHARGE, _CREDIT, _NEW, _CANCEL = "CG", "CD", "NW", "CA"
FINDINGS = (("FINDING", "检查所见", "双肺纹理清晰。\n未见异常密度影。"), ("IMPRESSION", "诊断意见", "未见明显异常。"))
"""Code, name and words of what imaging finds where a report says nothing else."""


def event(at: datetime) -> SegmentText:
    """EVN with when it was recorded."""
    return segment("EVN", {2: timestamp(at, calendar.ZONE)})


def visit(
    doctor: Doctor, department: Department, visit_no: str, *, since: datetime | None = None, window_only: bool = False
) -> SegmentText:
    """PV1 of an outpatient."""
    fields: dict[int, Field] = {
        1: "1",
        2: "O",
        3: (department.code, department.place, "", "", "", "", "", "", department.name),
        7: (doctor.code, doctor.name),
        19: visit_no,
        **({20: WINDOW_ONLY} if window_only else {}),
        **({44: timestamp(since, calendar.ZONE)} if since else {}),
    }
    return segment("PV1", fields)


def inpatient(stay: Stay, doctor: Doctor, department: Department) -> SegmentText:
    """PV1 of an inpatient."""
    fields: dict[int, Field] = {
        1: "1",
        2: "I",
        3: (department.code, "301", "2", "", "", "", "", "", ward_of(department)),
        7: (doctor.code, doctor.name),
        19: stay.stay_no,
        44: timestamp(stay.admitted_at, calendar.ZONE),
        **({45: timestamp(stay.discharged_at, calendar.ZONE)} if stay.discharged_at else {}),
    }
    return segment("PV1", fields)


def ward_of(department: Department) -> str:
    """The ward of a department."""
    return f"{department.name}病区"


def account(stay: Stay, deposits_fen: int, surplus_fen: int, due_fen: int) -> SegmentText:
    """ZYJ of this hospital's own: what of the deposits is left, what it came to, and what goes back or is due."""
    fields: dict[int, Field] = {
        1: yuan_from_fen(-due_fen),
        2: yuan_from_fen(stay.total_fen),
        3: yuan_from_fen(stay.insurance_fen),
        4: yuan_from_fen(stay.account_fen),
        5: yuan_from_fen(stay.self_pay_fen),
        6: yuan_from_fen(deposits_fen),
        7: yuan_from_fen(surplus_fen),
        8: yuan_from_fen(max(0, due_fen)),
        9: stay.settlement_no,
    }
    return segment("ZYJ", fields)


def charges(bill: Bill, doctor: Doctor, department: Department, *, wanted: bool) -> Iterator[SegmentText]:
    """One FT1 for each item of a bill, wanted or wanted no more."""
    for number, item in enumerate(bill.items, start=1):
        kind = _CHARGE if wanted else _CREDIT
        yield from _charge(bill, item, number, kind, doctor, department)


def orders(bill: Bill, doctor: Doctor, department: Department, *, wanted: bool, at: datetime) -> Iterator[SegmentText]:
    """One priced order for each item of a bill, the bill's number as their group."""
    for number, item in enumerate(bill.items, start=1):
        order_no = f"{bill.bill_no}-{number}"
        yield segment(
            "ORC",
            {
                1: _NEW if wanted else _CANCEL,
                2: order_no,
                4: bill.bill_no,
                9: timestamp(at, calendar.ZONE),
                12: (doctor.code, doctor.name),
                17: (department.code, department.name, "L"),
            },
        )
        yield segment("OBR", {1: str(number), 2: order_no, 4: (item.code, item.name, "L")})
        if wanted:
            yield from _charge(bill, item, number, _CHARGE, doctor, department)


def order_halves(report: Report, panel: Panel, doctor: Doctor, department: Department) -> tuple[SegmentText, ...]:
    """ORC and OBR as ORU has them; OUL has them the other way round."""
    common: dict[int, Field] = {
        1: "RE",
        2: report.order_no,
        3: report.report_no,
        17: (department.code, department.name, "L"),
    }
    request: dict[int, Field] = {
        1: "1",
        2: report.order_no,
        3: report.report_no,
        4: (panel.code, panel.name, "L"),
        7: timestamp(report.taken_at, calendar.ZONE),
        16: (doctor.code, doctor.name),
        22: timestamp(report.reported_at, calendar.ZONE),
        24: panel.section,
        25: report.state,
    }
    return segment("ORC", common), segment("OBR", request)


def findings(report: Report, panel: Panel) -> Iterator[SegmentText]:
    """OBX of every value, or the words of imaging with their PDF; a cancelled report has no values."""
    told = dict(report.values)
    taken_back = report.state is ReportState.CANCELLED
    for number, test in enumerate(panel.tests, start=1):
        yield _measured(number, test, "" if taken_back else told[test.code], report.state)
    if not panel.tests and not taken_back:
        yield from _in_words(report)


def specimen(report: Report) -> SegmentText:
    """SPM of a serum, as OUL has it behind an order's results."""
    return segment("SPM", {1: "1", 4: ("SER", "血清", "HL70487"), 17: timestamp(report.taken_at, calendar.ZONE)})


def _charge(
    bill: Bill, item: BillItem, number: int, kind: str, doctor: Doctor, department: Department
) -> Iterator[SegmentText]:
    insured = {15: ((yuan_from_fen(item.insurance_fen), "CNY"),)} if item.insurance_fen else {}
    fields: dict[int, Field] = {
        1: str(number),
        2: f"{bill.bill_no}-{number}",
        3: bill.bill_no,
        4: timestamp(bill.issued_at, calendar.ZONE),
        6: kind,
        7: (item.code, item.name, "L"),
        10: str(item.quantity),
        11: ((yuan_from_fen(item.amount_fen), "CNY"), "TP"),
        13: (department.code, department.name, "L"),
        21: (doctor.code, doctor.name),
        **insured,
    }
    yield segment("FT1", fields)
    if item.account_fen:
        yield segment("ZYB", {1: yuan_from_fen(item.account_fen)})


def _measured(number: int, test: Analyte, value: str, state: str) -> SegmentText:
    fields: dict[int, Field] = {
        1: str(number),
        2: "NM",
        3: (test.code, test.name, "L"),
        5: value,
        6: test.units,
        7: f"{test.low}-{test.high}",
        8: test.flag(value) if value else "",
        11: state,
    }
    return segment("OBX", fields)


def _in_words(report: Report) -> Iterator[SegmentText]:
    for number, (code, name, words) in enumerate(FINDINGS, start=1):
        said = dict(report.values).get(code, words)
        yield segment("OBX", {1: str(number), 2: "TX", 3: (code, name, "L"), 5: [*said.split("\n")], 11: report.state})
    content = base64.b64encode(one_page(f"Report {report.report_no}, synthetic")).decode()
    document = ("", "application", "pdf", "Base64", content)
    yield segment("OBX", {1: "3", 2: "ED", 3: ("PDF", "影像报告", "L"), 5: document, 11: report.state})
