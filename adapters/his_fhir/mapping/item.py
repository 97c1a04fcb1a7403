"""One thing that was fetched: the resource itself and what came along, in one Bundle of type collection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.errors import Malformed
from adapters.his_fhir import json_text
from adapters.his_fhir.bundle import Entry, Neighbours, bundle, entries
from adapters.his_fhir.node import Node, resource
from adapters.news import Left, News

Told = News | Left

_BESIDE = frozenset(
    {
        "Patient",
        "Practitioner",
        "PractitionerRole",
        "Organization",
        "Location",
        "HealthcareService",
        "Observation",
        "ServiceRequest",
        "Specimen",
    }
)
"""Types that are told for the sake of others."""


@dataclass(frozen=True, slots=True)
class Item:
    """A resource as the readers take it, with those that it refers to."""

    main: Node = field(repr=False)
    neighbours: Neighbours = field(repr=False)

    def of(self, reference: Node, *kinds: str) -> Node | None:
        """The resource behind a Reference; None where there is no reference, Malformed where it did not come along."""
        if not reference.has("reference") and not reference.has("identifier"):
            return None
        found = self.neighbours.resolve(reference)
        if found is None:
            raise Malformed(f"{reference.path} did not come along")
        if kinds and found.type not in kinds:
            raise Malformed(f"{reference.path} is no {' or '.join(kinds)}")
        return found


def packed(main: Mapping[str, Any], others: Iterable[Entry]) -> bytes:
    """The bytes of one item; the same resources give the same bytes."""
    entry: list[Mapping[str, Any]] = [{"resource": main, "search": {"mode": "match"}}]
    entry += [{**_named(each), "resource": each.resource, "search": {"mode": "include"}} for each in others]
    return json_text.written({"resourceType": "Bundle", "type": "collection", "entry": entry})


def unpacked(raw: bytes, base: str, looked_at: set[str] | None = None) -> Sequence[Item]:
    """The things in the bytes: those of a Bundle that were not merely included, or one resource by itself.

    In a Bundle that does not say what was searched for, what only others refer to is none of them.
    """
    value = json_text.parse(raw)
    if value.get("resourceType") != "Bundle":
        return [Item(resource(value, looked_at), Neighbours([], base, looked_at))]
    everything = list(entries(bundle(value)))
    if not everything:
        raise Malformed("Bundle.entry holds no resource")
    neighbours = Neighbours(everything, base, looked_at)
    sought = [each.resource for each in everything if not each.included]
    things = [each for each in sought if each["resourceType"] not in _BESIDE] or sought
    return [Item(resource(each, looked_at), neighbours) for each in things]


def _named(entry: Entry) -> Mapping[str, str]:
    return {"fullUrl": entry.address} if entry.address else {}
