"""A visit as the hospital has it, wherever it was registered, and the person and ticket that belong to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hospital_bridge.verticals.hospital.registration import Registration


class Origin(StrEnum):
    """Where it was registered; who comes to the WINDOW without an appointment is in the house already."""

    PHONE = "phone"
    APPOINTMENT = "appointment"
    WINDOW = "window"


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit; `filler_id` is the hospital's own number, which never stands for two.

    `subject_id` is the person's where somebody here has bound their record number, else the visit's own id, so that
    name and number are sealed all the same. `registration_id` is empty where it was not registered here. `told_at` is
    when the hospital said what is known of it, None where it did not say.
    """

    visit_id: str
    filler_id: str
    registration_id: str
    subject_id: str
    mrn: str = field(repr=False)
    name: str = field(repr=False)
    birth_date: date | None = field(repr=False)
    origin: Origin
    department_code: str
    department_name: str
    practitioner_code: str
    practitioner_name: str
    place: str
    starts_at: datetime
    created_at: datetime
    called_off: bool = False
    ticket_id: str = ""
    told_at: datetime | None = None
    version: int = 1

    @property
    def line_id(self) -> str:
        """The practitioner's line."""
        return line_of(self.department_code, self.practitioner_code)

    def with_ticket(self, ticket_id: str) -> Visit:
        """The visit once it has a place in a line."""
        return replace(self, ticket_id=ticket_id)


def line_of(department_code: str, practitioner_code: str) -> str:
    """The id of a practitioner's line, the same every day."""
    return f"hospital.{department_code}.{practitioner_code}"


def registered_here(registration: Registration, visit_id: str, name: str, birth_date: date, now: datetime) -> Visit:
    """The visit of a registration that was made here."""
    return Visit(
        visit_id=visit_id,
        filler_id=registration.filler_id,
        registration_id=registration.registration_id,
        subject_id=registration.subject_id,
        mrn=registration.mrn,
        name=name,
        birth_date=birth_date,
        origin=Origin.PHONE,
        department_code=registration.slot.department_code,
        department_name=registration.department_name,
        practitioner_code=registration.slot.practitioner_code,
        practitioner_name=registration.practitioner_name,
        place=registration.place,
        starts_at=registration.slot.starts_at,
        created_at=now,
    )
