"""A hospital information system behind the views and procedures of its own database."""

from __future__ import annotations

from adapters.his_sql.adapter import manifest

__all__ = ["manifest"]
