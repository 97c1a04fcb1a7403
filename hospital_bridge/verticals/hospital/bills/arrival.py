"""What the hospital says of a bill: issued, changed, withdrawn; in the order of its own clock, not of arrival.

The patient is known by the record number and by nothing else. A bill whose number nobody here has bound waits,
sealed under the operator's key, until somebody binds it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.errors import Reason, Refused
from adapters.news import BillIssued, BillWithdrawn
from adapters.values import Fen
from hospital_bridge.slot import Inbound, LookAgain
from hospital_bridge.verticals.hospital.bills import telling
from hospital_bridge.verticals.hospital.bills.bill import CALLED_BACK, Bill, Event, State
from hospital_bridge.verticals.hospital.own_numbers import is_same_record
from hospital_bridge.verticals.hospital.record_numbers import MRN
from hospital_bridge.verticals.hospital.store import bills, record_holders, record_merges

if TYPE_CHECKING:
    from adapters.values import PatientRecord
    from hospital_bridge.slot import VerticalWork

WAIT = timedelta(seconds=5)
CHANGED = "bill_changed"
WITHDRAWN = "bill_withdrawn"
"""Reasons as they are kept; `templates/bill_words.html` says them in the reader's language."""

_SAME_STANDS = frozenset({State.ISSUED, State.ORDERED, State.CLOSING, State.PAID, State.SETTLED})
"""States in which a bill that is told again with the same sums goes on as it is."""


def issued(work: VerticalWork, news: BillIssued, *, stay_no: str = "") -> None:
    """The hospital wants a bill paid, or what is due for a stay; the same number again replaces what it said before."""
    standing = _standing(work, news.bill_no, news.patient)
    if standing is None:
        _keep(work, replace(_unpaid(work, news), stay_no=stay_no))
    elif standing.mrn and not _is_overtaken(standing, news):
        _replace(work, standing, news)


def withdrawn(work: VerticalWork, news: BillWithdrawn) -> None:
    """The hospital wants nothing for the bill any more; what it says later may be heard first."""
    standing = _standing(work, news.bill_no, news.patient)
    if standing is None:
        _keep(work, _blank(work, news))
    elif standing.mrn and news.withdrawn_at >= standing.told_at:
        _call_back(work, standing, news)


def _replace(work: VerticalWork, standing: Bill, news: BillIssued) -> None:
    told = replace(standing.telling(news), mrn=_number(news.patient))
    if told == standing:
        return
    if standing.state in _SAME_STANDS and standing.asks(news):
        bills.rewrite(work, told)
        return
    _must_be_free(standing)
    if standing.state is State.ORDERED:
        work.payments.abandon(standing.payment_id, CHANGED)
    changed = told.after(Event.REISSUED, reason=CHANGED)
    bills.rewrite(work, changed)
    telling.tell_new(work, changed)
    work.audit.record("hospital", "bill.changed", standing.bill_id)


def _call_back(work: VerticalWork, standing: Bill, news: BillWithdrawn) -> None:
    if standing.state in CALLED_BACK and news.withdrawn_at == standing.told_at:
        return
    _must_be_free(standing)
    if standing.state is State.ORDERED:
        work.payments.abandon(standing.payment_id, WITHDRAWN)
    bills.save(work, standing.withdrawn_at(news.withdrawn_at, WITHDRAWN))
    work.audit.record("hospital", "bill.withdrawn", standing.bill_id)


def _must_be_free(standing: Bill) -> None:
    """Money that the hospital is just booking is answered first; of what it has booked a person decides."""
    if standing.state is State.PAID:
        raise LookAgain(WAIT)
    if standing.state is State.SETTLED:
        raise Refused(
            "the hospital changed or withdrew a bill that is paid here: settle it there and refund it if it must go"
            " back, then run this again",
            reason=Reason.ALREADY_PAID,
        )


def _is_overtaken(standing: Bill, news: BillIssued) -> bool:
    """Whether the hospital has said something later; of one instant the withdrawal is the later."""
    if news.issued_at == standing.told_at:
        return standing.state in CALLED_BACK
    return news.issued_at < standing.told_at


def _standing(work: VerticalWork, bill_no: str, patient: PatientRecord) -> Bill | None:
    """The bill of that number, or None; Refused where another patient has it: whose it is, a person must find out."""
    standing = bills.find(work, bill_no)
    if standing is not None and standing.mrn and not is_same_record(work, standing.mrn, _number(patient)):
        raise Refused("two patients have a bill of the same number", reason=Reason.CONFLICTING_CONTENT)
    return standing


def _number(patient: PatientRecord) -> str:
    mrn = patient.first(MRN)
    if not mrn:
        raise Refused("the bill names no record number", reason=Reason.NOT_FOUND)
    return mrn


def _keep(work: VerticalWork, bill: Bill) -> None:
    bills.add(work, bill)
    telling.tell_new(work, bill)
    work.audit.record("hospital", f"bill.{bill.state}", bill.bill_id)


def _unpaid(work: VerticalWork, news: BillIssued) -> Bill:
    mrn = _number(news.patient)
    return Bill(
        bill_id=work.ids.new(),
        bill_no=news.bill_no,
        subject_id=only_holder(work, mrn),
        mrn=mrn,
        filler_id=news.filler_id,
        department_name=news.department_name,
        practitioner_name=news.practitioner_name,
        items=news.items,
        total_fen=news.total_fen,
        insurance_fen=news.insurance_fen,
        account_fen=news.account_fen,
        self_pay_fen=news.self_pay_fen,
        at_window=news.at_window,
        told_at=news.issued_at,
    )


def _blank(work: VerticalWork, news: BillWithdrawn) -> Bill:
    """A withdrawal that came before its bill: kept, so that the bill of an earlier moment changes nothing."""
    mrn, nothing = _number(news.patient), Fen(0)
    return Bill(
        bill_id=work.ids.new(),
        bill_no=news.bill_no,
        subject_id=only_holder(work, mrn),
        mrn=mrn,
        filler_id="",
        department_name="",
        practitioner_name="",
        items=(),
        total_fen=nothing,
        insurance_fen=nothing,
        account_fen=nothing,
        self_pay_fen=nothing,
        at_window=False,
        told_at=news.withdrawn_at,
        state=State.WITHDRAWN,
        reason=WITHDRAWN,
    )


def only_holder(work: VerticalWork, mrn: str) -> str:
    """The subject who has bound the number, or empty; Refused where two have: which of them, only a person can tell.

    Of a merged record that two have bound by its two numbers it is nobody, until the hospital or one of them gives way.
    """
    record = record_merges.of_number(work, mrn, lock=True)
    found = record_holders.of_record(work, record)
    if len(found) > 1 and len(record.numbers) > 1:
        return ""
    if len(found) > 1:
        raise Refused("two people have bound the bill's record number", reason=Reason.CONFLICTING_CONTENT)
    return found[0] if found else ""


# The booking that a notice waits for may take hours, and behind it may stand a critical value.
ISSUED = Inbound(BillIssued, issued, in_order=False)
WITHDRAWN_BY_HOSPITAL = Inbound(BillWithdrawn, withdrawn, in_order=False)
