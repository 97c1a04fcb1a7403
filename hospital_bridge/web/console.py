"""The call console: one page a desk, for the keyboard first; and the same acts for a doctor's own system."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, request

from hospital_bridge.errors import BridgeError
from hospital_bridge.lines.refusals import as_error
from hospital_bridge.slot import DeskView, VerticalWork
from hospital_bridge.store.staff import EVERYWHERE
from hospital_bridge.web.access import Access, Area, open_to
from hospital_bridge.web.api import QUEUE_CALL
from hospital_bridge.web.caller import caller
from hospital_bridge.web.desk_acts import Button, Pressed, press
from hospital_bridge.web.forms import KEY
from hospital_bridge.web.live import show
from hospital_bridge.web.once import HEADER, is_repeat
from hospital_bridge.web.site import Plugged
from hospital_bridge.web.visit import address, site, visit
from queueing.commands import Refused
from queueing.ordering import Cause
from queueing.ticket import IllegalTransition

BY_CALLER = Access(Area.STAFF)
"""The vertical's own roles are asked for in `_calling`."""

LOOK_AGAIN_SECONDS = 3
REFUSED_SECONDS = 10
"""How long the reason of a refusal stands before the desk is shown anew."""

NOBODY_HELD = "HB-Q001"
REASONS = {"emergency": "Emergency", "frail": "Old or frail", "soldier": "Military or fire service", "other": "Other"}
CAUSES = {
    Cause.HIGHER_TIER: "goes first by rank",
    Cause.EARLIER_ANCHOR: "was there earlier",
    Cause.MORE_CREDIT: "has a head start",
    Cause.ISSUED_FIRST: "has the lower number",
}

blueprint = Blueprint("console", __name__)


@blueprint.get("/staff/<operator>/desks")
@open_to(BY_CALLER)
def desks() -> Response:
    """The desks of today, of every vertical at which this person may call."""
    rows = [(name, *row) for name, plugged in _calling().items() for row in _desks(plugged)]
    return show("staff/desks.html", {"desks": rows}, 200, LOOK_AGAIN_SECONDS * 3)


@blueprint.get("/staff/<operator>/desks/<vertical>/<desk_id>")
@open_to(BY_CALLER)
def desk(vertical: str, desk_id: str) -> Response:
    """One desk: whom it holds, who waits, and what can be done."""
    return _desk_page(vertical, desk_id)


@blueprint.post("/staff/<operator>/desks/<vertical>/<desk_id>/<button>")
@open_to(BY_CALLER)
def act(vertical: str, desk_id: str, button: str) -> Any:
    """Press a button; the same press again does nothing, and one that the line refuses is explained at the desk."""
    form = request.form
    pressed = Pressed(
        _button(button), visit().principal, form.get(KEY, ""), form.get("ticket_id", ""), form.get("reason", "")
    )
    try:
        with _at(vertical).scope.begin() as work:
            press(work.lines, desk_id, pressed)
    except (Refused, IllegalTransition) as refusal:
        return _desk_page(vertical, desk_id, as_error(refusal))
    except BridgeError as refusal:
        if refusal.code != NOBODY_HELD:
            raise
        return _desk_page(vertical, desk_id, refusal)
    return redirect(address("console.desk", vertical=vertical, desk_id=desk_id), 303)


@blueprint.get("/api/v1/<operator>/desks/<vertical>/<desk_id>")
@open_to(Access(Area.API, role=QUEUE_CALL))
def desk_of_system(vertical: str, desk_id: str) -> Response:
    """One desk for a doctor's own system; numbers and opaque ids, no names."""
    with _of_system(vertical).scope.read() as work:
        return jsonify(_told(work, work.lines.desk(desk_id)))


