"""What the pages of orders and refunds say: message ids for every state, reason and obstacle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adapters.errors import Reason
from adapters.values import TradeStatus
from hospital_bridge.payment.flows.create import NOT_OPENED
from hospital_bridge.payment.flows.fulfil import OVERDUE, REFUNDED_AT_WALLET
from hospital_bridge.payment.flows.staff_refund import Obstacle
from hospital_bridge.payment.flows.undecided import BY_PERSON
from hospital_bridge.payment.model import (
    MADE_AT_WALLET,
    Fulfilment,
    RefundReason,
    RefundState,
    RequestState,
    Situation,
)
from hospital_bridge.payment.model.payment import MISFIT
from hospital_bridge.web.order_reads import OrderView, RefundRow


@dataclass(frozen=True, slots=True)
class Words:
    """How an order stands, and what whoever asks about it is told."""

    label: str
    next_step: str
    kind: str = ""


SITUATIONS = {
    Situation.OPENING: Words("Being opened at the wallet", "The page to pay opens on the phone in a moment.", "wait"),
    Situation.AWAITING: Words(
        "Not paid yet", "It can be paid on the phone until the time below; after that nothing is charged.", "wait"
    ),
    Situation.CONFIRMING: Words(
        "Paid, being confirmed",
        "Please do not pay again. The bridge goes on asking: it is confirmed soon, or the money goes back by itself.",
        "wait",
    ),
    Situation.CHECKING: Words(
        "Paid, finance looks into it",
        "The money is safe; please do not pay again. Finance decides it and the page on the phone follows.",
        "wait",
    ),
    Situation.DONE: Words("Paid and booked", "There is nothing more to pay or to do at a window.", "good"),
    Situation.FREE: Words("Confirmed, nothing was owed", "There is nothing to pay or to do at a window.", "good"),
    Situation.REFUSED: Words("Not accepted, nothing was owed", "Nothing was charged. It can be tried again.", "bad"),
    Situation.REFUNDING: Words(
        "The money is on its way back",
        "Nothing needs to be done. It goes back the way it was paid: to the balance of the wallet mostly within"
        " minutes, to a bank card within some working days.",
        "wait",
    ),
    Situation.REFUNDED: Words(
        "The money went back",
        "It went back the way it was paid; the wallet shows it in its bills. A bank may take some working days.",
        "",
    ),
    Situation.CLOSED: Words("Closed, nothing was paid", "Nothing was charged. It can be begun again on the phone.", ""),
}
PAID_OUT_BY_HAND = Words(
    "The money was paid out by hand",
    "It was paid out at the window or by bank and not through the wallet: its bills do not show it.",
)
PARTLY_BY_HAND = Words(
    "The money went back, a part of it by hand",
    "A part went back the way it was paid, the rest was paid out at the window or by bank: see the refunds below.",
)
REFUSED_BY_WALLET = Words(
    "The wallet refused to give money back",
    "The payer need not do anything. Finance has it on its list: it is cleared with the wallet, then sent again or"
    " paid out by hand.",
    "bad",
)
MISFIT_RETURNED = Words(
    "Closed, a sum that did not fit was returned",
    "The wallet took another sum than was asked for. Finance has seen to it that the payer has it back: the wallet"
    " shows both in its bills. It can be begun again on the phone.",
)
SPECIAL = (PAID_OUT_BY_HAND, PARTLY_BY_HAND, REFUSED_BY_WALLET, MISFIT_RETURNED)
REASONS = {
    RefundReason.NOT_DONE: "It was not carried out",
    RefundReason.PAID_TWICE: "It was paid twice",
    RefundReason.WRONG_CHARGE: "The charge was wrong",
    RefundReason.GOODS_RETURNED: "Goods were returned",
    RefundReason.BY_INSURANCE: "It is settled by the insurance instead",
    RefundReason.PAYER_ASKS: "The payer asks for it",
    RefundReason.REFUSED_BEFORE: "It was to go back, and the wallet refused",
}
TO_CHOOSE = {reason: words for reason, words in REASONS.items() if reason is not RefundReason.REFUSED_BEFORE}
"""Why a person may ask for a refund; the others say why money goes back that was to go back before."""
OBSTACLES = {
    Obstacle.NOT_PAID: "Nothing has been paid, so nothing can go back.",
    Obstacle.CONFIRMING: "The operator's system has not confirmed it yet: wait for its answer, then ask again.",
    Obstacle.UNDECIDED: "Nobody knows whether it was booked: decide that on the work list first.",
    Obstacle.NOTHING_LEFT: "Nothing is left to give back: all of it went back or is on its way.",
    Obstacle.TOO_MUCH: "Enter a sum above zero and no more than what is left.",
    Obstacle.CHANGED: "What is left to give back has changed since you looked, and nothing was done. It is shown above:"
    " check the sum, then confirm again.",
    Obstacle.WAITING: "A refund of this order waits for a second person already: decide that one first.",
    Obstacle.NO_PART_LEFT: "The wallet takes no more refunds of this order: the rest can only be paid out by hand.",
    Obstacle.TOO_LATE: "The wallet takes no refund of so old a payment: it can only be paid out by hand.",
    Obstacle.NO_WALLET: "The wallet account of this order is not in use any more: it can only be paid out by hand.",
    Obstacle.NOT_BY_HAND: "The wallet still takes the refund: it goes back the way it was paid.",
    Obstacle.ASKING_WHY: "The wallet refused a refund of it and is being asked whether the payer has the money"
    " already: look again in a few minutes.",
    Obstacle.INVOICE_STANDS: "An e-invoice was issued: reverse it first, then ask for the refund.",
    Obstacle.INVOICE_UNTOLD: "Say how the e-invoice stands.",
    Obstacle.INVOICE_UNANSWERED: "The system that issues the e-invoices does not answer, so nobody knows whether one"
    " was issued since. Approve it later, or decline it and have it asked for again with what a person sees there.",
    Obstacle.OWED_NO_MORE: "The money went back in another way meanwhile, or another sum is owed now: decline this one,"
    " then look at the work list.",
    Obstacle.NOT_PROVED: "The password is missing or wrong. Enter your own password: a refund of this size needs it.",
    Obstacle.SAME_PERSON: "You have asked for it yourself: somebody else has to approve.",
    Obstacle.DECIDED: "It was decided already.",
}
REFUSALS = {
    Reason.ALREADY_PAID: "It was paid already",
    Reason.ALREADY_REFUNDED: "It was given back already",
    Reason.AMOUNT_MISMATCH: "The sum does not fit",
    Reason.CLOSED: "It is closed",
    Reason.CONFLICTING_CONTENT: "The same number was used with other content",
    Reason.CREDENTIALS: "The account or its keys were not accepted",
    Reason.EXPIRED: "Its time is over",
    Reason.NOT_ALLOWED: "It is not allowed",
    Reason.NOT_FOUND: "It is not known there",
    Reason.OTHER: "No reason that is known here",
    Reason.OVER_LIMIT: "It is above a limit",
    Reason.SLOT_TAKEN: "The place was taken",
}
"""Why the other side said no, to finance."""

COURSES = {
    BY_PERSON: "A person decided it",
    MADE_AT_WALLET: "It was given back in the wallet's console",
    MISFIT: "The wallet's money does not fit the order",
    NOT_OPENED: "The wallet would not open it",
    OVERDUE: "It was not booked in time",
    REFUNDED_AT_WALLET: "It was given back in the wallet's console",
    "bill_changed": "The bill was changed meanwhile",
    "bill_withdrawn": "The bill was withdrawn",
    "called_off": "It was called off",
    "cancelled_by_patient": "The payer cancelled it",
    "closed_by_wallet": "The wallet closed it",
    "deposit_surplus": "More was paid than was owed",
    "given_up": "The payer gave it up",
    "no_wallet": "The wallet account is not in use any more",
    "returned": "It was returned",
    "stay_cancelled": "It was called off",
    "stay_settled": "It was settled already",
}
"""What else sends money back: the bridge's own words, and those of the verticals that are known to us."""

