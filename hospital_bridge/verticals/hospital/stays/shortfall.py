"""What the deposits did not cover is asked for as a bill under the settlement's number, and paid as every bill is."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from adapters.errors import Reason, Refused
from adapters.news import BillIssued, BillWithdrawn
from adapters.sums import NOTHING
from hospital_bridge.verticals.hospital.bills import arrival
from hospital_bridge.verticals.hospital.bills.bill import CALLED_BACK, UNDER_WAY, State
from hospital_bridge.verticals.hospital.store import bills

if TYPE_CHECKING:
    from adapters.values import PatientRecord
    from hospital_bridge.slot import PaymentView, VerticalWork
    from hospital_bridge.verticals.hospital.bills.bill import Bill
    from hospital_bridge.verticals.hospital.stays.stay import Stay

_OVER = frozenset({State.SETTLED, *CALLED_BACK})


class Due(StrEnum):
    """What can be done about what is due.

    PAYABLE: it can be paid here now. BEGUN: an order for it is open. PAID: the hospital is confirming. CHECKING: its
    staff look into money that was paid for it. SETTLED: the hospital has booked it. WINDOW: it is not to be paid here.
    """

    PAYABLE = "payable"
    BEGUN = "begun"
    PAID = "paid"
    CHECKING = "checking"
    SETTLED = "settled"
    WINDOW = "window"


def ask(work: VerticalWork, before: Stay | None, stay: Stay, patient: PatientRecord) -> None:
    """Have the bill say what is due now; LookAgain or Refused where its money is under way or booked for another sum.

    What was due under another number, or before the settlement was taken back, is due no more.
    """
    if before is not None and before.bill_no != stay.bill_no:
        _withdraw(work, before, stay, patient)
    if stay.due_fen and stay.is_settled:
        _issue(work, stay, patient)
    else:
        _withdraw(work, stay, stay, patient)


def bill_of(work: VerticalWork, stay: Stay) -> Bill | None:
    """The bill of its settlement, if there is one."""
    found = bills.find(work, stay.bill_no)
    return found if found is not None and found.stay_no == stay.stay_no else None


def due_of(bill: Bill | None, payment: PaymentView | None) -> Due:
    """What can be done about what is due; `payment` is that of the bill's last order."""
    if bill is None:
        return Due.WINDOW
    if bill.state is State.SETTLED:
        return Due.SETTLED
    if payment is not None and payment.situation == "checking":
        return Due.CHECKING
    if bill.state is State.PAID:
        return Due.PAID
    if bill.state in UNDER_WAY:
        return Due.BEGUN
    return Due.PAYABLE if bill.is_payable else Due.WINDOW


def _issue(work: VerticalWork, stay: Stay, patient: PatientRecord) -> None:
    if bill_of(work, stay) is None and bills.find(work, stay.bill_no) is not None:
        raise Refused("the settlement of a stay has the number of another bill", reason=Reason.CONFLICTING_CONTENT)
    news = BillIssued(
        bill_no=stay.bill_no,
        patient=patient,
        filler_id="",
        department_name=stay.ward,
        practitioner_name="",
        items=(),
        total_fen=stay.due_fen,
        insurance_fen=NOTHING,
        account_fen=NOTHING,
        self_pay_fen=stay.due_fen,
        at_window=False,
        issued_at=stay.settlement_told_at or stay.told_at,
    )
    arrival.issued(work, news, stay_no=stay.stay_no)


def _withdraw(work: VerticalWork, asked: Stay, now: Stay, patient: PatientRecord) -> None:
    """Nothing is due: it was never asked for, was paid at the window, or is paid and booked here."""
    standing = bill_of(work, asked)
    if standing is None:
        return
    if standing.state is State.SETTLED and (asked.bill_no != now.bill_no or not now.is_settled):
        # Whether it counts towards what is due next is the hospital's to say; the trail tells where the money is.
        work.audit.record("hospital", "stay.paid_settlement_taken_back", asked.stay_id, bill=asked.bill_no)
    if standing.state not in _OVER:
        arrival.withdrawn(work, BillWithdrawn(asked.bill_no, patient, now.settlement_told_at or now.told_at))
