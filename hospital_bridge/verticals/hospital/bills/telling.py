"""What a payer is told of a bill: that there is one, that it is settled or its money back; never what it is for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.slot import Notice, Right
from hospital_bridge.verticals.hospital.bills.bill import State
from notifications.catalogue import Entry
from notifications.message import Kind, Template

if TYPE_CHECKING:
    from hospital_bridge.slot import PaymentView, VerticalWork
    from hospital_bridge.verticals.hospital.bills.bill import Bill

TO_PAY, AT_WINDOW, STAY_DUE, SETTLED, REFUSED, REFUNDED = (
    "bill.to_pay",
    "bill.at_window",
    "bill.stay_due",
    "bill.settled",
    "bill.refused",
    "bill.refunded",
)
PAYER = "payer"


def _notice(event: str, sentence: str) -> Notice:
    template = Template(event.replace(".", "_"), {"amount": Kind.MONEY})
    return Notice(Entry(event, PAYER, template), sentence, page="bill")


NOTICES = (
    _notice(TO_PAY, "There is a new bill of %(amount)s, which you can pay here."),
    _notice(AT_WINDOW, "There is a new bill of %(amount)s, which has to be settled at the hospital's window."),
    _notice(STAY_DUE, "The stay is settled; %(amount)s is still to be paid, and you can pay it here."),
    _notice(SETTLED, "Your payment of %(amount)s is confirmed by the hospital."),
    _notice(REFUSED, "The hospital did not accept the payment of %(amount)s; the money goes back the way you paid."),
    _notice(REFUNDED, "%(amount)s went back to you; the page of the bill says how."),
)
_OF_STATES = {State.SETTLED: SETTLED, State.REFUSED: REFUSED, State.REFUNDED: REFUNDED}


def tell_new(work: VerticalWork, bill: Bill) -> None:
    """Everybody who may pay for the person, once for each word of the hospital's."""
    if bill.state is not State.ISSUED or not bill.subject_id or not bill.is_shown:
        return
    event = STAY_DUE if bill.stay_no else AT_WINDOW if bill.at_window else TO_PAY
    for wallet_user_id in work.subjects.recipients(bill.subject_id, Right.PAY):
        _tell(work, bill, event, wallet_user_id, f"{event}:{bill.bill_id}:{bill.told_at.timestamp():.6f}")


def tell_moved(work: VerticalWork, bill: Bill) -> None:
    """Whoever ordered it, when the hospital has answered or the money went back."""
    event = _OF_STATES.get(bill.state)
    if event is not None and bill.wallet_user_id:
        _tell(work, bill, event, bill.wallet_user_id, f"{event}:{bill.sale_ref}")


def tell_back(work: VerticalWork, bill: Bill, payment: PaymentView, sale_ref: str) -> None:
    """Whoever paid an order that the bill no longer stood for, when the money is back."""
    amount = {"amount": int(payment.refunded_fen)}
    key = f"{REFUNDED}:{sale_ref}"
    work.messages.tell(REFUNDED, PAYER, payment.wallet_user_id, amount, dedupe_key=key, about=bill.bill_id)


def _tell(work: VerticalWork, bill: Bill, event: str, wallet_user_id: str, key: str) -> None:
    amount = {"amount": int(bill.self_pay_fen)}
    work.messages.tell(event, PAYER, wallet_user_id, amount, dedupe_key=key, about=bill.bill_id)
