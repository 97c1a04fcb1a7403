"""An evening at the cinema: one film on, a wallet, people with phones, and a clock that the test moves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from types import ModuleType
from typing import Any

from adapters.values import Fen, Sex, VerifiedIdentity
from adapters.values import WalletAccount as Account
from hospital_bridge.cards.case import CardsContext
from hospital_bridge.declared import Declared
from hospital_bridge.facade import OperatorScope
from hospital_bridge.payment.context import Counter, MoneyContext
from hospital_bridge.payment.flows.handlers import handlers
from hospital_bridge.payment.flows.notice import receive_notice
from hospital_bridge.payment.ledger import verify
from hospital_bridge.slot import CardView, Relation, Use
from hospital_bridge.store.jobs import Lane
from hospital_bridge.store.migrations.runner import migrate_vertical
from hospital_bridge.store.seal import INDEX
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.telling.messages import Teller
from hospital_bridge.workers.job_runner import Handlers, JobRunner
from tests.conformance.conftest import OPERATOR
from tests.fixtures_store import Database
from tests.payment.wallet import InMemoryWallet
from tests.steered import FakeClock
from tests.web.scripted_hospital import SHANGHAI

WALLET = "alipay"
HALL = "h2"
ROWS, SEATS, PRICE = 4, 6, 4500
HOLD = timedelta(minutes=10)


class Evening:
    """`hold`, `pay` and `work` are what buyers and workers do; the rest is what then stands in the database."""

    def __init__(self, cinema: ModuleType, store: Store, database: Database, clock: FakeClock) -> None:
        self.vertical: Any = cinema.VERTICAL
        self.cinema: Any = cinema
        migrate_vertical(
            database.owner, "cinema", self.vertical.migrations, self.vertical.tables, database.application_role
        )
        self.store, self.clock, self.database = store, clock, database
        self.wallet = InMemoryWallet(clock)
        self.counters: dict[str, Counter] = {}
        self.context = MoneyContext(OPERATOR, store, SHANGHAI, {WALLET: self.wallet}, self.counters)
        self.scope = self.scope_over(self.context)
        self.counters |= {
            sale.kind: Counter(sale, self.scope, self.scope.unit, self.vertical.guards) for sale in self.vertical.sales
        }
        self.runner = JobRunner(store, Handlers(io=handlers(lambda _: self.context)), "worker-1", chance=lambda: 0.5)
        with store.begin(OPERATOR) as work:
            work.seal.data_keys.ensure(INDEX)
        self.screening = self.put_on("星际归途")

    def scope_over(self, money: MoneyContext) -> OperatorScope:
        """What the cinema's handlers are given, over some store."""
        hall = {"id": HALL, "name": "2号厅", "rows": ROWS, "seats": SEATS}
        settings = self.vertical.settings().load({"halls": [hall]})
        kinds = {kind.kind: kind for kind in self.vertical.cards}
        return OperatorScope(
            money,
            settings,
            self.clock,
            {},
            teller=Teller.of("cinema", self.vertical.messages),
            cards=CardsContext("cinema", kinds, SHANGHAI),
            limits=Declared.of(self.vertical),
        )

    def put_on(self, film: str) -> str:
        """A film that begins in half an hour."""
        shown = self.cinema.store.Screening
        with self.scope.begin() as work:
            made = shown(work.ids.new(), film, HALL, work.now + timedelta(minutes=30), Fen(PRICE))
            self.cinema.store.add_screening(work, made, ROWS, SEATS)
        return str(made.screening_id)

    def person(self, number: int = 1) -> tuple[str, str]:
        """Somebody with a phone: their subject id and their wallet user id."""
        identity = VerifiedIdentity(
            f"测试{number}", "CN_ID", f"9999991985031{number:05d}", date(1985, 3, 12), Sex.MALE, "10000000001"
        )
        with self.store.begin(OPERATOR) as work:
            subject = work.subjects.keep(identity)
            phone = work.wallet_users.keep(WALLET, Account(f"20880000000{number:05d}"), "zh-CN")
            work.subjects.bind(phone, subject, Relation.SELF)
        return subject, phone

    def hold(self, first: str, who: tuple[str, str], scope: OperatorScope | None = None) -> str:
        """Hold three seats; the order's id."""
        seat = self.cinema.seats.seat_of(first)
        with (scope or self.scope).begin() as work:
            return str(self.cinema.booking.hold(work, self.screening, seat, *who).order_id)

    def pay(self, order_id: str) -> None:
        """The buyer confirms in the wallet, and the wallet says so."""
        order = self.payment(order_id).merchant_order_no
        self.wallet.pay(order)
        receive_notice(self.context, WALLET, *self.wallet.notice(order))
        self.work()

    def work(self) -> None:
        while self.runner.run_once(Lane.IO):
            pass

    def pass_time(self, whole: timedelta) -> None:
        """Minute by minute, with the workers at work."""
        end = self.clock.now() + whole
        while self.clock.now() < end:
            self.work()
            self.clock.advance(timedelta(minutes=1))
        self.work()

    def let_in(self, card: CardView, request: str = "scan-1") -> Any:
        """The usher scans a ticket."""
        with self.scope.begin() as work:
            return work.cards.redeem(Use(request, work.cards.code_of(card.card_id), HALL, "usher"))

    def order(self, order_id: str) -> Any:
        with self.scope.read() as work:
            return self.cinema.store.order(work, order_id)

    def orders(self) -> list[Any]:
        with self.scope.read() as work:
            return list(work.table(self.cinema.store.ORDER).all())

    def payment(self, order_id: str) -> Any:
        with self.store.read(OPERATOR) as work:
            return work.payments.get(self.order(order_id).payment_id)

    def seats(self) -> Mapping[str, str]:
        """Whose each taken seat is, by its name."""
        table = self.cinema.store.SEAT
        with self.scope.read() as work:
            rows = work.table(table).all(table.c.order_id != "")
        return {self.cinema.seats.Seat(row.row, row.number).name: row.order_id for row in rows}

    def tickets(self, subject_id: str) -> list[CardView]:
        with self.scope.read() as work:
            return list(work.cards.of_subject(subject_id))

    def told(self, phone: str) -> list[str]:
        with self.store.read(OPERATOR) as work:
            return [message.event for message in work.messages.inbox(phone)]

    def must_be_sound(self) -> None:
        with self.store.read(OPERATOR) as work:
            assert verify(work) == []
            assert [effect.key for effect in work.effects.all() if not effect.is_over] == []
            assert work.jobs.dead() == []
