"""The hospital's own tables, one module for each aggregate."""

from __future__ import annotations

from hospital_bridge.verticals.hospital.store import record_requests, registrations, slot_holds
from hospital_bridge.verticals.hospital.store.metadata import metadata

__all__ = ["metadata", "record_requests", "registrations", "slot_holds"]
