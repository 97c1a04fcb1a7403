"""A month of two wallets, each day reconciled and signed the morning after: its statements sum to the fen.

All three sides hold the same sums, and each day's credit of the bank is the bill's, tills and fees included.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from random import Random  # noqa: TID251  the same month each time

from adapters.values import EntryKind, Fen, WalletAccount
from hospital_bridge.payment.flows.notice import receive_notice
from hospital_bridge.payment.model import Payment
from hospital_bridge.payment.reconcile import reconcile_day
from hospital_bridge.payment.reconcile.statement import broken_statements, sign, statement_of, written
from hospital_bridge.settings import BillChannel
from hospital_bridge.store.bank_credits import BankCredit, BankCredits
from hospital_bridge.store.reconciliation import RunState
from hospital_bridge.store.statements import StatementLine, Statements, digest_of
from tests.payment.test_reconciling import DAY, ONE
from tests.payment.wallet import InMemoryWallet
from tests.payment.world import ACCOUNT, OPERATOR, World

DAYS = 30
DAWN, MORNING, LAST_MINUTE = timedelta(hours=7), timedelta(hours=8), timedelta(hours=23, minutes=59)
MINUTE = timedelta(minutes=1)
WECHAT = "wechat-1"
PER_MILLE = 6


class Month:
    """Patients pay by either wallet, get back on the day or later, pay in the last minute; kiosks sell meanwhile.

    The wallets keep their fee, and one refunds on its own side too.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self.wallets = {ACCOUNT: world.wallet, WECHAT: InMemoryWallet(world.clock)}
        for wallet in self.wallets.values():
            wallet.keeps_per_mille = PER_MILLE
        told = {"order_no": re.compile(r"K\d+")}
        kiosks = tuple(BillChannel(wallet=account, name="kiosk", patterns=told) for account in self.wallets)
        world.context = replace(world.context, wallets=dict(self.wallets), bill_channels=kiosks)
        with world.store.begin(OPERATOR) as work:
            by_wechat = work.wallet_users.keep(WECHAT, WalletAccount("o-1"), "zh-CN")
        self._payers = {ACCOUNT: world.payer, WECHAT: by_wechat}
        self._chance = Random(20261123)  # noqa: S311  the same month each time
        self._begin = world.clock.now()
        self._standing: list[Payment] = []
        self._sales = 0
        self._midnight = self._begin.replace(hour=16, minute=0) - ONE

    def live(self, day: int) -> None:
        self._at(day, MORNING)
        for wallet in self.wallets.values():
            wallet.sell_at_a_till(f"K{day}", self._chance.randint(1, 99_999))
        bought = [self._buy() for _ in range(self._chance.randint(1, 2))]
        if self._chance.random() < 1 / 3:
            self._give_back(bought.pop())
        if self._standing and self._chance.random() < 1 / 2:
            self._give_back(self._standing.pop(self._chance.randrange(len(self._standing))))
        self._standing += bought
        if day % 7 == 3:
            self._sales += 1
            self._take_back_at_the_wallet(self._buy_at(ACCOUNT))
        if day % 5 == 4:
            self._buy_across_midnight(day)
        self._world.drain()

    def close(self, day: int) -> None:
        """The next morning finance reconciles that day and signs it."""
        self._at(day + 1, DAWN)
        on = DAY + day * ONE
        with self._world.store.begin(OPERATOR) as work:
            for account in self.wallets:
                credit = Fen(self.credited(account, on))
                BankCredits(work).keep(BankCredit(account, on, credit, "finance-1", work.now))
        for account in self.wallets:
            run = reconcile_day(self._world.context, account, on)
            assert (run.state, run.unexplained_fen) == (RunState.DONE, 0), run
        with self._world.store.begin(OPERATOR) as work:
            seen = digest_of(written(statement_of(self._world.context, work, on)))
            sign(self._world.context, work, on, "finance-1", seen=seen)

    def credited(self, account: str, on: date) -> int:
        """What the bank credits for that day: its lines, each with its sign, less what the wallet keeps of it."""
        lines = list(self.wallets[account].download_bill(on))
        paid = (1 if line.kind is EntryKind.PAYMENT else -1 for line in lines)
        return sum(sign * line.amount_fen - line.fee_fen for sign, line in zip(paid, lines, strict=True))

    def _buy(self) -> Payment:
        self._sales += 1
        return self._buy_at(self._chance.choice(list(self.wallets)))

    def _buy_at(self, account: str) -> Payment:
        amount = self._chance.randint(1, 99_999)
        payment_id = self._world.open(f"A{self._sales}", amount, payer=self._payers[account])
        self._world.run()
        order_no = self._world.payment(payment_id).merchant_order_no
        self.wallets[account].pay(order_no)
        receive_notice(self._world.context, account, *self.wallets[account].notice(order_no))
        self._world.run()
        return self._world.payment(payment_id)

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


def fees_of_ours(month: Month) -> Iterator[int]:
    """The fee of each line of the month that no kiosk has sold."""
    for wallet in month.wallets.values():
        for day in range(DAYS):
            lines = wallet.download_bill(DAY + day * ONE)
            yield from (line.fee_fen for line in lines if not line.merchant_order_no.startswith("K"))


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
    assert {line.wallet_account for line in lines} == {ACCOUNT, WECHAT}
    wallet_fen, ledger_fen, sale_fen, fee_fen = (
        sum(side) for side in zip(*(line.sides for line in lines), strict=True)
    )
    orders = [one for wallet in month.wallets.values() for one in wallet.orders.values() if one.paid_at]
    taken = sum(one.order.amount_fen - one.refunded_fen for one in orders)
    kept = sum(fees_of_ours(month))
    booked = sum(world.desk.booked(EntryKind.PAYMENT)) - sum(world.desk.booked(EntryKind.REFUND))
    assert [wallet_fen, ledger_fen, sale_fen, fee_fen] == [taken, taken, booked, kept]
    with world.store.read(OPERATOR) as work:
        assert list(broken_statements(work)) == []
    world.assert_books_are_sound()
