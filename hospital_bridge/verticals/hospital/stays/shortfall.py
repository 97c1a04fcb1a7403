"""What the deposits did not cover is asked for as a bill under the settlement's number, and paid as every bill is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.errors import Reason, Refused
from adapters.news import BillIssued, BillWithdrawn
from adapters.sums import NOTHING
from hospital_bridge.verticals.hospital.bills import arrival
from hospital_bridge.verticals.hospital.bills.bill import CALLED_BACK, State
from hospital_bridge.verticals.hospital.store import bills

if TYPE_CHECKING:
    from adapters.values import PatientRecord
    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.hospital.bills.bill import Bill
    from hospital_bridge.verticals.hospital.stays.stay import Stay

_OVER = frozenset({State.SETTLED, *CALLED_BACK})


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
        issued_at=stay.told_at,
    )
    arrival.issued(work, news, stay_no=stay.stay_no)


def _withdraw(work: VerticalWork, asked: Stay, now: Stay, patient: PatientRecord) -> None:
    """Nothing is due: it was never asked for, was paid at the window, or is paid and booked here."""
    standing = bill_of(work, asked)
    if standing is not None and standing.state not in _OVER:
        arrival.withdrawn(work, BillWithdrawn(asked.bill_no, patient, now.told_at))
