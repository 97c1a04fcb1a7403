"""How the money of a stay stands here, reckoned from its deposits and from what is known of each one's payment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hospital_bridge.verticals.hospital.stays.stay import SURPLUS, State
from hospital_bridge.verticals.hospital.store import stays

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from hospital_bridge.slot import PaymentView, RefundView, VerticalWork
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


def held(work: VerticalWork, stay_id: str) -> Sequence[Moved]:
    """The same of one moment, which lasts until the commit."""
    work.payments.hold([each.payment_id for each in stays.deposits(work, stay_id)])
    return onto(work, stay_id)


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
    leaving = sum(one.amount_fen for one in _refunds(moved) if one.back_at is None and one.reason == SURPLUS)
    on_way = min(leaving, stay.returned_fen - stuck)
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


def sent_back_fen(stay: Stay, moved: Sequence[Moved]) -> int:
    """What of the surplus that was sent back is back or on its way; the wallet would not take the rest, and owes it."""
    missing = stay.returned_fen - sum(one.amount_fen for one in _refunds(moved) if one.reason == SURPLUS)
    owed = sum(payment.owed_for.get(SURPLUS, 0) for payment in _booked(moved))
    return stay.returned_fen - min(max(missing, 0), owed)


def others_fen(moved: Sequence[Moved], sent_fen: int) -> int:
    """What of the deposits is back or on its way beside what was sent of the surplus, or finance is asked to send."""
    owed = sum(fen for payment in _booked(moved) for reason, fen in payment.owed_for.items() if reason != SURPLUS)
    return sum(one.amount_fen for one in _refunds(moved)) - sent_fen + owed


def netted_fen(before: Stay | None, now: Stay, moved: Sequence[Moved]) -> int:
    """What else went back of the deposits and the hospital has taken off them, as it reckons now.

    At first what it had booked by then. When it reckons anew, that and by how much its deposits have become less: no
    more than is back, for of the rest it has not heard. `now` has what of the surplus was sent until now.
    """
    sent = now.returned_fen
    others = others_fen(moved, sent)
    if before is None or not (before.is_settled and now.is_settled):
        return min(_heard_fen(now, moved, sent), others)
    if before.deposits_fen is None or now.deposits_fen is None:
        return min(_heard_fen(now, moved, sent), others)
    earlier = _heard_fen(before, moved, sent) if before.netted_fen is None else before.netted_fen
    return min(earlier + max(before.deposits_fen - now.deposits_fen, 0), _back_fen(moved, sent), others)


def is_netted(before: Stay, now: Stay, moved: Sequence[Moved]) -> bool:
    """Whether the hospital's deposits have become less by what it called surplus and we sent back.

    Nothing else explains it: not what else is back and is not taken off yet, and no other sum.
    """
    sent = sent_back_fen(before, moved)
    if not sent or before.deposits_fen is None or now.deposits_fen is None:
        return False
    earlier = _heard_fen(before, moved, sent) if before.netted_fen is None else before.netted_fen
    others = max(_back_fen(moved, sent) - earlier, 0)
    less = before.deposits_fen - now.deposits_fen
    return less > others and sent <= less <= sent + others


def _heard_fen(stay: Stay, moved: Sequence[Moved], sent_fen: int) -> int:
    """What the hospital had booked beside the surplus when it reckoned."""
    reckoned_at = stay.reckoned_at or stay.told_at
    booked = (one for one in _refunds(moved) if one.taken_back_at is not None and one.taken_back_at <= reckoned_at)
    return _beside_fen(booked, moved, sent_fen)


def _back_fen(moved: Sequence[Moved], sent_fen: int) -> int:
    """What is back beside the surplus."""
    return _beside_fen((one for one in _refunds(moved) if one.back_at is not None), moved, sent_fen)


def _beside_fen(refunds: Iterable[RefundView], moved: Sequence[Moved], sent_fen: int) -> int:
    """Of those refunds what does not stand in the place of a surplus that the wallet would not take."""
    in_place = sent_fen - sum(one.amount_fen for one in _refunds(moved) if one.reason == SURPLUS)
    return max(sum(one.amount_fen for one in refunds if one.reason != SURPLUS) - max(in_place, 0), 0)


def _refunds(moved: Sequence[Moved]) -> Sequence[RefundView]:
    return [refund for payment in _booked(moved) for refund in payment.refunds]


def _booked(moved: Sequence[Moved]) -> Sequence[PaymentView]:
    return [payment for deposit, payment in moved if deposit.state in {State.BOOKED, State.REFUNDED}]


def _paid_since(told_at: datetime, deposit: Deposit, payment: PaymentView) -> int:
    """What of a deposit the hospital's account cannot have yet; nothing where all of it shall go back."""
    is_unheard = deposit.state is State.PAID
    booked_at = payment.booked_at or payment.paid_at
    is_later = deposit.state is State.BOOKED and booked_at is not None and booked_at > told_at
    goes_back = payment.situation == "refunding" and not payment.refunding_fen
    return payment.left_fen if (is_unheard or is_later) and not goes_back else 0