@blueprint.post("/api/v1/<operator>/desks/<vertical>/<desk_id>/<button>")
@open_to(Access(Area.API, role=QUEUE_CALL, shows_again=True))
def act_of_system(vertical: str, desk_id: str, button: str) -> Response:
    """Press a button from a doctor's own system; the answer is the desk, to a repeat as it stands by then."""
    told = request.get_json(silent=True) or {}
    if not isinstance(told, dict):
        raise BridgeError("HB-R001")
    chosen, reason = str(told.get("ticket_id", "")), str(told.get("reason", ""))
    pressed = Pressed(_button(button), caller().actor, request.headers.get(HEADER, ""), chosen, reason)
    with _of_system(vertical).scope.begin() as work:
        if not is_repeat():
            press(work.lines, desk_id, pressed)
        return jsonify(_told(work, work.lines.desk(desk_id)))


def _desk_page(vertical: str, desk_id: str, refused: BridgeError | None = None) -> Response:
    """The console; with `refused` it also says why the last press did nothing."""
    plugged = _at(vertical)
    with plugged.scope.read() as work:
        here = work.lines.desk(desk_id)
        names = {one.ticket_id: _name(plugged, work, one.subject) for one in here.tickets}
        waiting = [row for line_id in here.lines for row in work.lines.waiting(line_id)]
        aside = [ticket for line_id in here.lines for ticket in work.lines.held(line_id)]
    status, seconds = (refused.status, REFUSED_SECONDS) if refused else (200, LOOK_AGAIN_SECONDS)
    context = {
        "vertical": vertical,
        "desk": here,
        "names": names,
        "waiting": waiting,
        "aside": aside,
        "refused": refused,
    }
    return show("staff/desk.html", context | {"causes": CAUSES, "reasons": REASONS}, status, seconds)


def _calling() -> dict[str, Plugged]:
    """The verticals at whose desks this person may call; HB-A002 where there is none."""
    staff = visit().staff
    found = {
        name: plugged
        for name, plugged in visit().operator.verticals.items()
        if plugged.vertical.lines
        and staff
        and any(staff.has(role, EVERYWHERE) for role in plugged.vertical.lines.callers)
    }
    if not found:
        raise BridgeError("HB-A002")
    return found


def _at(vertical: str) -> Plugged:
    plugged = _calling().get(vertical)
    if plugged is None:
        raise BridgeError("HB-R002")
    return plugged


def _of_system(vertical: str) -> Plugged:
    plugged = site().operators[caller().operator_id].verticals.get(vertical)
    if plugged is None or plugged.vertical.lines is None:
        raise BridgeError("HB-R002")
    return plugged


def _desks(plugged: Plugged) -> list[tuple[DeskView, int]]:
    """Every desk with how many wait for it, rooms in the order of their numbers."""
    with plugged.scope.read() as work:
        rows = [(desk, sum(len(work.lines.waiting(line_id)) for line_id in desk.lines)) for desk in work.lines.desks()]
    return sorted(rows, key=lambda row: _counted(row[0].title))


def _counted(title: str) -> list[int | str]:
    """For sorting: room 10 comes after room 2. Words and numbers take turns, so that like meets like."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", title)]


def _name(plugged: Plugged, work: VerticalWork, subject: str) -> str:
    rules = plugged.vertical.lines
    return "" if rules is None or rules.name is None else rules.name(work, subject)


def _button(word: str) -> Button:
    if word not in set(Button):
        raise BridgeError("HB-R002")
    return Button(word)


def _told(work: VerticalWork, desk: DeskView) -> dict[str, Any]:
    return {
        "desk_id": desk.desk_id,
        "title": desk.title,
        "state": desk.state.value,
        "holds": [_ticket(one) for one in desk.tickets],
        "waiting": [_ticket(row.ticket) for line_id in desk.lines for row in work.lines.waiting(line_id)],
    }


def _ticket(ticket: Any) -> dict[str, str]:
    return {
        "ticket_id": ticket.ticket_id,
        "number": ticket.display_number,
        "state": ticket.state.value,
        "rank": ticket.rank,
        "visit": ticket.visit,
    }
