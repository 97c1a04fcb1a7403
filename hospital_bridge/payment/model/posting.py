"""One posting of the ledger: a single transfer, balanced by construction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from adapters.values import Fen

NOTHING = Fen(0)


class Account(StrEnum):
    """Where money stands. UNAPPLIED is collected and not yet fulfilled; SUSPENSE arrived unasked or late."""

    WALLET_CLEARING = "wallet_clearing"
    UNAPPLIED = "unapplied"
    HOSPITAL = "hospital"
    REFUNDS_IN_TRANSIT = "refunds_in_transit"
    SUSPENSE = "suspense"


TRANSIT = frozenset({Account.UNAPPLIED, Account.REFUNDS_IN_TRANSIT, Account.SUSPENSE})
"""Accounts that money only passes through: at rest each stands at zero."""


class Move(StrEnum):
    """Why money moved; the first half of a posting's source key."""

    COLLECT = "collect"
    FULFIL = "fulfil"
    RESERVE = "reserve"
    REFUND = "refund"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Posting:
    """A transfer of `amount_fen > 0`; `business_date` is the wallet's day in the operator's zone."""

    move: Move
    payment_id: str
    debit_account: Account
    credit_account: Account
    amount_fen: Fen
    business_date: date
    refund_no: str = ""
    posting_id: str = ""
    posted_at: datetime | None = None

    @property
    def source_key(self) -> str:
        """What caused the transfer: each cause posts once, whatever is repeated."""
        return f"{self.move}:{self.refund_no or self.payment_id}"
