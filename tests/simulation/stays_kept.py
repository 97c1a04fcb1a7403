"""What must hold of stays once all is quiet: of each deposit that is kept which the hospital has, less its surplus."""

from __future__ import annotations

from collections.abc import Iterator

from hospital_bridge.payment.model import Payment, RefundState
from hospital_bridge.store.unit_of_work import Work
from hospital_bridge.verticals.hospital.stays.stay import SURPLUS
from tests.simulation.observer import Observer
from tests.simulation.outside import OutsideWorld
from tests.simulation.refunds_kept import given_by_staff

DEPOSITS = "SELECT deposit_id, stay_id, payment_id, state FROM hospital_deposit"
STAYS = "SELECT stay_id, stay_no, is_settled, surplus_fen, returned_fen FROM hospital_stay"
AT_END = frozenset({"booked", "refused", "closed", "refunded"})


def unkept_stays(observer: Observer, outside: OutsideWorld, work: Work) -> Iterator[str]:
    """Deposits that hold more or less than they should, and a surplus that did not go back though it could."""
    left: dict[str, int] = {}
    for deposit_id, stay_id, payment_id, state in observer.rows(DEPOSITS):
        payment = work.payments.get(payment_id)
        kept = payment.collected_fen - payment.refunded_fen
        if state not in AT_END:
            yield f"deposit {deposit_id} is still {state}"
        due = payment.amount_fen - _returned(work, payment) - given_by_staff(work, payment) if state == "booked" else 0
        if kept != due:
            yield f"deposit {deposit_id} is {state} and keeps {kept} fen, not {due}"
        left[stay_id] = left.get(stay_id, 0) + kept
    for stay_id, stay_no, is_settled, surplus, returned in observer.rows(STAYS):
        if is_settled != bool(outside.hospital.admissions.get(stay_no).settlement_no):
            yield f"stay {stay_no} is settled: {is_settled}"
        if returned != surplus and (returned > surplus or left.get(stay_id, 0)):
            yield f"stay {stay_no}: {returned} of {surplus} fen went back, {left.get(stay_id, 0)} are left"


def _returned(work: Work, payment: Payment) -> int:
    refunds = work.refunds.of(payment.payment_id)
    return sum(one.amount_fen for one in refunds if one.state is RefundState.REFUNDED and one.reason == SURPLUS)
