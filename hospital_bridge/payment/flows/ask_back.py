"""A vertical takes its sale back, or part of it: unpaid it is closed, paid refunded once its fulfilment is firm."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from adapters.values import Fen
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.flows import topics
from hospital_bridge.payment.flows.refund import give_back
from hospital_bridge.payment.flows.staff_refund import needs_second
from hospital_bridge.payment.flows.view import view_of
from hospital_bridge.payment.model import Fulfilment, Payment, Route, forgone
from hospital_bridge.slot import Guarded, NeedsSecondPerson
from hospital_bridge.store.unit_of_work import Work


def abandon(context: MoneyContext, work: Work, payment_id: str, reason: str) -> None:
    """Nobody wants the sale any more: close an unpaid order, at the wallet first; refund a paid one."""
    payment = work.payments.get(payment_id, lock=True)
    if payment.is_collected:
        _take_back(context, work, payment, reason)
    elif payment.is_waiting_for_money and payment.fulfilment is Fulfilment.PENDING:
        # From here on money that still arrives is never fulfilled, and goes back by itself.
        work.payments.save(payment.withdrawn(reason))
        topics.add(work, topics.CLOSE, payment_id)


def refund_all(context: MoneyContext, work: Work, payment_id: str, reason: str, *, by_staff: bool = False) -> None:
    """Give back what is left; while the fulfilment is open the wish is kept until it is firm."""
    if by_staff:
        payment = work.payments.get(payment_id, lock=True)
        _leave_to_a_second(context, payment, payment.refundable_fen)
    abandon(context, work, payment_id, reason)


def refund_part(
    context: MoneyContext,
    work: Work,
    payment_id: str,
    amount_fen: Fen,
    reason: str,
    command_key: str = "",
    *,
    by_staff: bool = False,
) -> bool:
    """Give back a sum of a fulfilled payment; False where it is not fulfilled, or so much is not left.

    A repeated command has done its work, whatever became of the refund since.
    """
    payment = work.payments.get(payment_id, lock=True)
    if command_key and any(each.command_key == command_key for each in work.refunds.of(payment_id)):
        return True
    if payment.fulfilment is not Fulfilment.FULFILLED or not 0 < amount_fen <= payment.refundable_fen:
        return False
    if by_staff:
        _leave_to_a_second(context, payment, amount_fen)
    context.ask(work, payment.sale_kind, Guarded.REFUND, view_of(payment))
    give_back(context, work, payment, reason, amount_fen, command_key, is_another=True)
    return True


def forgo(work: Work, payment_id: str, reason: str) -> None:
    """What was to go back for that reason, and the wallet would not take, is owed no more."""
    work.payments.get(payment_id, lock=True)
    for refund in forgone(work.refunds.of(payment_id), reason):
        work.refunds.save(refund)


def hold(work: Work, payment_ids: Iterable[str]) -> None:
    """Nothing of these payments moves elsewhere until this commit; in this order, which must be one everywhere."""
    for payment_id in payment_ids:
        work.payments.get(payment_id, lock=True)


def _leave_to_a_second(context: MoneyContext, payment: Payment, amount_fen: Fen) -> None:
    if needs_second(context, payment, amount_fen, Route.WALLET):
        raise NeedsSecondPerson(payment.payment_id)


def _take_back(context: MoneyContext, work: Work, payment: Payment, reason: str) -> None:
    if payment.fulfilment in {Fulfilment.PENDING, Fulfilment.MANUAL}:
        context.ask(work, payment.sale_kind, Guarded.REFUND, view_of(payment))
        work.payments.save(replace(payment, refund_wanted=reason))
    elif payment.refundable_fen or _is_free_and_booked(work, payment):
        context.ask(work, payment.sale_kind, Guarded.REFUND, view_of(payment))
        give_back(context, work, _wish_kept(work, payment, reason), reason)
    elif payment.refund_reserved_fen:
        _wish_kept(work, payment, reason)


def _wish_kept(work: Work, payment: Payment, reason: str) -> Payment:
    """Keep the wish for all of it while other refunds hold a part, which is owed again where the wallet refuses one."""
    if payment.fulfilment is not Fulfilment.FULFILLED or not payment.refund_reserved_fen:
        return payment
    return work.payments.save(replace(payment, refund_wanted=reason))


def _is_free_and_booked(work: Work, payment: Payment) -> bool:
    is_free = payment.amount_fen == 0 and payment.fulfilment is Fulfilment.FULFILLED
    return is_free and not work.refunds.of(payment.payment_id)
