"""What a vertical is given of money (`slot.Payments`), bound to one unit of work."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.values import Fen
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.flows.ask_back import abandon, refund_all, refund_part
from hospital_bridge.payment.flows.open import open_payment
from hospital_bridge.payment.flows.view import view_of
from hospital_bridge.slot import PaymentRequest, PaymentView
from hospital_bridge.store.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class PaymentsFacade:
    """Money in a vertical's words; every change happens in the unit of work that it was made with."""

    context: MoneyContext
    work: Work

    def open(self, request: PaymentRequest) -> str:
        return open_payment(self.context, self.work, request)

    def view(self, payment_id: str) -> PaymentView:
        return view_of(self.work.payments.get(payment_id))

    def refund_all(self, payment_id: str, reason: str) -> None:
        refund_all(self.context, self.work, payment_id, reason)

    def refund_part(self, payment_id: str, amount_fen: Fen, reason: str) -> bool:
        return refund_part(self.context, self.work, payment_id, amount_fen, reason)

    def abandon(self, payment_id: str, reason: str) -> None:
        abandon(self.context, self.work, payment_id, reason)
