"""Who is told of a report: clinicians by webhook, the patient without a clinical word."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.hospital.results.critical import CriticalValue
    from hospital_bridge.verticals.hospital.results.version import Report

AVAILABLE = "report.available"
CORRECTED = "report.corrected"
CRITICAL = "report.critical"
ESCALATED = "report.critical.escalated"


def tell(work: VerticalWork, report: Report, *, is_first: bool) -> None:
    """Another version of the report stands."""


def tell_critical(work: VerticalWork, value: CriticalValue) -> None:
    """A critical value was raised."""


def tell_escalated(work: VerticalWork, value: CriticalValue, level: int, to: str) -> None:
    """Nobody has acknowledged it in time: the next in line is told."""


def tell_patient_later(work: VerticalWork, report: Report) -> None:
    """Tell the patient that there is a new report, once nothing holds it back."""
