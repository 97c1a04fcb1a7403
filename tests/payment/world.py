"""One operator with a wallet, a desk and a worker, on a real database and a clock that the test moves."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from adapters.values import EntryKind, Fen, WalletAccount
from hospital_bridge.facade import OperatorScope
from hospital_bridge.payment.context import Counter, MoneyContext
from hospital_bridge.payment.flows.facade import PaymentsFacade
from hospital_bridge.payment.flows.handlers import handlers
from hospital_bridge.payment.flows.notice import receive_notice
from hospital_bridge.payment.ledger import balances, verify
from hospital_bridge.payment.model import TRANSIT, Account, Effect, EffectState, Payment, Situation, situation_of
from hospital_bridge.slot import PaymentRequest
from hospital_bridge.store.jobs import JOB, Job, Lane, job_of
from hospital_bridge.store.unit_of_work import Store, Work
from hospital_bridge.workers.job_runner import Handlers, JobRunner
from tests.payment.desk import Desk
from tests.payment.wallet import InMemoryWallet
from tests.steered import FakeClock

OPERATOR, ACCOUNT = "h1", "alipay-1"
FEE = Fen(1250)
HALF_AN_HOUR = timedelta(minutes=30)
CANCELLED = "cancelled by the patient"
Did = TypeVar("Did")


class World:
    """`drain` lets the workers run and the time pass until nothing is left to do."""

    worker = "worker-1"

    def __init__(self, store: Store, clock: FakeClock, desk: Desk | None = None) -> None:
        self.store, self.clock = store, clock
        self.wallet = InMemoryWallet(clock)
        self.desk = desk or Desk()
        self.payer = self._payer()
        self.context = self._context()
        self.runner = self._runner()

    # --- what a patient and a vertical do ---

    def open(self, sale_ref: str = "A1", amount: int = FEE, *, payer: str = "") -> str:
        with self.store.begin(OPERATOR) as work:
            return self.payments(work).open(self.request(work, sale_ref, amount, payer=payer))

    def request(
        self, work: Work, sale_ref: str, amount: int, *, payer: str = "", expires_at: datetime | None = None
    ) -> PaymentRequest:
        ends = expires_at or work.now + HALF_AN_HOUR
        return PaymentRequest("registration", sale_ref, "s1", payer or self.payer, Fen(amount), ends)

    def payments(self, work: Work) -> PaymentsFacade:
        return PaymentsFacade(self.context, work)

    def opened(self, sale_ref: str = "A1", amount: int = FEE) -> Payment:
        """A payment whose order stands at the wallet and waits for its payer."""
        payment_id = self.open(sale_ref, amount)
        self.run()
        return self.payment(payment_id)

    def paid(self, sale_ref: str = "A1", amount: int = FEE) -> Payment:
        """A payment that the payer has made and the wallet has told us of; nothing after it has run."""
        payment = self.opened(sale_ref, amount)
        self.wallet.pay(payment.merchant_order_no)
        assert self.notify(payment) == b"success"
        return self.payment(payment.payment_id)

    def fulfilled(self, sale_ref: str = "A1", amount: int = FEE) -> Payment:
        payment = self.paid(sale_ref, amount)
        self.run()
        return self.payment(payment.payment_id)

    def refund_all(self, payment: Payment, reason: str = CANCELLED) -> None:
        with self.store.begin(OPERATOR) as work:
            self.payments(work).refund_all(payment.payment_id, reason)

    def abandon(self, payment: Payment, reason: str = CANCELLED) -> None:
        with self.store.begin(OPERATOR) as work:
            self.payments(work).abandon(payment.payment_id, reason)

    def notify(self, payment: Payment, /, **changes: object) -> bytes:
        body, headers = self.wallet.notice(payment.merchant_order_no, **changes)
        return self.take(body, headers)

    def take(self, body: bytes, headers: dict[str, str]) -> bytes:
        """What the callback route does with a notice; what the wallet is answered."""
        return receive_notice(self.context, ACCOUNT, body, headers).body

    def apart(self, do: Callable[..., Did], *given: object) -> Did:
        """Let another process of the bridge do this to its own world, where there is one."""
        return do(self, *given)

    # --- time and workers ---

    def run(self) -> None:
        """Everything that is due now, and what follows from it at once."""
        while self.runner.run_once(Lane.IO):
            pass

    def restart(self) -> None:
        """The worker's process begins anew under its old name."""
        self.runner = self._runner()
        self.runner.recover()

    def drain(self, longest: timedelta = timedelta(hours=3)) -> None:
        """Run, and move the clock from one due job to the next, until none is left or the time is up."""
        end = self.clock.now() + longest
        while True:
            self.run()
            due = self.next_due()
            if due is None:
                return
            self.clock.advance(max(min(due, end) - self.clock.now(), timedelta(0)))
            if due > end:
                return

    def next_due(self) -> datetime | None:
        with self.store.read(OPERATOR) as work:
            return min((job.run_at for job in live_jobs(work)), default=None)

    # --- what stands in the database ---

    def payment(self, payment_id: str) -> Payment:
        with self.store.read(OPERATOR) as work:
            return work.payments.get(payment_id)

    def situation(self, payment: Payment) -> Situation:
        return situation_of(self.payment(payment.payment_id))

    def effects(self) -> list[Effect]:
        with self.store.read(OPERATOR) as work:
            return list(work.effects.all())

    def balances(self) -> dict[Account, Fen]:
        with self.store.read(OPERATOR) as work:
            return balances(work)

    def security_events(self) -> list[str]:
        with self.store.read(OPERATOR) as work:
            return [event.kind for event in work.security_events.latest()]

    def dead_jobs(self) -> list[Job]:
        with self.store.read(OPERATOR) as work:
            return list(work.jobs.dead())

    def postings(self) -> list[str]:
        with self.store.read(OPERATOR) as work:
            return sorted(str(posting.move) for posting in work.ledger.all())

    # --- the invariants of reference/reliability.md section 1 ---

    def assert_books_are_sound(self) -> None:
        """I1 and I2 of the ledger, I4 at the desk, I8 of every effect; they hold at any moment."""
        with self.store.read(OPERATOR) as work:
            assert list(verify(work)) == []
            for effect in work.effects.all():
                if effect.state in {EffectState.SENT, EffectState.UNKNOWN}:
                    assert effect.next_check is not None or effect.needs_person
        doubled = [serial for serial, times in Tally(one.serial for one in self.desk.effects).items() if times > 1]
        assert doubled == []

    def assert_at_rest(self) -> None:
        """I3 and I5 as well: nothing is on its way, and wallet, ledger and desk tell of the same money."""
        self.assert_books_are_sound()
        assert [effect.key for effect in self.effects() if not effect.is_over] == []
        stands = self.balances()
        assert {account: stands[account] for account in TRANSIT} == dict.fromkeys(TRANSIT, 0)
        taken = sum(one.order.amount_fen - one.refunded_fen for one in self.wallet.orders.values() if one.paid_at)
        assert stands[Account.WALLET_CLEARING] == taken
        booked = sum(self.desk.booked(EntryKind.PAYMENT)) - sum(self.desk.booked(EntryKind.REFUND))
        assert stands[Account.HOSPITAL] == booked

    def _runner(self) -> JobRunner:
        jobs = Handlers(io=handlers(lambda _: self.context))
        return JobRunner(self.store, jobs, self.worker, chance=lambda: 0.5)

    def _payer(self) -> str:
        with self.store.begin(OPERATOR) as work:
            return work.wallet_users.keep(ACCOUNT, WalletAccount("2088000000000001"), "zh-CN")

    def _context(self) -> MoneyContext:
        counters: dict[str, Counter] = {}
        wallets = {ACCOUNT: self.wallet}
        zone = ZoneInfo("Asia/Shanghai")
        context = MoneyContext(OPERATOR, self.store, zone, wallets, counters, config_digest="digest-1")
        scope = OperatorScope(context, settings={}, clock=self.clock, ports={})
        counters["registration"] = Counter(self.desk.sale(), scope, scope.unit)
        return context


def live_jobs(work: Work) -> list[Job]:
    """Jobs that can run now or later; those that wait in line behind another are not among them."""
    return [job_of(row) for row in work.table(JOB).all(JOB.c.state.in_(["ready", "leased"]), JOB.c.is_head)]
