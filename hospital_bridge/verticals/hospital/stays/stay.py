"""A stay (住院) as it was last told, and a deposit (预交金) onto it: states and the table of transitions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from adapters.stays import Stage
from adapters.sums import NOTHING
from hospital_bridge.slot import Progress

if TYPE_CHECKING:
    from datetime import datetime

    from adapters.stays import StayTold
    from adapters.sums import Shares
    from adapters.values import Fen


class State(StrEnum):
    """Where a deposit stands.

    ORDERED: an order stands at the wallet. PAID: the money is there, the hospital has not confirmed. BOOKED: it has.
    REFUSED: it would not, and the money goes back. CLOSED: nothing was paid. REFUNDED: all of a booked one went back.
    """

    ORDERED = "ordered"
    PAID = "paid"
    BOOKED = "booked"
    REFUSED = "refused"
    CLOSED = "closed"
    REFUNDED = "refunded"


TRANSITIONS: dict[tuple[State, Progress], State] = {
    (State.ORDERED, Progress.COLLECTED): State.PAID,
    (State.ORDERED, Progress.EXPIRED): State.CLOSED,
    (State.PAID, Progress.FULFILLED): State.BOOKED,
    (State.PAID, Progress.REFUSED): State.REFUSED,
    (State.BOOKED, Progress.REFUNDED): State.REFUNDED,
}
"""Any other pair leaves the deposit as it is: it tells of money that came late and went back by itself."""


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay; sums in fen, as `adapters.stays.StayTold` has them. `balance_fen` is None where it was never told.

    `returned_fen` is what of its surplus was sent back here, and `gone_before_fen` what of the deposits had gone back
    before. `account_told_at` is when the balance, or what is asked for, was last told: many words tell neither.
    """

    stay_id: str
    stay_no: str
    mrn: str = field(repr=False)
    ward: str
    balance_fen: Fen | None
    is_settled: bool
    surplus_fen: Fen
    told_at: datetime
    returned_fen: int = 0
    version: int = 1
    stage: Stage = Stage.ADMITTED
    admitted_at: datetime | None = None
    discharged_at: datetime | None = None
    asked_fen: Fen = NOTHING
    shares: Shares | None = None
    deposits_fen: Fen | None = None
    due_fen: Fen = NOTHING
    settlement_no: str = ""
    account_told_at: datetime | None = None
    gone_before_fen: int = 0

    @property
    def bill_no(self) -> str:
        """Under which number what is due is billed: the settlement's, or else its own."""
        return self.settlement_no or self.stay_no

    @property
    def takes_deposits(self) -> bool:
        """Whether something may still be paid onto it."""
        return not self.is_settled and self.stage is not Stage.CANCELLED

    @property
    def rank(self) -> int:
        """How far it has come: of two words of one instant the further one holds."""
        return _rank(self.is_settled, self.stage)

    def telling(self, news: StayTold) -> Stay:
        """The stay with what the hospital says now; what it does not say stays as it was."""
        stage = self.stage if news.stage is None else news.stage
        is_settled = self.is_settled if news.is_settled is None else news.is_settled
        money_told = news.is_settled is not None
        account_told = news.balance_fen is not None or news.asked_fen is not None
        return replace(
            self,
            ward=news.ward or self.ward,
            balance_fen=self.balance_fen if news.balance_fen is None else news.balance_fen,
            is_settled=is_settled,
            surplus_fen=news.surplus_fen if money_told else self.surplus_fen,
            told_at=news.told_at,
            stage=stage,
            admitted_at=news.admitted_at or self.admitted_at,
            discharged_at=(news.discharged_at or self.discharged_at) if stage is Stage.DISCHARGED else None,
            asked_fen=self.asked_fen if news.asked_fen is None else news.asked_fen,
            shares=news.shares if money_told else self.shares,
            deposits_fen=news.deposits_fen if money_told else self.deposits_fen,
            due_fen=news.due_fen if money_told else self.due_fen,
            settlement_no=news.settlement_no if money_told else self.settlement_no,
            account_told_at=news.told_at if account_told else self.account_told_at,
        )


def stay_of(stay_id: str, mrn: str, news: StayTold) -> Stay:
    """A stay of which this is the first word."""
    unknown = Stay(stay_id, news.stay_no, mrn, "", None, is_settled=False, surplus_fen=NOTHING, told_at=news.told_at)
    return unknown.telling(news)


def rank_of(news: StayTold) -> int:
    """How far a stay has come by this word alone."""
    return _rank(bool(news.is_settled), news.stage)


def _rank(is_settled: bool, stage: Stage | None) -> int:  # noqa: FBT001 - one of two things that are told
    return max(2 * is_settled, {Stage.DISCHARGED: 1, Stage.CANCELLED: 3}.get(stage or Stage.ADMITTED, 0))


@dataclass(frozen=True, slots=True)
class Deposit:
    """One payment onto a stay; its id is the reference of its sale."""

    deposit_id: str
    stay_id: str
    wallet_user_id: str
    amount_fen: Fen
    ordered_at: datetime
    state: State = State.ORDERED
    payment_id: str = ""
    version: int = 1
    reason: str = ""

    def after(self, progress: Progress, reason: str = "") -> Deposit:
        """The deposit once its money has come so far; `reason` says why it was refused or closed."""
        state = TRANSITIONS.get((self.state, progress), self.state)
        return self if state is self.state else replace(self, state=state, reason=reason)
