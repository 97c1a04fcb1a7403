"""What a vertical is given of money (`slot.Payments`), bound to one unit of work."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.values import Fen
from hospital_bridge.declared import Declared
from hospital_bridge.payment.context import MoneyContext
from hospital_bridge.payment.flows.ask_back import abandon, forgo, hold, refund_all, refund_part
from hospital_bridge.payment.flows.open import open_payment
from hospital_bridge.payment.flows.view import view_with_refunds
from hospital_bridge.slot import PaymentRequest, PaymentView
from hospital_bridge.store.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class PaymentsFacade:
    """Money in a vertical's words; every change happens in the unit of work that it was made with."""

    context: MoneyContext
    work: Work
    limits: Declared | None = None

    def open(self, request: PaymentRequest) -> str:
        self._must_be_own(request.sale_kind)
        return open_payment(self.context, self.work, request)

    def view(self, payment_id: str) -> PaymentView:
        payment = self.work.payments.get(payment_id)
        self._must_be_own(payment.sale_kind)
        return view_with_refunds(self.work, payment)

    def of_sales(self, sale_kind: str, sale_refs: Sequence[str]) -> Sequence[PaymentView]:
        self._must_be_own(sale_kind)
        return [view_with_refunds(self.work, each) for each in self.work.payments.of_sales(sale_kind, sale_refs)]

    def refund_all(self, payment_id: str, reason: str, *, by_staff: bool = False) -> None:
        self._must_be_own(self.work.payments.get(payment_id).sale_kind)
        refund_all(self.context, self.work, payment_id, reason, by_staff=by_staff)

    def refund_part(
        self, payment_id: str, amount_fen: Fen, reason: str, command_key: str = "", *, by_staff: bool = False
    ) -> bool:
        self._must_be_own(self.work.payments.get(payment_id).sale_kind)
        return refund_part(self.context, self.work, payment_id, amount_fen, reason, command_key, by_staff=by_staff)

    def hold(self, payment_ids: Sequence[str]) -> None:
        for payment_id in payment_ids:
            self._must_be_own(self.work.payments.get(payment_id).sale_kind)
        hold(self.work, payment_ids)

    def forgo(self, payment_id: str, reason: str) -> None:
        self._must_be_own(self.work.payments.get(payment_id).sale_kind)
        forgo(self.work, payment_id, reason)

    def abandon(self, payment_id: str, reason: str) -> None:
        self._must_be_own(self.work.payments.get(payment_id).sale_kind)
        abandon(self.context, self.work, payment_id, reason)

    def _must_be_own(self, kind: str) -> None:
        if self.limits is not None:
            self.limits.must_have_sale(kind)
