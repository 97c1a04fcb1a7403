"""A day's statement as vouchers (记账凭证): each line debits one account and credits another with the same sum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

IN_TRANSIT = "Money in transit at the wallet"
RECEIPTS = "Receipts"
FEES = "Fees of the wallet"
DISCOUNTS = "Discounts given"
BANK = "Bank deposit"

PAID, RETURNED, KEPT, KEPT_BACK, GIVEN_OFF, TAKEN_BACK, CREDITED, CHARGED = (
    "Payments of the day",
    "Refunds of the day",
    "Fees kept by the wallet",
    "Fees given back by the wallet",
    "Discounts of the day",
    "Discounts taken back with refunds",
    "Credited to the bank account",
    "Charged to the bank account",
)
EVERY_CHANNEL = "*"
SUBJECTS = (IN_TRANSIT, RECEIPTS, FEES, DISCOUNTS, BANK)
SUMMARIES = (PAID, RETURNED, KEPT, KEPT_BACK, GIVEN_OFF, TAKEN_BACK, CREDITED, CHARGED)


@dataclass(frozen=True, slots=True)
class Voucher:
    """One line; `summary`, `debit` and `credit` are message ids, `amount_fen` is above zero."""

    account: str
    channel: str
    summary: str
    debit: str
    credit: str
    amount_fen: int


def vouchers(content: Mapping[str, Any]) -> Sequence[Voucher]:
    """The lines of a statement's content, fees and net bank credit of each wallet account included.

    Money in transit at the wallet ends at nothing: what was paid less refunds, fees and discounts is the bank's. Where
    it was told that the bank has credited another sum, that is the bank's, and the difference stays in transit.
    """
    return [one for account in content["accounts"] for one in _of_account(account)]


def _of_account(account: Mapping[str, Any]) -> Iterator[Voucher]:
    name = account["account"]
    for sums in account["channels"]:
        where = name, sums["channel"]
        yield from _line(where, sums["paid_fen"], (PAID, IN_TRANSIT, RECEIPTS), (RETURNED, RECEIPTS, IN_TRANSIT))
        yield from _line(where, -sums["refunded_fen"], (PAID, IN_TRANSIT, RECEIPTS), (RETURNED, RECEIPTS, IN_TRANSIT))
        yield from _line(where, sums["fee_fen"], (KEPT, FEES, IN_TRANSIT), (KEPT_BACK, IN_TRANSIT, FEES))
        given_off = sums.get("discount_fen", 0)  # A statement may have been signed before there was such a sum.
        yield from _line(where, given_off, (GIVEN_OFF, DISCOUNTS, IN_TRANSIT), (TAKEN_BACK, IN_TRANSIT, DISCOUNTS))
    told = account.get("bank_fen")
    credited = sum(sums["net_fen"] for sums in account["channels"]) if told is None else told
    yield from _line((name, EVERY_CHANNEL), credited, (CREDITED, BANK, IN_TRANSIT), (CHARGED, IN_TRANSIT, BANK))


def _line(
    where: tuple[str, str], amount: int, above: tuple[str, str, str], below: tuple[str, str, str]
) -> Iterator[Voucher]:
    """One line in the way that the sign says; none for nothing."""
    if amount:
        yield Voucher(*where, *(above if amount > 0 else below), abs(amount))
