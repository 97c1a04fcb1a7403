"""What this hospital calls its numbers and codes, as its IT department would write it into the bridge's settings."""

from __future__ import annotations

MRN = "urn:demo-hospital:mrn"
DOCUMENTS = {"CN_ID": "urn:oid:2.16.156.10011.1.3", "PASSPORT": "http://hl7.org/fhir/sid/passport-CHN"}
PLACER = "urn:hospital-bridge:appointment"
SERIAL, ORDER, TRADE = "urn:hospital-bridge:posting", "urn:hospital-bridge:order", "urn:hospital-bridge:trade"
PLACES_LEFT = "urn:demo-hospital:places-left"
SERVICES, ITEMS, TESTS = "urn:demo-hospital:services", "urn:demo-hospital:items", "urn:demo-hospital:tests"
ERRORS = "urn:demo-hospital:errors"
INSURANCE, ACCOUNT, WINDOW_ONLY = "TC", "GZ", "YB"
"""The price components of insurance and personal account, and the type of a bill that only the window settles."""

PAID, REFUNDED = "paid", "refunded"
FLAGS = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
SECTIONS = "http://terminology.hl7.org/CodeSystem/v2-0074"


def concept(system: str, code: str, text: str = "") -> dict[str, object]:
    """A CodeableConcept of one code."""
    display = {"display": text} if text else {}
    return {"coding": [{"system": system, "code": code, **display}], **({"text": text} if text else {})}


def ref(kind: str, identifier: str, display: str = "") -> dict[str, object]:
    """A literal reference."""
    return {"reference": f"{kind}/{identifier}", **({"display": display} if display else {})}
