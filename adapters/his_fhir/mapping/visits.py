"""Visits and appointments as the hospital keeps them: Encounter and Appointment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from adapters.errors import Malformed
from adapters.his_fhir.addresses import split_reference
from adapters.his_fhir.mapping.datatypes import codes, instant, optional_instant
from adapters.his_fhir.mapping.directory import department_of, kind_of, practitioner_of, role_places
from adapters.his_fhir.mapping.item import Item, Told
from adapters.his_fhir.mapping.numbers import number_of, required_number, under
from adapters.his_fhir.mapping.patients import read_record
from adapters.his_fhir.node import Node
from adapters.his_fhir.settings import LOGICAL_ID, FhirSettings
from adapters.his_fhir.versions import LIVE, OFF
from adapters.news import AppointmentCalledOff, Left, VisitRegistered
from adapters.values import PatientRecord

_PEOPLE = ("Practitioner", "PractitionerRole")


def appointment(item: Item, settings: FhirSettings) -> Iterator[Told]:
    """An appointment that stands, or one that is off; our own number tells that it was booked here."""
    main, told = item.main, settings.map.appointment_states
    state = _state(main, told.get(main.text("status")))
    ours = under(main, settings.scheduling.our_system)
    number = required_number(main, settings.scheduling.number)
    if state == OFF:
        yield AppointmentCalledOff(ours, number)
    elif state != LIVE:
        yield Left(f"{main.path}.status", "an appointment that is over or has no place yet")
    else:
        actors = [each.child("actor") for each in main.children("participant")]
        patient = next((a for a in (*actors, main.child("subject")) if _kind(item, a) == "Patient"), None)
        yield _registered(item, settings, number, ours, patient, actors, (main.text("start"), main.text("end")))


def encounter(item: Item, settings: FhirSettings) -> Iterator[Told]:
    """A visit, under its appointment's number where it has one; one of an inpatient is none for a waiting room."""
    main, version = item.main, settings.version
    states = {**version.encounter_states, **settings.map.encounter_states}
    state = _state(main, states.get(main.text("status")))
    if any(code.code in settings.map.inpatient_classes for code in codes(main, "class")):
        yield Left(f"{main.path}.class", "a visit of an inpatient")
        return
    booked = item.neighbours.resolve(main.child("appointment"))
    number = required_number(main, settings.map.visit_number)
    ours = ""
    if booked is not None:
        number = number_of(booked, settings.scheduling.number) or number
        ours = under(booked, settings.scheduling.our_system)
    elif main.children("appointment"):
        raise Malformed(f"{main.path}.appointment did not come along")
    if state == OFF:
        yield AppointmentCalledOff(ours, number)
    elif state != LIVE:
        yield Left(f"{main.path}.status", "a visit that is over or of which nothing is known")
    else:
        period = main.child(version.encounter_period)
        begins = period.text("start") or (main.text(version.encounter_planned) if version.encounter_planned else "")
        begins = begins or (booked.text("start") if booked is not None else "")
        places = [each.child("location") for each in main.children("location")]
        people = [each.child(version.encounter_person) for each in main.children("participant")]
        actors = [main.child("serviceProvider"), *main.children("serviceType"), *places, *people]
        yield _registered(item, settings, number, ours, main.child("subject"), actors, (begins, period.text("end")))


def _registered(
    item: Item,
    settings: FhirSettings,
    number: str,
    ours: str,
    patient: Node | None,
    actors: list[Node],
    times: tuple[str, str],
) -> VisitRegistered:
    main, zone = item.main, settings.time_zone
    if not times[0]:
        raise Malformed(f"{main.path} does not say when it begins")
    starts_at = instant(times[0], zone, f"{main.path}: its beginning")
    ends_at = optional_instant(times[1], zone, f"{main.path}: its end")
    if ends_at is not None and ends_at < starts_at:
        raise Malformed(f"{main.path} ends before it begins")
    actors += [place for actor in actors for place in role_places(actor, item.neighbours, settings)]
    department = _first(item, actors, (settings.directory.department,))
    doctor = _first(item, actors, _PEOPLE)
    place = _first(item, actors, ("Location",))
    return VisitRegistered(
        number,
        ours,
        patient_of(item, patient, settings),
        *(("", "") if department is None else department_of(department, item.neighbours, settings)),
        *(("", "") if doctor is None else practitioner_of(doctor, item.neighbours, settings)),
        place="" if place is None else _place(item, place),
        starts_at=starts_at,
        ends_at=ends_at,
        told_at=told_at(main, settings),
    )


def patient_of(item: Item, reference: Node | None, settings: FhirSettings) -> PatientRecord:
    """The patient of a thing; Malformed where none is told or the resource did not come along."""
    found = None if reference is None else item.of(reference, "Patient")
    if found is None:
        raise Malformed(f"{item.main.path} names no patient")
    return read_record(found, settings)


def visit_number(item: Item, reference: Node, settings: FhirSettings) -> str:
    """The number of the visit behind a Reference: its appointment's where it has one, else its own; empty if untold."""
    found = item.neighbours.resolve(reference)
    if found is None:
        kind, identifier = split_reference(reference.text("reference"))
        literal = identifier if kind and settings.map.visit_number[0] == LOGICAL_ID else ""
        return literal or reference.child("identifier").text("value")
    if found.type == "Appointment":
        return number_of(found, settings.scheduling.number)
    booked = item.neighbours.resolve(found.child("appointment"))
    number = "" if booked is None else number_of(booked, settings.scheduling.number)
    return number or number_of(found, settings.map.visit_number)


def told_at(main: Node, settings: FhirSettings) -> datetime | None:
    """When the server last wrote the resource."""
    meta = main.child("meta")
    return optional_instant(meta.text("lastUpdated"), settings.time_zone, f"{meta.path}.lastUpdated")


def _state(main: Node, state: str | None) -> str:
    if state is None:
        raise Malformed(f"{main.path}.status is no state that the map lists")
    return state


def _first(item: Item, references: list[Node], kinds: tuple[str, ...]) -> Node | None:
    return next((each for each in references if _kind(item, each) in kinds), None)


def _kind(item: Item, reference: Node) -> str:
    return kind_of(reference, item.neighbours)


def _place(item: Item, reference: Node) -> str:
    found = item.neighbours.resolve(reference)
    told = "" if found is None else found.text("description") or found.text("name")
    return told or reference.text("display")
