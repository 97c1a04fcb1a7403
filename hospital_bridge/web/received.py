"""What was received from the operator's systems: found, opened where somebody may, tried again, put away."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, Response, redirect, request

from hospital_bridge.errors import BridgeError
from hospital_bridge.store.inbox_search import Place, Sought, Standing
from hospital_bridge.web.access import ADMIN, READER, Access, Area, open_to
from hospital_bridge.web.admin import DISMISSALS
from hospital_bridge.web.admin_reads import Dismissal
from hospital_bridge.web.live import show
from hospital_bridge.web.visit import address, site, visit

BY_ADMIN = Access(Area.STAFF, role=ADMIN)
BY_READER = Access(Area.STAFF, role=READER)
CHECKED = Access(Area.STAFF, role=ADMIN, shows_again=True)
ROWS = 50
LONGEST = 180
STANDINGS = {
    Standing.WAITING: "waits to be applied",
    Standing.PARKED: "parked: applying it gave up",
    Standing.APPLIED: "applied",
    Standing.QUARANTINED: "quarantined: its control id was used before with other content",
    Standing.REFUSED: "refused, or an answer that nobody can read",
    Standing.DISMISSED: "put away by a person",
}
FIELDS = ("control_id", "type", "peer", "standing", "since", "until", "patient_index")
"""What a search's address holds: of a patient only the blind index, for addresses are logged."""

blueprint = Blueprint("received", __name__, url_prefix="/staff/<operator>/messages")


@blueprint.get("")
@open_to(BY_ADMIN)
def log() -> Response:
    """What was received and fits what is looked for, the newest first, without contents."""
    asked = {name: request.args.get(name, "").strip()[:LONGEST] for name in FIELDS}
    page = site().received.search(visit().operator.id, _sought(asked), ROWS, _after())
    following = (
        None if page.after is None else {"after": f"{page.after.received_at.isoformat()} {page.after.message_id}"}
    )
    context = {
        "messages": page.rows,
        "asked": asked,
        "standings": STANDINGS,
        "next_page": following and {name: told for name, told in (asked | following).items() if told},
    }
    return show("staff/received.html", context)


@blueprint.post("/find")
@open_to(BY_ADMIN)
def find() -> Any:
    """Look for a patient's messages: the number is typed into a form, so that no address holds it."""
    asked = {name: request.form.get(name, "").strip()[:LONGEST] for name in FIELDS}
    number = request.form.get("patient", "").strip()[:LONGEST]
    if number:
        asked["patient_index"] = site().received.patient_index(visit().operator.id, number)
    return redirect(address("received.log", **{name: told for name, told in asked.items() if told}), 303)


@blueprint.get("/<message_id>")
@open_to(BY_ADMIN)
def one(message_id: str) -> Response:
    """One message: where it stands, each try, what followed and our answer; its content is another page."""
    told = site().received.show(visit().operator.id, message_id)
    if told is None:
        raise BridgeError("HB-R002")
    return show("staff/received_one.html", {"told": told, "standings": STANDINGS, "dismissals": DISMISSALS})


@blueprint.get("/<message_id>/content")
@open_to(BY_READER)
def content(message_id: str) -> Response:
    """What was received beside what is read in it. The look is recorded."""
    opened = site().received.open(visit().operator.id, message_id, visit().principal)
    if opened is None:
        raise BridgeError("HB-R002")
    return show("staff/received_content.html", {"message_id": message_id, "opened": opened})


@blueprint.post("/<message_id>/replay")
@open_to(BY_ADMIN)
def replay(message_id: str) -> Any:
    """Apply a parked message again."""
    if not site().received.replay(visit().operator.id, message_id, visit().principal):
        raise BridgeError("HB-R002")
    return redirect(address("received.one", message_id=message_id), 303)


@blueprint.post("/<message_id>/dismiss")
@open_to(BY_ADMIN)
def dismiss(message_id: str) -> Any:
    """A parked or quarantined message is no longer needed, for the chosen reason."""
    reason = request.form.get("reason", "")
    if reason not in set(Dismissal):
        raise BridgeError("HB-R001")
    if not site().received.dismiss(visit().operator.id, message_id, Dismissal(reason), visit().principal):
        raise BridgeError("HB-R002")
    return redirect(address("received.one", message_id=message_id), 303)


@blueprint.get("/standard")
@open_to(BY_ADMIN)
def standard() -> Response:
    """A form for a message that is to be held against the standard."""
    return show("staff/standard.html", {"told": None})


@blueprint.post("/standard")
@open_to(CHECKED)
def hold_against() -> Response:
    """What the standard has against a pasted or uploaded message, of which nothing is kept."""
    file = request.files.get("file")
    raw = file.read() if file else b""
    charset = request.form.get("charset", "").strip() or None
    if not raw:
        raw, charset = request.form.get("text", "").encode(), "UNICODE UTF-8"
    return show("staff/standard.html", {"told": site().received.held_against(raw, charset)})


@blueprint.get("/<message_id>/standard")
@open_to(BY_ADMIN)
def standard_of(message_id: str) -> Response:
    """What the standard has against a received message: places, and no values. The look is recorded."""
    told = site().received.standard(visit().operator.id, message_id, visit().principal)
    if told is None:
        raise BridgeError("HB-R002")
    return show("staff/standard.html", {"told": told})


def _sought(asked: dict[str, str]) -> Sought:
    """What is looked for; a day or a standing that is none is looked for by nobody."""
    until = _instant(asked["until"])
    standing = asked["standing"]
    return Sought(
        patient_index=asked["patient_index"],
        control_id=asked["control_id"],
        type=asked["type"],
        peer=asked["peer"],
        standing=Standing(standing) if standing in set(Standing) else None,
        since=_instant(asked["since"]),
        until=None if until is None else until + timedelta(minutes=1),
    )


def _instant(typed: str) -> datetime | None:
    """A minute of the operator's clock, as a browser's field gives it."""
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=visit().operator.timezone)
    except ValueError:
        return None


def _after() -> Place | None:
    received_at, _, message_id = request.args.get("after", "").partition(" ")
    try:
        return Place(datetime.fromisoformat(received_at), message_id)
    except ValueError:
        return None
