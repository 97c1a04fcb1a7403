"""Departments and practitioners: Organization, HealthcareService or Location; Practitioner with PractitionerRole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from adapters.errors import Malformed
from adapters.his_fhir.addresses import Params, token
from adapters.his_fhir.bundle import Neighbours
from adapters.his_fhir.mapping.datatypes import person_name, words
from adapters.his_fhir.mapping.numbers import number_of, required_number, sought
from adapters.his_fhir.node import Node
from adapters.his_fhir.settings import LOGICAL_ID, FhirSettings, Places
from adapters.values import Department, Practitioner

ROLE_FIELD: Mapping[str, str] = {
    "Organization": "organization",
    "HealthcareService": "healthcareService",
    "Location": "location",
}
_ROLE_SEARCH: Mapping[str, str] = {
    "Organization": "organization",
    "HealthcareService": "service",
    "Location": "location",
}
"""What PractitionerRole calls a department: the element, and the search parameter."""

_OPEN = {"Organization": "active=true", "HealthcareService": "active=true", "Location": "status=active"}


def departments_search(settings: FhirSettings) -> Params:
    """What narrows the search, and the places that belong to a HealthcareService."""
    located = (
        [("_include", "HealthcareService:location")] if settings.directory.department == "HealthcareService" else []
    )
    return [*narrowed(settings.directory.department_search or _OPEN[settings.directory.department]), *located]


def roles_search(department_code: str, settings: FhirSettings) -> Params:
    """The roles of one department, with who has them."""
    kind = settings.directory.department
    of = chained(_ROLE_SEARCH[kind], kind, department_code, settings.directory.department_code)
    return [of, ("_include", "PractitionerRole:practitioner")]


def read_department(found: Node, neighbours: Neighbours, settings: FhirSettings) -> Department | None:
    """None for one that is closed."""
    if found.text("active") == "false" or found.text("status") in ("suspended", "inactive"):
        return None
    code = required_number(found, settings.directory.department_code)
    name = found.text("name")
    if not name:
        raise Malformed(f"{found.path}.name is missing")
    return Department(code, name, _place(found, neighbours))


def read_practitioner(
    role: Node, neighbours: Neighbours, department_code: str, settings: FhirSettings
) -> Practitioner | None:
    """None for a role that is over or whose practitioner is gone; Malformed where nobody stands behind it."""
    reference = role.child("practitioner")
    person = neighbours.resolve(reference)
    if role.text("active") == "false" or not reference or (person and person.text("active") == "false"):
        return None
    if person is None:
        raise Malformed(f"{reference.path} did not come along")
    name = person_name(person)
    if not name:
        raise Malformed("Practitioner.name is missing")
    title = next(filter(None, (words(code) for code in role.children("code"))), "")
    return Practitioner(required_number(person, settings.directory.practitioner_code), name, title, department_code)


def department_of(reference: Node, neighbours: Neighbours, settings: FhirSettings) -> tuple[str, str]:
    """Code and name of the department behind a Reference, as far as they are told."""
    return _coded(reference, neighbours, settings.directory.department_code, lambda found: found.text("name"))


def practitioner_of(reference: Node, neighbours: Neighbours, settings: FhirSettings) -> tuple[str, str]:
    """Code and name of the practitioner behind a Reference, who may stand behind a role."""
    found = neighbours.resolve(reference)
    if found is not None and found.type == "PractitionerRole":
        return practitioner_of(found.child("practitioner"), neighbours, settings)
    return _coded(reference, neighbours, settings.directory.practitioner_code, person_name)


def role_places(actor: Node, neighbours: Neighbours, settings: FhirSettings) -> Sequence[Node]:
    """References to the departments of a role; none where the actor is no PractitionerRole that came along."""
    role = neighbours.resolve(actor)
    if role is None or role.type != "PractitionerRole":
        return ()
    return role.children(ROLE_FIELD[settings.directory.department])


def chained(parameter: str, kind: str, code: str, places: Places) -> tuple[str, str]:
    """A search by what a resource refers to: by its id, or by its identifier."""
    if places[0] == LOGICAL_ID:
        return parameter, token(f"{kind}/{code}")
    name, value = sought(code, places[0])
    return f"{parameter}:{kind}.{name}", value


def narrowed(written: str) -> Iterator[tuple[str, str]]:
    """`a=1&b=2` of the settings as parameters."""
    for part in filter(None, written.split("&")):
        name, _, value = part.partition("=")
        yield name, value


def kind_of(reference: Node, neighbours: Neighbours) -> str:
    """The type of what a Reference means, as far as it is told."""
    found = neighbours.resolve(reference)
    written = reference.text("type") or reference.text("reference").rpartition("/")[0].rpartition("/")[2]
    return found.type if found is not None else written


def _coded(reference: Node, neighbours: Neighbours, places: Places, named: object) -> tuple[str, str]:
    found = neighbours.resolve(reference)
    display = reference.text("display")
    if found is not None:
        return number_of(found, places), (named(found) if callable(named) else "") or display
    identifier = reference.child("identifier").text("value")
    written = reference.text("reference")
    return identifier or (written.rpartition("/")[2] if places[0] == LOGICAL_ID else ""), display


def _place(found: Node, neighbours: Neighbours) -> str:
    """Where to go: the description of a Location, the first place of a HealthcareService, the address of the rest."""
    if found.type == "Location":
        return found.text("description") or _address(found.child("address"))
    if found.type == "HealthcareService":
        location = neighbours.resolve(found.child("location"))
        told = "" if location is None else location.text("description") or location.text("name")
        return told or found.child("location").text("display")
    return _address(found.child("address"))


def _address(address: Node) -> str:
    return address.text("text") or "".join(address.texts("line") if address.has("line") else ())
