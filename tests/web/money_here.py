"""Real orders behind the pages of finance and the help desk: a wallet in memory, a desk, and the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from adapters.values import Fen, Identifier, Sex, Trade, TradeStatus, VerifiedIdentity, WalletAccount
from hospital_bridge.clock import Clock
from hospital_bridge.facade import OperatorScope
from hospital_bridge.payment.context import Counter, MoneyContext
from hospital_bridge.payment.flows.staff_refund import Wish, ask
from hospital_bridge.payment.ledger import post_collection, post_fulfilment
from hospital_bridge.payment.model import Payment, RefundReason
from hospital_bridge.store.unit_of_work import Store
from tests.payment.desk import Desk
from tests.payment.wallet import InMemoryWallet

if TYPE_CHECKING:
    from tests.web.site_kit import SiteKit

ID_NUMBER, CARD = "110101199003074477", "V0012345"
LI = VerifiedIdentity("李小明", "CN", ID_NUMBER, date(1990, 3, 7), Sex.MALE, "13800000000")
MADE_UP_DAY = date(2026, 11, 23)


def money_of(store: Store, clock: Clock, operators: Sequence[str]) -> Callable[[str], MoneyContext]:
    """Each operator's dependencies; the sale is called as the hospital's registration is."""
    return {each: _context(store, clock, each) for each in operators}.__getitem__


def _context(store: Store, clock: Clock, operator_id: str) -> MoneyContext:
    counters: dict[str, Counter] = {}
    wallets = {"alipay": InMemoryWallet(clock)}
    context = MoneyContext(operator_id, store, ZoneInfo("Asia/Shanghai"), wallets, counters)
    scope = OperatorScope(context, settings={}, clock=clock, ports={})
    counters["registration"] = Counter(Desk().sale(), scope, scope.unit)
    return context


def paid_order(money: Callable[[str], MoneyContext], operator_id: str = "h1", fen: int = 5000) -> Payment:
    """An order of 李小明 that was paid and booked under the receipt number R7."""
    context = money(operator_id)
    with context.store.begin(operator_id) as work:
        subject = work.subjects.keep(LI)
        work.subjects.add_identifier(subject, Identifier("visit_card", CARD))
        payer = work.wallet_users.keep("alipay", WalletAccount("2088000000000009"), "zh-CN")
        payment_id = work.ids.new()
        payment = Payment(
            payment_id=payment_id,
            sale_kind="registration",
            sale_ref=f"A-{payment_id}",
            subject_id=subject,
            wallet_user_id=payer,
            wallet_account="alipay",
            merchant_order_no=payment_id,
            amount_fen=Fen(fen),
            created_at=work.now,
            expires_at=work.now + timedelta(minutes=30),
        )
        work.payments.add(payment)
        trade = Trade(payment_id, TradeStatus.PAID, f"T{payment_id}", Fen(fen), Fen(fen), Fen(fen))
        paid = work.payments.save(payment.collected(trade, work.now))
        post_collection(work, paid, context.business_date(work.now))
        booked = work.payments.save(paid.fulfilled("R7", "M1", work.now))
        post_fulfilment(work, booked, context.business_date(work.now))
        return booked


def waiting_refund(kit: SiteKit) -> str:
    """The id of a refund at h1 that a colleague has asked for and that waits for a second person."""
    large = paid_order(kit.money, fen=100_000)
    asked = Wish(large.payment_id, Fen(100_000), RefundReason.PAID_TWICE, "colleague", "k", proved=True)
    with kit.site.store.begin("h1") as work:
        return ask(kit.money("h1"), work, asked).request_id
