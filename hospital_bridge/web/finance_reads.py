"""What the pages show of money that waits for a person, and what that person can decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from hospital_bridge.payment.reconcile.bank_file import Told as FaultyRow


class Decision(StrEnum):
    """What a person decides of a payment (by its id) or, REVERSED, of a refund (by its number)."""

    FULFILLED = "fulfilled"
    REFUSED = "refused"
    AGAIN = "again"
    REVERSED = "reversed"
    REFUND_AGAIN = "refund_again"
    RETURNED = "returned"


GIVES_BACK = frozenset({Decision.REFUSED, Decision.REFUND_AGAIN})
"""Decisions by which money goes back to the payer."""

WAITING_FOR = {
    "NotDone": "It is not there yet: the bridge asks again every half hour.",
    "OutcomeUnknown": "No answer came: the bridge asks again every half hour.",
    "Refused": "It was refused: see to the account's rights, then compare the day again.",
    "Untrusted": "It does not come from where it should: have the engineer look at keys and addresses.",
    "Malformed": "It cannot be believed, and nothing of it was taken: compare again, then ask whoever writes it.",
}
"""What a person does about a book that is not to be had, by the outcome with which its reason begins."""


def why(reason: str) -> str:
    """What is to be done about a book that a comparison waits for."""
    return WAITING_FOR.get(reason.partition(":")[0], WAITING_FOR["NotDone"])


@dataclass(frozen=True, slots=True)
class Told:
    """What was filled in with a decision: `seen_fen` is the sum that the page showed, `proved` the password of `by`.

    `invoice` is what they say of the e-invoice where no system does.
    """

    by: str
    receipt_no: str = ""
    proved: bool = False
    seen_fen: int | None = None
    invoice: str = ""


class Explanation(StrEnum):
    """Why two books may differ for good; a closed list, so that no personal data is typed into the trail."""

    AT_THE_COUNTER = "at_the_counter"
    BY_THE_WALLET = "by_the_wallet"
    BOOKED_BY_HAND = "booked_by_hand"
    ANOTHER_DAY = "another_day"
    ANOTHER_TILL = "another_till"
    WITH_THE_WALLET = "with_the_wallet"


@dataclass(frozen=True, slots=True)
class MoneyRow:
    """Money that only a person can move on: `about` is a payment id or refund number, `payment_id` its order's page.

    `what` and `proposal` are message ids; `amount_fen` is the sum in question in fen; `reason` is the other
    side's own word. `needs_second` says that a second person has to approve before it goes back, `request_id` is what
    that person is asked already, for which the decisions wait.
    """

    about: str
    what: str
    since: datetime
    amount_fen: int
    order_no: str
    proposal: str
    reason: str = ""
    decisions: tuple[Decision, ...] = ()
    needs_second: bool = False
    payment_id: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One reconciled day of one wallet account; net sums in fen, payments less refunds."""

    account: str
    day: date
    state: str
    run_at: datetime
    matched: int
    wallet_fen: int
    ledger_fen: int
    sale_fen: int
    unexplained_fen: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """An entry on which two books differ, or a `count` of them that are alike, with their sums.

    `key` names it in a form, `owner` is who looks into it.
    """

    key: str
    account: str
    day: date
    finding: str
    kind: str
    reference: str
    ours_fen: int
    theirs_fen: int
    since: datetime | None
    owner: str
    clue: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class UnderWayRow:
    """A comparison that has not ended: which book it reads, how many rows of it, and when it told so."""

    account: str
    day: date
    step: str
    rows_read: int
    told_at: datetime


@dataclass(frozen=True, slots=True)
class StatementView:
    """A day's statement: `content` as it was signed, or as it would be now, with its digest; why it cannot be signed.

    The content's `accounts`, `linked` and `additions` are as `payment.reconcile.statement` makes them, and so are the
    `additions` to the day itself since it was signed; `names` are those of the staff in either. `uncompared` names the
    wallet accounts that the content lacks as yet.
    """

    content: Mapping[str, Any]
    obstacle: str
    signed_by: str = ""
    signed_at: datetime | None = None
    digest: str = ""
    additions: Sequence[Mapping[str, Any]] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    uncompared: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class FinanceFigures:
    """The headline: outcomes unknown for longer than is normal, money for a person, open differences."""

    long_unknown: int
    for_person: int
    open_differences: int


@dataclass(frozen=True, slots=True)
class StatedCredit:
    """What the bank's statement says of one day, in fen; `is_news` unless that sum was told before."""

    day: date
    credited_fen: int
    is_news: bool


@dataclass(frozen=True, slots=True)
class BankFileRead:
    """A bank's statement as it was read: with one fault nothing of it is kept; `left_out` rows are somebody else's."""

    faults: Sequence[FaultyRow] = ()
    left_out: int = 0
    days: Sequence[StatedCredit] = ()


class NotYet(Exception):
    """The day has not come or is too long ago, or there is no such wallet account."""


class CannotSign(Exception):
    """The day cannot be signed now; its page says why."""


class SomebodyWasFaster(Exception):
    """What was to be decided no longer waits for anybody."""


class Finance(Protocol):
    """Read models of one operator's money, and the decisions of its people; `by` is a staff id for the trail."""

    def figures(self, operator_id: str) -> FinanceFigures: ...

    def waiting(self, operator_id: str) -> Sequence[MoneyRow]:
        """Everything in money that waits for a person, the oldest first."""

    def runs(self, operator_id: str, limit: int) -> Sequence[RunRow]:
        """The newest reconciliations first."""

    def differences(self, operator_id: str) -> Sequence[DifferenceRow]:
        """What is not cleared or explained, the oldest first; many that are alike as one row before them."""

    def all_differences(self, operator_id: str) -> Iterator[DifferenceRow]:
        """The same without an end, for saving."""

    def under_way(self, operator_id: str) -> Sequence[UnderWayRow]:
        """Comparisons that have not ended, or were interrupted."""

    def compare_again(self, operator_id: str, day: date, *, by: str) -> None:
        """Have the books of that day compared soon, for every wallet account; NotYet."""

    def statement(self, operator_id: str, day: date) -> StatementView:
        """The day's statement."""

    def tell_bank_credit(self, operator_id: str, day: date, account: str, amount_fen: int, *, by: str) -> None:
        """Keep what the bank has credited for that day, and compare it soon; to a signed day it is an addition."""

    def read_bank_file(
        self, operator_id: str, account: str, raw: bytes, settled_after: int, sent_by: str, *, by: str
    ) -> BankFileRead:
        """Keep the credits of a bank's statement (CSV) and compare their days soon, or tell every row that is wrong.

        Credits are for the day so many days before; where `sent_by` is given, only rows that name it count. NotYet
        where there is no such account.
        """

    def sign(self, operator_id: str, day: date, *, by: str, seen: str) -> None:
        """Sign the day's statement for good; CannotSign, also where it is no longer the one of the digest `seen`."""

    def decide(self, operator_id: str, about: str, decision: Decision, told: Told) -> None:
        """Carry out what a person decided, with its row on the trail; SomebodyWasFaster, NotRefundable."""

    def explain(self, operator_id: str, key: str, explanation: Explanation | None, *, by: str) -> None:
        """Settle a difference, or without an explanation take it over; SomebodyWasFaster."""
