"""The hospital's own tables, one module for each aggregate."""

from __future__ import annotations

from hospital_bridge.verticals.hospital.store import (
    bills,
    critical_values,
    parked_reports,
    record_holders,
    record_merges,
    record_requests,
    registrations,
    replaced_reports,
    report_looks,
    reports,
    slot_holds,
    stays,
    visits,
)
from hospital_bridge.verticals.hospital.store.metadata import metadata

__all__ = [
    "bills",
    "critical_values",
    "metadata",
    "parked_reports",
    "record_holders",
    "record_merges",
    "record_requests",
    "registrations",
    "replaced_reports",
    "report_looks",
    "reports",
    "slot_holds",
    "stays",
    "visits",
]
