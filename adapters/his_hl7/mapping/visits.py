"""Visits and appointments as the hospital tells of them: SIU (HL7 v2.5.1 section 10.4) and ADT (section 3.3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from adapters.errors import Malformed
from adapters.heard import Told
from adapters.his_hl7.mapping import scheduling
from adapters.his_hl7.mapping.layout import PatientPart
from adapters.his_hl7.mapping.patients import read_record
from adapters.his_hl7.mapping.scope import Scope
from adapters.his_hl7.mapping.stays import is_of_stay
from adapters.his_hl7.settings import Hl7HisSettings
from adapters.hl7.message import Message
from adapters.news import AppointmentCalledOff, Left, VisitRegistered


def registered(message: Message, part: PatientPart, settings: Hl7HisSettings) -> Iterator[Told]:
    """A visit or an appointment that stands, or one whose state says that it is off.

    ADT^A04 is also sent when somebody only becomes a patient: without a visit (`ignored`, or no PV1) it tells
    nothing here.
    """
    scope, places = part.scope, settings.map.visit
    if is_of_stay(settings.kind_of(message.type), scope, settings.map.stay):
        return
    told_in = {address.partition("-")[0] for address in places.number}
    if scope.holds(places.ignored) or told_in.isdisjoint(scope.group):
        yield Left(scope.at(places.ignored.places), "a message of no visit")
    elif scope.holds(places.cancelled):
        yield _off(scope, settings)
    else:
        yield _visit(scope, settings)


def called_off(message: Message, part: PatientPart, settings: Hl7HisSettings) -> Iterator[Told]:
    """A visit or an appointment that the hospital cancelled."""
    if not is_of_stay(settings.kind_of(message.type), part.scope, settings.map.stay):
        yield _off(part.scope, settings)


def _off(scope: Scope, settings: Hl7HisSettings) -> AppointmentCalledOff:
    places = settings.map.visit
    ours, theirs = scope.optional_number(places.our_number), scope.optional_number(places.number)
    if not ours and not theirs:
        raise Malformed(f"{scope.at(places.number)} is missing")
    return AppointmentCalledOff(ours, theirs)


def _visit(scope: Scope, settings: Hl7HisSettings) -> VisitRegistered:
    places = settings.map.visit
    starts_at = scope.required_instant(places.starts_at, settings.time_zone)
    code, name = scope.practitioner(places.practitioner)
    return VisitRegistered(
        filler_id=scope.number(places.number),
        placer_id=scope.optional_number(places.our_number),
        patient=read_record(scope.segment("PID"), settings),
        department_code=scope.text(places.department_code),
        department_name=scope.text(places.department_name),
        practitioner_code=code,
        practitioner_name=name,
        place=scope.text(places.place),
        starts_at=starts_at,
        ends_at=_end(scope, starts_at, settings),
        told_at=scope.instant(places.told_at, settings.time_zone),
    )


def _end(scope: Scope, starts_at: datetime, settings: Hl7HisSettings) -> datetime | None:
    said = scope.instant(settings.map.visit.ends_at, settings.time_zone)
    if said is None and scope.text(("AIS-7",)):
        said = starts_at + scheduling.duration(scope.group)
    if said is not None and said < starts_at:
        raise Malformed(f"{scope.at((*settings.map.visit.ends_at, 'AIS-7'))} is before the beginning")
    return said
