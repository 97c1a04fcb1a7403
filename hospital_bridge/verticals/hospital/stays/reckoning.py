"""How the money of a stay stands here, reckoned from its deposits and from what is known of each one's payment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hospital_bridge.verticals.hospital.stays.stay import State
from hospital_bridge.verticals.hospital.store import stays

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hospital_bridge.slot import PaymentView, VerticalWork
    from hospital_bridge.verticals.hospital.stays.stay import Deposit, Stay

    Moved = tuple[Deposit, PaymentView]


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
