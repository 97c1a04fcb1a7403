"""A hospital information system that speaks FHIR R4, R4B or R5."""

from __future__ import annotations

from adapters.his_fhir.adapter import manifest

__all__ = ["manifest"]
