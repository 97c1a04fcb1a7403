"""Money on its way back: reserved in the database first, then at the wallet, then at the fulfilling system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from adapters.errors import Reason
from adapters.values import Fen
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.flows import topics
from hospital_bridge.payment.ledger import post_refund, post_reservation, post_void
from hospital_bridge.payment.model import (
    MADE_AT_WALLET,
    NOTHING,
    Fulfilment,
    Part,
    Payment,
    Refund,
    RefundState,
    owed_back,
    parts,
    refused,
)
from hospital_bridge.slot import Progress
from hospital_bridge.store.unit_of_work import Work


def give_back(
    context: MoneyContext,
    work: Work,
    payment: Payment,
    reason: str,
    amount_fen: Fen | None = None,
    command_key: str = "",
    *,
    is_another: bool = False,
) -> Payment:
    """Reserve a sum, or all that is left, of a locked payment; the wallet is asked after the commit.

    OverRefund beyond what is left. A free sale has nothing to send and goes straight to its reversal. A sum makes good
    what the wallet had refused, in a refund of its own for each reason, unless it `is_another` matter, beside which
    that is owed as before.
    """
    for part in _parts(work, payment, reason, amount_fen, is_another=is_another):
        payment, refund = _reserve(context, work, payment, part, command_key)
        if part.fen:
            topics.add(work, topics.REFUND, refund.refund_no, of=payment.payment_id)
        else:
            payment = finish(context, work, payment, refund, work.now)
    return payment


def give_back_by_hand(context: MoneyContext, work: Work, payment: Payment, reason: str, amount_fen: Fen) -> Payment:
    """Book a sum of a locked payment that the hospital pays out by itself, for the wallet takes it back no more.

    The wallet's bill lacks it for good: the day's comparison knows why.
    """
    owed = sum(refused(work.refunds.of(payment.payment_id)).values())
    payment, refund = _reserve(context, work, payment, Part(reason, amount_fen, min(amount_fen, owed)))
    return finish(context, work, payment, refund, work.now)


def note_refund_by_wallet(
    context: MoneyContext,
    work: Work,
    payment: Payment,
    amount_fen: Fen,
    *,
    number: str = "",
    at: datetime | None = None,
) -> Payment:
    """Book a refund of a locked payment that the wallet reports and that we never asked for.

    `number` is the wallet's own and `at` when it gave the money back, as far as it tells them. Whoever has booked all
    that the wallet reports then calls `give_back_the_rest`.
    """
    work.security_events.record("refund.made_elsewhere", payment.wallet_account, payment.payment_id)
    payment, refund = _reserve(context, work, payment, Part(MADE_AT_WALLET, amount_fen, 0))
    return finish(context, work, payment, replace(refund, wallet_refund_no=number), at or work.now)


def give_back_the_rest(context: MoneyContext, work: Work, payment: Payment) -> Payment:
    """Begin what a refund still owes that the wallet refused as too much: now it is known who had taken a part.

    Another refund that is under way is no reason to wait: nobody would come back to it when that one has ended.
    """
    refunds = work.refunds.of(payment.payment_id)
    too_much = [one for one in refunds if one.refusal == Reason.OVER_LIMIT]
    rest = owed_back(payment, refunds)
    if not too_much or not rest:
        return payment
    return give_back(context, work, payment, too_much[-1].reason, rest)


def finish(context: MoneyContext, work: Work, payment: Payment, refund: Refund, at: datetime) -> Payment:
    """The money of a locked payment is back at the payer since `at`; the reversal follows the commit."""
    refund = work.refunds.save(refund.done(at))
    payment = work.payments.save(payment.refunded(refund.amount_fen))
    post_refund(work, payment, refund, context.business_date(at))
    if refund.reversal is Fulfilment.PENDING:
        topics.add(work, topics.REVERSE, refund.refund_no)
    if payment.refunded_fen == payment.collected_fen:
        context.tell(work, payment, Progress.REFUNDED, refund.reason)
    return payment


def make_reversals_due(work: Work, payment: Payment) -> None:
    """Let the refunds that overtook a booking take it back; `payment` is locked and its booking known."""
    for refund in work.refunds.of(payment.payment_id):
        if refund.state is RefundState.REFUNDED and refund.reversal is None:
            booked = _to_take_back(work, payment, refund.amount_fen)
            if booked is not None:
                work.refunds.save(replace(refund, reversal=Fulfilment.PENDING, reversal_fen=booked))
                topics.add(work, topics.REVERSE, refund.refund_no)


def void(context: MoneyContext, work: Work, refund_no: str, refusal: str) -> None:
    """The wallet refused for good: the reservation is given up, and a person sees it on the work list."""
    payment = work.payments.get(work.refunds.get(refund_no).payment_id, lock=True)
    refund = work.refunds.save(work.refunds.get(refund_no).void(refusal))
    payment = work.payments.save(payment.released(refund.amount_fen, refund.reason))
    post_void(work, payment, refund, context.business_date(work.now))
    make_reversals_due(work, payment)
    work.security_events.record("refund.refused", payment.wallet_account, refund_no, reason=refusal)


def _parts(
    work: Work, payment: Payment, reason: str, amount_fen: Fen | None, *, is_another: bool = False
) -> Sequence[Part]:
    """All that is left goes in one refund: whatever was owed is in it."""
    refunds = work.refunds.of(payment.payment_id)
    if amount_fen is None:
        left = payment.refundable_fen
        return [Part(reason, left, min(left, sum(refused(refunds).values())))]
    return [Part(reason, amount_fen, 0)] if is_another else parts(refunds, reason, amount_fen)


def _reserve(
    context: MoneyContext, work: Work, payment: Payment, part: Part, command_key: str = ""
) -> tuple[Payment, Refund]:
    amount = part.fen
    payment = work.payments.save(payment.reserved(amount))
    booked = _to_take_back(work, payment, amount)
    refund = Refund(
        refund_no=work.ids.new(),
        payment_id=payment.payment_id,
        amount_fen=amount,
        reason=part.reason,
        state=RefundState.RESERVED,
        from_account=payment.stands_in,
        reversal=None if booked is None else Fulfilment.PENDING,
        reversal_fen=NOTHING if booked is None else booked,
        reserved_at=work.now,
        command_key=command_key,
        place=len(work.refunds.of(payment.payment_id)) + 1,
        makes_good_fen=part.makes_good_fen,
    )
    work.refunds.add(refund)
    post_reservation(work, payment, refund, context.business_date(work.now))
    return payment, refund


def _to_take_back(work: Work, payment: Payment, amount_fen: Fen) -> Fen | None:
    """What a refund of that sum takes back at the fulfilling system, in fen; None where it has nothing to do.

    A wrong sum that was booked goes as a whole with the first refund that comes through.
    """
    if payment.fulfilment is Fulfilment.FULFILLED:
        return amount_fen
    standing = [one for one in work.refunds.of(payment.payment_id) if one.state is not RefundState.VOID]
    if payment.posted_fen and all(one.reversal is None for one in standing):
        return payment.posted_fen
    return None
