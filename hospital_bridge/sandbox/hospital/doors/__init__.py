"""The doors of the simulated hospital: one set of books, reached in each of the ways that hospitals are reached.

A door is chosen by name (`demo --his NAME`). Another one is a module here and an entry in `DOORS`. Whatever its
protocol, a door asks `hospital.faults.take(…)` for each request under the HL7 trigger of the same operation (`SRM^S01`
for a booking, `DFT^P03` for a posting: the keys of `voice.RESPONSES`), and notes it in `hospital.heard`. A door that
is asked by calls lets each through `hospital.endurance`.
"""

from __future__ import annotations

from collections.abc import Mapping

from hospital_bridge.sandbox.hospital.doors.door import Door, MakeDoor
from hospital_bridge.sandbox.hospital.doors.fhir.door import FhirDoor
from hospital_bridge.sandbox.hospital.doors.http_xml import HttpXmlDoor
from hospital_bridge.sandbox.hospital.doors.mllp import MllpDoor
from hospital_bridge.sandbox.hospital.doors.sql_view.door import SqlViewDoor

__all__ = ["DOORS", "Door"]

DOORS: Mapping[str, MakeDoor] = {
    "hl7v2": MllpDoor,
    "http-xml": HttpXmlDoor,
    "sql-view": SqlViewDoor,
    "fhir": FhirDoor,
}
"""By the name of the adapter that goes through it."""
