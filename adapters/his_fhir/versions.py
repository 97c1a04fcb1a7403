"""What differs between the versions of FHIR, as far as this adapter reads and writes: small tables, one per version.

R4 (4.0.1), R4B (4.3.0) and R5 (5.0.0) by their resource pages. What differs only in shape, such as a Coding that
became a CodeableConcept, is read alike wherever it stands and is no row here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LIVE, OVER, OFF, NOTHING = "live", "over", "off", "nothing"
"""What a state means to us: it stands, it is past, it was called off, it is nothing to tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version: names of elements that changed and states that came or went."""

    name: str
    encounter_period: str
    encounter_planned: str
    encounter_person: str
    encounter_states: Mapping[str, str]
    appointment_reason: str
    appointment_cancelled_for: str
    invoice_date: tuple[str, ...]
    charge_visit: str
    charge_price: tuple[str, ...]
    reconciled_on: str
    reconciled_amount: str
    reconciled_lines: str
    reconciled_target: str
    payment_by: str

    @property
    def concepts_are_references(self) -> bool:
        """Whether a reason or a service is a CodeableReference and no CodeableConcept."""
        return self.name == "R5"


_BEFORE_R5: Mapping[str, str] = {
    **dict.fromkeys(("planned", "arrived", "triaged", "in-progress", "onleave"), LIVE),
    "finished": OVER,
    **dict.fromkeys(("cancelled", "entered-in-error"), OFF),
    "unknown": NOTHING,
}
_FROM_R5: Mapping[str, str] = {
    **dict.fromkeys(("planned", "in-progress", "on-hold"), LIVE),
    **dict.fromkeys(("discharged", "completed"), OVER),
    **dict.fromkeys(("cancelled", "discontinued", "entered-in-error"), OFF),
    "unknown": NOTHING,
}


def _before_r5(name: str) -> Version:
    return Version(
        name=name,
        encounter_period="period",
        encounter_planned="",
        encounter_person="individual",
        encounter_states=_BEFORE_R5,
        appointment_reason="reasonCode",
        appointment_cancelled_for="cancelationReason",
        invoice_date=("date",),
        charge_visit="context",
        charge_price=("priceOverride",),
        reconciled_on="paymentDate",
        reconciled_amount="paymentAmount",
        reconciled_lines="detail",
        reconciled_target="request",
        payment_by="provider",
    )


VERSIONS: Mapping[str, Version] = {
    "R4": _before_r5("R4"),
    "R4B": _before_r5("R4B"),
    "R5": Version(
        name="R5",
        encounter_period="actualPeriod",
        encounter_planned="plannedStartDate",
        encounter_person="actor",
        encounter_states=_FROM_R5,
        appointment_reason="reason",
        appointment_cancelled_for="cancellationReason",
        invoice_date=("creation", "date"),
        charge_visit="encounter",
        charge_price=("totalPriceComponent", "amount"),
        reconciled_on="date",
        reconciled_amount="amount",
        reconciled_lines="allocation",
        reconciled_target="target",
        payment_by="reporter",
    ),
}

APPOINTMENT_STATES: Mapping[str, str] = {
    **dict.fromkeys(("pending", "booked", "arrived", "checked-in"), LIVE),
    "fulfilled": OVER,
    **dict.fromkeys(("cancelled", "noshow", "entered-in-error"), OFF),
    **dict.fromkeys(("proposed", "waitlist"), NOTHING),
}
"""Appointment.status, the same in every version; who is only proposed or waits has no place yet."""
