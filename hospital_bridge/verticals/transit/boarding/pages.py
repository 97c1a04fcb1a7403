"""The rider's page of the boarding queues, and the dispatcher's, where a vehicle's free places are called out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from marshmallow import Schema, fields, validate

from hospital_bridge.slot import Go, Page, Right, View
from hospital_bridge.verticals.transit.boarding import places, queue
from hospital_bridge.verticals.transit.boarding.vehicles import LAST_VEHICLES, VehicleRange, vehicle_range
from hospital_bridge.verticals.transit.dispatching import DISPATCHER
from hospital_bridge.verticals.transit.store import accounts, boardings, day_charges
from queueing.commands import Refused
from queueing.ticket import IllegalTransition

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.slot import PageRequest, VerticalWork
    from hospital_bridge.verticals.transit.boarding.places import BoardingPlace
    from hospital_bridge.verticals.transit.store.boardings import Boarding
    from queueing.ticket import Ticket

LOOK_AGAIN_SECONDS = 3
LATELY = timedelta(hours=3)
"""A vehicle before that says nothing of the next one."""


class Arrival(Schema):
    """A vehicle that has come to a boarding place."""

    place = fields.String(required=True, validate=validate.Length(1, 64))
    free = fields.Integer(required=True, validate=validate.Range(0, queue.MOST_PLACES))


@dataclass(frozen=True, slots=True)
class QueueShown:
    """A boarding place with how many wait; for staff also who is called and the last vehicle."""

    place: BoardingPlace
    waiting: int
    called: Sequence[str] = ()
    last: Boarding | None = None


def show(request: PageRequest) -> View:
    """The person's place in a queue, or the queues that they may stand in."""
    with request.scope.read() as work:
        ticket = queue.standing(work, request.subject_id) if _may(work, request) else None
        if ticket is None:
            owing = _owes(work, request.subject_id)
            return View("boarding.html", {"ticket": None, "owing": owing, "queues": () if owing else _queues(work)})
        place = work.lines.position(ticket.ticket_id)
        data = {"ticket": ticket, "place": place, "vehicles": _vehicles(work, ticket, place.ahead)}
    return View("boarding.html", data, refresh_seconds=LOOK_AGAIN_SECONDS)


def stand_in(request: PageRequest) -> Go:
    """Take a place in the queue; who owes a day could not board."""

    def act(work: VerticalWork) -> None:
        if _owes(work, request.subject_id):
            return
        queue.stand_in(work, places.place(work.settings, request.data["queue"]), request.subject_id, request.principal)

    return _acted(request, act)


def leave(request: PageRequest) -> Go:
    """Give the place up."""
    return _acted(request, lambda work: _with_ticket(work, request, queue.leave))


def stay(request: PageRequest) -> Go:
    """Say that the vehicle left without the person."""
    return _acted(request, lambda work: _with_ticket(work, request, queue.could_not_board))


def show_all(request: PageRequest) -> View:
    """Every boarding place, who waits and who is called."""
    with request.scope.read() as work:
        return View("boardings.html", {"queues": _queues(work), "most": queue.MOST_PLACES, "errors": request.errors})


def call(request: PageRequest) -> Go:
    """Call as many as the vehicle has places for; a place that is no longer in the settings is passed over."""
    with request.scope.begin() as work:
        known = {place.queue_id: place for place in places.places(work.settings)}
        if request.data["place"] in known:
            queue.call(work, known[request.data["place"]], request.data["free"], request.principal)
    return Go("boardings")


def _acted(request: PageRequest, act: Any) -> Go:
    """The queue's page after it, whether the queue did it or somebody was faster; nothing for who may not."""
    try:
        with request.scope.begin() as work:
            if _may(work, request):
                act(work)
    except (Refused, IllegalTransition, places.NoSuchPlace):
        return Go("boarding")
    return Go("boarding")


def _with_ticket(work: VerticalWork, request: PageRequest, act: Any) -> None:
    ticket = queue.standing(work, request.subject_id)
    if ticket is not None:
        act(work, ticket, request.principal)


def _may(work: VerticalWork, request: PageRequest) -> bool:
    return bool(request.subject_id) and work.subjects.may(request.principal, request.subject_id, Right.PAY)


def _owes(work: VerticalWork, subject_id: str) -> bool:
    account = accounts.of_subject(work, subject_id)
    return account is not None and day_charges.owes(work, account.account_id)


def _vehicles(work: VerticalWork, ticket: Ticket, ahead: int | None) -> VehicleRange | None:
    if ahead is None:
        return None
    last = boardings.latest(work, ticket.line_id, work.now - LATELY, LAST_VEHICLES)
    return vehicle_range(ahead, [boarding.free_places for boarding in last])


def _queues(work: VerticalWork) -> Sequence[QueueShown]:
    return [_shown(work, place) for place in places.places(work.settings)]


def _shown(work: VerticalWork, place: BoardingPlace) -> QueueShown:
    if place.queue_id not in work.lines.of_today():
        return QueueShown(place, 0)
    called = [ticket.display_number for ticket in work.lines.desk(place.queue_id).tickets]
    last = boardings.latest(work, place.queue_id, work.now - LATELY, 1)
    return QueueShown(place, len(work.lines.waiting(place.queue_id)), called, last[-1] if last else None)


PAGES = (
    Page("boarding", "boarding", show, menu="Boarding queue"),
    Page("boarding.stand_in", "boarding/<queue>/stand-in", stand_in, method="POST"),
    Page("boarding.leave", "boarding/leave", leave, method="POST"),
    Page("boarding.stay", "boarding/stay", stay, method="POST"),
    Page("boardings", "boardings", show_all, role=DISPATCHER, menu="Boarding"),
    Page("boardings.call", "boardings", call, role=DISPATCHER, method="POST", schema=Arrival, again="boardings"),
)
