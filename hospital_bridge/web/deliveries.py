"""What systems and people are told by other ways than these pages, and what of it did not arrive."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect

from hospital_bridge.errors import BridgeError
from hospital_bridge.store.deliveries import DeliveryKind
from hospital_bridge.telling.desk import enable, try_again
from hospital_bridge.web.access import ADMIN, Access, Area, open_to
from hospital_bridge.web.live import show
from hospital_bridge.web.visit import address, site, visit
from notifications.delivery import UNDONE, State
from notifications.message import Outcome

BY_ADMIN = Access(Area.STAFF, role=ADMIN)
ROWS = 100
LOOK_AGAIN_SECONDS = 10
STATES = {
    State.DUE: "still to be sent",
    State.UNCERTAIN: "may have arrived, is sent again",
    State.DELIVERED: "arrived",
    State.REFUSED: "was refused",
    State.DEAD: "was given up",
}
OUTCOMES = {
    Outcome.DELIVERED: "it was taken",
    Outcome.REFUSED: "it was refused for good",
    Outcome.UNKNOWN: "it may have arrived",
    Outcome.NOT_DONE: "it did not arrive",
}
KINDS = {DeliveryKind.MESSAGE: "To a wallet", DeliveryKind.WEBHOOK: "To a system"}

blueprint = Blueprint("deliveries", __name__, url_prefix="/staff/<operator>/deliveries")


@blueprint.get("")
@open_to(BY_ADMIN)
def latest() -> Response:
    """Endpoints that want nothing any more, what waits for a person, and what was sent last."""
    with site().store.read(visit().operator.id) as work:
        context = {
            "disabled": work.webhooks.disabled(),
            "undone": work.deliveries.undone(DeliveryKind.WEBHOOK, ROWS),
            "latest": work.deliveries.latest(ROWS),
            "states": STATES,
            "kinds": KINDS,
        }
    return show("staff/deliveries.html", context, 200, LOOK_AGAIN_SECONDS)


@blueprint.get("/<delivery_id>")
@open_to(BY_ADMIN)
def one(delivery_id: str) -> Response:
    """One delivery with every attempt, when it was made and what was answered."""
    with site().store.read(visit().operator.id) as work:
        try:
            row = work.deliveries.get(delivery_id)
        except LookupError:
            raise BridgeError("HB-R002") from None
        context = {
            "row": row,
            "attempts": work.deliveries.attempts(delivery_id),
            "may_send_again": row.standing.state in UNDONE,
            "states": STATES,
            "outcomes": OUTCOMES,
            "kinds": KINDS,
        }
    return show("staff/delivery.html", context, 200, LOOK_AGAIN_SECONDS)


@blueprint.post("/<delivery_id>/replay")
@open_to(BY_ADMIN)
def replay(delivery_id: str) -> Any:
    """Send once more what was given up or refused."""
    with site().store.begin(visit().operator.id) as work:
        if not try_again(work, delivery_id, visit().principal):
            raise BridgeError("HB-R002")
    return redirect(address("deliveries.latest"), 303)


@blueprint.post("/endpoints/<receiver>/enable")
@open_to(BY_ADMIN)
def enable_endpoint(receiver: str) -> Any:
    """Send to an endpoint again, with what was given up meanwhile."""
    with site().store.begin(visit().operator.id) as work:
        if not enable(work, receiver, visit().principal):
            raise BridgeError("HB-R002")
    return redirect(address("deliveries.latest"), 303)
