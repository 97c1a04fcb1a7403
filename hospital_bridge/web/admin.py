"""The admin page: links, messages, everything that waits for a person, and for the auditor the trail."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, request

from hospital_bridge.errors import BridgeError
from hospital_bridge.web import order_words, security_words
from hospital_bridge.web.access import ADMIN, AUDITOR, Access, Area, open_to
from hospital_bridge.web.admin_reads import Dismissal
from hospital_bridge.web.finance import offered, open_differences
from hospital_bridge.web.finance_words import DECISIONS, FINDINGS
from hospital_bridge.web.live import show
from hospital_bridge.web.visit import address, site, visit

BY_ADMIN = Access(Area.STAFF, role=ADMIN)
BY_AUDITOR = Access(Area.STAFF, role=AUDITOR)
BY_STAFF = Access(Area.STAFF)
ROWS = 100
LOOK_AGAIN_SECONDS = 10
EFFECT_KINDS = {
    "wallet.create": "Opening an order at the wallet",
    "wallet.close": "Closing an order at the wallet",
    "wallet.refund": "Sending money back through the wallet",
    "sale.fulfil": "Booking a payment",
    "sale.reverse": "Taking a booking back",
    "card.template": "Making a kind of card at the wallet",
    "card.put": "Putting a card into a wallet",
    "card.show": "Showing a card in a wallet as it stands",
}
OTHER_EFFECT = "A change at the operator's system"
DISMISSALS = {
    Dismissal.BY_HAND: "It was entered by hand",
    Dismissal.SENT_AGAIN: "The sender has sent it again, corrected",
    Dismissal.NOT_FOR_US: "It is not meant for this bridge",
    Dismissal.TEST: "It was a test message",
}

blueprint = Blueprint("admin", __name__, url_prefix="/staff/<operator>")


@blueprint.get("/")
@open_to(BY_STAFF)
def links() -> Response:
    """A traffic light for each link, with what to do when it is not green."""
    here = visit().operator.id
    context = {
        "links": site().admin.links(here),
        "figures": site().finance.figures(here),
        "messages_needing": site().received.needing(here),
    }
    return show("staff/links.html", context, 200, LOOK_AGAIN_SECONDS)


@blueprint.get("/work")
@open_to(BY_ADMIN)
def work() -> Response:
    """What waits for an answer or for a person: money, books that differ, unknown effects and dead jobs."""
    admin, finance, here = site().admin, site().finance, visit().operator.id
    context = {
        "money": finance.waiting(here),
        "decisions": DECISIONS,
        "offered": offered,
        "said": order_words.why,
        **open_differences(),
        "findings": FINDINGS,
        "effects": admin.unknown_effects(here, ROWS + 1),
        "effect_kinds": EFFECT_KINDS,
        "other_effect": OTHER_EFFECT,
        "jobs": admin.dead_jobs(here, ROWS + 1),
        "most": ROWS,
        "dismissals": DISMISSALS,
    }
    return show("staff/work.html", context)


@blueprint.post("/jobs/<job_id>/replay")
@open_to(BY_ADMIN)
def replay(job_id: str) -> Any:
    """Let a dead job run again."""
    if not site().admin.replay_job(visit().operator.id, job_id, visit().principal):
        raise BridgeError("HB-R002")
    return redirect(address("admin.work"), 303)


@blueprint.post("/jobs/<job_id>/dismiss")
@open_to(BY_ADMIN)
def dismiss(job_id: str) -> Any:
    """A received message that could not be applied is no longer needed, for the chosen reason."""
    reason = request.form.get("reason", "")
    if reason not in set(Dismissal):
        raise BridgeError("HB-R001")
    if not site().admin.dismiss_job(visit().operator.id, job_id, Dismissal(reason), visit().principal):
        raise BridgeError("HB-R002")
    return redirect(address("admin.work"), 303)


@blueprint.get("/audit")
@open_to(BY_AUDITOR)
def audit() -> Response:
    """Who did what, newest first."""
    return show("staff/audit.html", {"acts": site().admin.audit(visit().operator.id, ROWS)})


@blueprint.get("/security")
@open_to(BY_AUDITOR)
def security() -> Response:
    """What a guard of the house should see, newest first."""
    events = site().admin.security(visit().operator.id, ROWS)
    return show("staff/security.html", {"events": events, "words": security_words.KINDS})
