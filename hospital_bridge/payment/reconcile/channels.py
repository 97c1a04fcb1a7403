"""Whose a line of a bill is where tills share one merchant number: ours, a till's that a rule names, or nobody's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Self

from adapters.values import EntryKind
from hospital_bridge.payment.reconcile.sorted_rows import Row
from hospital_bridge.settings.model import BillChannel

OURS, NOBODYS = "bridge", ""
"""The channels that no rule names."""


@dataclass(slots=True)
class Tally:
    """What moved through one channel: numbers of lines, sums in fen.

    `fee_fen` is what the wallet keeps of it, `discount_fen` what the merchant itself gave off and so never receives.
    """

    payments: int = 0
    paid_fen: int = 0
    refunds: int = 0
    refunded_fen: int = 0
    fee_fen: int = 0
    discount_fen: int = 0

    def add(self, kind: object, amount: object, fee: object, discount: object) -> None:
        """Count one line; the discount of a refund is what the merchant need not give back."""
        if kind == EntryKind.PAYMENT.value:
            self.payments += 1
            self.paid_fen += int(amount)  # type: ignore[call-overload]  # a row holds texts and integers
            self.discount_fen += int(discount)  # type: ignore[call-overload]
        else:
            self.refunds += 1
            self.refunded_fen += int(amount)  # type: ignore[call-overload]
            self.discount_fen -= int(discount)  # type: ignore[call-overload]
        self.fee_fen += int(fee)  # type: ignore[call-overload]

    @property
    def net_fen(self) -> int:
        """What the merchant's account is credited with."""
        return self.paid_fen - self.refunded_fen - self.fee_fen - self.discount_fen

    def less(self, others: Iterable[Self]) -> Tally:
        """What is left of this one without the others."""
        left = Tally()
        for field in fields(Tally):
            setattr(left, field.name, getattr(self, field.name) - sum(getattr(one, field.name) for one in others))
        return left


@dataclass(slots=True)
class Channels:
    """The channels of one account's bill, counted while its lines are looked at."""

    rules: tuple[BillChannel, ...]
    whole: Tally
    others: defaultdict[str, Tally]

    @classmethod
    def of(cls, rules: Iterable[BillChannel], wallet_account: str) -> Self:
        """Nothing counted yet."""
        return cls(tuple(rule for rule in rules if rule.wallet == wallet_account), Tally(), defaultdict(Tally))

    def take(self, row: Row) -> bool:
        """Count a line that is not ours for the first channel whose rule fits it; whether there is one."""
        _, _, order_no, _, amount, fee, _, shop, terminal, cashier, discount = row
        told = {"order_no": order_no, "shop_no": shop, "terminal_no": terminal, "cashier_no": cashier}
        name = next((rule.name for rule in self.rules if rule.fits(told)), NOBODYS)
        self.others[name].add(row[0], amount, fee, discount)
        return name != NOBODYS

    def less_tills(self) -> Tally:
        """The bill without the lines of other tills: ours, and nobody's."""
        return self.whole.less([tally for name, tally in self.others.items() if name != NOBODYS])

    def tallies(self) -> Mapping[str, Tally]:
        """Every channel through which something moved; what is nobody else's is ours."""
        found = {OURS: self.whole.less(list(self.others.values())), **self.others}
        return {name: tally for name, tally in found.items() if tally != Tally()}