REFUND_STATES = {
    RefundState.RESERVED: "about to be sent to the wallet",
    RefundState.SENT: "asked at the wallet, not yet confirmed",
    RefundState.REFUNDED: "went back",
    RefundState.VOID: "refused by the wallet",
}
REVERSALS = {
    "": "nothing to take back",
    Fulfilment.PENDING: "to be taken back",
    Fulfilment.FULFILLED: "taken back",
    Fulfilment.REFUSED: "refused: see the work list",
    Fulfilment.MANUAL: "unclear: see the work list",
}
REQUEST_STATES = {
    RequestState.WAITING: "waits for a second person",
    RequestState.APPROVED: "approved",
    RequestState.DECLINED: "declined",
    RequestState.WITHDRAWN: "taken back by who asked",
}
INVOICES = {
    "not_issued": "No e-invoice was issued",
    "reversed": "The e-invoice has been reversed",
}
"""What a person may say of it; one that is issued and stands lets nothing go back."""

HEARD_OF_WALLET = {
    "": "The wallet did not answer.",
    "nothing_owed": "The wallet was not asked: nothing was owed.",
    "no_wallet": "The wallet was not asked: its account is not in use any more.",
    TradeStatus.ABSENT: "The wallet knows no such order.",
    TradeStatus.AWAITING: "The wallet waits for the payer.",
    TradeStatus.PAID: "The wallet has the money.",
    TradeStatus.FINISHED: "The wallet has the money, and gives none back any more.",
    TradeStatus.CLOSED: "The wallet has closed the order.",
}
HEARD_OF_BOOKING = {
    "": "The operator's system did not answer.",
    "booked": "The operator's system has it booked.",
    "not_booked": "The operator's system has not booked it.",
    "cannot_tell": "The operator's system cannot be asked.",
}


