"""What people ask back for a payer: a wish with its reason, which a second person may have to approve."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from adapters.invoices import InvoiceState
from adapters.values import Fen
from hospital_bridge.payment.model.transition import follow

DECISION = "decision:"
"""Begins the command key of what somebody decided of money that waits on the work list."""


class RefundReason(StrEnum):
    """Why staff give money back; a closed list, so that no personal data is typed into the trail.

    REFUSED_BEFORE is nobody's to choose: the wallet would not take back what goes back for another reason.
    """

    NOT_DONE = "not_done"
    PAID_TWICE = "paid_twice"
    WRONG_CHARGE = "wrong_charge"
    GOODS_RETURNED = "goods_returned"
    BY_INSURANCE = "by_insurance"
    PAYER_ASKS = "payer_asks"
    REFUSED_BEFORE = "refused_before"


class Route(StrEnum):
    """How the money goes back: the way it came, or by hand where the wallet no longer takes it."""

    WALLET = "wallet"
    BY_HAND = "by_hand"


class RequestState(StrEnum):
    """WAITING for the second person; APPROVED is carried out in the same transaction."""

    WAITING = "waiting"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class RequestEvent(StrEnum):
    """WITHDRAWN is who asked taking it back; the others are a colleague's word, or none is needed."""

    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


TRANSITIONS: Mapping[tuple[RequestState, RequestEvent], RequestState] = {
    (RequestState.WAITING, RequestEvent.APPROVED): RequestState.APPROVED,
    (RequestState.WAITING, RequestEvent.DECLINED): RequestState.DECLINED,
    (RequestState.WAITING, RequestEvent.WITHDRAWN): RequestState.WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """One wish of one person of the staff; `command_key` makes its repetition harmless.

    `invoice` is how the e-invoice stood, None where the sale has none; `invoice_told` says that the issuing system
    said so, or else a person. `refund_no` is the refund that it led to.
    """

    request_id: str
    payment_id: str
    amount_fen: Fen
    reason: RefundReason
    route: Route
    needs_second: bool
    state: RequestState
    asked_by: str
    asked_at: datetime
    command_key: str
    invoice: InvoiceState | None = None
    invoice_told: bool = False
    decided_by: str = ""
    decided_at: datetime | None = None
    refund_no: str = ""
    version: int = 1

    @property
    def is_decision(self) -> bool:
        """It gives back what the work list called owed, and no other sum."""
        return self.command_key.startswith(DECISION)

    def decided(self, event: RequestEvent, by: str, at: datetime, refund_no: str = "") -> RefundRequest:
        """Somebody decided it."""
        state = follow(TRANSITIONS, self.state, event)
        return replace(self, state=state, decided_by=by, decided_at=at, refund_no=refund_no)
