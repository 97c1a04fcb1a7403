"""Slots with their prices, and appointments under our number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from adapters.errors import Malformed, Reason, Refused
from adapters.his_fhir.addresses import Params, is_id, split_reference, token
from adapters.his_fhir.bundle import Neighbours
from adapters.his_fhir.mapping.datatypes import codes, count, day_bounds, fen, instant, written_instant
from adapters.his_fhir.mapping.directory import chained, department_of, kind_of, narrowed, role_places
from adapters.his_fhir.mapping.numbers import reference, required_number, under
from adapters.his_fhir.node import Node
from adapters.his_fhir.settings import FhirSettings
from adapters.his_fhir.versions import APPOINTMENT_STATES, LIVE, OVER
from adapters.values import Booking, BookingRequest, Fen, Slot

_FREE, _BUSY = "free", "busy"
_BASE, _SURCHARGE, _TAX, _DISCOUNT, _DEDUCTION, _TOLD = (
    "base",
    "surcharge",
    "tax",
    "discount",
    "deduction",
    "informational",
)
SIGNS: Mapping[str, int] = {_BASE: 1, _SURCHARGE: 1, _TAX: 1, _DISCOUNT: -1, _DEDUCTION: -1, _TOLD: 0}
"""What a component adds to a price (R4 InvoicePriceComponentType); what is taken off may have either sign."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose slots are wanted and when."""

    department_code: str
    practitioner_code: str
    day: date


@dataclass(frozen=True, slots=True)
class Prices:
    """The price list: fen by the code of a service."""

    by_code: Mapping[str, Fen] = field(default_factory=dict)


def schedules_search(asked: Asked, settings: FhirSettings) -> Params:
    """The schedules of one practitioner, with who else keeps them."""
    places = settings.directory.practitioner_code
    name, value = chained("practitioner", "Practitioner", asked.practitioner_code, places)
    if settings.directory.schedule_of == "PractitionerRole":
        return [(f"actor:PractitionerRole.{name}", value), ("_include", "Schedule:actor")]
    name, value = chained("actor", "Practitioner", asked.practitioner_code, places)
    return [(name, value), ("_include", "Schedule:actor")]


def is_of_department(schedule: Node, neighbours: Neighbours, asked: Asked, settings: FhirSettings) -> bool:
    """Whether an open schedule is kept in that department, or in none that it names."""
    if schedule.text("active") == "false":
        return False
    kind, named = settings.directory.department, set[str]()
    for actor in schedule.children("actor"):
        named |= {department_of(each, neighbours, settings)[0] for each in role_places(actor, neighbours, settings)}
        if kind_of(actor, neighbours) == kind:
            named.add(department_of(actor, neighbours, settings)[0])
    return not named or asked.department_code in named


def slots_search(schedules: Iterable[Node], asked: Asked, settings: FhirSettings) -> Params:
    """The slots of these schedules on that day of the hospital's zone, those too that are full."""
    begins, ends = day_bounds(asked.day, settings.time_zone)
    of = ",".join(f"Schedule/{schedule.required('id')}" for schedule in schedules)
    return [("schedule", of), ("status", f"{_FREE},{_BUSY}"), ("start", f"ge{begins}"), ("start", f"lt{ends}")]


def prices_search(settings: FhirSettings) -> Params:
    """What narrows the price list."""
    return list(narrowed(settings.scheduling.price_search))


def read_prices(definitions: Iterable[Node]) -> Prices:
    """The price list; Malformed where one code has two prices."""
    found: dict[str, Fen] = {}
    for definition in definitions:
        if definition.text("status") not in ("active", ""):
            continue
        for code in codes(definition, "code"):
            if not code.code:
                continue
            price = _price_of(definition)
            if found.setdefault(code.code, price) != price:
                raise Malformed(f"{definition.path}.code has two prices")
    return Prices(found)


def read_slot(slot: Node, schedules: Mapping[str, Node], prices: Prices, asked: Asked, settings: FhirSettings) -> Slot:
    """One slot; Malformed where nothing says what it costs."""
    starts_at = instant(slot.required("start"), settings.time_zone, f"{slot.path}.start")
    ends_at = instant(slot.required("end"), settings.time_zone, f"{slot.path}.end")
    if ends_at < starts_at:
        raise Malformed(f"{slot.path}.end is before its start")
    schedule = schedules.get(split_reference(slot.child("schedule").required("reference"))[1])
    if schedule is None:
        raise Malformed(f"{slot.path}.schedule is none that was asked for")
    return Slot(
        slot_id=slot.required("id"),
        department_code=asked.department_code,
        practitioner_code=asked.practitioner_code,
        starts_at=starts_at,
        ends_at=ends_at,
        remaining=_places(slot, settings),
        fee_fen=_fee(slot, schedule, prices, settings),
    )


def is_open(slot: Node) -> bool:
    """Whether the slot is one for patients, taken or not."""
    return slot.text("status") in (_FREE, _BUSY)


