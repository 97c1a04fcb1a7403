"""A hospital's information system behind HTTP: SOAP, plain XML, JSON, or HL7 inside them."""

from __future__ import annotations

from adapters.his_http.adapter import manifest

__all__ = ["manifest"]
