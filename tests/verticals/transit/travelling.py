"""A transit operator with gates, a wallet and a rider, on a real database and a clock that the test moves."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from adapters.values import Sex, VerifiedIdentity
from adapters.values import WalletAccount as Account
from hospital_bridge.facade import OperatorScope
from hospital_bridge.lines.hall import LinesContext
from hospital_bridge.payment.context import Counter, MoneyContext
from hospital_bridge.payment.flows.handlers import handlers
from hospital_bridge.payment.flows.notice import receive_notice
from hospital_bridge.payment.ledger import verify
from hospital_bridge.payment.model import Payment
from hospital_bridge.slot import Relation
from hospital_bridge.store.jobs import Lane
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.telling.messages import Teller
from hospital_bridge.verticals.transit import VERTICAL, issuing, receiving
from hospital_bridge.verticals.transit.charging import repaying
from hospital_bridge.verticals.transit.charging.day_charge import DayCharge
from hospital_bridge.verticals.transit.ride_code import Blacklist
from hospital_bridge.verticals.transit.settings import TransitSettings
from hospital_bridge.verticals.transit.store import day_charges, metadata, receipts
from hospital_bridge.verticals.transit.taps import Tap
from hospital_bridge.workers.job_runner import Handlers, JobRunner
from tests.fixtures_store import Database
from tests.payment.wallet import InMemoryWallet
from tests.steered import FakeClock
from tests.verticals.transit.linjiang import FEED

OPERATOR, WALLET = "h1", "alipay"
SHANGHAI = ZoneInfo("Asia/Shanghai")
RIDING = datetime(2026, 11, 30, 0, 30, tzinfo=UTC)
MONDAY = date(2026, 11, 30)
TUESDAY = date(2026, 12, 1)
HOUR = timedelta(hours=1)
SETTINGS: dict[str, Any] = TransitSettings().load(
    {
        "feed": str(FEED),
        "issuer": "linjiang",
        "issuer_keys": [
            {
                "number": number,
                "private": base64.b64encode(bytes([number] * 32)).decode(),
                "begins": f"2026-{month}-01T00:00:00+08:00",
                "ends": f"2027-{month}-01T00:00:00+08:00",
            }
            for number, month in ((1, "01"), (2, "12"))
        ],
        "day_caps": [{"fen": 1100}, {"fen": 700, "zones": ["1", "2"]}],
        "pay_hours": 2,
        "boarding": [{"line": "B18", "stop": "B01"}, {"line": "B18", "stop": "B02"}],
    }
)


class TransitWorld:
    """`sync` is what gates tell, `work` what the workers do, `close` lets a service day pass."""

    def __init__(self, store: Store, database: Database, clock: FakeClock) -> None:
        database.add_tables(metadata)
        self.store, self.clock, self.database = store, clock, database
        self.clock.advance(RIDING - clock.now())
        self.wallet = InMemoryWallet(clock)
        counters: dict[str, Counter] = {}
        self.context = MoneyContext(OPERATOR, store, SHANGHAI, {WALLET: self.wallet}, counters)
        assert VERTICAL.lines is not None
        lines = LinesContext("transit", VERTICAL.lines, SETTINGS, SHANGHAI)
        teller = Teller.of("transit", VERTICAL.messages)
        self.scope = OperatorScope(self.context, SETTINGS, clock, {}, lines, teller=teller)
        for sale in VERTICAL.sales:
            counters[sale.kind] = Counter(sale, self.scope, self.scope.unit)
        reactions = {
            reaction.topic: lambda store, job, reaction=reaction: reaction.handler(self.scope.over(store), job.ref)
            for reaction in VERTICAL.reactions
        }
        money = handlers(lambda _: self.context)
        self.runner = JobRunner(store, Handlers(io={**money, **reactions}), "worker-1", chance=lambda: 0.5)
        self.subject, self.phone = self._rider("999999198503120016", "2088000000000001")
        with self.scope.begin() as work:
            self.account = issuing.join(work, self.subject, self.phone).account_id

    def _rider(self, id_number: str, payer: str) -> tuple[str, str]:
        identity = VerifiedIdentity("测试一", "CN_ID", id_number, date(1985, 3, 12), Sex.MALE, "10000000001")
        with self.store.begin(OPERATOR) as work:
            subject = work.subjects.keep(identity)
            phone = work.wallet_users.keep(WALLET, Account(payer), "zh-CN")
            work.subjects.bind(phone, subject, Relation.SELF)
        return subject, phone

    # --- gates, workers, time, the rider ---

    def sync(self, *taps: Tap) -> int:
        """A gate tells taps of the rider's account."""
        with self.scope.begin() as work:
            return receiving.take_taps(work, [replace(tap, account=self.account, code_id=code(tap)) for tap in taps])

    def blacklist(self) -> Blacklist:
        with self.scope.read() as work:
            return receiving.blacklist(work)

    def work(self) -> None:
        while self.runner.run_once(Lane.IO):
            pass

    def pass_time(self, whole: timedelta, step: timedelta = 0.25 * HOUR) -> None:
        end = self.clock.now() + whole
        while self.clock.now() < end:
            self.work()
            self.clock.advance(step)
        self.work()

    def close(self, day: date = MONDAY) -> DayCharge:
        """The service day's last exit and the time for late taps pass by."""
        closes = datetime.combine(day + timedelta(days=1), datetime.min.time(), SHANGHAI) + 9.25 * HOUR
        self.clock.advance(closes - self.clock.now())
        self.work()
        return self.day(day)

    def repay(self, day: DayCharge) -> bool:
        opened = repaying.repay(self.scope, self.phone, day.day_id)
        self.work()
        return opened

    def pay(self, day: date = MONDAY) -> DayCharge:
        """The payer confirms the day's open order in the wallet."""
        order = self.payment(day).merchant_order_no
        self.wallet.pay(order)
        receive_notice(self.context, WALLET, *self.wallet.notice(order))
        self.work()
        return self.day(day)

    # --- what stands in the database ---

    def day(self, day: date = MONDAY) -> DayCharge:
        with self.scope.read() as work:
            found = day_charges.find(work, self.account, day)
        assert found is not None
        return found

    def payment(self, day: date = MONDAY) -> Payment:
        with self.store.read(OPERATOR) as work:
            return work.payments.get(self.day(day).payment_id)

    def booked(self, day: date) -> Sequence[tuple[str, int]]:
        with self.scope.read() as work:
            return [(entry.kind.value, entry.amount_fen) for entry in receipts.of_day(work, day, SHANGHAI)]

    def orders(self) -> list[int]:
        """What the wallet was asked for, in fen."""
        return [one.order.amount_fen for one in self.wallet.orders.values()]

    def must_be_sound(self) -> None:
        with self.store.read(OPERATOR) as work:
            assert verify(work) == []
            assert [effect.key for effect in work.effects.all() if not effect.is_over] == []
            assert work.jobs.dead() == []


def code(tap: Tap) -> str:
    """A mark of the length that a shown code has."""
    return hashlib.blake2b(tap.code_id.encode(), digest_size=16).hexdigest()