def booking(request: BookingRequest, patient_id: str, settings: FhirSettings) -> Mapping[str, Any]:
    """The Appointment that we ask for; Refused where the slot's id is none of FHIR's."""
    slot, patient = request.slot, {"reference": f"Patient/{patient_id}"}
    if not is_id(slot.slot_id):
        raise Refused("the slot is none of this server's", reason=Reason.NOT_FOUND)
    kind, places = settings.directory.department, settings.directory.department_code
    practitioner = reference("Practitioner", slot.practitioner_code, settings.directory.practitioner_code)
    people = [patient, practitioner]
    if kind != "Organization":
        people.append(dict(reference(kind, slot.department_code, places)))
    return {
        "resourceType": "Appointment",
        "identifier": [{"system": settings.scheduling.our_system, "value": request.placer_id}],
        "status": settings.scheduling.booked_as,
        **({"subject": patient} if settings.version.concepts_are_references else {}),
        "start": written_instant(slot.starts_at, settings.time_zone),
        "end": written_instant(slot.ends_at, settings.time_zone),
        "slot": [{"reference": f"Slot/{slot.slot_id}"}],
        "participant": [{"actor": actor, "status": "accepted"} for actor in people],
    }


def ours(placer_id: str, settings: FhirSettings) -> tuple[str, str]:
    """The search for our number."""
    return "identifier", token(placer_id, settings.scheduling.our_system)


def read_booked(made: Node, request: BookingRequest, settings: FhirSettings) -> Booking:
    """What stands under our number now; Refused where it is over, waits for a place, or is another slot's."""
    if not is_ours(made, request.placer_id, settings):
        raise Malformed("Appointment.identifier is not the number that we asked under")
    taken = {split_reference(each.text("reference"))[1] for each in made.children("slot")}
    if taken and request.slot.slot_id not in taken:
        raise Refused("our number stands for another slot", reason=Reason.CONFLICTING_CONTENT)
    if made.text("status") == "waitlist":
        raise Refused("the appointment waits for a place", reason=Reason.SLOT_TAKEN, native_code="waitlist")
    if not stands(made):
        raise Refused(
            "the appointment under this number is over", reason=Reason.CLOSED, native_code=made.text("status")
        )
    return Booking(request.placer_id, required_number(made, settings.scheduling.number))


def is_ours(appointment: Node, placer_id: str, settings: FhirSettings) -> bool:
    """Whether it carries our number."""
    return under(appointment, settings.scheduling.our_system) == placer_id


def read_found(appointment: Node, placer_id: str, settings: FhirSettings) -> Booking:
    """An appointment that stands under our number."""
    return Booking(placer_id, required_number(appointment, settings.scheduling.number))


def stands(appointment: Node) -> bool:
    """Whether the appointment holds its place, or held it to the end; Malformed where its state is none of FHIR's."""
    status = appointment.text("status")
    if status not in APPOINTMENT_STATES:
        raise Malformed("Appointment.status is no state of FHIR's")
    return status == "proposed" or APPOINTMENT_STATES[status] in (LIVE, OVER)


def is_over(appointment: Node) -> bool:
    """Whether the visit took place."""
    return APPOINTMENT_STATES.get(appointment.text("status")) == OVER


def cancelled(appointment: Node, settings: FhirSettings) -> Mapping[str, Any]:
    """The same Appointment, cancelled by the patient."""
    reason = {
        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason", "code": "pat"}]
    }
    return {**appointment.value, "status": "cancelled", settings.version.appointment_cancelled_for: reason}


def amount_of(components: Sequence[Node]) -> Fen:
    """What priced components come to; Malformed where one is of no known type or has no amount."""
    total = 0
    for component in components:
        sign = SIGNS.get(component.required("type"))
        if sign is None:
            raise Malformed(f"{component.path}.type is no price component")
        if not sign:
            continue
        amount = fen(component.child("amount"))
        if amount < 0 < sign:
            raise Malformed(f"{component.path}.amount is negative")
        total += sign * abs(amount)
    if total < 0:
        raise Malformed(f"{components[0].path}: less than nothing")
    return Fen(total)


def _price_of(definition: Node) -> Fen:
    """The price that holds for everybody: a group under conditions is nothing that we could judge."""
    groups = [group for group in definition.children("propertyGroup") if group.children("priceComponent")]
    always = [group for group in groups if not group.children("applicability")]
    if len(always) != 1:
        raise Malformed(f"{definition.path}.propertyGroup has no one price for everybody")
    components = always[0].children("priceComponent")
    if any(component.number("factor") not in ("", "1", "1.0") for component in components):
        raise Malformed(f"{definition.path}.propertyGroup: a price by a factor is none that can be told")
    return amount_of(components)


def _places(slot: Node, settings: FhirSettings) -> int:
    url = settings.scheduling.places_extension
    if slot.text("status") != _FREE:
        return 0
    if not url:
        return 1
    extension = _extension(slot, url)
    key = extension.choice("value")
    return count(extension.number(key), f"{slot.path}.extension") if key else 1


def _fee(slot: Node, schedule: Node, prices: Prices, settings: FhirSettings) -> Fen:
    if settings.scheduling.price_from == "extension":
        found = (_extension(holder, settings.scheduling.price_extension) for holder in (slot, schedule))
        money = next((each.child("valueMoney") for each in found if each), None)
        if money is None:
            raise Malformed(f"{slot.path}.extension holds no price")
        price = fen(money)
        if price < 0:
            raise Malformed(f"{slot.path}.extension: a negative price")
        return price
    named = [*codes(slot, "appointmentType"), *codes(slot, "serviceType"), *codes(schedule, "serviceType")]
    found_price = next((prices.by_code[code.code] for code in named if code.code in prices.by_code), None)
    if found_price is None:
        raise Malformed(f"{slot.path}.serviceType names no service of the price list")
    return found_price


def _extension(holder: Node, url: str) -> Node:
    found = (each for each in holder.children("extension") if each.text("url") == url)
    return next(found, Node({}, f"{holder.path}.extension"))
