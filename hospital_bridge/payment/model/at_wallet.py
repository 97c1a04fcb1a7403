"""Which of our refunds one of the wallet's is, by the wallet's own number of it."""

from __future__ import annotations

from collections.abc import Iterable

from hospital_bridge.payment.model.refund import Refund, RefundState


def unnamed(refunds: Iterable[Refund]) -> list[Refund]:
    """Those that were adopted from a sum that the wallet told, whose number is not known yet."""
    return [one for one in refunds if one.is_adopted and not one.wallet_refund_no]


def is_known(refunds: Iterable[Refund], number: str) -> bool:
    """Whether one of them has that number at the wallet; one that it refused stands for none that it made after all."""
    return any(
        number == one.wallet_refund_no or (number == one.refund_no and one.state is not RefundState.VOID)
        for one in refunds
    )
