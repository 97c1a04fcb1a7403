"""What the codes of the fetched resources mean: `[operator.his.fhir.map]`, each table over the standard's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from adapters.his_fhir.versions import APPOINTMENT_STATES, LIVE, NOTHING, OFF, OVER
from adapters.news import AbnormalFlag, ReportStatus

FLAGS: Mapping[str, AbnormalFlag] = {
    **dict.fromkeys(
        ("U", "D", "B", "W", "S", "R", "I", "MS", "VS", "SDD", "NS", "SYN-R", "SYN-S", "NCL", "EXP", "HM", "IE", "EX"),
        AbnormalFlag.NONE,
    ),
    **dict.fromkeys(("N", "null"), AbnormalFlag.NORMAL),
    **dict.fromkeys(("L", "LU", "LX", "<", "↓"), AbnormalFlag.LOW),
    **dict.fromkeys(("H", "HU", "HX", ">", "↑"), AbnormalFlag.HIGH),
    **dict.fromkeys(("A", "E", "IND", "UNE", "WR"), AbnormalFlag.ABNORMAL),
    "LL": AbnormalFlag.CRITICAL_LOW,
    "HH": AbnormalFlag.CRITICAL_HIGH,
    **dict.fromkeys(("AA", "TOX"), AbnormalFlag.CRITICAL),
    **dict.fromkeys(("POS", "DET", "RR", "CAR", "Carrier"), AbnormalFlag.POSITIVE),
    **dict.fromkeys(("NEG", "ND", "NR"), AbnormalFlag.NEGATIVE),
}
"""v3 ObservationInterpretation, HL7 table 0078 and the arrows of Chinese laboratories; others are `SYSTEM|CODE`."""

REPORT_STATUSES: Mapping[str, str] = {
    "registered": NOTHING,
    **dict.fromkeys(("partial", "preliminary", "modified"), ReportStatus.PRELIMINARY),
    "final": ReportStatus.FINAL,
    **dict.fromkeys(("amended", "corrected", "appended"), ReportStatus.CORRECTED),
    "cancelled": ReportStatus.CANCELLED,
    "entered-in-error": ReportStatus.ENTERED_IN_ERROR,
}
"""DiagnosticReport.status; `unknown` is none that says how firm it is."""

ITEM_STATUSES: Mapping[str, str] = {
    **dict.fromkeys(("registered", "specimen-in-process"), NOTHING),
    "preliminary": ReportStatus.PRELIMINARY,
    "final": ReportStatus.FINAL,
    **dict.fromkeys(("amended", "corrected", "appended"), ReportStatus.CORRECTED),
    "cancelled": ReportStatus.CANCELLED,
    "entered-in-error": ReportStatus.ENTERED_IN_ERROR,
}
"""Observation.status."""

IMAGING = ("CT", "CTH", "CUS", "EC", "NMR", "NMS", "OUS", "RAD", "RUS", "RX", "VUS", "XRC", "LP29684-5", "18748-4")
"""HL7 table 0074 and LOINC's words for imaging, in DiagnosticReport.category."""

_INPATIENT = ("IMP", "ACUTE", "NONAC", "OBSENC", "SS")


def _table(meanings: Sequence[str], what: str) -> fields.Dict:
    listed = ", ".join(dict.fromkeys(map(str, meanings)))
    return fields.Dict(
        fields.String(),
        fields.String(validate=validate.OneOf([str(meaning) for meaning in meanings])),
        load_default=dict,
        metadata={"description": f"{what} One of {listed}; a code that is not listed keeps its standard meaning."},
    )


def _codes(default: Sequence[str], what: str) -> fields.List[Any]:
    return fields.List(fields.String(), load_default=lambda: list(default), metadata={"description": what})


def _places(what: str) -> fields.List[Any]:
    told = {"description": what, "expected": "identifier systems, `type:FILL` or `id`, in turn"}
    filled = validate.Length(min=1)
    return fields.List(fields.String(validate=filled), load_default=lambda: ["id"], validate=filled, metadata=told)


class MapSchema(Schema):
    """What the hospital's codes mean."""

    appointment_states = _table((LIVE, OVER, OFF, NOTHING), "Appointment.status.")
    encounter_states = _table((LIVE, OVER, OFF, NOTHING), "Encounter.status.")
    inpatient_classes = _codes(_INPATIENT, "Encounter.class of visits that are none for a waiting room.")
    visit_number = _places("Where the number of a visit stands on an Encounter.")
    bill_from = fields.String(
        load_default="Invoice",
        validate=validate.OneOf(("Invoice", "ChargeItem")),
        metadata={"description": "What a bill is: an Invoice, or each ChargeItem by itself."},
    )
    bill_number = _places("Where the number of a bill stands.")
    insurance_codes = _codes((), "Codes of the price components that are the insurance's share.")
    account_codes = _codes((), "Codes of the price components that the personal account (个人账户) pays.")
    window_codes = _codes((), "Codes of Invoice.type or ChargeItem.code of bills that only the window settles.")
    report_number = _places("Where the number of a report stands.")
    order_number = _places("Where the number of its order stands on a ServiceRequest.")
    imaging = _codes(IMAGING, "DiagnosticReport.category of findings in words; any other is a laboratory's.")
    report_statuses = _table((*ReportStatus, NOTHING), "DiagnosticReport.status.")
    item_statuses = _table((*ReportStatus, NOTHING), "Observation.status.")
    flags = _table(tuple(AbnormalFlag), "Observation.interpretation: CODE of the standard's, or SYSTEM|CODE.")

    @post_load
    def _over_the_standard(self, loaded: dict[str, Any], **_: object) -> dict[str, Any]:
        standard: dict[str, Mapping[str, str]] = {
            "appointment_states": APPOINTMENT_STATES,
            "report_statuses": REPORT_STATUSES,
            "item_statuses": ITEM_STATUSES,
            "flags": FLAGS,
        }
        return {**loaded, **{key: {**table, **loaded[key]} for key, table in standard.items()}}
