"""The patient's registrations: the window that shows what is under way, and each one with what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.slot import Go, PageRequest, View
from hospital_bridge.verticals.hospital import leaving
from hospital_bridge.verticals.hospital.pages.bills import open_bills
from hospital_bridge.verticals.hospital.pages.trouble import page
from hospital_bridge.verticals.hospital.registration import STANDING, Registration, State
from hospital_bridge.verticals.hospital.store import registrations

if TYPE_CHECKING:
    from hospital_bridge.slot import VerticalWork

WAITING = frozenset({State.HOLDING, State.PAID, State.CLOSING, State.CANCELLING})
"""States of which the patient awaits the next; that a slot is released is nothing to them."""


def home(request: PageRequest) -> View:
    """The service window: what can be done, and what is under way."""
    with request.scope.read() as work:
        mine = registrations.open_to(work, request.principal)
        has_card = any(work.subjects.identifiers(s) for s in work.subjects.bound_to(request.principal))
        to_pay = open_bills(work, request)
    live = [registration for registration in mine if registration.state in STANDING]
    return View("home.html", {"has_card": has_card, "live": live, "to_pay": to_pay})


def show_registrations(request: PageRequest) -> View:
    """The patient's registrations, newest first."""
    with request.scope.read() as work:
        return View("registrations.html", {"registrations": registrations.open_to(work, request.principal)})


def show_registration(request: PageRequest) -> View:
    """How one registration stands and what comes next."""
    with request.scope.read() as work:
        mine = _mine(work, request)
        payment = work.payments.view(mine.payment_id) if mine.payment_id else None
    moving = mine.state in WAITING or (payment is not None and payment.moving)
    now = request.scope.now()
    data = {
        "registration": mine,
        "payment": payment,
        "too_late": payment is not None and payment.expires_at <= now,
        "too_late_to_cancel": leaving.is_too_late(request.scope, mine, now),
        "cancel_until": leaving.cancel_until(request.scope, mine.slot),
    }
    return View("registration.html", data, refresh_seconds=2 if moving else None)


def cancel(request: PageRequest) -> Go:
    """Give the registration up."""
    with request.scope.read() as work:
        mine = _mine(work, request)
    leaving.cancel(request.scope, request.principal, mine.registration_id)
    return Go("registration", {"registration": mine.registration_id})


def _mine(work: VerticalWork, request: PageRequest) -> Registration:
    """The registration of the address if the wallet user acts for its person; others are told that there is none."""
    found = registrations.get(work, request.data["registration"])
    if found.subject_id not in work.subjects.bound_to(request.principal):
        raise registrations.NoSuchRegistration(found.registration_id)
    return found


PAGES = (
    page("home", "", home, menu="My hospital"),
    page("registrations", "registrations", show_registrations, menu="My registrations"),
    page("registration", "registrations/<registration>", show_registration),
    page("cancel", "registrations/<registration>/cancel", cancel, method="POST"),
)
