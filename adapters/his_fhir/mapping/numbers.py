"""Where a number of a resource stands: identifier systems, types of HL7 table 0203, or its own id, in turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.errors import Malformed
from adapters.his_fhir.addresses import token
from adapters.his_fhir.mapping.datatypes import codes
from adapters.his_fhir.node import Node
from adapters.his_fhir.settings import LOGICAL_ID, Places

TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"
_TYPED = "type:"
_LONGEST = 64


def number_of(holder: Node, places: Places) -> str:
    """The first number that is there, empty where none is; Malformed where it is longer than a number may be."""
    found = next((value for place in places if (value := _at(holder, place))), "")
    if len(found) > _LONGEST:
        raise Malformed(f"{holder.path}.identifier is longer than {_LONGEST} characters")
    return found


def required_number(holder: Node, places: Places) -> str:
    """The same; Malformed where none is."""
    found = number_of(holder, places)
    if not found:
        raise Malformed(f"{holder.path}.identifier: none of {', '.join(places)}")
    return found


def under(holder: Node, system: str) -> str:
    """The number of one identifier system, empty where there is none."""
    return next((each.text("value") for each in holder.children("identifier") if each.text("system") == system), "")


def is_of(identifier: Node, place: str) -> bool:
    """Whether an Identifier stands at that place."""
    if place.startswith(_TYPED):
        return any(code.code == place.removeprefix(_TYPED) for code in codes(identifier, "type"))
    return place != LOGICAL_ID and identifier.text("system") == place


def written(value: str, places: Places) -> dict[str, Any]:
    """An Identifier as the first place has it that is one."""
    place = next((each for each in places if each != LOGICAL_ID), "")
    if place.startswith(_TYPED):
        coding = {"system": TYPES, "code": place.removeprefix(_TYPED)}
        return {"type": {"coding": [coding]}, "value": value}
    return {"system": place, "value": value} if place else {"value": value}


def sought(value: str, place: str) -> tuple[str, str]:
    """The search for that number at that place; one by its type finds other types too, which the caller leaves out."""
    if place == LOGICAL_ID:
        return "_id", token(value)
    return "identifier", token(value, "" if place.startswith(_TYPED) else place)


def reference(kind: str, value: str, places: Places) -> Mapping[str, Any]:
    """A Reference to the resource of that number: literal where its id is the number, else by its identifier."""
    if places[0] == LOGICAL_ID:
        return {"reference": f"{kind}/{value}"}
    return {"type": kind, "identifier": written(value, places)}


def _at(holder: Node, place: str) -> str:
    if place == LOGICAL_ID:
        return holder.text("id")
    return next((each.text("value") for each in holder.children("identifier") if is_of(each, place)), "")
