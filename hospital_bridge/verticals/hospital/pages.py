"""The patient's pages of the hospital, as data."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

from marshmallow import Schema, fields, validate

from adapters.errors import Busy, OutsideError
from hospital_bridge.slot import Go, Page, PageRequest, View
from hospital_bridge.verticals.hospital import booking, cards, directory, leaving, record_numbers, schedule, store
from hospital_bridge.verticals.hospital.registration import STANDING, Registration, State
from hospital_bridge.verticals.hospital.timetable import Timetable

if TYPE_CHECKING:
    from collections.abc import Callable

    from hospital_bridge.slot import VerticalWork

    Handler = Callable[[PageRequest], View | Go]

WAITING = frozenset({State.HOLDING, State.PAID, State.CLOSING, State.CANCELLING})
"""States of which the patient awaits the next; that a slot is released is nothing to them."""

_TIMETABLE = Timetable()


class Chosen(Schema):
    """A record number, by the token that stands for it."""

    token = fields.String(required=True, validate=validate.Length(equal=24))


class ChosenSlot(Schema):
    """A slot, with the day on which to look for it."""

    department = fields.String(required=True, validate=validate.Length(1, 64))
    practitioner = fields.String(required=True, validate=validate.Length(1, 64))
    day = fields.Date(required=True)
    slot = fields.String(required=True, validate=validate.Length(1, 64))


class ChosenBooking(ChosenSlot):
    """A slot, and the token of the record number that it is booked for where the patient has several."""

    number = fields.String(load_default="", validate=validate.Length(max=24))


def speaks_of_trouble(handler: Handler) -> Handler:
    """Say what happened and what comes next when the hospital does not answer, or offers this no longer."""

    @wraps(handler)
    def page(request: PageRequest) -> View | Go:
        try:
            return handler(request)
        except OutsideError as error:
            busy = isinstance(error, Busy)
            return View("unavailable.html", {"busy": busy}, status=503, refresh_seconds=20)
        except (directory.NotOffered, store.NoSuchRegistration):
            return _gone(404, "HB-R002")
        except cards.NotVerified:
            return View("not_verified.html", status=403)

    return page


def _gone(status: int, code: str) -> View:
    return View("gone.html", {"code": code}, status=status)


def home(request: PageRequest) -> View:
    """The service window: what can be done, and what is under way."""
    with request.scope.read() as work:
        registrations = store.open_to(work, request.principal)
        has_card = any(work.subjects.identifiers(s) for s in work.subjects.bound_to(request.principal))
    live = [registration for registration in registrations if registration.state in STANDING]
    return View("home.html", {"has_card": has_card, "live": live})


def show_cards(request: PageRequest) -> View:
    """The patient's record numbers."""
    found = cards.cards_of(request.scope, request.principal)
    return View("cards.html", {"cards": found, "errors": request.errors})


def bind_card(request: PageRequest) -> View | Go:
    """Bind one of the numbers that the index knows."""
    if not cards.bind(request.scope, request.principal, request.data["token"]):
        return _gone(404, "HB-R002")
    return Go("cards")


def unbind_card(request: PageRequest) -> View | Go:
    """Unbind a number; the hospital keeps its record."""
    if not cards.unbind(request.scope, request.principal, request.data["token"]):
        return _gone(404, "HB-R002")
    return Go("cards")


def new_card(request: PageRequest) -> Go:
    """Have the hospital enter the verified person as a new patient."""
    cards.ask_new_record(request.scope, request.principal)
    return Go("card_wait")


def wait_for_card(request: PageRequest) -> View | Go:
    """Until the hospital has given the new record number, or has said why it gives none."""
    with request.scope.read() as work:
        subjects = work.subjects.bound_to(request.principal)
        if any(work.subjects.identifiers(subject) for subject in subjects):
            return Go("cards")
        refusal = next(filter(None, (store.record_refusal(work, subject) for subject in subjects)), "")
    if refusal:
        return View("card_refused.html", {"reason": refusal})
    return View("card_wait.html", refresh_seconds=2)


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
            "days": _TIMETABLE.days(request.scope, department, practitioner),
        },
    )


