"""A bill (待缴费) from its issue to its receipt: states, the table of transitions, and what the hospital asks for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from adapters.news import BillIssued, ChargeItem
    from adapters.values import Fen


class State(StrEnum):
    """Where a bill stands.

    ISSUED: to be paid. ORDERED: an order of one payer stands at the wallet. CLOSING: that order is being closed and
    the bill will be to be paid again. WITHDRAWING: it is being closed and nothing is owed any more. PAID: the money
    is there, the hospital has not confirmed. SETTLED: the hospital has booked it. REFUSED: it would not. REFUNDED:
    the money of a settled bill went back. WITHDRAWN: the hospital wants nothing for it.
    """

    ISSUED = "issued"
    ORDERED = "ordered"
    CLOSING = "closing"
    WITHDRAWING = "withdrawing"
    PAID = "paid"
    SETTLED = "settled"
    REFUSED = "refused"
    REFUNDED = "refunded"
    WITHDRAWN = "withdrawn"


UNDER_WAY = frozenset({State.ORDERED, State.CLOSING, State.WITHDRAWING, State.PAID})
"""States in which an order or money is on its way."""

OPEN = frozenset({State.ISSUED, State.ORDERED, State.CLOSING, State.PAID})
"""States of a bill that its patient still has to see to, or to wait for."""

CALLED_BACK = frozenset({State.WITHDRAWING, State.WITHDRAWN})


class Event(StrEnum):
    """What can happen to a bill; REISSUED and WITHDRAWN are the hospital's word, GIVEN_UP is a payer's."""

    REISSUED = "reissued"
    WITHDRAWN = "withdrawn"
    ORDERED = "ordered"
    GIVEN_UP = "given_up"
    COLLECTED = "collected"
    EXPIRED = "expired"
    FULFILLED = "fulfilled"
    FULFILMENT_REFUSED = "fulfilment_refused"
    REFUNDED = "refunded"


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.ISSUED, Event.REISSUED): State.ISSUED,
    (State.ISSUED, Event.WITHDRAWN): State.WITHDRAWN,
    (State.ISSUED, Event.ORDERED): State.ORDERED,
    (State.ORDERED, Event.COLLECTED): State.PAID,
    (State.ORDERED, Event.EXPIRED): State.ISSUED,
    # The wallet is closed first: money that arrives meanwhile goes back by itself and is never booked.
    (State.ORDERED, Event.GIVEN_UP): State.CLOSING,
    (State.ORDERED, Event.REISSUED): State.CLOSING,
    (State.ORDERED, Event.WITHDRAWN): State.WITHDRAWING,
    (State.CLOSING, Event.EXPIRED): State.ISSUED,
    (State.CLOSING, Event.REISSUED): State.CLOSING,
    (State.CLOSING, Event.WITHDRAWN): State.WITHDRAWING,
    (State.WITHDRAWING, Event.EXPIRED): State.WITHDRAWN,
    (State.WITHDRAWING, Event.REISSUED): State.CLOSING,
    (State.WITHDRAWING, Event.WITHDRAWN): State.WITHDRAWING,
    # While PAID the hospital is asked to book it; what it says meanwhile waits for its answer.
    (State.PAID, Event.FULFILLED): State.SETTLED,
    (State.PAID, Event.FULFILMENT_REFUSED): State.REFUSED,
    # Neither REISSUED nor WITHDRAWN follows SETTLED: what then becomes of the money, a person decides.
    (State.SETTLED, Event.REFUNDED): State.REFUNDED,
    (State.REFUSED, Event.REISSUED): State.ISSUED,
    (State.REFUSED, Event.WITHDRAWN): State.WITHDRAWN,
    (State.REFUNDED, Event.REISSUED): State.ISSUED,
    (State.REFUNDED, Event.WITHDRAWN): State.WITHDRAWN,
    (State.WITHDRAWN, Event.REISSUED): State.ISSUED,
    (State.WITHDRAWN, Event.WITHDRAWN): State.WITHDRAWN,
}


class IllegalTransition(Exception):
    """The bill is not in a state in which this can happen."""

    def __init__(self, state: State, event: Event) -> None:
        super().__init__(f"a bill that is {state} cannot take {event}")
        self.state = state
        self.event = event


@dataclass(frozen=True, slots=True)
class Bill:
    """One bill as the hospital last told of it at `told_at`, by its own clock; sums in fen.

    `subject_id` is empty while nobody here has bound its record number. `wallet_user_id` is who ordered it last,
    `orders` counts the orders, of which at most one is open at a time. `reason` says why it is as it is. What is due
    for a stay (出院结算) names its `stay_no`.
    """

    bill_id: str
    bill_no: str
    subject_id: str
    mrn: str = field(repr=False)
    filler_id: str
    department_name: str
    practitioner_name: str
    items: tuple[ChargeItem, ...] = field(repr=False)
    total_fen: Fen
    insurance_fen: Fen
    account_fen: Fen
    self_pay_fen: Fen
    at_window: bool
    told_at: datetime
    state: State = State.ISSUED
    wallet_user_id: str = ""
    orders: int = 0
    payment_id: str = ""
    reason: str = ""
    version: int = 1
    stay_no: str = ""

    @property
    def sale_ref(self) -> str:
        """The reference of the last order: news of an earlier one's money must not move the bill."""
        return f"{self.bill_id}-{self.orders}"

    @property
    def earlier_refs(self) -> Sequence[str]:
        """The references of the orders before the last one."""
        return [f"{self.bill_id}-{number}" for number in range(1, self.orders)]

    @property
    def is_payable(self) -> bool:
        """Whether it can be paid here and now."""
        return self.state is State.ISSUED and not self.at_window

    @property
    def is_shown(self) -> bool:
        """Whether there is something to show: a withdrawal may arrive before the bill, or without one."""
        return bool(self.items) or self.total_fen > 0

    def asks(self, issued: BillIssued) -> bool:
        """Whether it asks for the same sums in the same place."""
        shares = (issued.insurance_fen, issued.account_fen, issued.self_pay_fen)
        standing = (self.insurance_fen, self.account_fen, self.self_pay_fen)
        return (issued.total_fen, shares, issued.at_window) == (self.total_fen, standing, self.at_window)

    def telling(self, issued: BillIssued) -> Bill:
        """The bill with what the hospital says now."""
        return replace(
            self,
            filler_id=issued.filler_id,
            department_name=issued.department_name,
            practitioner_name=issued.practitioner_name,
            items=issued.items,
            total_fen=issued.total_fen,
            insurance_fen=issued.insurance_fen,
            account_fen=issued.account_fen,
            self_pay_fen=issued.self_pay_fen,
            at_window=issued.at_window,
            told_at=issued.issued_at,
        )

    def after(self, event: Event, *, reason: str | None = None) -> Bill:
        """The bill once `event` happened, with its reason where one is given; IllegalTransition when it cannot."""
        try:
            state = TRANSITIONS[self.state, event]
        except KeyError:
            raise IllegalTransition(self.state, event) from None
        return replace(self, state=state, reason=self.reason if reason is None else reason)

    def withdrawn_at(self, instant: datetime, reason: str) -> Bill:
        """The bill that the hospital called back at that instant."""
        return replace(self.after(Event.WITHDRAWN, reason=reason), told_at=instant)

    def ordered_by(self, wallet_user_id: str) -> Bill:
        """The bill with a new order of that payer."""
        ordered = self.after(Event.ORDERED, reason="")
        return replace(ordered, wallet_user_id=wallet_user_id, orders=self.orders + 1, payment_id="")


def bill_of(sale_ref: str) -> str:
    """The bill id behind the reference of any of its orders."""
    return sale_ref.partition("-")[0]
