"""The sums of a bill: checked against each other, never made up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.errors import Malformed
from adapters.values import Fen

NOTHING = Fen(0)


@dataclass(frozen=True, slots=True)
class Told:
    """An amount, None where none is told, and the place that a fault names."""

    amount: Fen | None
    place: str


@dataclass(frozen=True, slots=True)
class Shares:
    """`insurance` (统筹), `account` (个人账户) and `self_pay` (自费) add up to `total`."""

    total: Fen
    insurance: Fen
    account: Fen
    self_pay: Fen


def not_negative(amount: Fen | None, place: str) -> Fen | None:
    """The same amount; Malformed where it is below nothing."""
    if amount is not None and amount < 0:
        raise Malformed(f"{place} is negative")
    return amount


def total_of(items: Sequence[Told], totals: Sequence[Told]) -> Fen:
    """What the items add up to, which every stated total repeats; the stated one where an item has no price."""
    stated = [total for total in totals if total.amount is not None]
    contrary = next((total for total in stated if total.amount != stated[0].amount), None)
    if contrary is not None:
        raise Malformed(f"{contrary.place} is another total than before it")
    unpriced = next((item for item in items if item.amount is None), None)
    if unpriced is not None:
        if not stated or stated[0].amount is None:
            raise Malformed(f"{unpriced.place} is missing and no total stands in its place")
        return stated[0].amount
    added = Fen(sum(item.amount for item in items if item.amount is not None))
    if stated and stated[0].amount != added:
        raise Malformed(f"{stated[0].place} is not what the items add up to")
    return added


def shares_of(total: Fen, insurance: Fen | None, account: Fen | None, self_pay: Fen | None, place: str) -> Shares:
    """All shares: the patient's is the rest where it is not told, else the insurance's; an untold account is 0."""
    account = NOTHING if account is None else account
    if insurance is None:
        insurance = NOTHING if self_pay is None else Fen(total - account - self_pay)
    if self_pay is None:
        self_pay = Fen(total - account - insurance)
    if insurance + account + self_pay != total or min(insurance, account, self_pay) < 0:
        raise Malformed(f"{place}: the shares do not add up to the total")
    return Shares(total, insurance, account, self_pay)
