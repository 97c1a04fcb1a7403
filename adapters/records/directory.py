"""Departments, practitioners and patients out of records."""

from __future__ import annotations

import re
from collections.abc import Iterator

from adapters.errors import Malformed
from adapters.records import Record
from adapters.records.conventions import Conventions
from adapters.records.fields import Fields
from adapters.texts import HANZI
from adapters.values import Department, Identifier, PatientRecord, Practitioner, Sex, VerifiedIdentity

_BLANKS = re.compile(r"\s+")


def department(record: Record, conventions: Conventions) -> Department:
    """A department."""
    fields = Fields(record, conventions)
    return Department(fields.required_number("code"), fields.required("name"), fields.text("place"))


def practitioner(record: Record, conventions: Conventions, department_code: str) -> Practitioner:
    """A practitioner, of the department that was asked for where the record names none."""
    fields = Fields(record, conventions)
    return Practitioner(
        fields.required_number("code"),
        person_name(fields.required("name")),
        fields.text("title"),
        fields.number("department_code") or department_code,
    )


def patient(record: Record, conventions: Conventions) -> PatientRecord:
    """A patient; Malformed where there is neither a record number nor a visit card."""
    fields = Fields(record, conventions)
    numbers = tuple(_identifiers(fields))
    if not any(number.system in ("MRN", "VISIT_CARD") for number in numbers):
        raise Malformed("mrn is missing")
    return PatientRecord(
        identifiers=numbers,
        name=person_name(fields.text("patient_name")),
        birth_date=fields.day("birth_date"),
        sex=fields.meaning("sex", conventions.sexes) if fields.text("sex") else Sex.UNKNOWN,
    )


def may_belong(record: PatientRecord, identity: VerifiedIdentity) -> bool:
    """Whether the record is not of another document of the same type; one that names none may be anybody's of ours."""
    documents = {number.value.upper() for number in record.identifiers if number.system == identity.id_type}
    return not documents or identity.id_number.upper() in documents


def person_name(text: str) -> str:
    """A name; blanks inside hanzi mean nothing."""
    return _BLANKS.sub("" if HANZI.search(text) else " ", text)


def _identifiers(fields: Fields) -> Iterator[Identifier]:
    for name, system in (("mrn", "MRN"), ("visit_card_no", "VISIT_CARD")):
        if number := fields.number(name):
            yield Identifier(system, number)
    if document := fields.number("id_number"):
        yield Identifier(_document_type(fields), document)


def _document_type(fields: Fields) -> str:
    """Ours for the hospital's code. One that no table lists stays as it is: it is then no document that we ask by."""
    code = fields.text("id_type")
    if not code:
        return fields.conventions.document
    return next((ours for ours, theirs in fields.conventions.id_types.items() if code in theirs), code)
