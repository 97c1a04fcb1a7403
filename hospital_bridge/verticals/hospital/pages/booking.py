"""From department to confirmed slot, one decision a page."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from hospital_bridge.slot import Go, PageRequest, Right, View
from hospital_bridge.verticals.hospital import booking, cards, directory, leaving, record_numbers, schedule
from hospital_bridge.verticals.hospital.acting import acting
from hospital_bridge.verticals.hospital.pages.trouble import gone, page
from hospital_bridge.verticals.hospital.store import slot_holds
from hospital_bridge.verticals.hospital.timetable import coming_days


class ChosenSlot(Schema):
    """A slot, with the day on which to look for it."""

    department = fields.String(required=True, validate=validate.Length(1, 64))
    practitioner = fields.String(required=True, validate=validate.Length(1, 64))
    day = fields.Date(required=True)
    slot = fields.String(required=True, validate=validate.Length(1, 64))


class ChosenBooking(ChosenSlot):
    """A slot, and the token of the record number that it is booked for where the patient has several."""

    number = fields.String(load_default="", validate=validate.Length(max=24))


def departments(request: PageRequest) -> View:
    """Where to register."""
    return View("departments.html", {"departments": directory.departments(request.scope)})


def practitioners(request: PageRequest) -> View:
    """With whom."""
    code = request.data["department"]
    chosen = directory.department(request.scope, code)
    offered = directory.practitioners(request.scope, code)
    return View("practitioners.html", {"department": chosen, "practitioners": offered})


def slots(request: PageRequest) -> View:
    """When."""
    department, practitioner = request.data["department"], request.data["practitioner"]
    return View(
        "slots.html",
        {
            "department": directory.department(request.scope, department),
            "practitioner": directory.practitioner(request.scope, department, practitioner),
            "days": coming_days(request.scope, department, practitioner),
        },
    )


def confirm(request: PageRequest) -> View:
    """Check the answers before the slot is taken."""
    found, offer = cards.cards_of(request.scope, acting(request)), _offer(request)
    with request.scope.read() as work:
        pays_here = acting(request).may(work, Right.PAY)
    cancel_until = leaving.cancel_until(request.scope, offer.slot)
    return View(
        "confirm.html",
        {
            "offer": offer,
            "cancel_until": cancel_until if request.scope.now() < cancel_until else None,
            "day": request.data["day"],
            "pays_here": pays_here,
            "name": found.name,
            "numbers": [candidate for candidate in found.candidates if candidate.bound and not candidate.is_unclear],
        },
    )


def book(request: PageRequest) -> View | Go:
    """Hold the slot and ask the hospital for it."""
    offer = _offer(request)
    try:
        registration_id = booking.hold(
            request.scope,
            acting(request),
            offer.slot,
            department_name=offer.department.name,
            practitioner_name=offer.practitioner.name,
            place=offer.department.place,
            number=request.data["number"],
        )
    except slot_holds.SoldOut:
        return gone(409, "HB-R004")
    except record_numbers.NoRecordNumber:
        return Go("cards")
    return Go("registration", {"registration": registration_id})


def _offer(request: PageRequest) -> schedule.Offer:
    department, practitioner = request.data["department"], request.data["practitioner"]
    schedule.must_be_open(request.scope)
    return schedule.offer(request.scope, department, practitioner, request.data["day"], request.data["slot"])


PAGES = (
    page("departments", "departments", departments, menu="Register"),
    page("practitioners", "departments/<department>", practitioners),
    page("slots", "departments/<department>/<practitioner>", slots),
    page("confirm", "confirm", confirm, schema=ChosenSlot, again="departments"),
    page("book", "book", book, method="POST", schema=ChosenBooking, again="departments"),
)
