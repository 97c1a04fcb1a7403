"""The door of every route: operator, login, role, CSRF and rate, as the route declares them."""

from __future__ import annotations

from typing import Any

from flask import current_app, g, redirect, request

from hospital_bridge.errors import BridgeError
from hospital_bridge.store.api_keys import ApiKeys
from hospital_bridge.store.staff import EVERYWHERE, StaffMember
from hospital_bridge.web.access import Access, Area, access_of
from hospital_bridge.web.caller import Caller
from hospital_bridge.web.forms import check_csrf
from hospital_bridge.web.limits import API_CALLS, FORMS, count_against
from hospital_bridge.web.visit import Visit, address, arrive, site, visit

_LOGINS = {Area.PATIENT: "patient.consent", Area.STAFF: "staff.login", Area.DEVICE: "devices.entry"}


def take_operator(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """The operator of the address belongs to the guard, not to the views."""
    g.operator_id = (values or {}).pop("operator", "")


def guard() -> Any:
    """Runs before every view; what it returns is sent instead of the view's answer."""
    if "\0" in request.path:
        # No id holds one, and a database would rather fail than look for it.
        raise BridgeError("HB-R002")
    arrived = arrive()
    if arrived is not None:
        g.visit = arrived
    if request.endpoint is None:
        return None
    access = access_of(current_app, request.endpoint)
    if access.area is not Area.OPEN:
        _check_operator()
    if access.area is Area.API and access.role:
        _recognise_system(access)
    if access.area in (Area.PATIENT, Area.STAFF, Area.DEVICE):
        return _admit(access)
    return None


def _check_operator() -> None:
    if g.operator_id not in site().operators:
        raise BridgeError("HB-R002")


def _admit(access: Access) -> Any:
    here = visit()
    if access.signed_in and not here.signed_in:
        return _send_to_login()
    if access.role and not _holds(here, access):
        raise BridgeError("HB-A002")
    if request.method == "POST":
        check_csrf()
        count_against(here.operator.id, f"forms:{here.actor}", FORMS)
    return None


def _holds(here: Visit, access: Access) -> bool:
    if here.area is Area.DEVICE:
        return here.device is not None and here.device.kind == access.role
    return here.staff is not None and may_enter(here.staff, access)


def may_enter(staff: StaffMember, access: Access) -> bool:
    """Whether somebody of the staff has the role of a page, as widely as the page wants it held."""
    where = None if access.heeds_departments else EVERYWHERE
    return staff.has(access.role, where) or bool(access.or_role and staff.has(access.or_role, where))


def _send_to_login() -> Any:
    """A page is shown after the login; a form that was sent without one is refused."""
    if request.method == "POST":
        raise BridgeError("HB-A001")
    return redirect(address(_LOGINS[visit().area], next=request.full_path.removesuffix("?")), 303)


def _recognise_system(access: Access) -> None:
    operator_id = g.operator_id
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    with site().store.read(operator_id) as work:
        key = ApiKeys(work).find(token) if scheme.lower() == "bearer" else None
    if key is None:
        raise BridgeError("HB-A001")
    if access.role not in key.scopes:
        raise BridgeError("HB-A002")
    g.system = Caller(operator_id, f"system:{key.key_id}")
    count_against(operator_id, g.system.actor, API_CALLS)
