"""Each sum of money that only a person can move on, with what happened and what to do in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.payment.flows.fulfil import effect_key
from hospital_bridge.payment.flows.reverse import reversal_key
from hospital_bridge.payment.flows.send_refund import is_asking_why
from hospital_bridge.payment.model import Collection, Fulfilment, RefundState, owed_back
from hospital_bridge.store.refund_requests import RefundRequests
from hospital_bridge.web.finance_reads import Decision, MoneyRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from hospital_bridge.payment.model import Payment, Refund, RefundRequest
    from hospital_bridge.store.unit_of_work import Work

UNDECIDED = (
    "Paid, and nobody knows whether it was booked: the operator's system cannot be asked.",
    "Look for the order number in the operator's system, then say what you found.",
)
TOLD_AGAIN = (
    "Paid, and the operator's system is being told once more, as a person decided.",
    "Nothing: the bridge follows it up.",
)
NOT_GIVEN_BACK = (
    "The money should be back at the payer, but the wallet refused to return it.",
    "Clear the wallet's reason with the wallet, then have the money sent back again.",
)
ASKING_WHY = (
    "The wallet refused to return the money, and is being asked whether the payer has it already.",
    "Nothing: the bridge follows it up.",
)
FOR_A_SECOND = (
    "The money shall go back, as one person decided.",
    "A second person approves it or declines it.",
)
REVERSAL_UNKNOWN = (
    "The money went back, and nobody knows whether the booking was taken back.",
    "Take the booking back in the operator's system if it still stands, then say so here.",
)
REVERSAL_REFUSED = (
    "The money went back, but the operator's system refused to take its booking back.",
    "Take the booking back in the operator's system by hand, then say so here.",
)
MISFIT = (
    "The wallet took money that does not fit the order, which is closed.",
    "Return it in the wallet's console, then say so here.",
)
SITUATIONS = (
    UNDECIDED,
    TOLD_AGAIN,
    NOT_GIVEN_BACK,
    ASKING_WHY,
    FOR_A_SECOND,
    REVERSAL_UNKNOWN,
    REVERSAL_REFUSED,
    MISFIT,
)
"""Message ids: what happened, and what to do."""

ON_A_BOOKING = (Decision.FULFILLED, Decision.REFUSED, Decision.AGAIN)


def money_rows(work: Work) -> Sequence[MoneyRow]:
    """Everything of the operator's money that waits for a person, the oldest first."""
    payments = list(work.payments.for_person())
    refunds = list(work.refunds.for_person())
    owed = {payment.payment_id for payment in payments if payment.fulfilment is Fulfilment.REFUSED}
    owed |= {refund.payment_id for refund in refunds if refund.state is RefundState.VOID}
    asked = {request.payment_id: request for request in RefundRequests(work).waiting()}
    stands = {Fulfilment.REFUSED, Fulfilment.MANUAL}
    manual = [payment for payment in payments if payment.fulfilment is Fulfilment.MANUAL]
    rows = [
        *(_undecided(work, payment, asked.get(payment.payment_id)) for payment in manual),
        *(_misfit(payment) for payment in payments if payment.collection is Collection.CLOSED),
        *(row for payment_id in sorted(owed) for row in _not_given_back(work, payment_id, asked.get(payment_id))),
        *(_unreversed(work, refund) for refund in refunds if refund.reversal in stands),
    ]
    return sorted(rows, key=lambda row: row.since)


def _undecided(work: Work, payment: Payment, asked: RefundRequest | None) -> MoneyRow:
    effect = work.effects.find(effect_key(payment.payment_id))
    waits = effect is not None and effect.needs_person
    what, proposal = (FOR_A_SECOND if asked else UNDECIDED) if waits else TOLD_AGAIN
    return MoneyRow(
        about=payment.payment_id,
        what=what,
        since=(effect.unknown_since if effect else None) or payment.collected_at or payment.created_at,
        amount_fen=payment.refundable_fen,
        order_no=payment.merchant_order_no,
        payment_id=payment.payment_id,
        proposal=proposal,
        decisions=ON_A_BOOKING if waits and not asked else (),
        request_id=asked.request_id if asked else "",
    )


def _not_given_back(work: Work, payment_id: str, asked: RefundRequest | None) -> Iterator[MoneyRow]:
    payment, refunds = work.payments.get(payment_id), work.refunds.of(payment_id)
    owed = owed_back(payment, refunds)
    if owed:
        last = next((each for each in reversed(refunds) if each.state is RefundState.VOID), None)
        is_asking = is_asking_why(work, refunds)
        what, proposal = FOR_A_SECOND if asked else ASKING_WHY if is_asking else NOT_GIVEN_BACK
        yield MoneyRow(
            about=payment_id,
            what=what,
            since=(last.sent_at if last else None) or payment.collected_at or payment.created_at,
            amount_fen=owed,
            order_no=payment.merchant_order_no,
            payment_id=payment_id,
            proposal=proposal,
            reason=last.refusal if last else payment.reason,
            decisions=() if asked or is_asking else (Decision.REFUND_AGAIN,),
            request_id=asked.request_id if asked else "",
        )


def _misfit(payment: Payment) -> MoneyRow:
    what, proposal = MISFIT
    return MoneyRow(
        about=payment.payment_id,
        what=what,
        since=payment.closed_at or payment.created_at,
        amount_fen=payment.payer_paid_fen,
        order_no=payment.merchant_order_no,
        payment_id=payment.payment_id,
        proposal=proposal,
        reason=payment.reason,
        decisions=(Decision.RETURNED,),
    )


def _unreversed(work: Work, refund: Refund) -> MoneyRow:
    payment = work.payments.get(refund.payment_id)
    effect = work.effects.find(reversal_key(refund.refund_no))
    what, proposal = REVERSAL_REFUSED if refund.reversal is Fulfilment.REFUSED else REVERSAL_UNKNOWN
    return MoneyRow(
        about=refund.refund_no,
        what=what,
        since=(effect.sent_at if effect else None) or refund.refunded_at or refund.reserved_at,
        amount_fen=refund.reversal_fen,
        order_no=payment.merchant_order_no,
        payment_id=payment.payment_id,
        proposal=proposal,
        reason=refund.refusal,
        decisions=(Decision.REVERSED,),
    )
