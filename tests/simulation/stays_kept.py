"""What must hold of stays once all is quiet: of each deposit that is kept which the hospital has, less its surplus."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from hospital_bridge.payment.model import Payment, RefundState
from hospital_bridge.sandbox.hospital.model import Stay
from hospital_bridge.store.unit_of_work import Work
from hospital_bridge.verticals.hospital.stays.stay import SURPLUS
from tests.simulation.observer import Observer
from tests.simulation.outside import OutsideWorld
from tests.simulation.refunds_kept import BY_STAFF, given_by_staff

DEPOSITS = "SELECT deposit_id, stay_id, payment_id, state FROM hospital_deposit"
STAYS = "SELECT stay_id, stay_no, is_settled, surplus_fen, returned_fen FROM hospital_stay"
AT_END = frozenset({"booked", "refused", "closed", "refunded"})


class Told(NamedTuple):
    """A stay as the bridge has it."""

    stay_id: str
    stay_no: str
    is_settled: bool
    surplus_fen: int
    returned_fen: int


def unkept_stays(observer: Observer, outside: OutsideWorld, work: Work) -> Iterator[str]:
    """Deposits that hold more or less than they should, and a surplus that went back doubled or not at all."""
    onto: defaultdict[str, list[Payment]] = defaultdict(list)
    for deposit_id, stay_id, payment_id, state in observer.rows(DEPOSITS):
        payment = work.payments.get(payment_id)
        kept = payment.collected_fen - payment.refunded_fen
        if state not in AT_END:
            yield f"deposit {deposit_id} is still {state}"
        due = payment.amount_fen - _returned(work, payment) - given_by_staff(work, payment) if state == "booked" else 0
        if kept != due:
            yield f"deposit {deposit_id} is {state} and keeps {kept} fen, not {due}"
        onto[stay_id].append(payment)
    for told in map(Told._make, observer.rows(STAYS)):
        stay = outside.hospital.admissions.get(told.stay_no)
        if told.is_settled != bool(stay.settlement_no):
            yield f"stay {told.stay_no} is settled: {bool(told.is_settled)}"
        elif told.surplus_fen and not outside.misbooked:
            yield from _unkept_surplus(told, stay, outside, work, onto[told.stay_id])


def _unkept_surplus(
    told: Told, stay: Stay, outside: OutsideWorld, work: Work, onto: Sequence[Payment]
) -> Iterator[str]:
    """The hospital keeps its own part, less what people gave back after the settlement, whose ways are theirs.

    What they had begun before it, and the hospital heard of only then, comes off the surplus as far as that goes.
    """
    cashier = outside.hospital.cashier
    gone_since = cashier.gone_back_fen(stay.stay_no) - stay.gone_back_fen
    kept = cashier.deposits_fen(stay.stay_no) - gone_since
    left = sum(payment.collected_fen - payment.refunded_fen for payment in onto)
    later = sum(_given_later(work, payment, stay) for payment in onto)
    unheard = gone_since - later - sum(_returned(work, payment) for payment in onto)
    lowest = stay.self_pay_fen - later - max(unheard - told.surplus_fen, 0)
    if kept < lowest:
        yield f"stay {stay.stay_no}: the hospital keeps {kept} fen, and its own part was {lowest}"
    # Of these nobody can tell whether the hospital had reckoned with them: they stay with it.
    doubtful = sum(_in_doubt(work, payment, stay) for payment in onto)
    if told.returned_fen + doubtful < told.surplus_fen and kept > stay.self_pay_fen and left:
        yield f"stay {stay.stay_no}: {told.returned_fen} of {told.surplus_fen} fen went back, {left} are left"


def _returned(work: Work, payment: Payment) -> int:
    refunds = work.refunds.of(payment.payment_id)
    return sum(one.amount_fen for one in refunds if one.state is RefundState.REFUNDED and one.reason == SURPLUS)


def _given_later(work: Work, payment: Payment, stay: Stay) -> int:
    refunds = work.refunds.of(payment.payment_id)
    by_staff = (one for one in refunds if one.state is RefundState.REFUNDED and one.reason in BY_STAFF)
    return sum(one.amount_fen for one in by_staff if stay.settled_at is None or one.reserved_at >= stay.settled_at)


def _in_doubt(work: Work, payment: Payment, stay: Stay) -> int:
    """What people gave back that the payer had before the settlement, and whose booking was answered after it."""
    at = stay.settled_at
    if at is None:
        return 0
    back = (one for one in work.refunds.of(payment.payment_id) if one.refunded_at is not None and one.refunded_at <= at)
    others = (one for one in back if one.reason != SURPLUS)
    return sum(one.amount_fen for one in others if one.reversed_at is None or one.reversed_at > at)
