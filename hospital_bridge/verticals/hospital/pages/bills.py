"""The patient's bills: which are to be paid, what each is made of, and how its payment stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from marshmallow import Schema, fields, validate

from hospital_bridge.slot import Go, PageRequest, Right, View
from hospital_bridge.verticals.hospital.acting import acting
from hospital_bridge.verticals.hospital.bills import paying
from hospital_bridge.verticals.hospital.bills.bill import OPEN, UNDER_WAY, Bill, State
from hospital_bridge.verticals.hospital.own_numbers import current
from hospital_bridge.verticals.hospital.pages.trouble import page
from hospital_bridge.verticals.hospital.store import bills, stays, visits

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from hospital_bridge.slot import VerticalWork


class Agreed(Schema):
    """The sum in fen that the patient was shown beside the button."""

    amount = fields.Integer(required=True, validate=validate.Range(min=0))


def show_bills(request: PageRequest) -> View:
    """The patient's bills, those to be paid first."""
    with request.scope.read() as work:
        acting(request).must(work, Right.PAY)
        mine = _theirs(work, request)
        has_card = bool(work.subjects.identifiers(request.subject_id))
        may_book = acting(request).may(work, Right.BOOK)
    groups = {
        "to_pay": [bill for bill in mine if bill.state in OPEN],
        "settled": [bill for bill in mine if bill.state is State.SETTLED],
        "over": [bill for bill in mine if bill.state not in OPEN and bill.state is not State.SETTLED],
    }
    return View("bills.html", {**groups, "may_set_up": may_book and not has_card})


def show_bill(request: PageRequest) -> View:
    """What one bill is made of, who pays which part of it, and how its payment stands."""
    with request.scope.read() as work:
        mine = _mine(work, request)
        payment = work.payments.view(mine.payment_id) if mine.payment_id else None
        earlier = paying.earlier_payments(work, mine)
        place = _place(work, mine)
        record_number = current(work, mine.mrn)
        stay = stays.find(work, mine.stay_no) if mine.stay_no else None
    payments = [*earlier, payment] if payment else earlier
    moving = mine.state in UNDER_WAY or any(each.moving for each in payments)
    data = {
        "bill": mine,
        "payment": payment,
        "earlier": earlier,
        "is_checked": any(each.situation == "checking" for each in payments),
        "place": place,
        "stay": stay,
        "record_number": record_number,
        "window": request.scope.settings["payment_window"],
        "is_payer": mine.wallet_user_id == request.principal,
        "too_late": payment is not None and payment.expires_at <= request.scope.now(),
    }
    return View("bill.html", data, refresh_seconds=2 if moving else None)


def pay(request: PageRequest) -> Go:
    """Open the order for the sum that was shown; where the bill has changed since, its page says so."""
    paying.pay(request.scope, request.principal, request.data["bill"], request.data["amount"])
    return Go("bill", {"bill": request.data["bill"]})


def give_up(request: PageRequest) -> Go:
    """Close the order that another phone has opened."""
    paying.give_up(request.scope, request.principal, request.data["bill"])
    return Go("bill", {"bill": request.data["bill"]})


def open_bills(work: VerticalWork, request: PageRequest) -> Sequence[Bill]:
    """The bills that somebody still has to see to, of the person whom the pages are about."""
    return _theirs(work, request, OPEN)


def _theirs(work: VerticalWork, request: PageRequest, states: Collection[State] = tuple(State)) -> Sequence[Bill]:
    """The person's bills; none for a wallet user who may not pay for them."""
    if not work.subjects.may(request.principal, request.subject_id, Right.PAY):
        return ()
    return bills.open_to(work, [request.subject_id], states)


def _mine(work: VerticalWork, request: PageRequest) -> Bill:
    """The bill of the address if it has something to show to this wallet user."""
    found = paying.theirs(work, request.principal, bills.get(work, request.data["bill"]))
    if not found.is_shown:
        raise bills.NoSuchBill(found.bill_id)
    return found


def _place(work: VerticalWork, bill: Bill) -> str:
    """Where the visit is that the bill belongs to; empty where it is not known here."""
    try:
        visit = visits.by_filler(work, bill.filler_id)
    except visits.NoSuchVisit:
        return ""
    return visit.place if visit.subject_id == bill.subject_id else ""


PAGES = (
    page("bills", "bills", show_bills, menu="My bills"),
    page("bill", "bills/<bill>", show_bill),
    page("bill.pay", "bills/<bill>/pay", pay, method="POST", schema=Agreed, again="bills"),
    page("bill.give_up", "bills/<bill>/give-up", give_up, method="POST"),
)
