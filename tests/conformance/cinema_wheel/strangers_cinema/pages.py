"""The pages of who goes to the cinema, and of the usher who looks how full it is."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from marshmallow import Schema, ValidationError, fields

from hospital_bridge.slot import PATIENT, Go, Page, PageRequest, Right, VerticalWork, View

from . import booking, store
from .order import Order, State
from .seats import free_threes, seat_of
from .settings import halls_of
from .tickets import USHER

LOOK_AGAIN_SECONDS = 2


def _names_a_seat(value: str) -> None:
    try:
        seat_of(value)
    except ValueError:
        raise ValidationError("Please choose your seats.") from None


class ChosenSeats(Schema):
    """The first of three adjacent seats."""

    screening = fields.String(required=True)
    first = fields.String(
        required=True, validate=_names_a_seat, error_messages={"required": "Please choose your seats."}
    )


def programme(request: PageRequest) -> View:
    """What is shown, from now on."""
    with request.scope.read() as work:
        return View("programme.html", {"screenings": store.coming(work), "halls": halls_of(work.settings)})


def seats(request: PageRequest) -> View:
    """The seat map, and every three that can be had."""
    with request.scope.read() as work:
        screening = store.screening(work, request.data["screening"])
        if screening is None:
            raise booking.NotOffered
        return View("seats.html", {"screening": screening, **_map(work, screening)})


def hold(request: PageRequest) -> View | Go:
    """Hold the chosen seats; who was slower by a moment is shown what is left."""
    screening_id, first = request.data["screening"], seat_of(request.data["first"])
    try:
        with request.scope.begin() as work:
            if not _may(work, request):
                return View("nobody.html", status=403)
            order = booking.hold(work, screening_id, first, request.subject_id, request.principal)
            work.audit.record(request.principal, "seats.held", order.order_id)
    except booking.SeatsTaken:
        with request.scope.read() as work:
            screening = store.screening(work, screening_id)
            return View("seats.html", {"screening": screening, "taken": True, **_map(work, screening)}, status=409)
    return Go("order", {"order": order.order_id})


def mine(request: PageRequest) -> View:
    """The chosen person's orders."""
    with request.scope.read() as work:
        orders = store.orders_of(work, request.subject_id) if _may(work, request) else ()
        return View("mine.html", {"orders": [(order, store.screening(work, order.screening_id)) for order in orders]})


def order(request: PageRequest) -> View:
    """One order: its seats, how its money stands, and the way to its ticket."""
    with request.scope.read() as work:
        found = _theirs(work, request)
        payment = work.payments.view(found.payment_id)
        screening = store.screening(work, found.screening_id)
        hall = halls_of(work.settings)[screening.hall].name if screening else ""
    data = {"order": found, "payment": payment, "screening": screening, "hall": hall}
    moving = payment.moving or found.state in {State.HELD, State.PAID, State.LOST}
    return View("order.html", data, refresh_seconds=LOOK_AGAIN_SECONDS if moving else None)


def tonight(request: PageRequest) -> View:
    """How many seats of each coming screening are sold."""
    with request.scope.read() as work:
        coming = [(each, store.sold_seats(work, each.screening_id)) for each in store.coming(work)]
        return View("tonight.html", {"screenings": coming, "halls": halls_of(work.settings)})


def _map(work: VerticalWork, screening: store.Screening | None) -> dict[str, Any]:
    if screening is None:
        raise booking.NotOffered
    standing = store.all_seats(work, screening.screening_id)
    free = frozenset(seat for seat, can_be_had in standing.items() if can_be_had)
    rows: dict[str, list[bool]] = {}
    for seat in sorted(standing):
        rows.setdefault(seat.name[0], []).append(seat in free)
    has_begun = screening.begins_at <= work.now
    return {"rows": rows, "threes": [] if has_begun else [seat.beside() for seat in free_threes(free)]}


def _may(work: VerticalWork, request: PageRequest) -> bool:
    return bool(request.subject_id) and work.subjects.may(request.principal, request.subject_id, Right.PAY)


def _theirs(work: VerticalWork, request: PageRequest) -> Order:
    found = store.order(work, request.data["order"])
    if found is None or not found.subject_id or not work.subjects.may(request.principal, found.subject_id, Right.PAY):
        raise booking.NotOffered
    return found


def _page(name: str, path: str, handler: Callable[[PageRequest], View | Go], **more: Any) -> Page:
    @wraps(handler)
    def speaks_of_trouble(request: PageRequest) -> View | Go:
        try:
            return handler(request)
        except booking.NotOffered:
            return View("gone.html", status=404)

    return Page(name, path, speaks_of_trouble, **{"role": PATIENT, **more})


PAGES = (
    _page("programme", "", programme, menu="Films and seats"),
    _page("seats", "screenings/<screening>", seats),
    _page("hold", "screenings/<screening>/hold", hold, method="POST", schema=ChosenSeats, again="seats"),
    _page("mine", "orders", mine, menu="My seats"),
    _page("order", "orders/<order>", order),
    _page("tonight", "tonight", tonight, role=USHER, menu="Tonight"),
)
