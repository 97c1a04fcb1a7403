"""A small honest wallet in memory: it keeps every promise of the port, and its line can fail."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from threading import Lock
from zoneinfo import ZoneInfo

from adapters.errors import Malformed, NotDone, Reason, Refused, Untrusted
from adapters.refund_limits import ALIPAY, RefundLimits
from adapters.values import (
    Acknowledgement,
    BillEntry,
    EntryKind,
    Fen,
    PaymentNotice,
    RefundAnswer,
    RefundOrder,
    RefundStatus,
    Trade,
    TradeHandle,
    TradeOrder,
    TradeStatus,
)
from hospital_bridge.clock import Clock
from tests.payment.faults import Line

SPACING = timedelta(seconds=3)
SHANGHAI = ZoneInfo("Asia/Shanghai")
_KEY = b"a key that only the wallet and its reader know"


@dataclass
class WalletOrder:
    order: TradeOrder
    trade_no: str
    status: TradeStatus = TradeStatus.AWAITING
    paid_at: datetime | None = None
    refunds: dict[str, RefundAnswer] = field(default_factory=dict)
    last_refund_at: datetime | None = None

    @property
    def refunded_fen(self) -> int:
        return sum(answer.amount_fen for answer in self.refunds.values())


class InMemoryWallet:
    """`WalletPayments` over a dict; `line` makes its calls fail, the other verbs are the payer's and the console's."""

    def __init__(self, clock: Clock) -> None:
        self.line = Line()
        self.orders: dict[str, WalletOrder] = {}
        self.holds_refunds = False
        self.has_bill = True
        self.query_tells_refunds = True
        self.too_close = 0
        self.keeps_per_mille = 0
        self.tills: list[BillEntry] = []
        self.limits = ALIPAY
        self._clock = clock
        self._lock = Lock()

    # --- the port ---

    def create(self, order: TradeOrder) -> TradeHandle:
        return self.line.call("create", lambda: self._create(order))

    def query(self, merchant_order_no: str) -> Trade:
        return self.line.call("query", lambda: self._queried(merchant_order_no))

    def _queried(self, merchant_order_no: str) -> Trade:
        """As Alipay has it, a query tells no refund of a part."""
        trade = self.trade(merchant_order_no)
        is_told = self.query_tells_refunds or trade.status is TradeStatus.CLOSED
        return trade if is_told else replace(trade, refunded_fen=Fen(0))

    def close(self, merchant_order_no: str) -> None:
        self.line.call("close", lambda: self._close(merchant_order_no))

    @property
    def refund_limits(self) -> RefundLimits:
        return self.limits

    def refund(self, order: RefundOrder) -> RefundAnswer:
        return self.line.call("refund", lambda: self._refund(order))

    def query_refund(self, merchant_order_no: str, refund_no: str) -> RefundAnswer:
        return self.line.call("query_refund", lambda: self._find_refund(merchant_order_no, refund_no))

    def read_notice(self, body: bytes, headers: Mapping[str, str]) -> PaymentNotice:
        if not hmac.compare_digest(headers.get("signature", ""), _sign(body)):
            raise Untrusted("the signature does not fit")
        try:
            told = json.loads(body)
        except ValueError as error:
            raise Malformed("not JSON") from error
        paid_at = datetime.fromisoformat(told["paid_at"]) if told["paid_at"] else None
        trade = Trade(
            merchant_order_no=told["merchant_order_no"],
            status=TradeStatus(told["status"]),
            provider_trade_no=told["provider_trade_no"],
            amount_fen=told["amount_fen"],
            payer_paid_fen=told["payer_paid_fen"],
            receipt_fen=told["receipt_fen"],
            refunded_fen=told["refunded_fen"],
            paid_at=paid_at,
        )
        return PaymentNotice(notice_id=told["notice_id"], trade=trade, refund_no=told.get("refund_no", ""))

    def acknowledge(self, *, accepted: bool) -> Acknowledgement:
        return Acknowledgement(b"success" if accepted else b"fail")

    def download_bill(self, day: date) -> Iterator[BillEntry]:
        if not self.has_bill:
            raise NotDone("the bill is not ready")
        for standing in self.orders.values():
            yield from (self._with_fee(line) for line in _lines(standing) if _day(line) == day)
        yield from (self._with_fee(line) for line in self.tills if _day(line) == day)

    # --- the payer, the wallet's console and its clock ---

    def pay(self, merchant_order_no: str) -> None:
        """The payer pays; a wallet that closed the order says so, and here takes the money all the same."""
        standing = self.orders[merchant_order_no]
        standing.status, standing.paid_at = TradeStatus.PAID, self._clock.now()

    def finish(self, merchant_order_no: str) -> None:
        """The time for refunds is over."""
        self.orders[merchant_order_no].status = TradeStatus.FINISHED

    def refund_in_console(self, merchant_order_no: str, amount_fen: int) -> None:
        """Somebody of the hospital refunds by hand at the wallet."""
        standing = self.orders[merchant_order_no]
        number = f"console-{len(standing.refunds)}"
        standing.refunds[number] = RefundAnswer(number, RefundStatus.DONE, Fen(amount_fen), self._clock.now())
        self._close_when_all_is_back(standing)

    def release_refunds(self) -> None:
        """Refunds that were `fund_change=N` come through."""
        self.holds_refunds = False
        for standing in self.orders.values():
            standing.refunds = {
                number: replace(answer, status=RefundStatus.DONE) for number, answer in standing.refunds.items()
            }
            self._close_when_all_is_back(standing)

    def trade(self, merchant_order_no: str) -> Trade:
        standing = self.orders.get(merchant_order_no)
        if standing is None:
            return Trade(merchant_order_no, TradeStatus.ABSENT)
        paid = standing.order.amount_fen if standing.paid_at else Fen(0)
        return Trade(
            merchant_order_no=merchant_order_no,
            status=standing.status,
            provider_trade_no=standing.trade_no,
            amount_fen=standing.order.amount_fen,
            payer_paid_fen=paid,
            receipt_fen=paid,
            refunded_fen=Fen(standing.refunded_fen),
            paid_at=standing.paid_at,
        )

    def notice(self, merchant_order_no: str, /, **changes: object) -> tuple[bytes, dict[str, str]]:
        """A genuine notice of how the order stands; `changes` alter what it says before it is signed."""
        trade = self.trade(merchant_order_no)
        told = {
            "notice_id": f"notice-{merchant_order_no[-6:]}",
            "merchant_order_no": merchant_order_no,
            "status": trade.status.value,
            "provider_trade_no": trade.provider_trade_no,
            "amount_fen": trade.amount_fen,
            "payer_paid_fen": trade.payer_paid_fen,
            "receipt_fen": trade.receipt_fen,
            "refunded_fen": trade.refunded_fen,
            "paid_at": trade.paid_at.isoformat() if trade.paid_at else "",
        }
        body = json.dumps({**told, **changes}).encode()
        return body, {"signature": _sign(body)}

    def sell_at_a_till(self, order_no: str, amount: int) -> None:
        """A kiosk that shares the merchant number sells something; its trade is in the bill as any other."""
        sold = BillEntry(
            EntryKind.PAYMENT, order_no, f"K{order_no}", Fen(amount), Fen(amount), Fen(0), self._clock.now()
        )
        self.tills.append(sold)

    # --- what the wallet does when a request arrives ---

    def _with_fee(self, line: BillEntry) -> BillEntry:
        fee = line.amount_fen * self.keeps_per_mille // 1000
        return replace(line, fee_fen=Fen(fee if line.kind is EntryKind.PAYMENT else -fee))

    def _create(self, order: TradeOrder) -> TradeHandle:
        with self._lock:
            standing = self.orders.get(order.merchant_order_no)
            if standing is None:
                standing = WalletOrder(order, f"T{len(self.orders) + 1:08d}")
                self.orders[order.merchant_order_no] = standing
        if standing.order != order:
            raise Refused("other content", reason=Reason.CONFLICTING_CONTENT)
        if standing.status is TradeStatus.CLOSED:
            raise Refused("closed", reason=Reason.CLOSED)
        if standing.status is not TradeStatus.AWAITING:
            raise Refused("paid", reason=Reason.ALREADY_PAID)
        return TradeHandle(standing.trade_no, f"https://wallet.example/pay/{standing.trade_no}")

    def _close(self, merchant_order_no: str) -> None:
        standing = self.orders.get(merchant_order_no)
        if standing is None:
            raise Refused("unknown", reason=Reason.NOT_FOUND)
        if standing.status is TradeStatus.CLOSED:
            raise Refused("closed", reason=Reason.CLOSED)
        if standing.status is not TradeStatus.AWAITING:
            raise Refused("paid", reason=Reason.ALREADY_PAID)
        standing.status = TradeStatus.CLOSED

    def _refund(self, order: RefundOrder) -> RefundAnswer:
        standing = self.orders[order.merchant_order_no]
        if order.refund_no in standing.refunds:
            return standing.refunds[order.refund_no]
        now = self._clock.now()
        if standing.last_refund_at and now < standing.last_refund_at + SPACING:
            self.too_close += 1
            raise NotDone("too many refunds of one order", retry_after=SPACING)
        if standing.status is TradeStatus.FINISHED:
            raise Refused("the refund window is over", reason=Reason.EXPIRED)
        if order.amount_fen > standing.order.amount_fen - standing.refunded_fen:
            raise Refused("more than was paid", reason=Reason.OVER_LIMIT)
        status = RefundStatus.PROCESSING if self.holds_refunds else RefundStatus.DONE
        answer = RefundAnswer(order.refund_no, status, order.amount_fen, now)
        standing.refunds[order.refund_no], standing.last_refund_at = answer, now
        self._close_when_all_is_back(standing)
        return answer

    def _find_refund(self, merchant_order_no: str, refund_no: str) -> RefundAnswer:
        answer = self.orders[merchant_order_no].refunds.get(refund_no)
        return answer or RefundAnswer(refund_no, RefundStatus.ABSENT)

    def _close_when_all_is_back(self, standing: WalletOrder) -> None:
        if standing.refunded_fen == standing.order.amount_fen and standing.status is TradeStatus.PAID:
            standing.status = TradeStatus.CLOSED


def _day(line: BillEntry) -> date:
    return line.occurred_at.astimezone(SHANGHAI).date()


def _lines(standing: WalletOrder) -> Iterator[BillEntry]:
    order_no, amount = standing.order.merchant_order_no, standing.order.amount_fen
    if standing.paid_at:
        yield BillEntry(EntryKind.PAYMENT, order_no, standing.trade_no, amount, amount, Fen(0), standing.paid_at)
    for number, answer in standing.refunds.items():
        if answer.status is RefundStatus.DONE and answer.refunded_at:
            back = answer.amount_fen
            yield BillEntry(
                EntryKind.REFUND, order_no, standing.trade_no, back, back, Fen(0), answer.refunded_at, number
            )


def _sign(body: bytes) -> str:
    return hmac.new(_KEY, body, hashlib.sha256).hexdigest()
