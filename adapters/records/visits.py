"""Visits and appointments that the hospital tells of, out of records."""

from __future__ import annotations

from adapters.errors import Malformed
from adapters.heard import Told
from adapters.news import AppointmentCalledOff, Left, VisitRegistered
from adapters.records import Record
from adapters.records.conventions import NOTHING, OFF, STANDS, Conventions
from adapters.records.directory import patient, person_name
from adapters.records.fields import Fields
from adapters.records.scheduling import hours


def visit(record: Record, conventions: Conventions) -> Told:
    """A visit that stands or is off; one whose state tells nothing yet is left."""
    fields = Fields(record, conventions)
    state = fields.meaning("visit_state", conventions.visit_states) if "visit_state" in record else STANDS
    if state == NOTHING:
        return Left("visit_state", "a visit that is none yet")
    return _off(fields) if state == OFF else _registered(record, fields)


def _off(fields: Fields) -> AppointmentCalledOff:
    ours, theirs = fields.number("placer_id"), fields.number("filler_id")
    if not ours and not theirs:
        raise Malformed("filler_id is missing")
    return AppointmentCalledOff(ours, theirs)


def _registered(record: Record, fields: Fields) -> VisitRegistered:
    starts_at, ends_at = hours(fields)
    return VisitRegistered(
        filler_id=fields.required_number("filler_id"),
        placer_id=fields.number("placer_id"),
        patient=patient(record, fields.conventions),
        department_code=fields.number("department_code"),
        department_name=fields.text("department_name"),
        practitioner_code=fields.number("practitioner_code"),
        practitioner_name=person_name(fields.text("practitioner_name")),
        place=fields.text("place"),
        starts_at=starts_at,
        ends_at=ends_at,
        told_at=fields.instant("told_at"),
    )
