"""What a wallet's fund bill says: each line moves the balance of the merchant's account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from adapters.values import Fen


@dataclass(frozen=True, slots=True)
class FundEntry:
    """One line of a fund bill; `amount_fen` is negative where money leaves, `balance_fen` is what is left after it.

    `provider_no` is the wallet's number of what moved the money, `kind` and `voucher_no` are the wallet's own words.
    """

    flow_no: str
    provider_no: str
    kind: str
    amount_fen: Fen
    balance_fen: Fen
    occurred_at: datetime
    voucher_no: str = ""
