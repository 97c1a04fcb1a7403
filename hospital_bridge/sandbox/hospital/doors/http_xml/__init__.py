"""The hospital behind HTTP: SOAP with escaped XML inside, yuan, result codes of its own, and lists for its news."""

from __future__ import annotations

from hospital_bridge.sandbox.hospital.doors.http_xml.door import HttpXmlDoor

__all__ = ["HttpXmlDoor"]
