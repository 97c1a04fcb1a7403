"""What a wallet's fund bill says: each line moves the balance of the merchant's account."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from adapters.values import BillEntry, EntryKind, Fen


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


@dataclass(frozen=True, slots=True)
class BesideBill:
    """How a fund bill stands beside the trade bill of the same day; sums in fen.

    `differing` has, by the wallet's number of a trade, what the trade bill says that moved (receipts less refunds and
    fees) and what the fund bill says. `others` is what else moved the balance, by the wallet's own word for it.
    """

    differing: Mapping[str, tuple[int, int]]
    others: Mapping[str, int]


def beside_bill(funds: Iterable[FundEntry], bill: Iterable[BillEntry]) -> BesideBill:
    """Hold both against each other, trade by trade: only numbers and sums are compared, never a wallet's words."""
    traded: Counter[str] = Counter()
    for line in bill:
        moved = line.receipt_fen if line.kind is EntryKind.PAYMENT else -line.receipt_fen
        traded[line.provider_trade_no] += moved - line.fee_fen
    logged: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for entry in funds:
        if entry.provider_no in traded:
            logged[entry.provider_no] += entry.amount_fen
        else:
            others[entry.kind] += entry.amount_fen
    differing = {number: (net, logged[number]) for number, net in sorted(traded.items()) if net != logged[number]}
    return BesideBill(differing, dict(others))
