"""A mall with two shops, a wallet and members, on a real database and a clock that the test moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from adapters.values import Sex, VerifiedIdentity
from adapters.values import WalletAccount as Account
from hospital_bridge.cards.case import CardsContext
from hospital_bridge.declared import Declared
from hospital_bridge.facade import OperatorScope
from hospital_bridge.payment.context import Counter, MoneyContext
from hospital_bridge.payment.flows.handlers import handlers
from hospital_bridge.payment.flows.notice import receive_notice
from hospital_bridge.payment.ledger import verify
from hospital_bridge.slot import CardView, Relation
from hospital_bridge.store.jobs import Lane
from hospital_bridge.store.seal import INDEX
from hospital_bridge.store.unit_of_work import Store
from hospital_bridge.telling.messages import Teller
from hospital_bridge.verticals.district import VERTICAL
from hospital_bridge.verticals.district.coupons import giving
from hospital_bridge.verticals.district.coupons.offer import configured
from hospital_bridge.verticals.district.points import Account as Points
from hospital_bridge.verticals.district.selling import desk
from hospital_bridge.verticals.district.selling.purchase import Purchase
from hospital_bridge.verticals.district.settings import DistrictSettings
from hospital_bridge.verticals.district.store import book, metadata, points, purchases
from hospital_bridge.verticals.district.store.book import Line
from hospital_bridge.workers.job_runner import Handlers, JobRunner
from tests.fixtures_store import Database
from tests.payment.wallet import InMemoryWallet
from tests.steered import FakeClock

OPERATOR, WALLET = "h1", "alipay"
SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 11, 4, tzinfo=UTC)
"""Noon of the day of the sale in Shanghai."""

SETTLING = timedelta(minutes=5)
"""After so long a refund is at the wallet and in the book."""

TEN_OFF, TEA, VOUCHER = "ten-off", "tea", "five-off"
_HOURS = {"opens_at": "2026-11-11T12:00:00+08:00", "closes_at": "2026-11-11T14:00:00+08:00"}
CONFIGURED: dict[str, Any] = {
    "shops": [
        {
            "id": "noodles",
            "name": "兰州拉面",
            "floor": "B1",
            "account": "2088100000000001",
            "latitude": "31.230001",
            "longitude": "121.47",
            "commission": 333,
        },
        {"id": "books", "name": "百草书店", "floor": "2F", "latitude": "31.2301", "longitude": "121.4701"},
    ],
    "coupons": [
        {
            "id": TEN_OFF,
            "title": "拉面立减10元",
            "off_fen": 1000,
            "over_fen": 3000,
            "supply": 2,
            "days": 7,
            "shops": ["noodles"],
            "at_once": 1,
            **_HOURS,
        },
        {"id": TEA, "title": "凉茶一杯", "supply": 9, "days": 7, **_HOURS},
        {"id": VOUCHER, "title": "立减5元", "off_fen": 500, "points": 20, "supply": 9, **_HOURS},
    ],
}


def settings(**other: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = DistrictSettings().load(CONFIGURED | other)
    return loaded


class TradingMall:
    """`work` is what the workers do, `pay` what a member does in the wallet; the rest is named for its pages."""

    def __init__(self, store: Store, database: Database, clock: FakeClock) -> None:
        database.add_tables(metadata)
        self.store, self.clock = store, clock
        clock.advance(NOON - clock.now())
        with store.begin(OPERATOR) as work:
            work.seal.data_keys.ensure(INDEX)
        self.wallet = InMemoryWallet(clock)
        counters: dict[str, Counter] = {}
        self.context = MoneyContext(OPERATOR, store, SHANGHAI, {WALLET: self.wallet}, counters)
        self.scope = OperatorScope(
            self.context,
            settings(),
            clock,
            {},
            teller=Teller.of("district", VERTICAL.messages),
            cards=CardsContext("district", {kind.kind: kind for kind in VERTICAL.cards}, SHANGHAI),
            limits=Declared.of(VERTICAL),
        )
        for sale in VERTICAL.sales:
            counters[sale.kind] = Counter(sale, self.scope, self.scope.unit)
        reactions = {
            reaction.topic: lambda store, job, reaction=reaction: reaction.handler(self.scope.over(store), job.ref)
            for reaction in VERTICAL.reactions
        }
        money = handlers(lambda _: self.context)
        self.runner = JobRunner(store, Handlers(io={**money, **reactions}), "worker-1", chance=lambda: 0.5)
        self.ann, self.phone = self.member("999999198503120016", "2088000000000001")

    def member(self, id_number: str, payer: str) -> tuple[str, str]:
        """A person and the wallet user who is that person."""
        identity = VerifiedIdentity("测试一", "CN_ID", id_number, date(1985, 3, 12), Sex.MALE, "10000000001")
        with self.store.begin(OPERATOR) as work:
            subject = work.subjects.keep(identity)
            phone = work.wallet_users.keep(WALLET, Account(payer), "zh-CN")
            work.subjects.bind(phone, subject, Relation.SELF)
        return subject, phone

    # --- the mall, the member, the desk, the workers ---

    def put_up(self, **other: Any) -> None:
        """Every configured coupon, or the same with changes to the settings."""
        with self.scope.begin() as work:
            for offer in configured(settings(**other)):
                giving.put_up(work, offer, "manager")

    def join(self, who: str) -> CardView:
        with self.scope.begin() as work:
            return giving.join(work, who)

    def won(self, who: str, offer_id: str = TEN_OFF) -> CardView:
        """The coupon of a flash sale, queued for, taken and collected."""
        giving.come(self.scope, who, offer_id)
        card = giving.take(self.scope, who, offer_id, giving.turn(self.scope, who, offer_id).token)
        return self.collect(card)

    def collect(self, card: CardView) -> CardView:
        with self.scope.begin() as work:
            return work.cards.collect(card.card_id)

    def code(self, card: CardView) -> str:
        with self.scope.read() as work:
            return work.cards.code_of(card.card_id)

    def enter(self, card: CardView, price_fen: int = 3500, shop: str = "noodles") -> Purchase:
        purchase = desk.sell(self.scope, "cashier", shop, price_fen, self.code(card))
        self.work()
        return purchase

    def bought(self, card: CardView, price_fen: int = 3500, shop: str = "noodles") -> Purchase:
        """A purchase that was entered and paid."""
        return self.pay(self.enter(card, price_fen, shop))

    def pay(self, purchase: Purchase) -> Purchase:
        with self.scope.read() as work:
            order = work.payments.view(purchase.payment_id).merchant_order_no
        self.pay_order(order)
        return self.now(purchase)

    def pay_order(self, order: str) -> None:
        self.wallet.pay(order)
        receive_notice(self.context, WALLET, *self.wallet.notice(order))
        self.work()

    def give_back(self, purchase: Purchase, fen: int | None = None) -> bool:
        given = desk.give_back(self.scope, "manager", purchase.purchase_id, fen)
        self.pass_time(SETTLING)
        return given

    def work(self) -> None:
        while self.runner.run_once(Lane.IO):
            pass

    def pass_time(self, whole: timedelta, step: timedelta = timedelta(minutes=5)) -> None:
        end = self.clock.now() + whole
        while self.clock.now() < end:
            self.work()
            self.clock.advance(step)
        self.work()

    # --- what stands in the database ---

    def now(self, purchase: Purchase) -> Purchase:
        with self.scope.read() as work:
            return purchases.get(work, purchase.purchase_id)

    def card(self, card: CardView) -> CardView:
        with self.scope.read() as work:
            return work.cards.get(card.card_id)

    def lines(self, purchase: Purchase) -> Sequence[Line]:
        with self.scope.read() as work:
            return book.of_purchase(work, purchase.purchase_id)

    def held_fen(self, purchase: Purchase) -> int:
        """What the book says that shop and mall hold of a purchase together."""
        return sum(line.sign * (line.shop_fen + line.mall_fen) for line in self.lines(purchase))

    def points(self, who: str) -> Points:
        with self.scope.read() as work:
            return points.account(work, who)

    def balance(self, who: str) -> int:
        return self.points(who).balance(self.clock.now())

    def said(self, phone: str) -> list[str]:
        """The events that a wallet user was told of."""
        with self.store.read(OPERATOR) as work:
            return [message.event for message in reversed(work.messages.inbox(phone))]

    def must_be_sound(self) -> None:
        with self.store.read(OPERATOR) as work:
            assert verify(work) == []
            assert [effect.key for effect in work.effects.all() if not effect.is_over] == []
            assert work.jobs.dead() == []
