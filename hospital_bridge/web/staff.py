"""Staff login, quick handover at a shared PC, and logout."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, request

from hospital_bridge.errors import BridgeError
from hospital_bridge.store.sessions import SessionKind
from hospital_bridge.web.access import OPEN, Access, Area, open_to
from hospital_bridge.web.client_address import address_bucket
from hospital_bridge.web.limits import (
    STAFF_LOGIN_FAILURES,
    STAFF_LOGINS_FROM_ADDRESS,
    count_against,
    refuse_if_exceeded,
)
from hospital_bridge.web.live import show
from hospital_bridge.web.next_page import next_page
from hospital_bridge.web.proving import failures_of, note_failure
from hospital_bridge.web.session_cookie import change_session, end_session
from hospital_bridge.web.visit import address, site, visit

VISITOR = Access(Area.STAFF, signed_in=False, once=False)
SIGNED_IN = Access(Area.STAFF, once=False)

blueprint = Blueprint("staff", __name__, url_prefix="/staff")


@blueprint.get("/login")
@open_to(OPEN)
def choose_operator() -> Any:
    """Where staff of several operators find their own login."""
    operators = list(site().operators.values())
    return redirect(f"/staff/{operators[0].id}/login") if len(operators) == 1 else show("staff/choose.html", {})


@blueprint.get("/<operator>/login")
@open_to(VISITOR)
def login() -> Response:
    """The login form."""
    return _login_page()


@blueprint.post("/<operator>/login")
@open_to(VISITOR)
def sign_in() -> Any:
    """Check name and password and open a session under a new secret."""
    return _sign_in("staff.signed_in")


@blueprint.get("/<operator>/handover")
@open_to(SIGNED_IN)
def handover() -> Response:
    """The login form for the colleague who takes over; the page before stays where it was."""
    return _login_page(handing_over=True)


@blueprint.post("/<operator>/handover")
@open_to(SIGNED_IN)
def take_over() -> Any:
    """End the present person's session and open the next one's."""
    return _sign_in("staff.took_over", handing_over=True)


@blueprint.post("/<operator>/logout")
@open_to(SIGNED_IN)
def logout() -> Any:
    """End the session."""
    with site().store.begin(visit().operator.id) as work:
        work.audit.record(visit().principal, "staff.signed_out", visit().principal)
        end_session(work)
    return redirect(address("staff.login"), 303)


def _sign_in(action: str, *, handing_over: bool = False) -> Any:
    operator_id, name = visit().operator.id, request.form.get("name", "")
    bucket = failures_of(name)
    count_against(operator_id, f"staff-from:{address_bucket()}", STAFF_LOGINS_FROM_ADDRESS)
    refuse_if_exceeded(operator_id, bucket, STAFF_LOGIN_FAILURES)
    staff_id = site().authenticate(operator_id, name, request.form.get("password", ""))
    if staff_id is None:
        note_failure(operator_id, bucket, "staff.login_failed")
        return _login_page(handing_over=handing_over, wrong=True, name=name)
    with site().store.begin(operator_id) as work:
        change_session(work, SessionKind.STAFF, staff_id)
        work.audit.record(staff_id, action, staff_id)
    return redirect(next_page(address("admin.links")), 303)


def _login_page(*, handing_over: bool = False, wrong: bool = False, name: str = "") -> Response:
    fault = BridgeError("HB-A004").entry if wrong else None
    context = {"handing_over": handing_over, "fault": fault, "name": name, "next": next_page("")}
    return show("staff/login.html", context, status=401 if wrong else 200)
