"""The hall: a kiosk that checks people in and shows the code to scan, and the nurse who does it for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marshmallow import Schema, fields, validate

from hospital_bridge.slot import KIOSK, Go, PageRequest, View
from hospital_bridge.verticals.hospital import arrival_code
from hospital_bridge.verticals.hospital.pages.trouble import page
from hospital_bridge.verticals.hospital.pages.visits import ALL, Today, day_of
from hospital_bridge.verticals.hospital.store import visits
from hospital_bridge.verticals.hospital.visits.check_in import CheckIn, check_in, stands_before

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.hospital.visits.visit import Visit

NURSE = "nurse"
CODE_SECONDS = 10
ANSWER_SECONDS = 20
"""How long a kiosk shows an answer to whoever has walked away from it."""
ABANDONED_SECONDS = 30
"""How long after the last touch a number that somebody typed, and the language they chose, stay on a kiosk."""

NO_NUMBER = "Please type your ID number or your record number."
MOST_ROWS = 200
GOOD = frozenset({CheckIn.IN_LINE, CheckIn.BACK_IN_LINE, CheckIn.ALREADY_IN_LINE})


class Number(Schema):
    """A record number or an ID number, as a card reader or a finger types it."""

    number = fields.String(required=True, validate=validate.Length(1, 64, error=NO_NUMBER))


class Search(Schema):
    """What a nurse looks for: the end of a number, a name, or nothing for everybody."""

    q = fields.String(load_default="", validate=validate.Length(max=64))


def show_kiosk(request: PageRequest) -> View:
    """The code to scan, new every half minute, and a field for those without a phone."""
    with request.scope.read() as work:
        code = arrival_code.show(work, "+".join(request.place) or ALL)
    data = {"code": code, "errors": request.errors, "abandoned_seconds": ABANDONED_SECONDS}
    return View("kiosk.html", data, refresh_seconds=CODE_SECONDS)


def check_in_at_kiosk(request: PageRequest) -> View:
    """Check in to every visit of today that this kiosk is there for; the answer shows numbers and a masked name."""
    number = request.data["number"].strip()
    with request.scope.begin() as work:
        found = visits.by_number(work, number, *day_of(request.scope, work.now))
        here = [visit for visit in found if stands_before(request.place, visit)]
        outcomes = [(visit, check_in(work, visit, request.principal)) for visit in here]
        rows = [(_today(work, visits.get(work, visit.visit_id)), outcome) for visit, outcome in outcomes]
    answer = {"rows": rows, "good": GOOD, "elsewhere": bool(found) and not here}
    return View("kiosk_done.html", answer, refresh_seconds=ANSWER_SECONDS)


def show_arrivals(request: PageRequest) -> View:
    """Today's visits for the nurse, those first who have not checked in."""
    wanted = request.data.get("q", "").strip()
    with request.scope.read() as work:
        rows = [_today(work, visit) for visit in _wanted(work, request, wanted)]
    rows.sort(key=lambda row: (row.is_over, row.state != "booked", row.visit.starts_at))
    return View("arrivals.html", {"rows": rows[:MOST_ROWS], "q": wanted, "more": len(rows) > MOST_ROWS})


def check_in_by_nurse(request: PageRequest) -> View | Go:
    """Check in somebody who stands at the nurse's desk."""
    with request.scope.begin() as work:
        outcome = check_in(work, visits.get(work, request.data["visit"]), request.principal)
    return Go("arrivals") if outcome in GOOD else View("arrival_refused.html", {"outcome": outcome.value}, status=409)


def _wanted(work: VerticalWork, request: PageRequest, wanted: str) -> Sequence[Visit]:
    day = day_of(request.scope, work.now)
    if not wanted:
        return visits.between(work, *day)
    exact = visits.by_number(work, wanted, *day)
    return exact or [v for v in visits.between(work, *day) if wanted in v.name or v.mrn.endswith(wanted)]


def _today(work: VerticalWork, visit: Visit) -> Today:
    return Today(visit, work.lines.position(visit.ticket_id) if visit.ticket_id else None)


PAGES = (
    page("kiosk", "kiosk", show_kiosk, role=KIOSK),
    page(
        "kiosk.check_in", "kiosk/check-in", check_in_at_kiosk, role=KIOSK, method="POST", schema=Number, again="kiosk"
    ),
    page("arrivals", "arrivals", show_arrivals, role=NURSE, schema=Search, menu="Arrivals"),
    page("arrivals.check_in", "arrivals/<visit>/check-in", check_in_by_nurse, role=NURSE, method="POST"),
)
