"""A patient or a relative pays a deposit (预交金) onto a stay that is open; an outpatient can prepay nothing.

Outpatient prepayments are forbidden since 2025-03-31, and so a deposit names a stay that the hospital has told of.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from adapters.values import Fen
from hospital_bridge.slot import PaidSale, PaymentRequest, Progress, Right, Scope
from hospital_bridge.verticals.hospital import postings
from hospital_bridge.verticals.hospital.own_numbers import record_of
from hospital_bridge.verticals.hospital.schedule import must_be_open
from hospital_bridge.verticals.hospital.stays import telling
from hospital_bridge.verticals.hospital.stays.stay import Deposit, State
from hospital_bridge.verticals.hospital.store import stays

if TYPE_CHECKING:
    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.hospital.stays.stay import Stay

SALE_KIND = "hospital.deposit"
FEN_OF_YUAN = 100


class NotTaken(StrEnum):
    """Why no order was opened.

    LIMITS: the sum is too small or too large. OVER: nothing is paid onto the stay any more. ORDERED: an order of this
    payer for the stay is open already.
    """

    LIMITS = "limits"
    OVER = "over"
    ORDERED = "ordered"


def pay(scope: Scope, wallet_user_id: str, stay_id: str, yuan: int) -> NotTaken | None:
    """Open an order for a deposit of so many yuan, or say why not; NoSuchStay, Away."""
    must_be_open(scope)
    with scope.begin() as work:
        stay = stays.get(work, stay_id, lock=True)
        subject_id = payable_for(work, wallet_user_id, stay)
        open_orders = (each for each in stays.deposits(work, stay_id) if each.state is State.ORDERED)
        if not stay.takes_deposits:
            return NotTaken.OVER
        if any(each.wallet_user_id == wallet_user_id for each in open_orders):
            return NotTaken.ORDERED
        if not scope.settings["deposit_least"] <= yuan <= scope.settings["deposit_most"]:
            return NotTaken.LIMITS
        deposit = Deposit(work.ids.new(), stay_id, wallet_user_id, Fen(yuan * FEN_OF_YUAN), work.now)
        payment_id = work.payments.open(
            PaymentRequest(
                sale_kind=SALE_KIND,
                sale_ref=deposit.deposit_id,
                subject_id=subject_id,
                wallet_user_id=wallet_user_id,
                amount_fen=deposit.amount_fen,
                expires_at=work.now + timedelta(minutes=scope.settings["pay_minutes"]),
            )
        )
        stays.add_deposit(work, replace(deposit, payment_id=payment_id))
        work.audit.record(wallet_user_id, "deposit.ordered", deposit.deposit_id)
    return None


def payable_for(work: VerticalWork, wallet_user_id: str, stay: Stay) -> str:
    """Whose stay it is, if the wallet user may pay for that person; others are told that there is none."""
    subject_id = stays.holder_of(work, stay)
    if not subject_id or not work.subjects.may(wallet_user_id, subject_id, Right.PAY):
        raise stays.NoSuchStay(stay.stay_id)
    return subject_id


def paid_for(work: VerticalWork, sale: PaidSale) -> postings.PaidFor:
    """The stay that it is paid onto."""
    stay = stays.get(work, stays.deposit_of(work, sale.sale_ref).stay_id)
    return postings.PaidFor(record_of(work, sale.subject_id, stay.mrn), stay_no=stay.stay_no)


def changed(work: VerticalWork, deposit_id: str, progress: Progress, reason: str) -> None:
    """Follow the money, in the transaction that moved it."""
    deposit = stays.deposit_of(work, deposit_id, lock=True)
    moved = deposit.after(progress, reason)
    if moved != deposit:
        stays.save_deposit(work, moved)
        telling.tell_moved(work, moved)
    elif progress is Progress.REFUNDED and moved.state is State.CLOSED:
        telling.tell_late(work, moved)
    work.audit.record("bridge", f"deposit.{moved.state}", deposit_id, progress=progress)


SALE = postings.sale_of(SALE_KIND, "住院预交金", paid_for, changed)
