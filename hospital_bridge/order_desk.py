"""Orders found, shown and asked about again, over the store, the wallets and the fulfilling systems."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from adapters.errors import OutsideError
from hospital_bridge.order_rows import order_row, order_view
from hospital_bridge.payment.flows.ask_wallet import ask_wallet
from hospital_bridge.payment.flows.fulfil import paid_sale
from hospital_bridge.payment.flows.settle import settle
from hospital_bridge.store.jobs import Again
from hospital_bridge.store.payment_search import PaymentSearch
from hospital_bridge.store.payments import UnknownPayment
from hospital_bridge.web.order_reads import MOST_SHOWN, Heard, OrderRow, OrderView, Sought

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hospital_bridge.payment.context import MoneyContext
    from hospital_bridge.payment.model import Payment

BOOKED, NOT_BOOKED, CANNOT_TELL = "booked", "not_booked", "cannot_tell"
NOTHING_OWED, NO_WALLET = "nothing_owed", "no_wallet"


@dataclass(frozen=True, slots=True)
class OrderDesk:
    """`web.order_reads.Orders`; `money` gives an operator's dependencies."""

    money: Callable[[str], MoneyContext]

    def find(self, operator_id: str, sought: Sought, *, by: str) -> Sequence[OrderRow]:
        context = self.money(operator_id)
        with context.store.begin(operator_id) as work:
            search = PaymentSearch(work)
            if sought.number:
                found = _by_number(search, sought.number)
            elif sought.day is not None and sought.amount_fen is not None:
                start = datetime.combine(sought.day, time(), context.zone)
                found = search.of_span(start, start + timedelta(days=1), sought.amount_fen, MOST_SHOWN + 1)
            else:
                found = ()
            work.audit.record(by, "orders.searched", operator_id, found=str(len(found)))
            return [order_row(context, work, each) for each in found]

    def show(self, operator_id: str, payment_id: str, *, by: str) -> OrderView | None:
        context = self.money(operator_id)
        with context.store.begin(operator_id) as work:
            try:
                payment = work.payments.get(payment_id)
            except UnknownPayment:
                return None
            work.audit.record(by, "order.seen", payment_id)
            return order_view(context, work, payment)

    def ask_again(self, operator_id: str, payment_id: str, *, by: str) -> Heard:
        context = self.money(operator_id)
        with context.store.begin(operator_id) as work:
            payment = work.payments.get(payment_id)
            work.audit.record(by, "order.asked_again", payment_id)
        return Heard(_heard_of_wallet(context, payment), _heard_of_booking(context, payment))


def _by_number(search: PaymentSearch, number: str) -> Sequence[Payment]:
    """By the number as it stands, else in the other letters: nobody reads from paper how it is kept."""
    for written in dict.fromkeys((number, number.upper(), number.lower())):
        found = search.by_number(written, MOST_SHOWN + 1)
        if found:
            return found
    return ()


def _heard_of_wallet(context: MoneyContext, payment: Payment) -> str:
    if not payment.amount_fen:
        return NOTHING_OWED
    if payment.wallet_account not in context.wallets:
        return NO_WALLET
    try:
        trade = ask_wallet(context, payment)
    except Again:
        return ""
    with context.store.begin(context.operator_id) as work:
        settle(context, work, work.payments.get(payment.payment_id, lock=True), trade)
    return trade.status.value


def _heard_of_booking(context: MoneyContext, payment: Payment) -> str:
    """What the fulfilling system says of the payment; it is only listened to: its effect is driven by the workers."""
    counter = context.counters.get(payment.sale_kind)
    if counter is None or counter.sale.query is None:
        return CANNOT_TELL
    try:
        receipt = counter.sale.query(counter.scope, paid_sale(payment))
    except OutsideError:
        return ""
    return NOT_BOOKED if receipt is None else BOOKED
