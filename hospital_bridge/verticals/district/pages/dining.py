"""The guests' pages of the restaurants: who waits where, a number of one's own, and its place in the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marshmallow import Schema, fields, validate

from hospital_bridge.slot import Go, PageRequest, View
from hospital_bridge.verticals.district.dining import joining
from hospital_bridge.verticals.district.dining.restaurant import restaurant, restaurant_of_line, restaurants
from hospital_bridge.verticals.district.dining.seating import parties_waiting
from hospital_bridge.verticals.district.oneself import Nobody, oneself
from hospital_bridge.verticals.district.pages.trouble import member_page
from hospital_bridge.verticals.district.waitlist import NoSuchTable, guests_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.slot import VerticalWork
    from queueing.ticket import Ticket

LOOK_AGAIN_SECONDS = 15
TOO_MANY = "There is no table for so many; please ask the restaurant."


class PartySize(Schema):
    """For how many guests a number is taken."""

    guests = fields.Integer(required=True, validate=validate.Range(1, 40, error=TOO_MANY))


def show_restaurants(request: PageRequest) -> View:
    """The restaurants with how many parties wait, and one's own numbers."""
    with request.scope.read() as work:
        rows = [(place, parties_waiting(work, place)) for place in restaurants(request.scope.settings)]
        mine = [(restaurant_of_line(work.settings, one.line_id), one) for one in _own(work, request) if one.is_live]
    return View("dining.html", {"rows": rows, "mine": mine})


def show_restaurant(request: PageRequest) -> View | Go:
    """How many parties wait, and the question for how many guests; who has a number here sees that instead."""
    place = restaurant(request.scope.settings, request.data["shop"])
    with request.scope.read() as work:
        for one in _own(work, request):
            if one.is_live and one.line_id in place.line_ids:
                return Go("dining.number", {"ticket": one.ticket_id})
        waiting = parties_waiting(work, place)
    return View("restaurant.html", {"place": place, "waiting": waiting, "errors": request.errors})


def take(request: PageRequest) -> View | Go:
    """Take a number."""
    place = restaurant(request.scope.settings, request.data["shop"])
    with request.scope.begin() as work:
        subject_id = oneself(work, request.principal)
        try:
            ticket_id = joining.take(work, place, subject_id, request.data["guests"])
        except NoSuchTable:
            waiting = parties_waiting(work, place)
            return View("restaurant.html", {"place": place, "waiting": waiting, "errors": {"guests": [TOO_MANY]}}, 422)
    return Go("dining.number", {"ticket": ticket_id})


def show_number(request: PageRequest) -> View:
    """The place in the line, and how long it will about take."""
    with request.scope.read() as work:
        ticket = _theirs(work, request)
        position = work.lines.position(ticket.ticket_id)
        place = restaurant_of_line(work.settings, ticket.line_id)
    data = {"place": place, "position": position, "guests": guests_of(ticket)}
    return View("number.html", data, refresh_seconds=LOOK_AGAIN_SECONDS if ticket.is_live else None)


def leave(request: PageRequest) -> Go:
    """Give the number back."""
    with request.scope.begin() as work:
        joining.leave(work, _theirs(work, request))
    return Go("dining")


def rejoin(request: PageRequest) -> Go:
    """Stand in the line again after a missed call."""
    with request.scope.begin() as work:
        joining.rejoin(work, _theirs(work, request))
    return Go("dining.number", {"ticket": request.data["ticket"]})


def _theirs(work: VerticalWork, request: PageRequest) -> Ticket:
    return joining.number(work, oneself(work, request.principal), request.data["ticket"])


def _own(work: VerticalWork, request: PageRequest) -> Sequence[Ticket]:
    try:
        return joining.numbers(work, oneself(work, request.principal))
    except Nobody:
        return ()


PAGES = (
    member_page("dining", "restaurants", show_restaurants, menu="Restaurants"),
    member_page("dining.restaurant", "restaurants/<shop>", show_restaurant),
    member_page(
        "dining.take", "restaurants/<shop>", take, method="POST", schema=PartySize, again="dining.restaurant"
    ),
    member_page("dining.number", "numbers/<ticket>", show_number),
    member_page("dining.leave", "numbers/<ticket>/leave", leave, method="POST"),
    member_page("dining.rejoin", "numbers/<ticket>/rejoin", rejoin, method="POST"),
)  # fmt: skip
