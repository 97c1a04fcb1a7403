"""One trade at Alipay: its states, its refunds, and what changes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hospital_bridge.sandbox.alipay.accounts import WalletUser
from hospital_bridge.sandbox.alipay.refusals import business


class TradeStatus(StrEnum):
    """The states of a trade, as they stand on the wire."""

    WAIT_BUYER_PAY = "WAIT_BUYER_PAY"
    TRADE_SUCCESS = "TRADE_SUCCESS"
    TRADE_CLOSED = "TRADE_CLOSED"
    TRADE_FINISHED = "TRADE_FINISHED"


class Move(StrEnum):
    """What can happen to a trade."""

    PAY = "pay"
    CLOSE = "close"
    EXPIRE = "expire"
    REFUND_ALL = "refund_all"
    FINISH = "finish"


_MOVES = {
    (TradeStatus.WAIT_BUYER_PAY, Move.PAY): TradeStatus.TRADE_SUCCESS,
    (TradeStatus.WAIT_BUYER_PAY, Move.CLOSE): TradeStatus.TRADE_CLOSED,
    (TradeStatus.WAIT_BUYER_PAY, Move.EXPIRE): TradeStatus.TRADE_CLOSED,
    (TradeStatus.TRADE_SUCCESS, Move.REFUND_ALL): TradeStatus.TRADE_CLOSED,
    (TradeStatus.TRADE_SUCCESS, Move.FINISH): TradeStatus.TRADE_FINISHED,
}


@dataclass(frozen=True, slots=True)
class Refund:
    """Money given back under one `out_request_no`."""

    request_no: str
    amount_fen: int
    at: datetime


@dataclass(frozen=True, slots=True)
class TradeContent:
    """What must be equal when an `out_trade_no` comes again."""

    total_fen: int
    subject: str
    buyer: WalletUser | None


@dataclass(slots=True)
class Trade:
    """A trade of one seller; it exists for the merchant once a buyer is known."""

    app_id: str
    seller_id: str
    trade_no: str
    out_trade_no: str
    content: TradeContent
    created_at: datetime
    notify_url: str = ""
    expires_at: datetime | None = None
    buyer: WalletUser | None = None
    status: TradeStatus = TradeStatus.WAIT_BUYER_PAY
    paid_at: datetime | None = None
    closed_at: datetime | None = None
    refunds: dict[str, Refund] = field(default_factory=dict)

    @property
    def total_fen(self) -> int:
        """The amount of the order."""
        return self.content.total_fen

    @property
    def refunded_fen(self) -> int:
        """The sum of every refund."""
        return sum(refund.amount_fen for refund in self.refunds.values())

    def may(self, move: Move) -> bool:
        """Whether the move is in the table."""
        return (self.status, move) in _MOVES

    def move(self, move: Move, at: datetime) -> None:
        """Change the state by the table; a move that is not in it is refused as Alipay refuses it."""
        if not self.may(move):
            raise business("ACQ.REASON_TRADE_STATUS_INVALID", "交易状态异常")
        self.status = _MOVES[self.status, move]
        if self.status is TradeStatus.TRADE_SUCCESS:
            self.paid_at = at
        if self.status is TradeStatus.TRADE_CLOSED:
            self.closed_at = at

    def has_expired(self, at: datetime) -> bool:
        """Whether it still waits and its time is over."""
        return self.may(Move.EXPIRE) and self.expires_at is not None and self.expires_at <= at

    def refund(self, request_no: str, amount_fen: int, at: datetime) -> bool:
        """Give money back; False when this request number already did."""
        known = self.refunds.get(request_no or self.out_trade_no)
        if known is not None:
            if known.amount_fen != amount_fen:
                raise business("ACQ.DISCORDANT_REPEAT_REQUEST", "请求信息不一致")
            return False
        self._check_refundable(request_no, amount_fen)
        number = request_no or self.out_trade_no
        self.refunds[number] = Refund(number, amount_fen, at)
        if self.refunded_fen == self.total_fen:
            self.move(Move.REFUND_ALL, at)
        return True

    def _check_refundable(self, request_no: str, amount_fen: int) -> None:
        if self.status is TradeStatus.TRADE_FINISHED:
            raise business("ACQ.TRADE_HAS_FINISHED", "交易已完结")
        if self.paid_at is None:
            raise business("ACQ.TRADE_STATUS_ERROR", "交易状态不合法")
        if self.refunded_fen + amount_fen > self.total_fen:
            raise business("ACQ.REASON_TRADE_REFUND_FEE_ERR", "退款金额超限")
        if not request_no and amount_fen != self.total_fen:
            raise business("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "部分退款须传入退款请求号")