def standing(order: OrderView) -> Words:
    """How the order stands: its situation, unless a refund that was refused or paid out by hand says more."""
    if order.owed_fen and not order.waiting_request:
        return REFUSED_BY_WALLET
    if order.row.situation == Situation.REFUNDED:
        by_hand = [one.by_hand for one in order.refunds if one.state == RefundState.REFUNDED]
        if any(by_hand):
            return PAID_OUT_BY_HAND if all(by_hand) else PARTLY_BY_HAND
    if order.row.situation == Situation.CLOSED and order.reason == MISFIT:
        return MISFIT_RETURNED
    return SITUATIONS[Situation(order.row.situation)]


def why(reason: str) -> str:
    """The message id of a reason's code; a code that is nobody's is shown as it is."""
    return _WHY.get(reason, reason)


def reversal(refund: RefundRow) -> str:
    """How the operator's system stands to a refund; one that the wallet refused takes nothing back there."""
    return REVERSALS["" if refund.state == RefundState.VOID else refund.reversal]


_WHY: Mapping[str, str] = {str(code): words for each in (COURSES, REFUSALS, REASONS) for code, words in each.items()}
SENTENCES = (
    *(text for words in SITUATIONS.values() for text in (words.label, words.next_step)),
    *(text for words in SPECIAL for text in (words.label, words.next_step)),
    *COURSES.values(),
    *REASONS.values(),
    *OBSTACLES.values(),
    *REFUSALS.values(),
    *REFUND_STATES.values(),
    *REVERSALS.values(),
    *REQUEST_STATES.values(),
    *INVOICES.values(),
    *HEARD_OF_WALLET.values(),
    *HEARD_OF_BOOKING.values(),
)
