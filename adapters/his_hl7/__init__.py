"""A hospital information system that speaks HL7 v2 over MLLP."""

from __future__ import annotations

from adapters.his_hl7.adapter import manifest

__all__ = ["manifest"]
