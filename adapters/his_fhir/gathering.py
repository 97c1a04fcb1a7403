"""What a fetched resource refers to, gathered so that it can be read later without asking anybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.errors import Malformed, Refused
from adapters.his_fhir.addresses import split_reference
from adapters.his_fhir.bundle import Entry, Neighbours, is_elsewhere
from adapters.his_fhir.client import FhirClient
from adapters.his_fhir.node import Node, resource

REFERS: Mapping[str, Sequence[str]] = {
    "Patient": ("link.other",),
    "Appointment": ("participant.actor", "subject"),
    "Encounter": (
        "subject",
        "appointment",
        "serviceProvider",
        "location.location",
        "participant.individual",
        "participant.actor",
    ),
    "Invoice": ("subject", "issuer", "participant.actor", "lineItem.chargeItemReference"),
    "ChargeItem": (
        "subject",
        "context",
        "encounter",
        "performer.actor",
        "performingOrganization",
        "requestingOrganization",
    ),
    "DiagnosticReport": ("subject", "result", "basedOn", "encounter"),
    "Observation": ("hasMember",),
    "ServiceRequest": ("requester",),
    "PractitionerRole": ("practitioner", "organization", "location", "healthcareService"),
}
"""The references that the readers follow, by type."""

INCLUDES: Mapping[str, Sequence[tuple[str, str]]] = {
    "Patient": (("_include", "Patient:link"),),
    "Appointment": (("_include", "Appointment:actor"),),
    "Encounter": (
        ("_include", "Encounter:subject"),
        ("_include", "Encounter:appointment"),
        ("_include", "Encounter:service-provider"),
        ("_include", "Encounter:location"),
        ("_include", "Encounter:participant"),
    ),
    "Invoice": (("_include", "Invoice:subject"), ("_include", "Invoice:issuer"), ("_include", "Invoice:participant")),
    "ChargeItem": (("_include", "ChargeItem:subject"), ("_include", "ChargeItem:performer-actor")),
    "DiagnosticReport": (
        ("_include", "DiagnosticReport:subject"),
        ("_include", "DiagnosticReport:result"),
        ("_include", "DiagnosticReport:based-on"),
        ("_include", "DiagnosticReport:encounter"),
        ("_include:iterate", "Observation:has-member"),
        ("_include:iterate", "ServiceRequest:requester"),
    ),
}
"""What a search asks to come along (R4 section 3.1.1.5.4); whatever does not is read by itself."""

_READ = frozenset({*REFERS, "Practitioner", "Organization", "Location", "HealthcareService"})
_MOST_NEIGHBOURS = 2_000


class Gatherer:
    """Finds neighbours among what came along and reads the rest; `reads` counts how often it had to ask."""

    def __init__(self, client: FhirClient, known: Neighbours) -> None:
        self._client = client
        self._known = known
        self._absent: set[str] = set()
        self.reads = 0

    def around(self, main: Mapping[str, Any]) -> Sequence[Entry]:
        """Every resource that the readers of `main` may follow a reference to, in an order of its own.

        One that is not there, or not to be read, is left out: its reader says what was missing. One that is referred to
        by an address that is not this server's keeps it.
        """
        found: dict[str, Entry] = {}
        waiting = [resource(main)]
        while waiting and len(found) < _MOST_NEIGHBOURS:
            for reference in _references(waiting.pop()):
                neighbour = self._safely(reference)
                if neighbour is None or neighbour.value is main or reference.text("reference").startswith("#"):
                    continue
                key, address = f"{neighbour.type}/{neighbour.text('id')}", self._address(reference)
                if key not in found:
                    waiting.append(neighbour)
                if key not in found or (address and not found[key].address):
                    found[key] = Entry(neighbour.value, address, included=True)
        return [found[key] for key in sorted(found)]

    def _address(self, reference: Node) -> str:
        written = reference.text("reference").partition("/_history/")[0]
        return written if is_elsewhere(written, self._client.base_url) else ""

    def _safely(self, reference: Node) -> Node | None:
        try:
            return self._at(reference)
        except Malformed:
            return None

    def _at(self, reference: Node) -> Node | None:
        written = reference.text("reference")
        if written.startswith("#"):
            return None
        known = self._known.resolve(reference)
        if known is not None or not written or written in self._absent:
            return known
        kind, identifier = split_reference(written)
        if kind not in _READ or is_elsewhere(written, self._client.base_url):
            return None
        self.reads += 1
        try:
            found = self._client.read(kind, identifier)
        except (Malformed, Refused):
            found = None
        if found is None:
            self._absent.add(written)
            return None
        self._known.add(found.value)
        return self._known.resolve(reference)


def _references(node: Node) -> Iterator[Node]:
    """The references of one resource and of those inside it; what is no reference is its reader's to refuse."""
    inside = (node.inside(key) for key in node.contained)
    for each in (node, *(found for found in inside if found is not None)):
        for path in REFERS.get(str(each.value.get("resourceType")), ()):
            try:
                yield from list(_at_path(each, path))
            except Malformed:
                continue


def _at_path(node: Node, path: str) -> Iterator[Node]:
    key, _, rest = path.partition(".")
    for each in node.children(key):
        if rest:
            yield from _at_path(each, rest)
        else:
            yield each
