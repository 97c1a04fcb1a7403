"""The patient index: Patient, searched by identifier and created where none has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.his_fhir.addresses import encoded
from adapters.his_fhir.mapping import numbers
from adapters.his_fhir.mapping.datatypes import day, person_name
from adapters.his_fhir.node import Node
from adapters.his_fhir.settings import LOGICAL_ID, FhirSettings
from adapters.values import Identifier, PatientRecord, Sex, VerifiedIdentity

MRN = "MRN"
_SEXES = {"male": Sex.MALE, "female": Sex.FEMALE}
_WRITTEN = {sex: code for code, sex in _SEXES.items()}
_REPLACED = "replaced-by"


def read_record(patient: Node, settings: FhirSettings) -> PatientRecord:
    """The record; Malformed where the birth date is none. An identifier of a system that no place names keeps it."""
    born = patient.text("birthDate")
    return PatientRecord(
        identifiers=tuple(_identifiers(patient, settings)),
        name=person_name(patient),
        birth_date=day(born, "Patient.birthDate") if born else None,
        sex=_SEXES.get(patient.text("gender"), Sex.UNKNOWN),
    )


def is_current(patient: Node) -> bool:
    """Whether the record counts: one that is inactive, or merged into another, does not."""
    replaced = any(link.text("type") == _REPLACED for link in patient.children("link"))
    return patient.text("active") != "false" and not replaced


def is_of(record: PatientRecord, identity: VerifiedIdentity) -> bool:
    """Whether the record is one of this document."""
    documents = {number.value.upper() for number in record.identifiers if number.system == identity.id_type}
    return identity.id_number.upper() in documents


def same_document(identity: VerifiedIdentity, settings: FhirSettings) -> str:
    """The search for a record of this document, as If-None-Exist has it."""
    return encoded([numbers.sought(identity.id_number, settings.identifiers[identity.id_type][0])])


def newcomer(identity: VerifiedIdentity, settings: FhirSettings) -> Mapping[str, Any]:
    """A new Patient."""
    phone = [{"system": "phone", "value": identity.phone, "use": "mobile"}] if identity.phone else []
    return {
        "resourceType": "Patient",
        "identifier": [numbers.written(identity.id_number, settings.identifiers[identity.id_type])],
        "active": True,
        "name": [{"use": "official", "text": identity.name}],
        **({"telecom": phone} if phone else {}),
        "gender": _WRITTEN.get(identity.sex, "unknown"),
        "birthDate": identity.birth_date.isoformat(),
    }


def _identifiers(patient: Node, settings: FhirSettings) -> Sequence[Identifier]:
    """Ours by their places; the record number is the first that is found, the resource's own id at the last."""
    found: list[Identifier] = []
    for each in patient.children("identifier"):
        value = each.text("value")
        if not value or each.text("use") == "old":
            continue
        ours = (name for name, places in settings.identifiers.items() if any(numbers.is_of(each, at) for at in places))
        kind = next(ours, each.text("system"))
        found.append(Identifier(kind, value))
    for name, places in settings.identifiers.items():
        if LOGICAL_ID in places and not any(each.system == name for each in found):
            found.insert(0, Identifier(name, patient.required("id")))
    return found
