"""The moves of money as postings, and the proof that postings and payments tell one story."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from adapters.values import Fen
from hospital_bridge.payment.model import TRANSIT, Account, Fulfilment, Move, Payment, Posting, Refund
from hospital_bridge.store.unit_of_work import Work


def post_collection(work: Work, payment: Payment, day: date) -> None:
    """The wallet holds the money for us."""
    _post(work, payment, Move.COLLECT, (Account.WALLET_CLEARING, payment.stands_in), payment.collected_fen, day)


def post_fulfilment(work: Work, payment: Payment, day: date) -> None:
    """What is left of the collected money is the hospital's."""
    _post(work, payment, Move.FULFIL, (Account.UNAPPLIED, Account.HOSPITAL), payment.refundable_fen, day)


def post_reservation(work: Work, payment: Payment, refund: Refund, day: date) -> None:
    """Money leaves where it stood and is on its way back."""
    accounts = (refund.from_account, Account.REFUNDS_IN_TRANSIT)
    _post(work, payment, Move.RESERVE, accounts, refund.amount_fen, day, refund.refund_no)


def post_refund(work: Work, payment: Payment, refund: Refund, day: date) -> None:
    """The wallet has given the money back."""
    accounts = (Account.REFUNDS_IN_TRANSIT, Account.WALLET_CLEARING)
    _post(work, payment, Move.REFUND, accounts, refund.amount_fen, day, refund.refund_no)


def post_void(work: Work, payment: Payment, refund: Refund, day: date) -> None:
    """The refund was refused: the money stands where it stood before."""
    accounts = (Account.REFUNDS_IN_TRANSIT, refund.from_account)
    _post(work, payment, Move.VOID, accounts, refund.amount_fen, day, refund.refund_no)


def balances(work: Work, at: datetime | None = None) -> dict[Account, Fen]:
    """What stands, or stood at that instant, on each account; WALLET_CLEARING equals the sum of the others."""
    return work.ledger.balances(at)


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A sum that postings and payment tell differently; `rule` names the invariant that is broken."""

    payment_id: str
    rule: str
    expected_fen: int
    found_fen: int


def verify(work: Work) -> Sequence[Discrepancy]:
    """Recompute every payment from its postings; an empty answer proves the books.

    Rules (reference/reliability.md section 1): I1 postings balance; I2 refunds stay within what was
    collected; I5 money of a payment at rest stands on no transit account.
    """
    postings: defaultdict[str, list[Posting]] = defaultdict(list)
    for posting in work.ledger.all():
        postings[posting.payment_id].append(posting)
    return [fault for payment in work.payments.all() for fault in _faults_of(payment, postings[payment.payment_id])]


def is_at_rest(payment: Payment) -> bool:
    """Nothing is left to happen to the money unless somebody asks for it."""
    if payment.refund_reserved_fen or payment.refund_wanted:
        return False
    if payment.fulfilment is Fulfilment.REFUSED:
        return payment.refunded_fen == payment.collected_fen
    return payment.fulfilment is Fulfilment.FULFILLED


def standing(postings: Sequence[Posting]) -> Counter[Account]:
    """Credits less debits of each account."""
    sums: Counter[Account] = Counter()
    for posting in postings:
        sums[posting.debit_account] -= posting.amount_fen
        sums[posting.credit_account] += posting.amount_fen
    return sums


def _faults_of(payment: Payment, postings: Sequence[Posting]) -> Iterator[Discrepancy]:
    moved = Counter(dict.fromkeys(Move, 0))
    for posting in postings:
        moved[posting.move] += posting.amount_fen
    stands = standing(postings)
    reserved = moved[Move.RESERVE] - moved[Move.REFUND] - moved[Move.VOID]
    is_fulfilled = payment.fulfilment is Fulfilment.FULFILLED
    fulfilled = payment.collected_fen - _left_before(postings) if is_fulfilled else 0
    checks = [
        ("I1 postings balance", 0, sum(stands.values())),
        ("I1 collected", payment.collected_fen, moved[Move.COLLECT]),
        ("I1 fulfilled", fulfilled, moved[Move.FULFIL]),
        ("I2 reserved", payment.refund_reserved_fen, reserved),
        ("I2 refunded", payment.refunded_fen, moved[Move.REFUND]),
        (
            "I2 within collected",
            max(moved[Move.REFUND] + reserved, 0),
            min(moved[Move.REFUND] + reserved, moved[Move.COLLECT]),
        ),
    ]
    if is_at_rest(payment):
        checks += [(f"I5 {account} at rest", 0, stands[account]) for account in sorted(TRANSIT)]
    for rule, expected, found in checks:
        if expected != found:
            yield Discrepancy(payment.payment_id, rule, expected, found)


def _left_before(postings: Sequence[Posting]) -> int:
    """What went back while the fulfilling system had not answered yet, and so never was the hospital's."""
    moves = {Move.RESERVE, Move.VOID}
    return -standing([posting for posting in postings if posting.move in moves])[Account.UNAPPLIED]


def _post(
    work: Work,
    payment: Payment,
    move: Move,
    accounts: tuple[Account, Account],
    amount_fen: Fen,
    day: date,
    refund_no: str = "",
) -> None:
    if amount_fen == 0:
        return  # A zero fee moves nothing, and the ledger holds transfers only.
    debit, credit = accounts
    work.ledger.post(Posting(move, payment.payment_id, debit, credit, amount_fen, day, refund_no))
