"""What a payer is told of a stay and its deposits: sums and what comes next, never why somebody lies in hospital."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.slot import Notice, Right
from hospital_bridge.verticals.hospital.stays.stay import State
from hospital_bridge.verticals.hospital.store import stays
from notifications.catalogue import Entry
from notifications.message import Kind, Template

if TYPE_CHECKING:
    from hospital_bridge.slot import VerticalWork
    from hospital_bridge.verticals.hospital.stays.stay import Deposit, Stay

RECEIVED, REFUSED, WENT_BACK = "deposit.received", "deposit.refused", "deposit.went_back"
NEEDED, SETTLED, GOES_BACK, CANCELLED = "stay.deposit_needed", "stay.settled", "stay.goes_back", "stay.cancelled"
PAYER = "payer"


def _notice(event: str, sentence: str, *, of_sum: bool = True) -> Notice:
    template = Template(event.replace(".", "_"), {"amount": Kind.MONEY} if of_sum else {})
    return Notice(Entry(event, PAYER, template), sentence, page="stay")


NOTICES = (
    _notice(RECEIVED, "Your deposit of %(amount)s has arrived at the hospital."),
    _notice(REFUSED, "The hospital did not accept the deposit of %(amount)s; the money goes back the way you paid."),
    _notice(WENT_BACK, "A deposit of %(amount)s came too late and went back to you; the page of the stay says how."),
    _notice(NEEDED, "The hospital asks for a further deposit of %(amount)s. You can pay it here."),
    _notice(SETTLED, "The hospital has settled the stay. You can read here what it came to.", of_sum=False),
    _notice(
        GOES_BACK,
        "The stay is settled: %(amount)s of your deposits goes back the way you paid, to the wallet mostly within"
        " minutes, to a bank card within some working days.",
    ),
    _notice(
        CANCELLED,
        "The hospital has cancelled the admission. The admission desk gives your deposit of %(amount)s back: bring your"
        " ID card.",
    ),
)
_OF_STATES = {State.BOOKED: RECEIVED, State.REFUSED: REFUSED}


def tell_moved(work: VerticalWork, deposit: Deposit) -> None:
    """Whoever paid it, when the hospital has answered."""
    event = _OF_STATES.get(deposit.state)
    if event is not None:
        amount = {"amount": int(deposit.amount_fen)}
        key = f"{event}:{deposit.deposit_id}"
        work.messages.tell(event, PAYER, deposit.wallet_user_id, amount, dedupe_key=key, about=deposit.stay_id)


def tell_late(work: VerticalWork, deposit: Deposit) -> None:
    """Whoever paid an order that was over, when the money is back."""
    amount = {"amount": int(deposit.amount_fen)}
    key = f"{WENT_BACK}:{deposit.deposit_id}"
    work.messages.tell(WENT_BACK, PAYER, deposit.wallet_user_id, amount, dedupe_key=key, about=deposit.stay_id)


def tell_cancelled(work: VerticalWork, deposit: Deposit, left_fen: int) -> None:
    """Whoever paid a deposit that the hospital has, when there was no such admission after all."""
    key = f"{CANCELLED}:{deposit.deposit_id}"
    amount = {"amount": left_fen}
    work.messages.tell(CANCELLED, PAYER, deposit.wallet_user_id, amount, dedupe_key=key, about=deposit.stay_id)


def tell_news(work: VerticalWork, before: Stay | None, stay: Stay) -> None:
    """Everybody who may pay for the person: a further deposit is wanted, or the stay is settled.

    What goes back is told apart to whom it goes, and what is still due comes as a bill, which is told as one.
    """
    asked_before = before.asked_fen if before else 0
    if stay.takes_deposits and stay.asked_fen and stay.asked_fen != asked_before:
        _tell_all(work, stay, NEEDED, {"amount": int(stay.asked_fen)})
    if stay.is_settled and not (before and before.is_settled) and not stay.due_fen:
        _tell_all(work, stay, SETTLED, {})


def tell_given_back(work: VerticalWork, deposit: Deposit, part_fen: int) -> None:
    """Whoever paid the deposit, when part or all of it is sent back at the settlement."""
    key = f"{GOES_BACK}:{deposit.deposit_id}:{work.now.timestamp():.6f}"
    amount = {"amount": part_fen}
    work.messages.tell(GOES_BACK, PAYER, deposit.wallet_user_id, amount, dedupe_key=key, about=deposit.stay_id)


def _tell_all(work: VerticalWork, stay: Stay, event: str, parameters: dict[str, int]) -> None:
    subject_id = stays.holder_of(work, stay)
    for wallet_user_id in work.subjects.recipients(subject_id, Right.PAY) if subject_id else ():
        key = f"{event}:{stay.stay_id}:{stay.told_at.timestamp():.6f}"
        work.messages.tell(event, PAYER, wallet_user_id, parameters, dedupe_key=key, about=stay.stay_id)
