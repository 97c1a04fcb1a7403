"""Sends one refund to the wallet, under its one number, until the wallet has given a firm answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from adapters.errors import Malformed, NotDone, OutcomeUnknown, Reason, Refused
from adapters.ports import WalletPayments
from adapters.values import Fen, RefundAnswer, RefundOrder, RefundStatus
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.effects import Errand
from hospital_bridge.payment.flows import topics
from hospital_bridge.payment.flows.ask_wallet import ask_wallet
from hospital_bridge.payment.flows.refund import finish, give_back, void
from hospital_bridge.payment.flows.settle import settle
from hospital_bridge.payment.model import Refund, RefundState, owed_back, unmet_wish
from hospital_bridge.store.jobs import Again
from hospital_bridge.store.unit_of_work import Work

TITLE = "退款"
"""All that the wallet is told of the reason, as with a sale's title: a wallet must learn no more."""

NO_WALLET = "no_wallet"
"""Why a refund was given up whose wallet account is not in use any more."""

NOBODY_TO_ASK = timedelta(minutes=30)
FIRM = frozenset(
    {
        Reason.ALREADY_REFUNDED,
        Reason.AMOUNT_MISMATCH,
        Reason.CLOSED,
        Reason.EXPIRED,
        Reason.NOT_ALLOWED,
        Reason.NOT_FOUND,
        Reason.OVER_LIMIT,
    }
)
"""What gives a refund up: the trade or its payer will not let it through, whatever is put right on our side."""


def send_refund(context: MoneyContext, refund_no: str) -> None:
    """Drive one refund number to a firm end at the wallet; raises Again while it is not known."""
    with context.store.read(context.operator_id) as work:
        refund = work.refunds.get(refund_no)
        payment = work.payments.get(refund.payment_id)
        is_in_use = payment.wallet_account in context.wallets
        if is_in_use:
            _keep_distance(work, refund, context.wallet_of(payment).refund_limits.spacing)
    if not is_in_use:
        _give_up_unsent(context, refund_no)
        return
    wallet = context.wallet_of(payment)
    order = RefundOrder(payment.merchant_order_no, refund_no, refund.amount_fen, TITLE)
    context.driver.drive(
        Errand(
            kind="wallet.refund",
            key=f"refund:{refund_no}",
            act=lambda: _refund(wallet, order),
            look=lambda: _find(wallet, order),
            confirmed=lambda work, answer: _confirm(context, work, refund_no, answer),
            refused=lambda work, refusal: void(context, work, refund_no, refusal.reason.value),
            sending=lambda work: _mark_sent(work, refund_no),
            doubts_a_no=True,
        )
    )
    _learn_why_it_was_refused(context, refund_no)


def _give_up_unsent(context: MoneyContext, refund_no: str) -> None:
    """Leave to finance what no wallet account here can send any more; one that was sent is asked for once there is."""
    with context.store.begin(context.operator_id) as work:
        effect = work.effects.find(f"refund:{refund_no}", lock=True)
        if effect is not None and effect.attempts:
            raise Again(NOBODY_TO_ASK)
        refund = work.refunds.get(refund_no)
        if refund.is_open:
            work.refunds.save(refund.send(work.now))
            void(context, work, refund_no, NO_WALLET)


def is_asking_why(work: Work, refunds: Sequence[Refund]) -> bool:
    """Whether one of them was refused and the wallet has not told yet what else became of the money."""
    void = [each.refund_no for each in refunds if each.state is RefundState.VOID]
    return any(topics.is_under_way(work, topics.REFUND, refund_no) for refund_no in void)


def _learn_why_it_was_refused(context: MoneyContext, refund_no: str) -> None:
    """Follow the trade after a refusal: somebody may have given the money, or a part of it, back by hand.

    What is still to go back is reckoned anew.
    """
    with context.store.read(context.operator_id) as work:
        refund = work.refunds.get(refund_no)
        payment = work.payments.get(refund.payment_id)
    if refund.state is not RefundState.VOID:
        return
    trade = ask_wallet(context, payment)
    with context.store.begin(context.operator_id) as work:
        before = work.payments.get(payment.payment_id, lock=True)
        settle(context, work, before, trade)
        after = work.payments.get(payment.payment_id)
        rest = unmet_wish(after, work.refunds.get(refund_no), after.refunded_fen - before.refunded_fen)
        # All that is left goes in the wish's own name: with its refusal the wish is over.
        is_wish = bool(after.refund_wanted) and rest == after.refundable_fen
        if not is_wish:
            # An earlier look, or a notice, may have found a part of it or sent it again.
            rest = Fen(min(rest, owed_back(after, work.refunds.of(payment.payment_id))))
        # What is found to be back may have set the rest in motion already.
        if rest and after.refund_reserved_fen <= before.refund_reserved_fen:
            give_back(context, work, after, after.refund_wanted or refund.reason, None if is_wish else rest)


def _keep_distance(work: Work, refund: Refund, spacing: timedelta) -> None:
    sent = [other.sent_at for other in work.refunds.of(refund.payment_id) if other.sent_at is not None]
    earliest = max(sent, default=work.now - spacing) + spacing
    if work.now < earliest:
        raise Again(earliest - work.now)


def _mark_sent(work: Work, refund_no: str) -> bool:
    work.refunds.save(work.refunds.get(refund_no).send(work.now))
    return True


def _refund(wallet: WalletPayments, order: RefundOrder) -> RefundAnswer:
    """The wallet's firm yes; Refused only when repeating cannot help: all else, such as a key, can be put right."""
    try:
        return _done(wallet.refund(order), order)
    except Refused as refusal:
        answer = _find(wallet, order) if refusal.reason is Reason.ALREADY_REFUNDED else None
        if answer is not None:
            return answer
        if refusal.reason in FIRM:
            raise
        raise NotDone(refusal.text, native_code=refusal.native_code) from refusal


def _find(wallet: WalletPayments, order: RefundOrder) -> RefundAnswer | None:
    answer = wallet.query_refund(order.merchant_order_no, order.refund_no)
    return None if answer.status is RefundStatus.ABSENT else _done(answer, order)


def _done(answer: RefundAnswer, order: RefundOrder) -> RefundAnswer:
    """The answer when it is a firm yes: anything less, such as `fund_change=N`, needs a query."""
    if answer.status is not RefundStatus.DONE:
        raise OutcomeUnknown(f"the wallet calls the refund {answer.status}")
    if answer.amount_fen != order.amount_fen:
        raise Malformed(f"the wallet refunded {answer.amount_fen} fen instead of {order.amount_fen}")
    return answer


def _confirm(context: MoneyContext, work: Work, refund_no: str, answer: RefundAnswer) -> None:
    payment = work.payments.get(work.refunds.get(refund_no).payment_id, lock=True)
    finish(context, work, payment, work.refunds.get(refund_no), answer.refunded_at or work.now)
