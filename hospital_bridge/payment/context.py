"""What every flow of money is given: one operator's store, wallets and sales."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.ports import WalletPayments
from adapters.values import Fen, WalletAccount
from hospital_bridge.guarding import ask
from hospital_bridge.payment.effects import Driver
from hospital_bridge.payment.model import Payment
from hospital_bridge.settings.model import SECOND_PERSON_FROM, BillChannel
from hospital_bridge.slot import Guard, Guarded, Progress, Sale, Scope, VerticalWork
from hospital_bridge.store.unit_of_work import Store, Work

WITHOUT_MONEY = frozenset({Progress.EXPIRED, Progress.REFUNDED})
"""How a sale stands of whose money nothing is, or is going to be, with us."""


def payer_of(work: Work, wallet_user_id: str) -> tuple[str, WalletAccount]:
    """Merchant account and payer of a wallet user, as the store knows them."""
    return work.wallet_users.payer(wallet_user_id)


@dataclass(frozen=True, slots=True)
class Counter:
    """Where one kind of sale is fulfilled: the sale, and the face that its vertical is shown."""

    sale: Sale
    scope: Scope
    as_vertical: Callable[[Work], VerticalWork]
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True, slots=True)
class MoneyContext:
    """One operator's dependencies; `wallets` by merchant account, `counters` by sale kind.

    `settling` is how long a request to a fulfilling system may still travel after we lost sight of it;
    `fulfil_deadline` how long it is told, before a firm no of the world gives the money back. `time_off` is how much
    of the time between two instants it could not be told, for announced work: that does not count. A refund that staff
    ask for needs a second person from `second_person_from` on, in fen.
    """

    operator_id: str
    store: Store
    zone: ZoneInfo
    wallets: Mapping[str, WalletPayments]
    counters: Mapping[str, Counter]
    payer: Callable[[Work, str], tuple[str, WalletAccount]] = payer_of
    config_digest: str = ""
    settling: timedelta = timedelta(seconds=5)
    fulfil_deadline: timedelta = timedelta(hours=3)
    time_off: Callable[[datetime, datetime], timedelta] = lambda _since, _until: timedelta(0)
    bill_channels: tuple[BillChannel, ...] = ()
    second_person_from: Fen = SECOND_PERSON_FROM

    @property
    def driver(self) -> Driver:
        """Drives this operator's effects."""
        return Driver(self.store, self.operator_id, self.config_digest)

    def wallet_of(self, payment: Payment) -> WalletPayments:
        """The merchant account that a payment was opened at."""
        return self.wallets[payment.wallet_account]

    def counter_of(self, payment: Payment) -> Counter:
        """Where a payment is fulfilled."""
        return self.counters[payment.sale_kind]

    def tell(self, work: Work, payment: Payment, progress: Progress, reason: str = "") -> None:
        """Let the vertical follow in the same transaction; cards that paid for a sale without money go back first."""
        counter = self.counter_of(payment)
        unit = counter.as_vertical(work)
        if counter.sale.reverses_cards and progress in WITHOUT_MONEY:
            unit.cards.reverse_for(payment.sale_ref, "payment", progress.value)
        counter.sale.changed(unit, payment.sale_ref, progress, reason)

    def ask(self, work: Work, sale_kind: str, on: Guarded, asked: object) -> None:
        """Let the vertical forbid it; raises Vetoed or GuardFailed, and nothing was written."""
        counter = self.counters[sale_kind]
        ask(counter.guards, on, counter.as_vertical(work), asked)

    def business_date(self, instant: datetime) -> date:
        """The operator's calendar day of an instant."""
        return instant.astimezone(self.zone).date()
