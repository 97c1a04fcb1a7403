"""The patient's registrations: the window that shows what is under way, and each one with what comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.slot import Go, PageRequest, Right, View
from hospital_bridge.verticals.hospital import leaving
from hospital_bridge.verticals.hospital.acting import Acting, acting
from hospital_bridge.verticals.hospital.own_numbers import current
from hospital_bridge.verticals.hospital.pages.bills import open_bills
from hospital_bridge.verticals.hospital.pages.stays import current_stays
from hospital_bridge.verticals.hospital.pages.trouble import page
from hospital_bridge.verticals.hospital.registration import Registration, State
from hospital_bridge.verticals.hospital.store import registrations

if TYPE_CHECKING:
    from hospital_bridge.slot import VerticalWork

WAITING = frozenset({State.HOLDING, State.PAID, State.CLOSING, State.CANCELLING})
"""States of which the patient awaits the next; that a slot is released is nothing to them."""
SHOWING = frozenset({Right.BOOK, Right.PAY})
"""Whoever has one of these rights for a patient sees the patient's registrations."""


def home(request: PageRequest) -> View:
    """The service window: what can be done, and what is under way."""
    with request.scope.read() as work:
        rights = acting(request).rights(work)
        mine = registrations.newest_of(work, request.subject_id) if rights & SHOWING else ()
        has_card = bool(work.subjects.identifiers(request.subject_id))
        to_pay, stays = open_bills(work, request), current_stays(work, request)
    now = request.scope.now()
    live = [registration for registration in mine if registration.is_live(now)]
    data = {"has_card": has_card, "live": live, "to_pay": to_pay, "stays": stays, "rights": rights}
    return View("home.html", data)


def show_registrations(request: PageRequest) -> View:
    """The patient's registrations, newest first."""
    with request.scope.read() as work:
        acting(request).must(work, *SHOWING)
        data = {
            "registrations": registrations.newest_of(work, request.subject_id),
            "may_book": acting(request).may(work, Right.BOOK),
        }
    return View("registrations.html", data)


def show_registration(request: PageRequest) -> View:
    """How one registration stands and what comes next."""
    return _page(request)


def _page(request: PageRequest, not_cancelled: str = "") -> View:
    with request.scope.read() as work:
        mine = _mine(work, request)
        payment = work.payments.view(mine.payment_id) if mine.payment_id else None
        rights = Acting(request.principal, mine.subject_id).rights(work)
        name = work.subjects.identity(mine.subject_id).name
        record_number = current(work, mine.mrn)
    moving = mine.state in WAITING or (payment is not None and payment.moving)
    now = request.scope.now()
    data = {
        "registration": mine,
        "payment": payment,
        "name": name,
        "record_number": record_number,
        "is_payer": mine.wallet_user_id == request.principal and Right.PAY in rights,
        "may_book": Right.BOOK in rights,
        "too_late": payment is not None and payment.expires_at <= now,
        "is_over": mine.slot.ends_at <= now,
        "too_late_to_cancel": leaving.is_too_late(request.scope, mine, now),
        "cancel_until": leaving.cancel_until(request.scope, mine.slot),
        "not_cancelled": not_cancelled,
        "away_until": request.scope.closed_until() if not_cancelled else None,
    }
    # A page that says why something was not done stands until it is read.
    looks_again = moving and not not_cancelled
    status = 409 if not_cancelled else 200
    return View("registration.html", data, status=status, refresh_seconds=2 if looks_again else None)


def cancel(request: PageRequest) -> View | Go:
    """Give the registration up; where an e-invoice is in the way, the page says so and what to do."""
    with request.scope.read() as work:
        mine = _mine(work, request)
    kept = leaving.cancel(request.scope, request.principal, mine.registration_id)
    if kept and kept is not leaving.NotCancelled.OVER:
        return _page(request, kept)
    return Go("registration", {"registration": mine.registration_id})


def _mine(work: VerticalWork, request: PageRequest) -> Registration:
    """The registration of the address; those who may neither cancel nor pay it are told that there is none.

    Its own patient decides, not the chosen one: a message about a child leads here whoever the pages are about.
    """
    found = registrations.get(work, request.data["registration"])
    Acting(request.principal, found.subject_id).must(work, *SHOWING)
    return found


PAGES = (
    page("home", "", home, menu="My hospital"),
    page("registrations", "registrations", show_registrations, menu="My registrations"),
    page("registration", "registrations/<registration>", show_registration),
    page("cancel", "registrations/<registration>/cancel", cancel, method="POST"),
)
