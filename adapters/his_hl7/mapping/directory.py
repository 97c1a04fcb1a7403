"""Departments, practitioners and prices from the hospital's master files (HL7 v2.5.1 chapter 8).

MFQ is the original-style query that hospitals of this generation answer: QRD-9 says `MFQ`,
QRD-10 names the file, QRD-11 narrows it (section 8.4.1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import tzinfo

from adapters import texts
from adapters.his_hl7.mapping import reading
from adapters.his_hl7.mapping.draft import Draft, Envelope, draft
from adapters.his_hl7.mapping.names import person_name
from adapters.his_hl7.mapping.query import query_definition
from adapters.his_hl7.mapping.reading import Group, required, value
from adapters.hl7.message import Message
from adapters.values import Department, Fen, Practitioner

_INACTIVE = "I"


def departments_query(envelope: Envelope, zone: tzinfo) -> Draft:
    """Every patient location (event M05)."""
    return draft("MFQ^M05^MFQ_M01", query_definition(envelope, zone, subject="MFQ", what="LOC"))


def practitioners_query(envelope: Envelope, zone: tzinfo, department_code: str) -> Draft:
    """The staff of one department (event M02), whose code stands in QRD-11."""
    definition = query_definition(envelope, zone, subject="MFQ", what="PRA", narrowed=department_code)
    return draft("MFQ^M02^MFQ_M01", definition)


def prices_query(envelope: Envelope, zone: tzinfo) -> Draft:
    """The charge description master (event M04)."""
    return draft("MFQ^M04^MFQ_M01", query_definition(envelope, zone, subject="MFQ", what="CDM"))


def read_departments(answer: Message) -> Sequence[Department]:
    """LDP-2 code and name, LOC-2 place; a department with several places shows its first."""
    found: dict[str, Department] = {}
    for group in reading.groups(answer, "MFE"):
        if value(group, "LDP-6") == _INACTIVE:
            continue
        code = required(group, "LDP-2.1")
        department = Department(code, required(group, "LDP-2.2"), value(group, "LOC-2"))
        found.setdefault(code, department)
    return tuple(found.values())


def read_practitioners(answer: Message, department_code: str) -> Sequence[Practitioner]:
    """STF-1 code, STF-3 name, title from STF-18 or else PRA-3; only staff who name the department in STF-8."""
    return tuple(
        Practitioner(
            code=required(group, "STF-1.1"),
            name=_staff_name(group),
            title=value(group, "STF-18") or value(group, "PRA-3"),
            department_code=department_code,
        )
        for group in _active_staff(answer)
        if department_code in (repetition["1"] for repetition in group["STF"].field(8).repetitions)
    )


def read_prices(answer: Message) -> Mapping[str, Fen]:
    """CDM-1 code -> PRC-5 price in yuan."""
    return {
        required(group, "CDM-1.1"): texts.yuan(required(group, "PRC-5.1.1"), "PRC-5.1.1")
        for group in reading.groups(answer, "MFE")
        if _INACTIVE not in (value(group, "CDM-8"), value(group, "PRC-16"))
    }


def _active_staff(answer: Message) -> Iterator[Group]:
    for group in reading.groups(answer, "MFE"):
        required(group, "STF-1.1")
        if value(group, "STF-7") != _INACTIVE:
            yield group


def _staff_name(group: Group) -> str:
    name = person_name(group["STF"].field(3).repetitions)
    return name or required(group, "STF-3.1")
