"""The host's pages: the tables of a restaurant, whom each would call, and the buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.slot import Go, Page, PageRequest, View
from hospital_bridge.verticals.district.dining.restaurant import NoSuchRestaurant, restaurant, restaurants
from hospital_bridge.verticals.district.dining.seating import Press, look, parties_waiting, press
from hospital_bridge.verticals.district.roles import HOST
from hospital_bridge.verticals.district.waitlist import guests_of
from queueing.commands import Refused
from queueing.ticket import IllegalTransition

if TYPE_CHECKING:
    from hospital_bridge.verticals.district.dining.restaurant import Restaurant

LOOK_AGAIN_SECONDS = 5
ABSENT = View("absent_staff.html", {"code": "HB-R002"}, 404)


def show_houses(request: PageRequest) -> View:
    """The restaurants and how many parties wait at each."""
    with request.scope.read() as work:
        rows = [
            (place, parties_waiting(work, place))
            for place in restaurants(request.scope.settings)
            if not request.held_for or place.shop_id in request.held_for
        ]
    return View("houses.html", {"rows": rows}, refresh_seconds=LOOK_AGAIN_SECONDS)


def show_house(request: PageRequest) -> View:
    """The tables of one restaurant and who waits."""
    try:
        return _house(request, _theirs(request))
    except NoSuchRestaurant:
        return ABSENT


def act(request: PageRequest) -> View | Go:
    """Press a button at a table; one that somebody else was faster with is answered with how the tables stand."""
    try:
        place = _theirs(request)
        table, what = place.table(request.data["table"]), Press(request.data["press"])
    except (NoSuchRestaurant, ValueError):
        return ABSENT
    try:
        with request.scope.begin() as work:
            press(work, place, table, what, request.principal)
    except (Refused, IllegalTransition):
        return _house(request, place, was_late=True)
    return Go("host.house", {"shop": place.shop_id})


def _theirs(request: PageRequest) -> Restaurant:
    """The restaurant of the address; NoSuchRestaurant where the host is another one's alone."""
    place = restaurant(request.scope.settings, request.data["shop"])
    if request.held_for and place.shop_id not in request.held_for:
        raise NoSuchRestaurant(place.shop_id)
    return place


def _house(request: PageRequest, place: Restaurant, *, was_late: bool = False) -> View:
    with request.scope.read() as work:
        house = look(work, place)
    data = {"place": place, "house": house, "guests_of": guests_of, "was_late": was_late}
    return View("house.html", data, 409 if was_late else 200, refresh_seconds=LOOK_AGAIN_SECONDS)


PAGES = (
    Page("host", "tables", show_houses, role=HOST, menu="Tables", heeds_departments=True),
    Page("host.house", "tables/<shop>", show_house, role=HOST, heeds_departments=True),
    Page("host.press", "tables/<shop>/<table>/<press>", act, role=HOST, method="POST", heeds_departments=True),
)
