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


SURPLUS = "deposit_surplus"
"""Why a deposit goes back at the settlement, as it is kept."""


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

    `returned_fen` is what of its surplus was sent back here. Of what else went back of the deposits, the hospital has
    taken `netted_fen` off when it reckoned, and `unheard_fen` of the surplus is not sent for it. Many words tell only
    where the patient lies: `account_told_at` is when the balance, or what is asked for, was last told, and
    `settlement_told_at` when it was last said that the stay is settled or that it is not; what was said then was first
    said at `reckoned_at`.
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
    settlement_told_at: datetime | None = None
    reckoned_at: datetime | None = None
    netted_fen: int | None = None
    unheard_fen: int = 0

    @property
    def bill_no(self) -> str:
        """Under which number what is due is billed: the settlement's, or else its own."""
        return self.settlement_no or self.stay_no

    @property
    def settlement(self) -> tuple[object, ...]:
        """What was said of it: the same once more, however much later, is the same reckoning."""
        return (self.is_settled, self.settlement_no, self.shares, self.deposits_fen, self.surplus_fen, self.due_fen)

    @property
    def takes_deposits(self) -> bool:
        """Whether something may still be paid onto it."""
        return not self.is_settled and self.stage is not Stage.CANCELLED

    def telling(self, news: StayTold) -> Stay:
        """The stay with what the hospital says now; what it does not say stays as it was.

        Where it stands, its account and its settlement have each its own time: what overtakes a word in one of them may
        say nothing of the others.
        """
        stay = self
        if (news.told_at, _RANKS[news.stage]) >= (self.told_at, _RANKS[self.stage]):
            stay = _standing(stay, news)
        if _tells_account(news) and news.told_at >= (self.account_told_at or news.told_at):
            stay = _owing(stay, news)
        if news.is_settled is None:
            return stay
        before = (self.settlement_told_at or news.told_at, self.is_settled)
        return _reckoned(stay, news) if (news.told_at, news.is_settled) >= before else stay


_RANKS = {None: 0, Stage.ADMITTED: 0, Stage.DISCHARGED: 1, Stage.CANCELLED: 2}
"""Of two words of one instant the one that has come further holds."""


def _tells_account(news: StayTold) -> bool:
    return news.balance_fen is not None or news.asked_fen is not None


def _standing(stay: Stay, news: StayTold) -> Stay:
    stage = stay.stage if news.stage is None else news.stage
    return replace(
        stay,
        ward=news.ward or stay.ward,
        told_at=news.told_at,
        stage=stage,
        admitted_at=news.admitted_at or stay.admitted_at,
        discharged_at=(news.discharged_at or stay.discharged_at) if stage is Stage.DISCHARGED else None,
    )


def _owing(stay: Stay, news: StayTold) -> Stay:
    return replace(
        stay,
        balance_fen=stay.balance_fen if news.balance_fen is None else news.balance_fen,
        asked_fen=stay.asked_fen if news.asked_fen is None else news.asked_fen,
        account_told_at=news.told_at,
    )


def _reckoned(stay: Stay, news: StayTold) -> Stay:
    now = replace(
        stay,
        is_settled=bool(news.is_settled),
        surplus_fen=news.surplus_fen,
        shares=news.shares,
        deposits_fen=news.deposits_fen,
        due_fen=news.due_fen,
        settlement_no=news.settlement_no,
        settlement_told_at=news.told_at,
    )
    is_known = stay.reckoned_at is not None and now.settlement == stay.settlement
    return now if is_known else replace(now, reckoned_at=news.told_at)


def stay_of(stay_id: str, mrn: str, news: StayTold) -> Stay:
    """A stay of which this is the first word."""
    unknown = Stay(stay_id, news.stay_no, mrn, "", None, is_settled=False, surplus_fen=NOTHING, told_at=news.told_at)
    return unknown.telling(news)


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