def confirm(request: PageRequest) -> View:
    """Check the answers before the slot is taken."""
    found, offer = cards.cards_of(request.scope, request.principal), _offer(request)
    cancel_until = leaving.cancel_until(request.scope, offer.slot)
    return View(
        "confirm.html",
        {
            "offer": offer,
            "cancel_until": cancel_until if request.scope.now() < cancel_until else None,
            "day": request.data["day"],
            "name": found.name,
            "numbers": [candidate for candidate in found.candidates if candidate.bound],
        },
    )


def book(request: PageRequest) -> View | Go:
    """Hold the slot and ask the hospital for it."""
    offer = _offer(request)
    try:
        registration_id = booking.hold(
            request.scope,
            request.principal,
            offer.slot,
            department_name=offer.department.name,
            practitioner_name=offer.practitioner.name,
            place=offer.department.place,
            number=request.data["number"],
        )
    except store.SoldOut:
        return _gone(409, "HB-R004")
    except record_numbers.NoRecordNumber:
        return Go("cards")
    finally:
        _TIMETABLE.forget(request.scope, offer.slot.department_code, offer.slot.practitioner_code)
    return Go("registration", {"registration": registration_id})


def registrations(request: PageRequest) -> View:
    """The patient's registrations, newest first."""
    with request.scope.read() as work:
        return View("registrations.html", {"registrations": store.open_to(work, request.principal)})


def registration(request: PageRequest) -> View:
    """How one registration stands and what comes next."""
    with request.scope.read() as work:
        mine = _mine(work, request)
        payment = work.payments.view(mine.payment_id) if mine.payment_id else None
    moving = mine.state in WAITING or (payment is not None and payment.moving)
    now = request.scope.now()
    data = {
        "registration": mine,
        "payment": payment,
        "too_late": payment is not None and payment.expires_at <= now,
        "too_late_to_cancel": leaving.is_too_late(request.scope, mine, now),
        "cancel_until": leaving.cancel_until(request.scope, mine.slot),
    }
    return View("registration.html", data, refresh_seconds=2 if moving else None)


def cancel(request: PageRequest) -> Go:
    """Give the registration up."""
    with request.scope.read() as work:
        mine = _mine(work, request)
    leaving.cancel(request.scope, request.principal, mine.registration_id)
    return Go("registration", {"registration": mine.registration_id})


def _offer(request: PageRequest) -> schedule.Offer:
    department, practitioner = request.data["department"], request.data["practitioner"]
    try:
        return schedule.offer(request.scope, department, practitioner, request.data["day"], request.data["slot"])
    except directory.NotOffered:
        _TIMETABLE.forget(request.scope, department, practitioner)
        raise


def _mine(work: VerticalWork, request: PageRequest) -> Registration:
    """The registration of the address if the wallet user acts for its person; others are told that there is none."""
    found = store.get(work, request.data["registration"])
    if found.subject_id not in work.subjects.bound_to(request.principal):
        raise store.NoSuchRegistration(found.registration_id)
    return found


def _page(name: str, path: str, handler: Handler, **more: object) -> Page:
    return Page(name=name, path=path, handler=speaks_of_trouble(handler), **more)  # type: ignore[arg-type]


PAGES = (
    _page("home", "", home, menu="My hospital"),
    _page("cards", "cards", show_cards, menu="My record numbers"),
    _page("cards.bind", "cards/bind", bind_card, method="POST", schema=Chosen, again="cards"),
    _page("cards.unbind", "cards/unbind", unbind_card, method="POST", schema=Chosen, again="cards"),
    _page("cards.new", "cards/new", new_card, method="POST"),
    _page("card_wait", "cards/wait", wait_for_card),
    _page("departments", "departments", departments, menu="Register"),
    _page("practitioners", "departments/<department>", practitioners),
    _page("slots", "departments/<department>/<practitioner>", slots),
    _page("confirm", "confirm", confirm, schema=ChosenSlot, again="departments"),
    _page("book", "book", book, method="POST", schema=ChosenBooking, again="departments"),
    _page("registrations", "registrations", registrations, menu="My registrations"),
    _page("registration", "registrations/<registration>", registration),
    _page("cancel", "registrations/<registration>/cancel", cancel, method="POST"),
)
