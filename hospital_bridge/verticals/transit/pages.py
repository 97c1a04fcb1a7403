"""The rider's pages: the ride code, the days with what they cost, and paying a debt."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING

from hospital_bridge.slot import Go, Page, PageRequest, Right, View
from hospital_bridge.verticals.transit import issuing, operating
from hospital_bridge.verticals.transit.charging import repaying
from hospital_bridge.verticals.transit.charging.day_charge import State, week_of
from hospital_bridge.verticals.transit.store import accounts, day_charges
from hospital_bridge.verticals.transit.tariff import NoFare

if TYPE_CHECKING:
    from collections.abc import Callable

    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.transit.best_fare import DayFare
    from hospital_bridge.verticals.transit.charging.day_charge import DayCharge
    from hospital_bridge.verticals.transit.store.accounts import Account

    Handler = Callable[[PageRequest], View | Go]

MOST_DAYS = 31
CODE_SECONDS = 20
"""A shown code is renewed well before it is stale."""
_LOOK_AGAIN_SECONDS = 2


class NotTheirs(LookupError):
    """The wallet user has no account here, or may not pay for this person."""


def _page(name: str, path: str, handler: Handler, *, method: str = "GET", menu: str = "") -> Page:
    @wraps(handler)
    def speaks_of_trouble(request: PageRequest) -> View | Go:
        try:
            return handler(request)
        except (NotTheirs, day_charges.NoSuchDay):
            return View("gone.html", {"code": "HB-R002"}, status=404)

    return Page(name=name, path=path, handler=speaks_of_trouble, method=method, menu=menu)


def show_home(request: PageRequest) -> View:
    """The way to the ride code, and the last days with what they cost."""
    with request.scope.read() as work:
        account = accounts.of_subject(work, request.subject_id) if _may(work, request) else None
        days = day_charges.of_account(work, account.account_id)[:MOST_DAYS] if account else ()
        owing = account is not None and day_charges.owes(work, account.account_id)
    queues = bool(request.scope.settings["boarding"])
    return View("home.html", {"is_rider": account is not None, "days": days, "owing": owing, "queues": queues})


def join(request: PageRequest) -> Go:
    """Make the person's account, with which they can ride at once."""
    with request.scope.begin() as work:
        if not _may(work, request):
            raise NotTheirs
        account = issuing.join(work, request.subject_id, request.principal)
        work.audit.record(request.principal, "account.joined", account.account_id)
    return Go("ride")


def show_code(request: PageRequest) -> View | Go:
    """The ride code of this moment; who owes a day is shown that instead, and who has no account how to get one."""
    with request.scope.read() as work:
        account = accounts.of_subject(work, request.subject_id) if _may(work, request) else None
        if account is None:
            return Go("home")
        owing = day_charges.owes(work, account.account_id)
        try:
            code = None if owing else issuing.ride_code(work, account)
        except issuing.NoKeyNow:
            return View("ride.html", {"code": None, "owing": False}, status=503)
    return View("ride.html", {"code": code, "owing": owing}, refresh_seconds=CODE_SECONDS)


def show_day(request: PageRequest) -> View:
    """The journeys of a day, what each cost, and how the payment stands."""
    with request.scope.read() as work:
        account = _theirs(work, request)
        day = day_charges.get(work, request.data["day"])
        if day.account_id != account.account_id:
            raise NotTheirs
        fare = _fare(work, day)
        payment = work.payments.view(day.payment_id) if day.payment_id else None
        week_cap_fen = _reached_cap(work, day)
    moving = payment is not None and (payment.moving or day.state is State.REPAYING)
    city = operating.network(request.scope.settings["feed"])
    data = {"day": day, "fare": fare, "payment": payment, "stops": city.stops, "lines": city.lines}
    data["week_cap_fen"] = week_cap_fen
    return View("day.html", data, refresh_seconds=_LOOK_AGAIN_SECONDS if moving else None)


def _fare(work: VerticalWork, day: DayCharge) -> DayFare | None:
    """None while the feed has no price for a ride, such as after a stop was taken out of it."""
    try:
        return operating.day_fare(work, day.account_id, day.service_day)
    except NoFare:
        return None


def _reached_cap(work: VerticalWork, day: DayCharge) -> int | None:
    """The week's cap in fen, where the days of that week that are closed by now have come to more."""
    cap: int | None = work.settings["week_cap_fen"]
    week = [
        each.fare_fen
        for each in day_charges.of_account(work, day.account_id)
        if week_of(each.service_day) == week_of(day.service_day)
    ]
    return cap if cap is not None and sum(week) > cap else None


def repay(request: PageRequest) -> Go:
    """Open a new order for a day that was not paid in time."""
    repaying.repay(request.scope, request.principal, request.data["day"])
    return Go("day", {"day": request.data["day"]})


def _may(work: VerticalWork, request: PageRequest) -> bool:
    return bool(request.subject_id) and work.subjects.may(request.principal, request.subject_id, Right.PAY)


def _theirs(work: VerticalWork, request: PageRequest) -> Account:
    account = accounts.of_subject(work, request.subject_id) if _may(work, request) else None
    if account is None:
        raise NotTheirs
    return account


PAGES = (
    _page("home", "", show_home, menu="My rides"),
    _page("join", "join", join, method="POST"),
    _page("ride", "ride", show_code, menu="My ride code"),
    _page("day", "days/<day>", show_day),
    _page("day.repay", "days/<day>/repay", repay, method="POST"),
)
