"""Boards and kiosks: staff adds one and reads its code out, whoever mounts it types the code into it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, request

from hospital_bridge.errors import BridgeError
from hospital_bridge.store.devices import DeviceKind, Devices
from hospital_bridge.store.sessions import SessionKind
from hospital_bridge.web.access import ADMIN, Access, Area, open_to
from hospital_bridge.web.client_address import address_bucket
from hospital_bridge.web.dispatch import page_of_device
from hospital_bridge.web.limits import DEVICE_CODES, count_against
from hospital_bridge.web.live import show
from hospital_bridge.web.session_cookie import change_session
from hospital_bridge.web.visit import address, site, visit

BY_ADMIN = Access(Area.STAFF, role=ADMIN)
VISITOR = Access(Area.DEVICE, signed_in=False, once=False)
KINDS = {DeviceKind.BOARD: "Board for a waiting hall", DeviceKind.KIOSK: "Kiosk"}
LONGEST_NAME, LONGEST_PLACE = 100, 2000

blueprint = Blueprint("devices", __name__)


@blueprint.get("/staff/<operator>/devices")
@open_to(BY_ADMIN)
def standing() -> Response:
    """Every device, and the form for one more."""
    return _list_page()


@blueprint.post("/staff/<operator>/devices")
@open_to(Access(Area.STAFF, role=ADMIN, once=False))
def add() -> Response:
    """A new device; its code is shown on the answer and nowhere else."""
    kind, name = request.form.get("kind", ""), request.form.get("name", "").strip()
    place = request.form.get("place", "").split()
    if kind not in set(DeviceKind) or not 0 < len(name) <= LONGEST_NAME or len(" ".join(place)) > LONGEST_PLACE:
        return _list_page(missing=True, status=422)
    with site().store.begin(visit().operator.id) as work:
        device_id, code = Devices(work).add(DeviceKind(kind), name, place)
        work.audit.record(visit().principal, "device.added", device_id)
    return _list_page(code=code, name=name)


@blueprint.post("/staff/<operator>/devices/<device_id>/revoke")
@open_to(BY_ADMIN)
def revoke(device_id: str) -> Any:
    """Take a device out of use; what it shows is gone at its next look."""
    with site().store.begin(visit().operator.id) as work:
        if not Devices(work).revoke(device_id):
            raise BridgeError("HB-R002")
        work.audit.record(visit().principal, "device.revoked", device_id)
    return redirect(address("devices.standing"), 303)


@blueprint.get("/device/<operator>/")
@open_to(VISITOR)
def entry() -> Any:
    """What a new device shows: where to type its code; an enrolled one shows what it is for."""
    here = visit()
    if here.device is not None and here.device.kind is DeviceKind.BOARD:
        return redirect(address("board.board"), 303)
    if here.device is not None and (shown := page_of_device(here.operator, here.device.kind)):
        return redirect(address(shown), 303)
    return show("device/entry.html", {"wrong": False})


@blueprint.post("/device/<operator>/")
@open_to(VISITOR)
def enrol() -> Any:
    """Use the code up and keep the device by its cookie."""
    operator_id = visit().operator.id
    count_against(operator_id, f"device:{address_bucket()}", DEVICE_CODES)
    with site().store.begin(operator_id) as work:
        device = Devices(work).enrol(request.form.get("code", ""))
        if device is not None:
            change_session(work, SessionKind.DEVICE, device.device_id)
            work.audit.record(device.device_id, "device.enrolled", device.device_id)
    if device is None:
        return show("device/entry.html", {"wrong": True}, status=422)
    return redirect(address("devices.entry"), 303)


def _list_page(*, missing: bool = False, code: str = "", name: str = "", status: int = 200) -> Response:
    with site().store.read(visit().operator.id) as work:
        devices = Devices(work).standing()
    context = {
        "devices": devices,
        "kinds": KINDS,
        "missing": missing,
        "code": code,
        "name": name,
        "enrol_at": f"{site().public_url}{address('devices.entry')}",
    }
    return show("staff/devices.html", context, status)
