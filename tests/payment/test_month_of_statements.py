"""A month, each day reconciled and signed the morning after: its statements sum to the fen on all three sides."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random  # noqa: TID251  the same month each time

from adapters.values import EntryKind
from hospital_bridge.payment.model import Payment
from hospital_bridge.payment.reconcile.statement import sign
from hospital_bridge.store.statements import StatementLine, Statements
from tests.payment.test_reconciling import DAY, ONE, reconcile
from tests.payment.world import OPERATOR, World

DAYS = 30
DAWN, MORNING, LAST_MINUTE = timedelta(hours=7), timedelta(hours=8), timedelta(hours=23, minutes=59)
MINUTE = timedelta(minutes=1)


class Month:
    """Patients pay, get back on the day or later, pay in the last minute; the wallet refunds on its own side too."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chance = Random(20261123)  # noqa: S311  the same month each time
        self._begin = world.clock.now()
        self._standing: list[Payment] = []
        self._sales = 0
        self._midnight = self._begin.replace(hour=16, minute=0) - ONE

    def live(self, day: int) -> None:
        self._at(day, MORNING)
        bought = [self._buy() for _ in range(self._chance.randint(1, 2))]
        if self._chance.random() < 1 / 3:
            self._give_back(bought.pop())
        if self._standing and self._chance.random() < 1 / 2:
            self._give_back(self._standing.pop(self._chance.randrange(len(self._standing))))
        self._standing += bought
        if day % 7 == 3:
            self._take_back_at_the_wallet(self._buy())
        if day % 5 == 4:
            self._buy_across_midnight(day)
        self._world.drain()

    def close(self, day: int) -> None:
        """The next morning finance reconciles that day and signs it."""
        self._at(day + 1, DAWN)
        reconcile(self._world, DAY + day * ONE)
        with self._world.store.begin(OPERATOR) as work:
            sign(self._world.context, work, DAY + day * ONE, "finance-1")

    def _buy(self) -> Payment:
        self._sales += 1
        return self._world.fulfilled(f"A{self._sales}", self._chance.randint(1, 99_999))

    def _give_back(self, payment: Payment) -> None:
        self._world.refund_all(payment)
        self._world.run()

    def _take_back_at_the_wallet(self, payment: Payment) -> None:
        self._world.wallet.refund_in_console(payment.merchant_order_no, payment.amount_fen)
        self._world.notify(payment)

    def _buy_across_midnight(self, day: int) -> None:
        self._sales += 1
        self._at(day, LAST_MINUTE)
        payment = self._world.opened(f"A{self._sales}", self._chance.randint(1, 99_999))
        self._world.wallet.pay(payment.merchant_order_no)
        self._world.clock.advance(2 * MINUTE)
        self._world.notify(payment)

    def _at(self, day: int, time: timedelta) -> None:
        """Let the time come, which never goes back."""
        self._world.clock.advance(max(self._midnight + day * ONE + time - self._world.clock.now(), timedelta()))


def signed_lines(world: World) -> Sequence[StatementLine]:
    with world.store.read(OPERATOR) as work:
        return list(Statements(work).lines())


def test_the_statements_of_a_month_sum_to_the_fen_on_all_three_sides(world: World) -> None:
    month = Month(world)
    for day in range(DAYS):
        month.live(day)
        if day:
            month.close(day - 1)
    month.close(DAYS - 1)
    lines = signed_lines(world)
    assert len({line.day for line in lines}) == DAYS
    wallet_fen, ledger_fen, sale_fen, _ = (sum(side) for side in zip(*(line.sides for line in lines), strict=True))
    taken = sum(one.order.amount_fen - one.refunded_fen for one in world.wallet.orders.values() if one.paid_at)
    booked = sum(world.desk.booked(EntryKind.PAYMENT)) - sum(world.desk.booked(EntryKind.REFUND))
    assert [wallet_fen, ledger_fen, sale_fen] == [taken, taken, booked]
    world.assert_books_are_sound()
