"""The day of the visit on the patient's phone: what to do today, checking in, the place in the line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from marshmallow import Schema, fields, validate

from hospital_bridge.slot import Go, PageRequest, Position, Right, View
from hospital_bridge.verticals.hospital import arrival_code
from hospital_bridge.verticals.hospital.arrival_code import ArrivalCode, CodeRefused
from hospital_bridge.verticals.hospital.pages.trouble import page
from hospital_bridge.verticals.hospital.store import visits
from hospital_bridge.verticals.hospital.visits.check_in import CheckIn, check_in, stands_before
from queueing.ticket import LIVE, TicketState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.slot import Scope, VerticalWork
    from hospital_bridge.verticals.hospital.visits.visit import Visit

LOOK_AGAIN_SECONDS = 15
ALL = "all"
"""The place of a screen that stands before every line."""


class ShownCode(Schema):
    """The parameters of the address in a check-in screen's QR code (`arrival_code`)."""

    at = fields.String(required=True, validate=validate.Length(1, 300))
    w = fields.Integer(required=True, validate=validate.Range(0, 10**10))
    s = fields.String(required=True, validate=validate.Length(1, 64))


@dataclass(frozen=True, slots=True)
class Today:
    """One visit of the day with its place in the line, where it has one."""

    visit: Visit
    position: Position | None

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do at it."""
        return self.visit.called_off or (self.position is not None and self.position.ticket.state not in LIVE)

    @property
    def state(self) -> str:
        """Where its ticket stands; `called_off` where the hospital or the patient gave the visit up."""
        if self.visit.called_off:
            return "called_off"
        return self.position.ticket.state.value if self.position else TicketState.BOOKED.value


def day_of(scope: Scope, now: datetime) -> tuple[datetime, datetime]:
    """The operator's business day around an instant, from midnight to midnight."""
    midnight = datetime.combine(now.astimezone(scope.timezone).date(), time(), scope.timezone)
    return midnight, midnight + timedelta(days=1)


def show_today(request: PageRequest) -> View:
    """What is to be done today, step by step."""
    with request.scope.read() as work:
        today = _today(work, request)
    moving = any(not one.is_over for one in today)
    return View("today.html", {"today": today}, refresh_seconds=LOOK_AGAIN_SECONDS if moving else None)


def show_visit(request: PageRequest) -> View:
    """The place in the line: how many are ahead, who is being served, how long it will about take."""
    with request.scope.read() as work:
        mine = _mine(work, request)
    data = {"one": mine, "outcome": ""}
    return View("visit.html", data, refresh_seconds=None if mine.is_over else LOOK_AGAIN_SECONDS)


def scan(request: PageRequest) -> View:
    """Whoever scanned the code of a screen is asked to check in; each visit of today that the screen is there for."""
    with request.scope.begin() as work:
        try:
            place = _place(work, request)
        except CodeRefused as refused:
            if refused.fault is arrival_code.Fault.FORGED:
                work.audit.record(request.principal, "arrival_code.forged", request.principal)
            return View("scan_again.html", status=410)
        here = [one for one in _today(work, request) if stands_before(place, one.visit)]
    return View("check_in.html", {"today": here, "code": request.data})


def confirm_check_in(request: PageRequest) -> View | Go:
    """Check in to one visit with the code that was scanned."""
    with request.scope.begin() as work:
        try:
            place = _place(work, request, age=arrival_code.PRESSED_WITHIN)
        except CodeRefused:
            return View("scan_again.html", status=410)
        mine = _mine(work, request)
        if not stands_before(place, mine.visit):
            return View("scan_again.html", {}, status=410)
        outcome = check_in(work, mine.visit, request.principal)
    if outcome in (CheckIn.NOT_TODAY, CheckIn.CALLED_OFF, CheckIn.OVER):
        return View("visit.html", {"one": mine, "outcome": outcome.value}, status=409)
    return Go("visit", {"visit": mine.visit.visit_id})


def _place(work: VerticalWork, request: PageRequest, age: timedelta = arrival_code.LIVES) -> Sequence[str]:
    shown = ArrivalCode(request.data["at"], request.data["w"], request.data["s"])
    place = arrival_code.check(work, shown, age)
    return () if place == ALL else place.split("+")


def _today(work: VerticalWork, request: PageRequest) -> list[Today]:
    day = day_of(request.scope, work.now)
    mine = {
        visit.visit_id: visit for subject in _patients(work, request) for visit in visits.of_person(work, subject, *day)
    }
    return [_with_position(work, visit) for visit in sorted(mine.values(), key=lambda visit: visit.starts_at)]


def _patients(work: VerticalWork, request: PageRequest) -> Sequence[str]:
    """Those for whom the wallet user may register: whoever may do that may also say that they are there."""
    return [each.subject_id for each in work.subjects.people_of(request.principal) if Right.BOOK in each.rights]


def _mine(work: VerticalWork, request: PageRequest) -> Today:
    """The visit of the address where it is one of somebody for whom the wallet user may register; else NoSuchVisit."""
    visit = visits.get(work, request.data["visit"])
    for subject in _patients(work, request):
        if visit.visit_id in {one.visit_id for one in visits.of_subject(work, subject)}:
            return _with_position(work, visit)
    raise visits.NoSuchVisit


def _with_position(work: VerticalWork, visit: Visit) -> Today:
    return Today(visit, work.lines.position(visit.ticket_id) if visit.ticket_id else None)


PAGES = (
    page("today", "today", show_today, menu="What to do today"),
    page("visit", "today/<visit>", show_visit),
    page("scan", "check-in", scan, schema=ShownCode, again="today"),
    page("check_in", "today/<visit>/check-in", confirm_check_in, method="POST", schema=ShownCode, again="today"),
)
