"""The people for whom a wallet user acts (就诊人): who they are, and whom the pages are about."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, request

from hospital_bridge.errors import BridgeError
from hospital_bridge.store.sessions import Sessions
from hospital_bridge.web.access import Access, Area, open_to
from hospital_bridge.web.live import show
from hospital_bridge.web.next_page import next_page
from hospital_bridge.web.visit import address, site, visit

PATIENT = Access(Area.PATIENT)

blueprint = Blueprint("family", __name__, url_prefix="/p/<operator>/family")


@blueprint.get("")
@open_to(PATIENT)
def people() -> Response:
    """Everybody for whom the wallet user acts, and for whom they may act at this moment."""
    return show("family/people.html", {"next": next_page(address("patient.entry"))})


@blueprint.post("/choose")
@open_to(PATIENT)
def choose() -> Any:
    """The pages are about this person from now on, on this phone."""
    here, chosen = visit(), request.form.get("subject", "")
    if all(each.subject_id != chosen or not each.binding.rights for each in here.patients):
        raise BridgeError("HB-R002")
    with site().store.begin(here.operator.id) as work:
        Sessions(work).choose(here.secret, chosen)
    return redirect(next_page(address("patient.entry")), 303)
