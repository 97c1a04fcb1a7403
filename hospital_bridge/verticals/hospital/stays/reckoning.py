"""How the money of a stay stands here, reckoned from its deposits and from what is known of each one's payment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hospital_bridge.verticals.hospital.stays.stay import SURPLUS, State
from hospital_bridge.verticals.hospital.store import stays

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from hospital_bridge.slot import PaymentView, VerticalWork
    from hospital_bridge.verticals.hospital.stays.stay import Deposit, Stay

    Moved = tuple[Deposit, PaymentView]


@dataclass(frozen=True, slots=True)
class Money:
    """Sums in fen: `since_fen` was paid here after `told_at`, when the hospital last told its account of the stay.

    `asked_fen` and `owed_fen` are what of the sums that it told then is left to pay. Of what was to go back of the
    surplus, `back_fen` is back, `on_way_fen` is on its way, `stuck_fen` the wallet would not take back, and no deposit
    paid `window_fen` here. With `by_hand` the hospital has paid out some of it itself.
    """

    told_at: datetime
    since_fen: int
    asked_fen: int
    owed_fen: int
    back_fen: int
    on_way_fen: int
    stuck_fen: int
    window_fen: int
    by_hand: bool


def onto(work: VerticalWork, stay_id: str) -> Sequence[Moved]:
    """All deposits onto a stay, newest first, each with its payment."""
    return [(each, work.payments.view(each.payment_id)) for each in stays.deposits(work, stay_id)]


def open_order(stay: Stay, moved: Sequence[Moved], wallet_user_id: str) -> PaymentView | None:
    """The order of this payer that is being opened, waits for them or is being closed, while a deposit can be paid."""
    theirs = (
        payment
        for deposit, payment in moved
        if deposit.state is State.ORDERED and deposit.wallet_user_id == wallet_user_id
    )
    return next(theirs, None) if stay.takes_deposits else None


def money_of(stay: Stay, moved: Sequence[Moved]) -> Money:
    """How the money of the stay stands."""
    told_at = stay.account_told_at or stay.told_at
    since = sum(_paid_since(told_at, *each) for each in moved)
    stuck = stay.returned_fen - sent_back_fen(stay, moved)
    on_way = min(sum(payment.refunding_fen for payment in _booked(moved)), stay.returned_fen - stuck)
    return Money(
        told_at=told_at,
        since_fen=since,
        asked_fen=max(stay.asked_fen - since, 0),
        owed_fen=max(-(stay.balance_fen or 0) - since, 0),
        back_fen=stay.returned_fen - stuck - on_way,
        on_way_fen=on_way,
        stuck_fen=stuck,
        window_fen=max(stay.surplus_fen - stay.returned_fen - stay.unheard_fen, 0),
        by_hand=any(payment.by_hand for payment in _booked(moved)),
    )


def gone_fen(moved: Sequence[Moved]) -> int:
    """What of the deposits that were booked is back or on its way back, for whatever reason."""
    return sum(payment.refunded_fen + payment.refunding_fen for payment in _booked(moved))


def sent_back_fen(stay: Stay, moved: Sequence[Moved]) -> int:
    """What of the surplus that was sent back is back or on its way; the wallet would not take the rest."""
    return min(max(gone_fen(moved) - stay.gone_before_fen, 0), stay.returned_fen)


def unheard_fen(stay: Stay, moved: Sequence[Moved]) -> tuple[int, int]:
    """What else of the deposits went back and the hospital reckoned with: surely, and as far as anybody can tell.

    Surely what the payer had only after it reckoned the settlement, or has not yet. Of what the payer had before, and
    of which the hospital's answer is not here or came later, nobody can tell: the answer may have been lost on its way.
    """
    reckoned_at = stay.reckoned_at or stay.told_at
    refunds = [refund for payment in _booked(moved) for refund in payment.refunds if refund.reason != SURPLUS]
    later = [one for one in refunds if one.taken_back_at is None or one.taken_back_at > reckoned_at]
    sure = sum(one.amount_fen for one in later if one.back_at is None or one.back_at > reckoned_at)
    # What stands in the place of a surplus that the wallet would not take is that surplus, for whatever reason.
    most = gone_fen(moved) - sent_back_fen(stay, moved)
    return min(sure, most), min(sum(one.amount_fen for one in later), most) - min(sure, most)


def is_netted(before: Stay, now: Stay, moved: Sequence[Moved]) -> bool:
    """Whether the hospital's deposits have become less by what it called surplus and we sent back."""
    if before.deposits_fen is None or now.deposits_fen is None:
        return False
    sent = sent_back_fen(before, moved)
    return bool(sent) and before.deposits_fen - now.deposits_fen > gone_fen(moved) - sent


def _booked(moved: Sequence[Moved]) -> Sequence[PaymentView]:
    return [payment for deposit, payment in moved if deposit.state in {State.BOOKED, State.REFUNDED}]


def _paid_since(told_at: datetime, deposit: Deposit, payment: PaymentView) -> int:
    """What of a deposit the hospital's account cannot have yet; nothing where all of it shall go back."""
    is_unheard = deposit.state is State.PAID
    booked_at = payment.booked_at or payment.paid_at
    is_later = deposit.state is State.BOOKED and booked_at is not None and booked_at > told_at
    goes_back = payment.situation == "refunding" and not payment.refunding_fen
    return payment.left_fen if (is_unheard or is_later) and not goes_back else 0
