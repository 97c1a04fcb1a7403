"""A version of a report as resources: the report, its order, and an Observation for each value."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from hospital_bridge.sandbox.hospital import calendar, notices
from hospital_bridge.sandbox.hospital.doors.fhir import names
from hospital_bridge.sandbox.hospital.doors.fhir.json_wire import Exact
from hospital_bridge.sandbox.hospital.doors.fhir.names import concept, ref
from hospital_bridge.sandbox.hospital.doors.fhir.resources import Resource, patient_id, role_id
from hospital_bridge.sandbox.hospital.examinations import Analyte, Panel
from hospital_bridge.sandbox.hospital.model import Doctor, Report, ReportState
from hospital_bridge.sandbox.hospital.pdf import one_page

_STATES = {
    ReportState.PRELIMINARY: "preliminary",
    ReportState.FINAL: "final",
    ReportState.CORRECTED: "corrected",
    ReportState.CANCELLED: "cancelled",
}


def report(version: Report, panel: Panel) -> Resource:
    """The DiagnosticReport; imaging presents its PDF."""
    presented = [] if panel.tests or version.state is ReportState.CANCELLED else [_document(version)]
    visit = {"encounter": ref("Encounter", version.visit_no)} if version.visit_no else {}
    return {
        "resourceType": "DiagnosticReport",
        "id": version.report_no,
        "basedOn": [ref("ServiceRequest", version.order_no)],
        "status": _STATES[version.state],
        "category": [concept(names.SECTIONS, panel.section)],
        "code": concept(names.ITEMS, panel.code, panel.name),
        "subject": ref("Patient", patient_id(version.mrn)),
        **visit,
        "effectiveDateTime": version.taken_at.astimezone(calendar.ZONE).isoformat(),
        "issued": version.reported_at.astimezone(calendar.ZONE).isoformat(),
        "result": [ref("Observation", each["id"]) for each in observations(version, panel)],
        **({"presentedForm": presented} if presented else {}),
    }


def order(version: Report, doctor: Doctor) -> Resource:
    """What the doctor asked for."""
    return {
        "resourceType": "ServiceRequest",
        "id": version.order_no,
        "status": "active",
        "intent": "order",
        "subject": ref("Patient", patient_id(version.mrn)),
        "requester": ref("PractitionerRole", role_id(doctor), doctor.name),
    }


def observations(version: Report, panel: Panel) -> Iterator[Resource]:
    """Every value, or the words of imaging; a cancelled report has no values."""
    told, taken_back = dict(version.values), version.state is ReportState.CANCELLED
    for test in panel.tests:
        yield _observation(version, test.code, test.name) | ({} if taken_back else _measured(test, told[test.code]))
    if not panel.tests and not taken_back:
        for code, name, words in notices.FINDINGS:
            yield _observation(version, code, name) | {"valueString": told.get(code, words)}


def _observation(version: Report, code: str, name: str) -> Resource:
    return {
        "resourceType": "Observation",
        "id": f"{version.report_no}-{code}",
        "status": _STATES[version.state],
        "code": concept(names.TESTS, code, name),
        "subject": ref("Patient", patient_id(version.mrn)),
    }


def _measured(test: Analyte, value: str) -> Resource:
    ends = {"low": test.low, "high": test.high}
    return {
        "valueQuantity": {"value": Exact(value), "unit": test.units},
        "interpretation": [concept(names.FLAGS, test.flag(value))],
        "referenceRange": [{end: {"value": Exact(limit), "unit": test.units} for end, limit in ends.items()}],
    }


def _document(version: Report) -> Resource:
    content = base64.b64encode(one_page(f"Report {version.report_no}, synthetic")).decode()
    return {"contentType": "application/pdf", "data": content, "title": "影像报告"}
