"""Refunds that somebody made in the wallet's console, met in its bill and told apart by the wallet's own number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from adapters.errors import OutsideError
from adapters.values import Fen, RefundAnswer, RefundStatus
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.flows.collect import adopt_refund
from hospital_bridge.payment.flows.refund import give_back_the_rest
from hospital_bridge.payment.model import Payment, is_known, unnamed
from hospital_bridge.payment.reconcile.asked import MOST_ASKED
from hospital_bridge.payment.reconcile.side_by_side import in_batches
from hospital_bridge.payment.reconcile.sorted_rows import Row
from hospital_bridge.store.console_refunds import ConsoleRefunds
from hospital_bridge.store.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class _Told:
    """One line of the bill."""

    number: str
    amount_fen: Fen
    at: datetime


@dataclass(slots=True)
class _Wallet:
    """Asks about refunds of one account; after `left` of them, or a call that failed, no more in this run."""

    context: MoneyContext
    account: str
    left: int = MOST_ASKED

    def says_it_is_made(self, payment: Payment, told: _Told) -> bool:
        if not self.left:
            return False
        self.left -= 1
        try:
            answer = self.context.wallets[self.account].query_refund(payment.merchant_order_no, told.number)
        except OutsideError:
            self.left = 0
            return False
        return answer.status is RefundStatus.DONE and answer.amount_fen == told.amount_fen


def meet(context: MoneyContext, wallet_account: str, rows: Iterable[Row]) -> int:
    """Know each refund of ours that only the bill tells; of how many something was learned.

    One that a notice or query had told of is given its number. One that nothing has told of is asked for under that
    number and adopted, never on the word of the bill alone.
    """
    wallet, learned = _Wallet(context, wallet_account), 0
    for batch in in_batches(rows):
        with context.store.read(context.operator_id) as work:
            ours = work.payments.by_orders([str(row[2]) for row in batch])
        told = [(ours[str(row[2])], _line(row)) for row in batch if str(row[2]) in ours]
        # Named first: while one that was adopted has no number, another line may be the same refund.
        learned += sum(_name(context, payment, line) for payment, line in told)
        learned += sum(_adopt(wallet, payment, lines) for payment, lines in _by_payment(told))
        _keep(context, told)
    return learned


def _line(row: Row) -> _Told:
    return _Told(str(row[1]), Fen(int(row[4])), datetime.fromtimestamp(int(row[6]), UTC))


def _name(context: MoneyContext, payment: Payment, told: _Told) -> bool:
    """Give the number to the unnamed refund of that sum that is nearest in time."""
    with context.store.begin(context.operator_id) as work:
        work.payments.get(payment.payment_id, lock=True)
        refunds = work.refunds.of(payment.payment_id)
        alike = [one for one in unnamed(refunds) if one.amount_fen == told.amount_fen]
        if not alike or is_known(refunds, told.number):
            return False
        nearest = min(alike, key=lambda one: abs((one.refunded_at or one.reserved_at) - told.at))
        work.refunds.save(replace(nearest, wallet_refund_no=told.number))
    return True


def _by_payment(told: Iterable[tuple[Payment, _Told]]) -> Iterable[tuple[Payment, list[_Told]]]:
    lines: dict[str, tuple[Payment, list[_Told]]] = {}
    for payment, line in told:
        lines.setdefault(payment.payment_id, (payment, []))[1].append(line)
    return lines.values()


def _adopt(wallet: _Wallet, payment: Payment, told: list[_Told]) -> int:
    """Book what the wallet confirms, where nothing has told of it before or while we asked; how many that was.

    All of one payment in one commit: only then is it known what is left to go back of a refund that was too much.
    """
    context = wallet.context
    with context.store.read(context.operator_id) as work:
        news = [one for one in told if _is_news(work, payment, one)]
    made = [one for one in news if wallet.says_it_is_made(payment, one)]
    if not made:
        return 0
    adopted = 0
    with context.store.begin(context.operator_id) as work:
        locked = work.payments.get(payment.payment_id, lock=True)
        for one in made:
            if _is_news(work, locked, one):
                answer = RefundAnswer(one.number, RefundStatus.DONE, one.amount_fen)
                locked = adopt_refund(context, work, locked, answer, one.at)
                adopted += 1
        if adopted:
            give_back_the_rest(context, work, locked)
    return adopted


def _keep(context: MoneyContext, told: list[tuple[Payment, _Told]]) -> None:
    """Keep what has no number of ours: together with others it may be the sum of what was adopted without one."""
    if not told:
        return
    with context.store.begin(context.operator_id) as work:
        for payment, line in told:
            if not is_known(work.refunds.of(payment.payment_id), line.number):
                ConsoleRefunds(work).keep(payment.payment_id, line.number, line.amount_fen)


def _is_news(work: Work, payment: Payment, told: _Told) -> bool:
    """Not where it may be a part of an unnamed one, or where refunds of ours, still under way, hold the money."""
    refunds = work.refunds.of(payment.payment_id)
    fresh = work.payments.get(payment.payment_id)
    is_left = fresh.is_collected and told.amount_fen <= fresh.refundable_fen
    return is_left and not unnamed(refunds) and not is_known(refunds, told.number)
