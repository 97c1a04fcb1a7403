"""What a wallet allows of refunds: how close together, how many, how late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class RefundLimits:
    """`spacing` is the least time between two refunds of one order; `most_parts` and `window` (since it was paid).

    None has no end that the wallet names: it refuses what is too late by itself.
    """

    spacing: timedelta
    most_parts: int | None = None
    window: timedelta | None = None


ALIPAY = RefundLimits(spacing=timedelta(seconds=3))
"""alipay.trade.refund: 3 seconds apart; how late is a matter of the merchant's contract (`refund_days`)."""

WECHAT = RefundLimits(spacing=timedelta(minutes=1), most_parts=50, window=timedelta(days=365))
"""WeChat Pay, refund request, rules of the interface: a minute apart, 50 parts, a year."""
