"""Refunds that staff ask for and approve, over the store and the flows of money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from adapters.invoices import InvoiceState
from adapters.refund_limits import RefundLimits
from adapters.values import Fen
from hospital_bridge.invoices_told import kept_invoice, must_stand_as_told
from hospital_bridge.order_rows import order_view, staff_name
from hospital_bridge.payment.flows import staff_refund
from hospital_bridge.payment.flows.invoice import Invoice, invoice_of
from hospital_bridge.payment.flows.staff_refund import CannotRefund, Obstacle, Wish
from hospital_bridge.payment.model import RefundReason, RefundState, RequestState, Route
from hospital_bridge.store.refund_requests import RefundRequests
from hospital_bridge.web.refund_reads import BY_PERSON, AskedRefund, Considered, NotRefundable, RequestRow

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hospital_bridge.payment.context import MoneyContext
    from hospital_bridge.payment.model import Payment, RefundRequest
    from hospital_bridge.store.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class RefundDesk:
    """`web.refund_reads.Refunds`; `money` gives an operator's dependencies."""

    money: Callable[[str], MoneyContext]

    def consider(self, operator_id: str, payment_id: str, amount_fen: int | None, *, by_hand: bool) -> Considered:
        context = self.money(operator_id)
        invoice = invoice_of(context, _payment(context, payment_id))
        route = Route.BY_HAND if by_hand else Route.WALLET
        with context.store.read(operator_id) as work:
            payment = work.payments.get(payment_id)
            sum_fen = payment.refundable_fen if amount_fen is None else amount_fen
            obstacle = staff_refund.obstacle_to(context, work, payment, sum_fen, route)
            if obstacle is None and invoice.state is InvoiceState.ISSUED:
                obstacle = Obstacle.INVOICE_STANDS
            return _considered(context, work, (payment, sum_fen, route), obstacle, invoice)

    def ask(self, operator_id: str, asked: AskedRefund, *, by: str) -> bool:
        context = self.money(operator_id)
        invoice, is_told = kept_invoice(context, asked.payment_id, asked.invoice)
        wish = Wish(
            payment_id=asked.payment_id,
            amount_fen=Fen(asked.amount_fen),
            reason=RefundReason(asked.reason),
            by=by,
            command_key=asked.key,
            route=Route.BY_HAND if asked.by_hand else Route.WALLET,
            proved=asked.proved,
            invoice=invoice,
            invoice_told=is_told,
            seen_fen=asked.seen_fen,
        )
        try:
            with context.store.begin(operator_id) as work:
                return staff_refund.ask(context, work, wish).state is RequestState.WAITING
        except CannotRefund as refusal:
            raise NotRefundable(refusal.obstacle) from refusal

    def waiting(self, operator_id: str) -> Sequence[RequestRow]:
        with self.money(operator_id).store.read(operator_id) as work:
            return [_row(work, each) for each in RefundRequests(work).waiting()]

    def request(self, operator_id: str, request_id: str) -> RequestRow | None:
        with self.money(operator_id).store.read(operator_id) as work:
            found = RefundRequests(work).get(request_id)
            return None if found is None else _row(work, found)

    def approve(self, operator_id: str, request_id: str, *, by: str, proved: bool) -> None:
        context = self.money(operator_id)
        with context.store.read(operator_id) as work:
            asked = RefundRequests(work).get(request_id)
        if asked is not None:
            must_stand_as_told(context, asked)
        try:
            with context.store.begin(operator_id) as work:
                staff_refund.approve(context, work, request_id, by=by, proved=proved)
        except CannotRefund as refusal:
            raise NotRefundable(refusal.obstacle) from refusal

    def decline(self, operator_id: str, request_id: str, *, by: str) -> None:
        try:
            with self.money(operator_id).store.begin(operator_id) as work:
                staff_refund.decline(work, request_id, by=by)
        except CannotRefund as refusal:
            raise NotRefundable(refusal.obstacle) from refusal


def _payment(context: MoneyContext, payment_id: str) -> Payment:
    with context.store.read(context.operator_id) as work:
        return work.payments.get(payment_id)


def _considered(
    context: MoneyContext,
    work: Work,
    wanted: tuple[Payment, int, Route],
    obstacle: Obstacle | None,
    invoice: Invoice,
) -> Considered:
    payment, sum_fen, route = wanted
    wallet = context.wallets.get(payment.wallet_account)
    limits = wallet.refund_limits if wallet else RefundLimits(spacing=timedelta())
    parts = [each for each in work.refunds.of(payment.payment_id) if each.state is not RefundState.VOID]
    return Considered(
        order=order_view(context, work, payment),
        amount_fen=sum_fen,
        by_hand=route is Route.BY_HAND,
        obstacle=obstacle or "",
        needs_second=staff_refund.needs_second(context, payment, sum_fen, route),
        second_from_fen=context.second_person_from,
        may_go_by_hand=staff_refund.may_go_by_hand(context, work, payment),
        spacing_seconds=int(limits.spacing.total_seconds()),
        most_parts=limits.most_parts,
        parts=len(parts),
        window_days=limits.window.days if limits.window else None,
        invoice=(invoice.state or BY_PERSON) if invoice.expected else "",
    )


def _row(work: Work, request: RefundRequest) -> RequestRow:
    payment = work.payments.get(request.payment_id)
    return RequestRow(
        request_id=request.request_id,
        payment_id=request.payment_id,
        order_no=payment.merchant_order_no,
        amount_fen=request.amount_fen,
        reason=request.reason.value,
        by_hand=request.route is Route.BY_HAND,
        state=request.state.value,
        asked_by=staff_name(work, request.asked_by),
        asked_by_id=request.asked_by,
        asked_at=request.asked_at,
        invoice=request.invoice.value if request.invoice else "",
        invoice_told=request.invoice_told,
    )
