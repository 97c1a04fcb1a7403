"""What a patient agreed to, and its withdrawal as easily as it was given (PIPL article 15)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, request

from hospital_bridge.store.sessions import SessionKind, Sessions
from hospital_bridge.web.access import Access, Area, open_to
from hospital_bridge.web.live import show
from hospital_bridge.web.session_cookie import end_session
from hospital_bridge.web.site import Purpose
from hospital_bridge.web.visit import address, site, visit

PATIENT = Access(Area.PATIENT)

blueprint = Blueprint("consents", __name__, url_prefix="/p/<operator>/consents")


@blueprint.get("")
@open_to(PATIENT)
def standing() -> Response:
    """Each purpose that is agreed to, and since when; and each to which one may agree."""
    here = visit()
    with site().store.read(here.operator.id) as work:
        since = work.wallet_users.standing_consents(here.principal)
    purposes = here.operator.consent.purposes
    agreed = [(purpose, since[purpose.code]) for purpose in purposes if purpose.code in since]
    offered = [purpose for purpose in purposes if not purpose.required and purpose.code not in since]
    return show("consents.html", {"agreed": agreed, "offered": offered})


@blueprint.post("/give")
@open_to(PATIENT)
def give() -> Any:
    """Agree to what need not be agreed to; what is needed is agreed to at the wallet's login."""
    here, purpose = visit(), _purpose(request.form.get("purpose", ""))
    if purpose is not None and not purpose.required:
        with site().store.begin(here.operator.id) as work:
            work.wallet_users.consent(here.principal, purpose.code, here.operator.consent.version)
            work.audit.record(here.principal, "consent.given", here.principal, purpose=purpose.code)
    return redirect(address("consents.standing"), 303)


@blueprint.post("/withdraw")
@open_to(PATIENT)
def withdraw() -> Any:
    """End one agreement; without a needed one nobody is signed in any more, on whichever phone."""
    here, purpose = visit(), _purpose(request.form.get("purpose", ""))
    if purpose is None:
        return redirect(address("consents.standing"), 303)
    with site().store.begin(here.operator.id) as work:
        work.wallet_users.withdraw(here.principal, purpose.code)
        work.audit.record(here.principal, "consent.withdrawn", here.principal, purpose=purpose.code)
        if purpose.required:
            Sessions(work).end_all_of(SessionKind.PATIENT, here.principal)
            end_session(work)
    return redirect(address("patient.entry" if purpose.required else "consents.standing"), 303)


def _purpose(code: str) -> Purpose | None:
    return next((purpose for purpose in visit().operator.consent.purposes if purpose.code == code), None)
