"""A stay as its patient and those who pay for them see it: what stands on it, and a deposit."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from marshmallow import Schema, fields, validate

from adapters.stays import Stage
from hospital_bridge.slot import Go, PageRequest, Right, View
from hospital_bridge.verticals.hospital.pages.trouble import page
from hospital_bridge.verticals.hospital.stays import depositing, reckoning, shortfall
from hospital_bridge.verticals.hospital.stays.stay import State
from hospital_bridge.verticals.hospital.store import stays

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.hospital.stays.stay import Stay


LATELY = timedelta(days=30)
"""How long a stay that is over stands on the first page."""


class Wanted(Schema):
    """The deposit that somebody wants to pay, in whole yuan."""

    yuan = fields.Integer(required=True, validate=validate.Range(1, 1_000_000))


def show(request: PageRequest) -> View | Go:
    """What stands on the stay, its deposits with their payments, and the form for another one while it is open."""
    return _page(request)


def _page(request: PageRequest, not_taken: str = "", typed: str = "") -> View | Go:
    with request.scope.read() as work:
        stay = stays.get(work, request.data["stay"])
        depositing.payable_for(work, request.principal, stay)
        bill = shortfall.bill_of(work, stay)
        rest = work.payments.view(bill.payment_id) if bill and bill.payment_id else None
        onto = reckoning.onto(work, stay.stay_id)
    order = reckoning.open_order(stay, onto, request.principal)
    if order and (not_taken or request.errors):
        # This page would stand at the form's address: whoever pays there comes back to nothing, or sends it again.
        return Go("stay", {"stay": stay.stay_id})
    limits = {name: request.scope.settings[f"deposit_{name}"] for name in ("least", "most")}
    too_late = order is not None and order.expires_at <= request.scope.now()
    data: dict[str, object] = {"stay": stay, "bill": bill, "deposits": onto, "money": reckoning.money_of(stay, onto)}
    data |= {"due": shortfall.due_of(bill, rest), "window": request.scope.settings["payment_window"]}
    data |= {"order": order, "too_late": too_late, "not_taken": not_taken}
    if not_taken:
        data["typed"] = {"yuan": typed}
    moving = order is not None or any(payment and payment.moving for payment in (rest, *(each for _, each in onto)))
    # A page that says why a form was not taken stands until it is read.
    looks_again = moving and not not_taken
    status = 409 if not_taken else 200
    return View("stay.html", data | limits, status=status, refresh_seconds=2 if looks_again else None)


def deposit(request: PageRequest) -> View | Go:
    """Open the order; where it cannot be, the page says why and what to do, and one that is open already is shown."""
    not_taken = depositing.pay(request.scope, request.principal, request.data["stay"], request.data["yuan"])
    if not_taken and not_taken is not depositing.NotTaken.ORDERED:
        return _page(request, not_taken, str(request.data["yuan"]))
    return Go("stay", {"stay": request.data["stay"]})


def current_stays(work: VerticalWork, request: PageRequest) -> Sequence[Stay]:
    """The stays that go on, or went on until lately, of the person whom the pages are about.

    None for who may not pay for them.
    """
    if not work.subjects.may(request.principal, request.subject_id, Right.PAY):
        return ()
    lately = work.now - LATELY
    found = stays.of_subject(work, request.subject_id)
    return [each for each in found if each.takes_deposits or each.told_at > lately or _has_to_be_fetched(work, each)]


def _has_to_be_fetched(work: VerticalWork, stay: Stay) -> bool:
    """Whether money lies at the admission desk, for there was no such admission after all."""
    if stay.stage is not Stage.CANCELLED or stay.is_settled:
        return False
    return any(each.state is State.BOOKED and payment.left_fen for each, payment in reckoning.onto(work, stay.stay_id))


PAGES = (
    page("stay", "stays/<stay>", show),
    page("stay.deposit", "stays/<stay>/deposit", deposit, method="POST", schema=Wanted, again="stay"),
)
